import { Node, type CallExpression } from 'ts-morph';
import { staticString } from '../syntax/static-value.ts';
import { declarationsOf, methodCall, unwrap } from '../syntax/nodes.ts';
import type { Sink } from './sinks.ts';

/** `app.post('/mcp', handler)`, read: what is called on which object with which path. */
export interface RouteCall {
  call: CallExpression;
  method: string;
  receiver: Node;
  path?: Node;
  handlers: Node[];
}

/** One way to the MCP server on an app. `text` is the path when it is certain, else `node` is its expression. */
export interface RoutePath {
  text?: string;
  node?: Node;
}

export interface McpRoute {
  path: RoutePath;
  sinks: Sink[];
  /** The code that is registered for the path. */
  handlers: Node[];
}

/** Routes in the order in which paths are told: the Streamable HTTP endpoint, the SSE stream, its messages. */
export function inOrder(routes: McpRoute[]): McpRoute[] {
  const rank = ({ sinks }: McpRoute): number =>
    Math.min(...sinks.map(({ kind }) => ['streamable', 'stream', 'post'].indexOf(kind)), 3);
  return [...routes].sort((a, b) => rank(a) - rank(b));
}

/** The same paths once each; a path that is certain is told apart by its text, another by how it is written. */
export function distinct(paths: RoutePath[]): RoutePath[] {
  const seen = new Map(paths.map((path) => [path.text ?? `= ${path.node?.getText()}`, path]));
  return [...seen.values()];
}

/** For people: a path that the environment or a caller can change is shown with its default. */
export function displayedPaths(routes: McpRoute[]): string[] {
  return distinct(inOrder(routes).map((route) => route.path)).map(
    ({ text, node }) => text ?? defaultText(node) ?? '/mcp',
  );
}

function defaultText(node: Node | undefined): string | undefined {
  const [declaration] = node ? declarationsOf(node) : [];
  return (
    staticString(node) ??
    (Node.isParameterDeclaration(declaration) ? staticString(declaration.getInitializer()) : undefined)
  );
}

/** Every `x.method(…)` of the given names. */
export function methodCallsNamed(names: readonly string[], named: (text: string) => Node[]): CallExpression[] {
  return names.flatMap((name) =>
    named(name).flatMap((identifier) => {
      const access = identifier.getParent();
      const call = access?.getParent();
      const isIt =
        Node.isPropertyAccessExpression(access) && Node.isCallExpression(call) && call.getExpression() === access;
      return isIt && access.getNameNode() === identifier ? [call] : [];
    }),
  );
}

/** `x.route('/mcp').get(a).post(b)`: the call of `route` that a chain begins with. */
export function routeChain(receiver: Node, verbs: readonly string[]): CallExpression | undefined {
  const node = unwrap(receiver);
  const method = methodCall(node);
  if (!method || !Node.isCallExpression(node)) return undefined;
  if (method.name === 'route' && node.getArguments().length === 1) return node;
  return verbs.includes(method.name) ? routeChain(method.receiver, verbs) : undefined;
}
