import { posix } from 'node:path';
import { parseTOML, type AST } from 'toml-eslint-parser';
import { CliError, type ManualStep } from '../errors.ts';
import { eolOf, split } from './json.ts';
import { nameWithExtras, type Wish } from './python-requirement.ts';
import {
  addRequirement,
  amendRequirements,
  compileCommand,
  isCompiled,
  namesInRequirements,
  namesMcpInRequirements,
  requirementFiles,
} from './python-requirements-file.ts';
import { scriptBlock, withScriptBlock } from './python-script-block.ts';
import { declareInToml, namesMcpInToml, type Outcome, type Places } from './python-toml-dependencies.ts';
import { insertIntoTable, keyOf, sectionsOf } from './python-toml.ts';
import { splice } from './text.ts';

/** Text of a file of the project, relative to its root. */
export type Reader = (path: string) => string | undefined;

/** What one wish changes in a manifest, and in the files that it reads in. */
export interface ManifestOutcome {
  texts: Map<string, string>;
  tooOld?: string;
  manual: ManualStep[];
}

const PYPROJECT: Places = (path) => {
  const key = path.join('.');
  if (key === 'project.dependencies') return { rank: 0 };
  if (key === 'tool.poetry.dependencies') return { rank: 1 };
  if (path.length === 3 && key.startsWith('project.optional-dependencies.')) return { rank: 2 };
  const isGroup =
    (path.length === 2 && path[0] === 'dependency-groups') ||
    (path.length === 5 && key.startsWith('tool.poetry.group.') && path[4] === 'dependencies') ||
    (path.length === 4 && key.startsWith('tool.pdm.dev-dependencies.')) ||
    key === 'tool.uv.dev-dependencies' ||
    key === 'tool.poetry.dev-dependencies';
  return isGroup ? { rank: 3 } : undefined;
};

const PIPFILE: Places = (path) => {
  if (path.length !== 1) return undefined;
  return path[0] === 'packages' ? { rank: 0 } : path[0] === 'dev-packages' ? { rank: 3 } : undefined;
};

const SCRIPT: Places = (path) => (path.length === 1 && path[0] === 'dependencies' ? { rank: 0 } : undefined);

/**
 * Fulfils one wish in a manifest of any kind.
 * @throws CliError `unparsable-source`
 */
export function declareInManifest(path: string, wish: Wish, read: Reader): ManifestOutcome {
  const text = read(path);
  if (text === undefined) return byHand(path, wish);
  // What PowerShell writes with `>` is UTF-16, of which nothing can be read here.
  if (text.includes('\0')) return byHand(path, wish);
  const name = posix.basename(path);
  if (name === 'setup.py' || name === 'setup.cfg') return inSetup(path, text, wish);
  if (name === 'pyproject.toml') return inPyproject(path, text, wish, read);
  if (name === 'Pipfile')
    return outcomeOf(
      path,
      wish,
      text,
      tryToml(path, text, (toml) => declareInToml(toml, wish, PIPFILE)),
    );
  if (name.endsWith('.py')) return inScript(path, text, wish);
  return inRequirements(path, wish, read);
}

/** Does a manifest ask for one of the packages that bring an MCP server? Not being able to read it is a "no". */
export function namesMcpInManifest(path: string, read: Reader): boolean {
  const text = read(path);
  if (text === undefined) return false;
  const name = posix.basename(path);
  try {
    if (name === 'pyproject.toml') return namesMcpInToml(split(text).json, PYPROJECT);
    if (name === 'Pipfile') return namesMcpInToml(split(text).json, PIPFILE);
  } catch {
    return false;
  }
  return requirementFiles(path, read).some((file) => namesMcpInRequirements(read(file) ?? ''));
}

function inPyproject(path: string, text: string, wish: Wish, read: Reader): ManifestOutcome {
  const outcome = tryToml(path, text, (toml) => declareInToml(toml, wish, PYPROJECT));
  if (!outcome.hasNoPlace) return outcomeOf(path, wish, text, outcome);
  const dynamic = tryToml(path, text, dynamicFile);
  if (dynamic !== undefined) return inRequirements(posix.join(posix.dirname(path), dynamic), wish, read);
  const after = tryToml(path, text, (toml) => withNewList(toml, wish));
  return after === undefined ? byHand(path, wish) : { texts: new Map([[path, split(text).bom + after]]), manual: [] };
}

/** `[tool.setuptools.dynamic] dependencies = { file = ["requirements.txt"] }` */
function dynamicFile(toml: string): string | undefined {
  const list = sectionsOf(toml).find(({ path }) => path.join('.') === 'tool.setuptools.dynamic.dependencies.file');
  const [first] = list?.kind === 'list' ? list.node.elements : [];
  return first?.type === 'TOMLValue' && first.kind === 'string' ? first.value : undefined;
}

