import { Node, SyntaxKind, type CallExpression } from 'ts-morph';
import type { Edit } from '../../types.ts';
import { handIdentity } from '../fetch-shared/auth-argument.ts';
import { reachOf } from '../fetch-shared/reach.ts';
import { takesIdentity, type TransportCall } from '../fetch-shared/transport-calls.ts';
import { fromEntrance } from '../fetch-shared/ways.ts';
import type { FileEdit } from '../edits/file-edit.ts';
import { FileEdits } from '../edits/file-edits.ts';
import { outermost } from '../edits/place.ts';
import { allowPublicHost } from '../edits/public-host.ts';
import { refusal } from '../edits/refusal.ts';
import { identifiersOf } from '../syntax/identifiers.ts';
import { importedNames, localNames } from '../syntax/imports.ts';
import { staticString } from '../syntax/static-value.ts';
import { methodCall } from '../syntax/nodes.ts';
import { stdinReaders } from '../json-rpc/stdin.ts';
import type { CodeModel } from '../model.ts';
import { ungatedElsewhere } from '../node-shared/other-hosts.ts';
import { unseenEntrance } from '../unseen-entrance.ts';
import type { EditInput, Match } from '../types.ts';
import { programOf } from '../ways/program.ts';
import { fromRouter, strangeWay } from '../ways/strange-way.ts';
import type { AppCreation } from './apps.ts';
import { protectedPaths, type HonoMatch } from './routes.ts';

/** `, { agents: ['MCP'] }`, as the file writes strings. */
type CallOptions = (file: FileEdit) => string;

const WHY = 'puts the gate before the MCP route';

/**
 * `protectMcp(app, ['/mcp'])` right after the app is created, and `authOf` where the transport is called.
 * @param options what else the call is given
 */
export function editHono(model: CodeModel, match: Match<HonoMatch>, input: EditInput, options?: CallOptions): Edit[] {
  const { root, routes } = match.handle;
  const paths = protectedPaths(routes);
  const obstacle = findObstacle(model, match);
  if (obstacle || !paths) {
    return [skip(match, input, obstacle ?? 'the path of the MCP route is a pattern or known only at run time')];
  }
  const edits = new FileEdits(model, input.authDir, 'hono');
  const refused = handIdentity(new Set(routes.flatMap((route) => route.calls)), edits);
  if (refused) return [skip(match, input, refused)];
  const existing = existingProtection(model, match.handle);
  if (existing) addMissingPaths(edits, existing, paths);
  else protect(edits, root, paths, options);
  return edits.result(WHY);
}

/** Before any other middleware: as the next statement where the app has a name, else around `new Hono()`. */
function protect(edits: FileEdits, root: AppCreation, paths: string[], options?: CallOptions): void {
  const file = edits.of(root.getSourceFile());
  const helper = file.import('protectMcp');
  const list = `[${paths.map((path) => file.quote(path)).join(', ')}]${options?.(file) ?? ''}`;
  const holder = namedHolder(root);
  if (holder) file.insertAfter(holder.statement, `${helper}(${holder.name}, ${list})`);
  else file.wrap(root, `${helper}(`, `, ${list})`);
  if (Node.isCallExpression(root)) allowPublicHost(root, edits);
}

/** `const app = new Hono()` and `this.app = new Hono()`: the statement, and the name the app has after it. */
function namedHolder(root: AppCreation): { statement: Node; name: string } | undefined {
  const parent = outermost(root).getParent();
  if (Node.isVariableDeclaration(parent) && Node.isIdentifier(parent.getNameNode())) {
    const statement = parent.getVariableStatement();
    return statement && statement.getDeclarations().length === 1 ? { statement, name: parent.getName() } : undefined;
  }
  if (!Node.isBinaryExpression(parent) || parent.getOperatorToken().getText() !== '=') return undefined;
  const statement = parent.getParent();
  return Node.isExpressionStatement(statement) ? { statement, name: parent.getLeft().getText() } : undefined;
}

/** A `protectMcp(app, […])` of an earlier run. */
function existingProtection(model: CodeModel, { root, appOf }: HonoMatch): CallExpression | undefined {
  for (const file of model.sourceFiles()) {
    const locals = localNames(file, ({ imported }) => imported === 'protectMcp');
    if (locals.size === 0) continue;
    const found = file
      .getDescendants()
      .filter(Node.isCallExpression)
      .find((call) => {
        const [app] = call.getArguments();
        return locals.has(call.getExpression().getText()) && app !== undefined && appOf(app)?.creation === root;
      });
    if (found) return found;
  }
  return undefined;
}

