import {
  Node,
  SyntaxKind,
  type CallExpression,
  type NewExpression,
  type ParameterDeclaration,
  type SourceFile,
} from 'ts-morph';
import { EXT_APPS, HANDLER_PACKAGES, MCP_SDK, packageOf } from '../../project/packages.ts';
import type { ProjectSnapshot } from '../../project/snapshot.ts';
import type { Edit } from '../../types.ts';
import { FileEdits } from '../edits/file-edits.ts';
import { onTop, overlaid } from '../edits/overlay.ts';
import { placeAfterCreation, type Place } from '../edits/place.ts';
import { createCodeModel, type CodeModel } from '../model.ts';
import { ModuleGraph } from '../module-graph.ts';
import { localNames } from '../syntax/imports.ts';
import { unwrap } from '../syntax/nodes.ts';
import { packageExport } from '../syntax/packages.ts';

/** The generated module, and its function. */
const MODULE = 'announce';
const FUNCTION = 'announceScopes';

/** The packages that have `McpServer` and `Server`: the SDK, and skybridge before its version 2, which has them from there. */
const SERVER_PACKAGES = [MCP_SDK, '@modelcontextprotocol/server', 'skybridge'];

/** In `_meta` of a tool: the page that ChatGPT shows its results in. */
const OUTPUT_TEMPLATE = 'openai/outputTemplate';

const MENTIONS = [EXT_APPS, OUTPUT_TEMPLATE];

/**
 * Where a project uses the OpenAI Apps SDK, its server objects are told to say in `tools/list` which scopes each tool
 * needs. Projects without it stay as they are: no other client looks there.
 * @param edits those of the adapter, which come first
 * @param entry the file with the server; only what the same program runs is touched
 */
export function withScopesAnnounced(
  edits: Edit[],
  snapshot: ProjectSnapshot,
  { entry, authDir }: { entry: string; authDir: string },
): Edit[] {
  const isRefused = edits.some((edit) => edit.kind === 'skip' && !edit.stands);
  const mentioned = [...snapshot.files.values()].some((text) => MENTIONS.some((word) => text.includes(word)));
  if (isRefused || !mentioned) return edits;
  const model = createCodeModel(overlaid(snapshot, edits));
  const files = programOf(model, entry);
  return files.some(usesAppsSdk) ? onTop(edits, announceIn(files, new FileEdits(model, authDir, MODULE))) : edits;
}

function announceIn(files: SourceFile[], edits: FileEdits): Edit[] {
  for (const file of files) {
    const done = announcedIn(file);
    for (const node of file.getDescendants()) {
      const target = isServerCreation(node) ? node : isHandlerCall(node) ? givenServer(node) : undefined;
      if (target) announce(target, done, edits);
    }
  }
  return edits.result('tells ChatGPT which scopes each tool needs');
}

/** All files of the programs that a file is part of. */
function programOf(model: CodeModel, entry: string): SourceFile[] {
  const graph = new ModuleGraph(model.snapshot);
  const paths = [...graph.startedBy(entry)].flatMap((path) => [...graph.reachableFrom(path)]);
  return [...new Set(paths)].flatMap((path) => model.sourceFile(path) ?? []);
}

function usesAppsSdk(file: SourceFile): boolean {
  if (!MENTIONS.some((word) => file.getFullText().includes(word))) return false;
  const literals = file.getDescendantsOfKind(SyntaxKind.StringLiteral).map((literal) => literal.getLiteralValue());
  return literals.some((text) => text === OUTPUT_TEMPLATE || packageOf(text) === EXT_APPS);
}

/** What the calls of an earlier run are given. */
function announcedIn(file: SourceFile): Node[] {
  const names = localNames(file, ({ imported }) => imported === FUNCTION);
  if (names.size === 0) return [];
  return file
    .getDescendantsOfKind(SyntaxKind.CallExpression)
    .filter((call) => names.has(call.getExpression().getText()))
    .flatMap((call) => call.getArguments());
}

/** `new McpServer(…)` or `new Server(…)` of the SDK. */
function isServerCreation(node: Node): node is NewExpression {
  if (!Node.isNewExpression(node)) return false;
  const made = packageExport(node.getExpression());
  return (
    made !== undefined &&
    ['McpServer', 'Server'].includes(made.name) &&
    SERVER_PACKAGES.includes(packageOf(made.module) ?? '')
  );
}

/** `createMcpHandler((server) => …)` of mcp-handler, which makes the server object itself. */
function isHandlerCall(node: Node): node is CallExpression {
  if (!Node.isCallExpression(node)) return false;
  const made = packageExport(node.getExpression());
  return made?.name === 'createMcpHandler' && HANDLER_PACKAGES.includes(packageOf(made.module) ?? '');
}

/** The server in `(server) => { … }`, as its parameter. */
function givenServer(call: CallExpression): ParameterDeclaration | undefined {
  const callback = unwrap(call.getArguments()[0] ?? call);
  if (!Node.isArrowFunction(callback) && !Node.isFunctionExpression(callback)) return undefined;
  return callback.getParameters()[0];
}

/** A line of its own after the server is there; where none can be, a call around its creation. */
function announce(server: NewExpression | ParameterDeclaration, done: Node[], edits: FileEdits): void {
  const place = Node.isNewExpression(server) ? placeAfterCreation(server, () => false) : startOf(server);
  if (done.some((node) => node === server || node.getText() === place?.name)) return;
  if (!place && !Node.isNewExpression(server)) return;
  const file = edits.of(server.getSourceFile());
  const name = edits.importFrom(MODULE, FUNCTION, server.getSourceFile());
  if (!place) file.wrap(server, `${name}(`, ')');
  else if (place.position === 'after') file.insertAfter(place.statement, `${name}(${place.name})`);
  else file.insertBefore(place.statement, `${name}(${place.name})`);
}

function startOf(parameter: ParameterDeclaration): Place | undefined {
  const name = parameter.getNameNode();
  const callback = parameter.getParent();
  const body = Node.isBodyable(callback) || Node.isBodied(callback) ? callback.getBody() : undefined;
  const [statement] = Node.isBlock(body) ? body.getStatements() : [];
  return statement && Node.isIdentifier(name) ? { statement, name: name.getText(), position: 'before' } : undefined;
}