/** A `[project]` that needs nothing yet. */
function withNewList(toml: string, wish: Wish): string | undefined {
  const sections = sectionsOf(toml);
  const project = sections.find((section) => section.kind === 'table' && section.path.join('.') === 'project');
  if (project?.kind !== 'table') return undefined;
  const dynamic = sections.find(({ path }) => path.join('.') === 'project.dynamic');
  const names =
    dynamic?.kind === 'list' ? dynamic.node.elements.map((each) => (each.type === 'TOMLValue' ? each.value : '')) : [];
  if (names.includes('dependencies')) return undefined;
  const eol = eolOf(toml);
  const list = ['dependencies = [', `    "${nameWithExtras(wish)}${wish.range}",`, ']'].join(eol);
  // Keys of a table inside (`scripts.x = …`) may follow in any order; a new one goes behind all that are there.
  return insertIntoTable(toml, project.node, project.node.body.length, list);
}

function inScript(path: string, text: string, wish: Wish): ManifestOutcome {
  const block = scriptBlock(text);
  if (!block) return byHand(path, wish);
  const outcome = tryToml(path, block.toml, (toml) => declareInToml(toml, wish, SCRIPT));
  const toml = outcome.hasNoPlace ? withScriptList(block.toml, wish) : outcome.text;
  const after = toml === block.toml ? text : withScriptBlock(text, block, toml);
  return outcomeOf(path, wish, text, { ...outcome, text: after, isChanged: after !== text }, true);
}

function withScriptList(toml: string, wish: Wish): string {
  const line = `dependencies = [${eolOf(toml)}    "${nameWithExtras(wish)}${wish.range}",${eolOf(toml)}]${eolOf(toml)}`;
  const [top] = parseTOML(toml).body;
  const keys = top.body.filter(
    (node): node is AST.TOMLKeyValue => node.type === 'TOMLKeyValue' && keyOf(node).length > 0,
  );
  const last = keys.at(-1);
  const at = last === undefined ? 0 : toml.indexOf('\n', last.range[1]) + 1;
  return splice(toml, at, at, line);
}

function inRequirements(path: string, wish: Wish, read: Reader): ManifestOutcome {
  const files = requirementFiles(path, read);
  const texts = new Map<string, string>();
  const text = read(path) ?? '';
  let tooOld: string | undefined;
  let isDeclared = false;
  if (isCompiled(text))
    return namesInRequirements(text, wish.name) || wish.isPin ? { texts, manual: [] } : compiled(path, text, wish);
  for (const file of files) {
    const before = read(file) ?? '';
    if (isCompiled(before)) continue;
    isDeclared ||= namesInRequirements(before, wish.name);
    const outcome = amendRequirements(before, wish);
    if (outcome.isChanged) texts.set(file, outcome.text);
    tooOld ??= outcome.tooOld;
  }
  if (!isDeclared && !wish.isPin) {
    const home =
      files.find((file) => namesMcpInRequirements(read(file) ?? '') && !isCompiled(read(file) ?? '')) ?? path;
    texts.set(home, addRequirement(read(home) ?? '', wish));
  }
  return { texts, manual: [], ...(tooOld === undefined ? {} : { tooOld }) };
}

function compiled(path: string, text: string, wish: Wish): ManifestOutcome {
  const command = compileCommand(text);
  const line = `${nameWithExtras(wish)}${wish.range}`;
  return {
    texts: new Map(),
    manual: [
      {
        what: `Add ${line} to what ${path} is made from, and make ${path} again.`,
        snippet: command === undefined ? line : `${line}\n${command}`,
      },
    ],
  };
}

/** A program decides what a `setup.py` says, so a person changes it. */
function inSetup(path: string, text: string, wish: Wish): ManifestOutcome {
  const isThere = text.toLowerCase().includes(nameWithExtras(wish));
  return isThere || wish.isPin ? { texts: new Map(), manual: [] } : byHand(path, wish, 'install_requires');
}

function byHand(path: string, wish: Wish, place = 'the dependencies'): ManifestOutcome {
  if (wish.isPin) return { texts: new Map(), manual: [] };
  const line = `${nameWithExtras(wish)}${wish.range}`;
  const isList = path.endsWith('.toml') || path.endsWith('.py');
  return {
    texts: new Map(),
    manual: [{ what: `Add ${line} to ${place} in ${path}.`, snippet: isList ? `"${line}",` : line }],
  };
}

/** @param isWhole the outcome's text is of the file itself, byte order mark included */
function outcomeOf(path: string, wish: Wish, text: string, outcome: Outcome, isWhole = false): ManifestOutcome {
  if (outcome.hasNoPlace && !outcome.isChanged) return byHand(path, wish);
  const after = isWhole ? outcome.text : split(text).bom + outcome.text;
  return {
    texts: outcome.isChanged ? new Map([[path, after]]) : new Map<string, string>(),
    manual: [],
    ...(outcome.tooOld === undefined ? {} : { tooOld: outcome.tooOld }),
  };
}

/** Works on a document without its byte order mark. */
function tryToml<T>(path: string, text: string, work: (toml: string) => T): T {
  try {
    return work(split(text).json);
  } catch (error) {
    if (error instanceof CliError || !(error instanceof SyntaxError)) throw error;
    const line = (error as SyntaxError & { lineNumber?: number }).lineNumber;
    throw new CliError(
      'unparsable-source',
      `${path}${line === undefined ? '' : `:${line}`} is not valid TOML.`,
      'Repair the file, then run add-auth again.',
      { cause: error },
    );
  }
}
