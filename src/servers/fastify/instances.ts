import { Node, type CallExpression } from 'ts-morph';
import { propertyValue } from '../syntax/properties.ts';
import { declarationsOf, methodCall, unwrap } from '../syntax/nodes.ts';
import type { NodeServer } from '../node-shared/node-server.ts';
import { Origins } from '../syntax/origins.ts';
import { packageExport } from '../syntax/packages.ts';

/** A Fastify instance, as a route sees it: the one that was created, with the prefix of the plugins in between. */
export interface FastifyObject {
  creation: CallExpression;
  /** `undefined`: known only at run time. */
  prefix: string | undefined;
  /** The plugins in between, each with the argument of `register` that it is. */
  plugins: { plugin: Node; at: Node }[];
}

/** Follows expressions, and the instance that plugins get, to `fastify()`. */
export function fastifyObjects(server: NodeServer): Origins<FastifyObject> {
  return new Origins<FastifyObject>(server.identifiers, {
    created: (node) =>
      Node.isCallExpression(node) && isCreation(node) ? { creation: node, prefix: '', plugins: [] } : undefined,
    chains: (method) => method === 'withTypeProvider' || method === 'register',
    parameter: (parameter, originOf) => pluginInstance(parameter, server, originOf),
  });
}

function isCreation(call: CallExpression): boolean {
  if (isMcpApp(call)) return true;
  const made = packageExport(call.getExpression());
  return made?.module === 'fastify' && ['default', '*', 'fastify', 'Fastify'].includes(made.name);
}

/** `createMcpFastifyApp()` of SDK 2. */
export function isMcpApp(call: CallExpression): boolean {
  const made = packageExport(call.getExpression());
  return made?.module === '@modelcontextprotocol/fastify' && made.name === 'createMcpFastifyApp';
}

/** `app.register(async (instance) => …, { prefix: '/api' })`: the instance is that of `app`, below `/api`. */
function pluginInstance(
  parameter: Node,
  server: NodeServer,
  originOf: (node: Node) => FastifyObject[],
): FastifyObject[] | undefined {
  const plugin = parameter.getParent();
  if (!Node.isParametered(plugin) || plugin.getParameters()[0] !== parameter) return undefined;
  const registrations = registrationsOf(plugin, server);
  if (registrations.length === 0) return undefined;
  return registrations.flatMap((call) => {
    const own = prefixOf(call, server);
    // A plugin that skips the encapsulation gets the parent itself, and Fastify leaves its prefix out.
    const ownPrefixes = isWrapped(call.getArguments()[0]) ? ['', own] : skipsOverride(call) ? [own, ''] : [own];
    const at = call.getArguments()[0] ?? call;
    return originOf(methodCall(call)!.receiver).flatMap(({ creation, prefix, plugins }) =>
      ownPrefixes.map((each) => ({
        creation,
        prefix: joinPrefixes(prefix, each),
        plugins: [...plugins, { plugin, at }],
      })),
    );
  });
}

/** `register(fp(plugin))`, `const plugin = fp(…); register(plugin)`. */
function isWrapped(node: Node | undefined, depth = 0): boolean {
  const plugin = node && unwrap(node);
  if (!plugin || depth > 5) return false;
  if (Node.isCallExpression(plugin)) return packageExport(plugin.getExpression())?.module === 'fastify-plugin';
  return declarationsOf(plugin).some((declaration) => {
    const inner = Node.isExportAssignment(declaration)
      ? declaration.getExpression()
      : Node.isVariableDeclaration(declaration)
        ? declaration.getInitializer()
        : undefined;
    return isWrapped(inner, depth + 1);
  });
}

/** fastify-plugin, or the symbol that it sets, anywhere near: then the prefix may count or not. */
function skipsOverride(call: CallExpression): boolean {
  const plugin = call.getArguments()[0];
  const files = [call, ...(plugin ? declarationsOf(unwrap(plugin)) : [])].map((node) => node.getSourceFile());
  return files.some((file) => ['fastify-plugin', 'skip-override'].some((word) => file.getFullText().includes(word)));
}

/** `buildRoutePrefix` of Fastify 5 (lib/plugin-override.js). */
function joinPrefixes(outer: string | undefined, own: string | undefined): string | undefined {
  if (outer === undefined || own === undefined) return undefined;
  if (own === '') return outer;
  return `${outer.replace(/\/$/, '')}/${own.replace(/^\//, '')}`;
}

/** As Fastify 5 joins them (lib/route.js): nothing comes between, so `/api` and `mcp` make `/apimcp`. */
export function routeUrl(prefix: string, path: string): string {
  if (prefix === '') return path;
  const url = prefix + (path.startsWith('/') && prefix.endsWith('/') ? path.slice(1) : path);
  return url.length > 1 ? url.replace(/\/$/, '') : url;
}

function prefixOf(call: CallExpression, server: NodeServer): string | undefined {
  const options = call.getArguments()[1];
  if (!options) return '';
  const object = unwrap(options);
  if (!Node.isObjectLiteralExpression(object)) return undefined;
  const prefix = propertyValue(object, 'prefix');
  if (prefix) return server.constants.string(prefix);
  return object.getProperties().some(Node.isSpreadAssignment) ? undefined : '';
}

/** The `x.register(plugin)` calls of a function, also when it is wrapped by fastify-plugin or comes from another file. */
function registrationsOf(plugin: Node, server: NodeServer): CallExpression[] {
  const found = new Set<CallExpression>();
  const values = new Set<Node>([plugin]);
  for (const value of values) {
    const parent = value.getParent();
    if (Node.isCallExpression(parent) && parent.getArguments().includes(value as never)) {
      if (methodCall(parent)?.name === 'register') found.add(parent);
      else if (packageExport(parent.getExpression())?.module === 'fastify-plugin') values.add(parent);
    }
    for (const use of usesOf(value, parent, server)) values.add(use);
    if (Node.isAsExpression(parent) || Node.isSatisfiesExpression(parent) || Node.isParenthesizedExpression(parent))
      values.add(parent);
  }
  return [...found];
}

function usesOf(value: Node, parent: Node | undefined, server: NodeServer): Node[] {
  if (Node.isFunctionDeclaration(value)) return server.identifiers.references(value, value.getName() ?? 'default');
  if (Node.isVariableDeclaration(parent) && parent.getInitializer() === value) {
    return server.identifiers.references(parent, parent.getName());
  }
  if (Node.isExportAssignment(parent)) return server.identifiers.references(parent, 'default');
  return [];
}
