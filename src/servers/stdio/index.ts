import path from 'node:path/posix';
import { Node } from 'ts-morph';
import { relativeSpecifier } from '../../edit/specifier.ts';
import { readTemplate } from '../../generate/templates.ts';
import type { ProjectSnapshot } from '../../project/snapshot.ts';
import { isTypeScript } from '../../project/source-files.ts';
import type { Edit } from '../../types.ts';
import { CliError } from '../../errors.ts';
import { detect, type Detected, type DetectOptions } from '../detect.ts';
import { overlaid } from '../edits/overlay.ts';
import { createCodeModel } from '../model.ts';
import { moduleStyle } from '../module-style.ts';
import { ModuleGraph } from '../module-graph.ts';
import { partialDetection, rememberingPartial } from '../partial-detection.ts';
import { planFactory } from './factory.ts';
import { checkHazards } from './hazards.ts';
import { openHolder } from './holder.ts';
import { stdioOnly } from './refusal.ts';
import { stdioProgram, type StdioProgram } from './program.ts';
import { httpScript, withScript, type Wish } from './script.ts';
import { SourceEdits } from './source-edits.ts';
import { findStart } from './start.ts';
import { separate } from './separate.ts';
import { insertSwitch } from './switch.ts';
import { Refusal, type HttpEntryPlan, type HttpEntryRefusal, type Start } from './types.ts';

export { stdioOnly } from './refusal.ts';
export type { HttpEntryPlan, HttpEntryRefusal } from './types.ts';

const WHY = 'serves HTTP when it is asked to, and stdio otherwise';

/**
 * Plans a Streamable HTTP side for a server that speaks stdio only: a factory for its server object, a module that serves
 * HTTP with one server for each session, a switch where stdio begins, and a script. Pure. The gate is not in it: detection
 * and the adapter of `node:http` do their work on the `snapshot` of the plan, and `onTop` joins both.
 * @param entry `--entry`: the file that stdio is started by, where there are several
 */
export function planHttpEntry(snapshot: ProjectSnapshot, entry?: string): HttpEntryPlan | HttpEntryRefusal {
  try {
    return plan(snapshot, entry);
  } catch (error) {
    if (error instanceof Refusal) return { refused: error.message };
    throw error;
  }
}

/** A detected server, the project that it was detected in, and what has to be written for it to be there. */
export interface DetectedWithHttp {
  detected: Detected;
  snapshot: ProjectSnapshot;
  /** To be joined with all that is planned on `snapshot`: see `onTop`. */
  edits: Edit[];
}

/**
 * Detection with `--add-http`: a server that speaks stdio only is detected as what it will be. Any other is left alone.
 * @throws CliError as `detect`; `stdio-only` with the reason where HTTP cannot be added safely
 */
export function detectWithHttp(snapshot: ProjectSnapshot, options: DetectOptions = {}): DetectedWithHttp {
  return rememberingPartial((partial) => {
    try {
      return { detected: detect(snapshot, options), snapshot, edits: [] };
    } catch (error) {
      Object.assign(partial, partialDetection(error));
      if (!(error instanceof CliError) || error.code !== 'stdio-only' || !usesSdk(snapshot)) throw error;
      const http = planHttpEntry(snapshot, options.entry);
      if ('refused' in http) throw stdioOnly(http.refused);
      const detected = detect(http.snapshot, { ...options, entry: http.entry });
      detected.detection.notes.push(...http.notes);
      return { detected, snapshot: http.snapshot, edits: http.edits };
    }
  });
}

/** Another package's stdio is not ours to see into. */
function usesSdk(snapshot: ProjectSnapshot): boolean {
  return [...snapshot.files.values()].some((text) => text.includes('StdioServerTransport'));
}

