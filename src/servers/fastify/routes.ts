import { Node, type CallExpression } from 'ts-morph';
import { propertyValue } from '../syntax/properties.ts';
import { methodCall, unwrap } from '../syntax/nodes.ts';
import { once } from '../syntax/memo.ts';
import type { NodeServer } from '../node-shared/node-server.ts';
import type { Origins } from '../syntax/origins.ts';
import { methodCallsNamed, type McpRoute, type RouteCall, type RoutePath } from '../node-shared/routes.ts';
import { fastifyObjects, routeUrl, type FastifyObject } from './instances.ts';

/** One Fastify app that serves MCP, with the ways to it. */
export interface FastifyServer {
  creation: CallExpression;
  routes: McpRoute[];
  /** The plugins that have these routes in them, and what they are registered with. */
  plugins: Set<Node>;
  registered: Set<Node>;
  problem?: string;
}

const VERBS = ['all', 'get', 'post', 'put', 'patch', 'delete', 'options', 'head'];
/** What answers requests without a route; our hook, which goes by the route, does not see them. */
const ROUTELESS = ['addHook', 'setNotFoundHandler', 'setErrorHandler'];

/** Every Fastify app of the project that serves MCP, in its own routes or in those of its plugins. */
export const findFastifyServers = once((server: NodeServer): FastifyServer[] => {
  if (server.sinks.length === 0) return [];
  const objects = fastifyObjects(server);
  const servers = new Map<CallExpression, FastifyServer>();
  const of = (creation: CallExpression): FastifyServer => {
    const known = servers.get(creation) ?? { creation, routes: [], plugins: new Set(), registered: new Set() };
    servers.set(creation, known);
    return known;
  };
  for (const call of methodCallsNamed([...VERBS, 'route'], (text) => server.identifiers.named(text))) {
    const route = readRoute(call);
    const sinks = route ? [...new Set(route.handlers.flatMap((handler) => server.leads.from(handler)))] : [];
    if (!route || sinks.length === 0) continue;
    for (const object of objects.of(route.receiver)) {
      const found = of(object.creation);
      for (const { plugin, at } of object.plugins) {
        found.plugins.add(plugin);
        found.registered.add(at);
      }
      const paths = pathsOf(route, object, server);
      if (paths) found.routes.push(...paths.map((path) => ({ path, sinks, handlers: route.handlers })));
      else found.problem = 'the path of the MCP route is known only at run time';
    }
  }
  findRouteless(server, objects, of);
  return [...servers.values()];
});

function findRouteless(
  server: NodeServer,
  objects: Origins<FastifyObject>,
  of: (creation: CallExpression) => FastifyServer,
): void {
  for (const call of methodCallsNamed(ROUTELESS, (text) => server.identifiers.named(text))) {
    const sinks = call.getArguments().flatMap((argument) => server.leads.from(argument));
    if (sinks.length === 0) continue;
    for (const { creation } of objects.of(methodCall(call)!.receiver)) {
      const found = of(creation);
      found.routes.push({ path: { text: '/mcp' }, sinks, handlers: call.getArguments() });
      found.problem = `MCP requests are answered in ${methodCall(call)!.name}() at line ${call.getStartLineNumber()} and not by a route`;
    }
  }
}

/** `app.post('/mcp', options?, handler)`, `app.route({ url, handler })`. */
function readRoute(call: CallExpression): RouteCall | undefined {
  const { receiver, name: method } = methodCall(call)!;
  const [first, ...rest] = call.getArguments();
  if (!first) return undefined;
  if (method !== 'route') return rest.length > 0 ? { call, method, receiver, path: first, handlers: rest } : undefined;
  const options = unwrap(first);
  if (!Node.isObjectLiteralExpression(options)) return undefined;
  const path = propertyValue(options, 'url') ?? propertyValue(options, 'path');
  return path && { call, method, receiver, path, handlers: [options] };
}

function pathsOf(route: RouteCall, { prefix }: FastifyObject, server: NodeServer): RoutePath[] | undefined {
  const texts = server.constants.strings(route.path);
  if (prefix === undefined) return undefined;
  if (texts) return texts.map((text) => ({ text: routeUrl(prefix, text) }));
  return prefix === '' && route.path ? [{ node: route.path }] : undefined;
}