/** A new MCP route since the last run joins the list; paths that people added stay. */
function addMissingPaths(edits: FileEdits, call: CallExpression, paths: string[]): void {
  const list = call.getArguments()[1];
  if (!Node.isArrayLiteralExpression(list)) return;
  const present = new Set(list.getElements().map(staticString));
  const missing = paths.filter((path) => !present.has(path));
  edits.of(call.getSourceFile()).appendElements(list, missing);
}

/** What keeps the gate, or the metadata it serves, from being reached. */
function findObstacle(model: CodeModel, { entry, handle }: Match<HonoMatch>): string | undefined {
  if (handle.routes.some((route) => route.isOneOfMany)) {
    return 'one function makes several apps, so a gate in it would be in all of them';
  }
  const identifiers = identifiersOf(model);
  for (const name of [...identifiers.named('fetch'), ...identifiers.named('request')]) {
    const call = name.getParent()?.getParent();
    const method = call && methodCall(call);
    if (!call || !['fetch', 'request'].includes(method?.name ?? '')) continue;
    if (!method || handle.appOf(method.receiver)?.creation !== handle.root || isHostsFetch(call)) continue;
    return 'the Hono app is called by another server, which has to serve the metadata at the root';
  }
  const elsewhere = ungatedElsewhere(model, {
    entry,
    servers: [],
    calls: handle.routes.flatMap(({ calls }) => calls.map(({ call }) => call)),
  });
  if (elsewhere) return elsewhere;
  const unseen = unseenEntrance(model, entry);
  if (unseen) return unseen;
  const way = wayAround(model, entry, handle);
  if (way) {
    const place = model.placeOf(way);
    return `at ${place} there is another way to the MCP server, which the gate might not see`;
  }
  const isMounted = identifiers.named('handle').some((name) => servesThroughVercel(name.getParent(), handle));
  return isMounted
    ? 'the Hono app is mounted in another framework (hono/vercel), which has to serve the metadata at the root'
    : undefined;
}

/**
 * A transport that is given `authOf(request)` serves nothing that has not passed the gate; @hono/mcp, mcp-handler and
 * dispatches written by hand are not given it, so all ways to those have to be known.
 */
function wayAround(model: CodeModel, entry: string, { routes }: HonoMatch): Node | undefined {
  const known = {
    model,
    identifiers: identifiersOf(model),
    recognised: [
      ...stdinReaders(model),
      ...routes.flatMap(({ at, mounts }) => [...at.getArguments(), ...mounts.map((mount) => mount.at)]),
    ],
    isInProgram: programOf(model, entry),
  };
  const isClosed = (calls: TransportCall[]): boolean => calls.every(takesIdentity);
  const starts = [
    ...reachOf(model)
      .calls.filter(({ kind, call }) => kind !== 'node' || routes.some(({ calls }) => hasCall(calls, call)))
      .map((each) => ({ start: fromEntrance(each), isClosed: isClosed([each]) })),
    ...routes.flatMap(({ mounts, calls }) =>
      mounts.map(({ child }) => ({ start: fromRouter(child), isClosed: isClosed(calls) })),
    ),
  ];
  for (const each of starts) {
    const way = strangeWay(each.start, known);
    if (way && (way.isCertain || !each.isClosed)) return way.node;
  }
  return undefined;
}

function hasCall(calls: TransportCall[], call: Node): boolean {
  return calls.some((each) => each.call === call);
}

/** `Bun.serve({ fetch: (request) => app.fetch(request) })`: the host calls the app, there is no server in between. */
function isHostsFetch(call: Node): boolean {
  const parent = call.getParent();
  const inner = Node.isReturnStatement(parent) ? parent.getParentOrThrow().getParent() : parent;
  const isWholeBody =
    !Node.isReturnStatement(parent) || parent.getParentIfKind(SyntaxKind.Block)?.getStatements().length === 1;
  const holder = Node.isArrowFunction(inner) ? inner.getParent() : inner;
  const named = Node.isPropertyAssignment(holder) || Node.isMethodDeclaration(holder) ? holder.getName() : undefined;
  return isWholeBody && named === 'fetch';
}

function servesThroughVercel(call: Node | undefined, handle: HonoMatch): boolean {
  if (!Node.isCallExpression(call)) return false;
  const imported = importedNames(call.getSourceFile()).find(({ local }) => local === 'handle');
  const [app] = call.getArguments();
  return (
    imported?.specifier.startsWith('hono/') === true && app !== undefined && handle.appOf(app)?.creation === handle.root
  );
}

function skip(match: Match, input: EditInput, reason: string): Edit {
  return refusal(match, WHY, reason, [
    `import { authOf, protectMcp } from '<${input.authDir}>/hono.js';`,
    '',
    'const app = new Hono();',
    "protectMcp(app, ['/mcp']); // the path of your MCP route; before other middleware and routes",
    '',
    '// where the transport is called (not needed with @hono/mcp):',
    'transport.handleRequest(c.req.raw, authOf(c.req.raw));',
  ]);
}