function plan(snapshot: ProjectSnapshot, entry: string | undefined): HttpEntryPlan {
  const model = createCodeModel(snapshot);
  const program = stdioProgram(model, entry);
  const start = findStart(program);
  checkHazards(start, program);
  const edits = new SourceEdits(model);
  const factory = separate(start, program, (belongs) => planFactory(start, belongs, program, edits));
  if (start.holder) openHolder(start.holder, program, edits);

  const started = model.pathOf(start.statement.getSourceFile());
  const module = newModule(snapshot, started, moduleStyle(model, started));
  const wish = wishFor(program);
  const requires = module.style.format === 'cjs' && !isTypeScript(started);
  const condition = conditionOf(wish, snapshot);
  insertSwitch(
    start,
    factory,
    { condition, specifier: module.specifier, requires },
    edits.of(start.statement.getSourceFile()),
    program,
  );

  const script = httpScript(snapshot, startersOf(snapshot, started), started, wish);
  const all: Edit[] = [
    ...edits.result(WHY),
    { kind: 'create', path: module.path, before: null, after: module.text, why: 'serves MCP over Streamable HTTP' },
    {
      kind: 'modify',
      path: snapshot.manifest.path,
      before: snapshot.manifest.text,
      after: withScript(snapshot.manifest.text, script),
      why: `the script ${script.name}`,
    },
  ];
  return { entry: module.path, started, edits: all, script, snapshot: overlaid(snapshot, all), notes: notesFor(start) };
}

function notesFor(_start: Start): string[] {
  return [
    'Over HTTP all users act with what the server itself may do: its API keys, files and databases are the same for all ' +
      'of them. Who may call which tool is for the scopes to say.',
  ];
}

interface NewModule {
  path: string;
  text: string;
  specifier: string;
  style: ReturnType<typeof moduleStyle>;
}

/** `http.ts` beside the file that starts the server, in the language and the module format of that file. */
function newModule(snapshot: ProjectSnapshot, started: string, style: ReturnType<typeof moduleStyle>): NewModule {
  const variant = isTypeScript(started) ? 'ts' : style.format;
  const ending = `.${style.marker ?? ''}${variant === 'ts' ? 'ts' : 'js'}`;
  const beside = path.dirname(started);
  const isTaken = (name: string): boolean =>
    [...snapshot.files.keys()].some(
      (file) => file.startsWith(`${path.join(beside, name)}.`) || file.startsWith(`${path.join(beside, name)}/`),
    );
  const name = ['http', 'http-server', 'mcp-http', 'serve-http'].find((each) => !isTaken(each)) ?? 'mcp-http-server';
  const stem = path.join(beside, name);
  return {
    path: stem + ending,
    text: readTemplate(variant, 'serve-http'),
    specifier: relativeSpecifier(started, stem, style.importExtension),
    style,
  };
}

/** The file that stdio begins in, and whatever is started to get there. */
function startersOf(snapshot: ProjectSnapshot, started: string): Set<string> {
  return new ModuleGraph(snapshot).startedBy(started);
}

/** A server that reads its arguments itself may stumble over one it does not know. */
function wishFor({ model, identifiers }: StdioProgram): Wish {
  const isSimple = identifiers.named('argv').every((name) => {
    const access = name.getParent();
    if (!Node.isPropertyAccessExpression(access) || access.getExpression().getText() !== 'process') return true;
    const use = access.getParent();
    const isFirst =
      Node.isElementAccessExpression(use) && ['0', '1'].includes(use.getArgumentExpression()?.getText() ?? '');
    const isQuestion =
      Node.isPropertyAccessExpression(use) && ['includes', 'indexOf', 'some', 'find'].includes(use.getName());
    return isFirst || isQuestion;
  });
  const parsers = ['commander', 'yargs', 'minimist', 'meow', 'cac', 'parseArgs', '@oclif'];
  const isParsed = [...model.snapshot.files.values()].some((text) =>
    parsers.some(
      (name) => text.includes(`${name}'`) || text.includes(`${name}"`) || (name === 'parseArgs' && text.includes(name)),
    ),
  );
  return isSimple && !isParsed ? { argument: '--http' } : { variable: 'MCP_TRANSPORT=http' };
}

function conditionOf(wish: Wish, snapshot: ProjectSnapshot): string {
  const quote =
    [...snapshot.files.values()].join('').split('"').length > [...snapshot.files.values()].join('').split("'").length
      ? '"'
      : "'";
  if ('argument' in wish) return `process.argv.includes(${quote}${wish.argument}${quote})`;
  const isStrict = snapshot.tsconfig?.compilerOptions['noPropertyAccessFromIndexSignature'] === true;
  return isStrict
    ? `process.env[${quote}MCP_TRANSPORT${quote}] === ${quote}http${quote}`
    : `process.env.MCP_TRANSPORT === ${quote}http${quote}`;
}
