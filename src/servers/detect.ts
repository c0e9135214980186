import semver from 'semver';
import { CliError } from '../errors.ts';
import { isDeno } from '../project/deno.ts';
import { MCP_PACKAGES, MCP_SDK, OLDEST_SDK, packageOf, SDK_2 } from '../project/packages.ts';
import { entryIn } from '../project/entry.ts';
import type { ProjectSnapshot } from '../project/snapshot.ts';
import { isTypeScript } from '../project/source-files.ts';
import type { Detection, Language } from '../types.ts';
import { findAuth, isAddAuth } from './auth-evidence.ts';
import { alreadyProtected, type AuthEvidence } from './auth-refusal.ts';
import { choose, type Candidate } from './choose.ts';
import { readDispatches } from './json-rpc/dispatches.ts';
import { createCodeModel, type CodeModel } from './model.ts';
import { ModuleGraph } from './module-graph.ts';
import { endpointOf } from './endpoint.ts';
import { eventHandlerRefusal, mcpEventHandlers } from './event-handlers.ts';
import { startedFiles } from './entry-points.ts';
import { moduleStyle } from './module-style.ts';
import { rememberingPartial } from './partial-detection.ts';
import { mcpImports, notAnMcpProject, transportsIn, whyNotRecognised, type McpImports } from './refusals.ts';
import { adapters as allAdapters, firstOf } from './registry.ts';
import { sdk2Notes } from './sdk2/notes.ts';
import { listTools } from './tools/index.ts';
import type { Match, ServerAdapter } from './types.ts';

export interface DetectOptions {
  /** `--entry`: relative to the project root or to the directory that was asked for, or absolute. */
  entry?: string | undefined;
  /** The state file says that add-auth has been here: what guards the server is our own gate. */
  isProtected?: boolean;
  /** For tests; otherwise every adapter there is. */
  adapters?: ServerAdapter[];
}

export interface Detected {
  detection: Detection;
  adapter: ServerAdapter;
  match: Match;
  model: CodeModel;
}

/**
 * Finds out what kind of MCP server a project is. Pure: everything it looks at is in the snapshot.
 * @throws CliError `not-an-mcp-project`, `unsupported-version`, `unsupported-shape`, `stdio-only`, `entry-not-found`,
 *   `ambiguous-entry`, `unparsable-source`, `already-protected`; see `partialDetection` for what was known by then
 */
export function detect(snapshot: ProjectSnapshot, options: DetectOptions = {}): Detected {
  return rememberingPartial((partial) => detectInto(partial, snapshot, options));
}

function detectInto(partial: Partial<Detection>, snapshot: ProjectSnapshot, options: DetectOptions): Detected {
  const graph = new ModuleGraph(snapshot);
  const imports = mcpImports(snapshot, graph);
  const model = createCodeModel(snapshot);
  const isByHand = readDispatches(model).length > 0;
  const hasPackage = imports.sdk.length > 0 || imports.others.length > 0 || imports.hasHono;
  if (!hasPackage && !isByHand) throw notAnMcpProject(snapshot);
  partial.package = hasPackage ? mcpPackage(snapshot, imports) : { name: '', version: '' };
  partial.language = languageOf(snapshot);
  checkVersion(snapshot.versionOf(MCP_SDK), imports);

  const entry =
    options.entry === undefined ? undefined : entryIn(snapshot, options.entry, (file) => snapshot.files.has(file));
  if (entry !== undefined) checkSyntax(model, entry);
  const { adapters = allAdapters } = options;
  const candidates = adapters.flatMap((adapter) =>
    adapter.recognise(model).map((match): Candidate => ({ adapter, match })),
  );
  // What looks like the default export of a Worker may be a handler of h3.
  const eventFiles = new Set(mcpEventHandlers(model).map((node) => model.pathOf(node.getSourceFile())));
  const served = candidates.filter(({ match }) => !eventFiles.has(match.entry));
  const chosen = choose(snapshot, graph, served, entry, (each) => toolPlaces(model, each));
  if (!chosen) {
    for (const path of snapshot.files.keys())
      if (graph.specifiers(path).some((s) => MCP_PACKAGES.includes(packageOf(s) ?? ''))) checkSyntax(model, path);
    const { tools, unresolved: unresolvedTools } = listTools(model);
    Object.assign(partial, { tools, unresolvedTools, transports: transportsIn(imports), ...firstStarted(snapshot) });
    throw (
      eventHandlerRefusal(model) ??
      firstOf(adapters, ({ refuse }) => refuse?.(model)) ??
      whyNotRecognised({ ...imports, isByHand, isDeno: isDeno(snapshot) })
    );
  }
  checkSyntax(model, chosen.match.entry);
  const files = [chosen.match.entry, ...(chosen.match.beside ?? [])];
  const started = files.flatMap((path) => [...graph.startedBy(path)]);
  const isOurs = options.isProtected === true || isAddAuth(model);
  const evidence = isOurs ? undefined : findAuth(model, started, { paths: chosen.match.paths });
  const detection = describe(partial.package, chosen, model, started, isOurs ? 'add-auth' : evidence);
  Object.assign(partial, detection);
  if (evidence) throw alreadyProtected(evidence);
  return { detection, ...chosen, model };
}

