import { Node, type CallExpression } from 'ts-morph';
import { isFunctionNode, methodCall, unwrap } from '../syntax/nodes.ts';
import { joinPaths } from '../syntax/paths.ts';
import { staticString } from '../syntax/static-value.ts';
import type { NodeServer } from '../node-shared/node-server.ts';
import { once } from '../syntax/memo.ts';
import { readHandler } from '../node-shared/guards.ts';
import { methodCallsNamed, routeChain, type McpRoute, type RouteCall, type RoutePath } from '../node-shared/routes.ts';
import type { Sink } from '../node-shared/sinks.ts';
import { expressObjects, VERBS, type ExpressObject } from './apps.ts';

/** One app that serves MCP, with the ways to it. */
export interface ExpressServer {
  app: ExpressObject;
  routes: McpRoute[];
  /** Routers, and apps that are mounted on this one, on the way to its routes; the gate is before them, not on them. */
  inner: Set<ExpressObject>;
  /** The mounts of those, as the arguments that they are. */
  mounted: Set<Node>;
  /** Why the paths are not known. */
  problem?: string;
}

interface Mount {
  parent: ExpressObject;
  path: RoutePath;
  /** The argument of `use` that is the router. */
  at: Node;
}

/** A route or middleware of an app or router that leads to MCP, before mounts are followed. */
interface Found {
  object: ExpressObject;
  path: RoutePath | undefined;
  sinks: Sink[];
  handlers: Node[];
}

/** Every Express app of the project that serves MCP, on itself or on routers mounted on it. */
export const findExpressServers = once((server: NodeServer): ExpressServer[] => {
  if (server.sinks.length === 0) return [];
  const objects = expressObjects(server);
  const mounts = new Map<ExpressObject, Mount[]>();
  const found: Found[] = [];
  for (const route of routeCalls(server)) {
    for (const object of objects.of(route.receiver)) {
      for (const at of route.handlers) {
        for (const child of objects.of(at)) {
          const paths = pathsOf(route, server) ?? [{}];
          mounts.set(child, [...(mounts.get(child) ?? []), ...paths.map((path) => ({ parent: object, path, at }))]);
        }
      }
      found.push(...mcpRoutes(route, object, server, (handler) => objects.of(handler).length > 0));
    }
  }
  return collect(found, mounts);
});

/** What a call registers, as far as it leads to MCP. */
function mcpRoutes(
  route: RouteCall,
  object: ExpressObject,
  server: NodeServer,
  isMounted: (node: Node) => boolean,
): Found[] {
  const handlers = route.handlers.filter((handler) => !isMounted(handler));
  const sinks = [...new Set(handlers.flatMap((handler) => server.leads.from(handler)))];
  if (sinks.length === 0) return [];
  const paths = pathsOf(route, server) ?? handlers.flatMap((handler) => testedPaths(handler, server) ?? [undefined]);
  return paths.map((path) => ({ object, path, sinks, handlers }));
}

/** A middleware without a path either tests the path itself or takes all of them. */
function testedPaths(handler: Node, server: NodeServer): (RoutePath | undefined)[] | undefined {
  if (server.leads.from(handler).length === 0) return [];
  const tests = readHandler(handler, server);
  if (tests.unguarded) return tests.mcp.length > 0 ? undefined : [{ text: '/' }];
  if (tests.wider) return undefined;
  return tests.mcp.map((text) => ({ text }));
}

/** `undefined` for a middleware without a path. */
function pathsOf(route: RouteCall, server: NodeServer): RoutePath[] | undefined {
  if (!route.path) return undefined;
  const texts = server.constants.strings(route.path);
  return texts ? texts.map((text) => ({ text })) : [{ node: route.path }];
}

/** Every call that could register a route, on whatever object. */
export function routeCalls(server: NodeServer): RouteCall[] {
  const calls = methodCallsNamed([...VERBS, 'use'], (text) => server.identifiers.named(text));
  return calls.flatMap((call) => readRouteCall(call, server) ?? []);
}

function readRouteCall(call: CallExpression, server: NodeServer): RouteCall | undefined {
  const { receiver, name: method } = methodCall(call)!;
  const handlers = call.getArguments();
  const chain = routeChain(receiver, VERBS);
  if (chain) {
    const [path] = chain.getArguments();
    return { call, method, receiver: methodCall(chain)!.receiver, handlers, ...(path ? { path } : {}) };
  }
  const [first, ...rest] = handlers;
  if (!first || (method !== 'use' && rest.length === 0)) return undefined;
  if (method === 'use' && !isPath(first, rest.length, server)) return { call, method, receiver, handlers };
  return { call, method, receiver, path: first, handlers: rest };
}

/** `use` may begin with a path: a string, a list of strings, a regular expression, or the name of one. */
function isPath(node: Node, others: number, server: NodeServer): boolean {
  if (others === 0) return false;
  const value = unwrap(node);
  if (isFunctionNode(value) || server.leads.from(value).length > 0) return false;
  if (Node.isCallExpression(value)) return false;
  return (
    server.constants.strings(value) !== undefined ||
    staticString(value) !== undefined ||
    Node.isRegularExpressionLiteral(value) ||
    Node.isTemplateExpression(value) ||
    value.getType().isString()
  );
}

/** Follows routers to the apps they are mounted on. */
function collect(found: Found[], mounts: Map<ExpressObject, Mount[]>): ExpressServer[] {
  const servers = new Map<ExpressObject, ExpressServer>();
  const add = ({ object, path, sinks, handlers }: Found, way: Way[]): void => {
    const parents = mounts.get(object) ?? [];
    if (way.length > 5) return;
    for (const { parent, path: prefix, at } of parents)
      add({ object: parent, path: join(prefix, path), sinks, handlers }, [...way, { child: object, at }]);
    if (parents.length > 0 || object.kind === 'router') return;
    const server = servers.get(object) ?? { app: object, routes: [], inner: new Set(), mounted: new Set() };
    servers.set(object, server);
    for (const { child, at } of way) {
      server.inner.add(child);
      server.mounted.add(at);
    }
    if (path) server.routes.push({ path, sinks, handlers });
    else server.problem = 'the paths that lead to the MCP server are known only at run time';
  };
  for (const each of found) add(each, []);
  return [...servers.values()];
}

/** One mount on the way from a route to its app. */
interface Way {
  child: ExpressObject;
  at: Node;
}

/** `undefined` when the two do not make one path that can be written down. */
function join(prefix: RoutePath, path: RoutePath | undefined): RoutePath | undefined {
  const isRoot = (one: RoutePath): boolean =>
    one.text === '/' || one.text === '' || (one.text ?? one.node) === undefined;
  if (!path) return undefined;
  if (isRoot(prefix)) return path;
  if (isRoot(path)) return prefix;
  return prefix.text !== undefined && path.text !== undefined ? { text: joinPaths(prefix.text, path.text) } : undefined;
}
