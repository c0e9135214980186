import { Node, type CallExpression } from 'ts-morph';
import type { CodeModel } from '../model.ts';
import { identifiersOf } from '../syntax/identifiers.ts';
import { reachOf, type Reach } from '../fetch-shared/reach.ts';
import { once } from '../syntax/memo.ts';
import { joinPaths } from '../syntax/paths.ts';
import { staticString } from '../syntax/static-value.ts';
import { methodCall } from '../syntax/nodes.ts';
import type { TransportCall } from '../fetch-shared/transport-calls.ts';
import { HonoApps, type AppCreation, type AppReference } from './apps.ts';

/** A path of a root app that leads to the MCP transport. */
export interface McpRoute {
  /** The app at the top: the one that is served. */
  root: AppCreation;
  /** The app is one of several that a function makes, and where it is made does not tell which. */
  isOneOfMany: boolean;
  /** Full path, prefixes of mounts included; `undefined` when it is not known without running the program. */
  path: string | undefined;
  calls: TransportCall[];
  /** The registration. */
  at: CallExpression;
  /** The apps between it and the root, which have no gate of their own, with the argument that mounts each. */
  mounts: { child: AppCreation; at: Node }[];
}

export interface HonoServer {
  routes: McpRoute[];
  reach: Reach;
  appOf(node: Node): AppReference | undefined;
}

/** What the adapter keeps between recognising and editing: one served app with its MCP routes. */
export interface HonoMatch {
  root: AppCreation;
  routes: McpRoute[];
  appOf(node: Node): { creation: AppCreation } | undefined;
}

const ROUTE_METHODS = new Set(['all', 'get', 'post', 'put', 'delete', 'patch', 'on', 'use', 'mount']);

/** Finds the routes through which requests get to an MCP transport, seen from the apps that are served. */
export const findHonoServer = once((model: CodeModel): HonoServer | undefined => {
  const reach = reachOf(model);
  if (reach.calls.length === 0) return undefined;
  const apps = new HonoApps(model);
  if (apps.creations.length === 0) return undefined;
  const appOf = (node: Node): AppReference | undefined => apps.of(node);
  const mounts = findMounts(model, appOf);
  const routes = registrations(reach).flatMap((call) => {
    const route = mcpRoute(call, appOf, reach);
    return route ? toRoots(route, mounts) : [];
  });
  return { routes, reach, appOf };
});

/** The calls of a routing method around the places that lead to the transport, in the order of the source. */
function registrations(reach: Reach): CallExpression[] {
  const calls = reach.places.flatMap((place) => place.getAncestors().filter(Node.isCallExpression));
  return [...new Set(calls)]
    .filter((call) => ROUTE_METHODS.has(methodCall(call)?.name ?? ''))
    .sort(
      (a, b) =>
        a.getSourceFile().getFilePath().localeCompare(b.getSourceFile().getFilePath()) || a.getEnd() - b.getEnd(),
    );
}

interface Mount {
  parent: AppReference;
  path: string | undefined;
  child: AppCreation;
  /** The argument that is the child. */
  at: Node;
}

/** `parent.route('/x', child)` */
function findMounts(model: CodeModel, appOf: HonoServer['appOf']): Mount[] {
  return identifiersOf(model)
    .named('route')
    .flatMap((name) => {
      const call = name.getParent()?.getParent();
      const method = call && methodCall(call);
      if (!Node.isCallExpression(call) || method?.name !== 'route') return [];
      const [path, mounted] = call.getArguments();
      if (!path || !mounted) return [];
      const parent = appOf(method.receiver);
      const child = parent && appOf(mounted);
      return child ? [{ parent, path: staticString(path), child: child.creation, at: mounted }] : [];
    });
}

function mcpRoute(call: CallExpression, appOf: HonoServer['appOf'], reach: Reach): McpRoute | undefined {
  const method = methodCall(call);
  if (!method || !ROUTE_METHODS.has(method.name)) return undefined;
  const [first, ...rest] = call.getArguments();
  if (!first) return undefined;
  const hasPath = method.name !== 'use' || rest.length > 0;
  const [pathNode, handlers] =
    method.name === 'on' ? [rest[0], rest.slice(1)] : hasPath ? [first, rest] : [undefined, [first]];
  const reached = handlers.flatMap((handler) => reach.from(handler));
  const app = reached.length > 0 ? appOf(method.receiver) : undefined;
  if (!app) return undefined;
  const path = pathNode ? staticString(pathNode) : '*';
  return {
    root: app.creation,
    isOneOfMany: app.isOneOfMany,
    path: path === undefined ? undefined : joinPaths(app.prefix, path),
    calls: reached,
    at: call,
    mounts: [],
  };
}

/** Follows the mounts up to the apps that nothing mounts. */
function toRoots(route: McpRoute, mounts: Mount[], depth = 0): McpRoute[] {
  const parents = mounts.filter((mount) => mount.child === route.root && mount.parent.creation !== route.root);
  if (parents.length === 0 || depth > 5) return [route];
  return parents.flatMap(({ parent, path, child, at }) =>
    toRoots(
      {
        ...route,
        root: parent.creation,
        isOneOfMany: parent.isOneOfMany,
        mounts: [...route.mounts, { child, at }],
        path: path === undefined || route.path === undefined ? undefined : joinPaths(parent.prefix, path, route.path),
      },
      mounts,
      depth + 1,
    ),
  );
}

/**
 * The paths to hand to `protectMcp`, each covering itself and everything below (`/` is the whole app); `undefined` when
 * one is not static or is a pattern that a plain path cannot cover.
 */
export function protectedPaths(routes: McpRoute[]): string[] | undefined {
  const paths = new Set<string>();
  for (const { path } of routes) {
    const plain = path?.endsWith('/*') ? path.slice(0, -2) || '/' : path;
    if (!plain || /[*:{}?]/.test(plain)) return undefined;
    paths.add(plain);
  }
  return paths.has('/') ? ['/'] : [...paths];
}