function describe(
  mcp: Detection['package'],
  { adapter, match }: Candidate,
  model: CodeModel,
  started: string[],
  auth: 'add-auth' | AuthEvidence | undefined,
): Detection {
  const { tools, unresolved } = listTools(model, { entries: started });
  const endpoint = endpointOf(match.paths);
  return {
    language: isTypeScript(match.entry) ? 'typescript' : 'javascript',
    framework: adapter.id,
    package: mcp,
    transports: match.transports,
    entry: match.entry,
    endpoint: endpoint.path,
    paths: match.paths,
    ...(match.port === undefined ? {} : { port: match.port }),
    tools,
    unresolvedTools: unresolved,
    ...(typeof auth === 'object' ? { auth: 'other', authEvidence: auth.what } : { auth: auth ?? 'none' }),
    module: moduleStyle(model, match.entry),
    notes: [...match.notes, ...endpoint.notes, ...sdk2Notes(model)],
  };
}

/** The places where the tools are registered that a file leads to. */
function toolPlaces(model: CodeModel, entry: string): string[] {
  const { tools, unresolved } = listTools(model, { entries: [entry] });
  return [...tools, ...unresolved].map(({ file, line }) => `${file}:${line}`);
}

function firstStarted(snapshot: ProjectSnapshot): Partial<Detection> {
  const [entry] = startedFiles(snapshot);
  return entry === undefined ? {} : { entry };
}

function mcpPackage(snapshot: ProjectSnapshot, { majors, others }: McpImports): Detection['package'] {
  const isSecond = majors.includes(2) && !majors.includes(1);
  const sdk = isSecond ? SDK_2.find((name) => snapshot.versionOf(name) !== undefined) : MCP_SDK;
  const listed = sdk !== undefined && snapshot.versionOf(sdk) !== undefined;
  const name = !listed && others[0] !== undefined ? others[0] : (sdk ?? SDK_2[0] ?? MCP_SDK);
  return { name, version: snapshot.versionOf(name) ?? '' };
}

/** An SDK whose version cannot be told (`*`, `latest`, nothing installed) is taken to be a current one. */
function checkVersion(version: string | undefined, { majors }: McpImports): void {
  const sdk = version === undefined ? null : semver.coerce(version, { includePrerelease: true });
  if (!sdk || !majors.includes(1)) return;
  if (semver.lt(sdk, OLDEST_SDK)) {
    throw new CliError(
      'unsupported-version',
      `${MCP_SDK} ${version} is too old: its transports do not hand the user on to tool handlers (that came with 1.11).`,
      `Raise it first, for example: npm install ${MCP_SDK}@^1`,
    );
  }
  if (sdk.major >= 2) {
    throw new CliError(
      'unsupported-version',
      `${MCP_SDK} ${version} is not known: version 2 of the SDK is @modelcontextprotocol/server.`,
      'Use a released version of one of the two packages.',
    );
  }
}

/** @throws CliError `unparsable-source` with file and line of the first syntax error */
function checkSyntax(model: CodeModel, path: string): void {
  const file = model.sourceFile(path);
  const [first] = file ? model.project.getProgram().getSyntacticDiagnostics(file) : [];
  if (!first) return;
  const message = first.getMessageText();
  throw new CliError(
    'unparsable-source',
    `${path}:${first.getLineNumber() ?? 1} cannot be parsed: ${typeof message === 'string' ? message : message.getMessageText()}`,
    'Repair the file, then run add-auth again.',
  );
}

function languageOf(snapshot: ProjectSnapshot): Language {
  return [...snapshot.files.keys()].some(isTypeScript) ? 'typescript' : 'javascript';
}
