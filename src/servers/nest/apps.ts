import { Node, type CallExpression, type ObjectLiteralExpression } from 'ts-morph';
import { objectsOf } from '../syntax/objects.ts';
import type { CodeModel } from '../model.ts';
import { ModuleGraph } from '../module-graph.ts';
import { nodeServer, type NodeServer } from '../node-shared/node-server.ts';
import { methodCallsNamed } from '../node-shared/routes.ts';
import { creationsOf } from '../own-server/creations.ts';
import { once } from '../syntax/memo.ts';
import { methodCall } from '../syntax/nodes.ts';
import { Origins } from '../syntax/origins.ts';
import { packageExport } from '../syntax/packages.ts';

const MCP_NEST = '@rekog/mcp-nest';
/** Of version 2; it leads requests to MCP by itself. */
export const TRANSPORT = { module: MCP_NEST, name: 'StreamableHttpTransport' };

/** `NestFactory.create(…)` in a program that has mcp-nest in it. */
export interface NestApp {
  creation: CallExpression;
  servers: McpNestServer[];
}

/** What a program says to mcp-nest: `McpModule.forRoot({ … })` of version 1, `new StreamableHttpTransport({ … })` of version 2. */
export interface McpNestServer {
  kind: 'module' | 'async-module' | 'transport';
  at: Node;
  /** Its options; `undefined` when there are none, or when they are not written as one object. */
  options: ObjectLiteralExpression | undefined;
  hasOptions: boolean;
}

/** Every Nest application of the project that can reach an MCP server of mcp-nest. */
export const nestApps = once((model: CodeModel): NestApp[] => {
  const server = nodeServer(model);
  const servers = mcpNestServers(server);
  if (servers.length === 0) return [];
  const graph = new ModuleGraph(model.snapshot);
  return methodCallsNamed(['create'], (text) => server.identifiers.named(text))
    .filter((call) => isFrom(methodCall(call)!.receiver, '@nestjs/core', 'NestFactory'))
    .flatMap((creation) => {
      const reached = graph.reachableFrom(model.pathOf(creation.getSourceFile()));
      const own = servers.filter(({ at }) => reached.has(model.pathOf(at.getSourceFile())));
      return own.length > 0 ? [{ creation, servers: own }] : [];
    });
});

/** Every MCP server of mcp-nest, in whatever module. */
export function mcpNestServers(server: NodeServer): McpNestServer[] {
  const named = (text: string): Node[] => server.identifiers.named(text);
  const modules = methodCallsNamed(['forRoot', 'forRootAsync'], named)
    .filter((call) => isFrom(methodCall(call)!.receiver, MCP_NEST, 'McpModule'))
    .map((call): McpNestServer => {
      const isAsync = methodCall(call)!.name === 'forRootAsync';
      return { kind: isAsync ? 'async-module' : 'module', at: call, ...optionsIn(call.getArguments()) };
    });
  const transports = creationsOf(server.identifiers, TRANSPORT).map((made): McpNestServer => ({
    kind: 'transport',
    at: made,
    ...optionsIn(made.getArguments()),
  }));
  return [...modules, ...transports];
}

function optionsIn([first]: Node[]): Pick<McpNestServer, 'options' | 'hasOptions'> {
  const [options, ...others] = objectsOf(first);
  const isKnown = others.length === 0 && options?.getProperties().every((each) => !Node.isSpreadAssignment(each));
  return { hasOptions: first !== undefined, options: isKnown ? options : undefined };
}

/** Follows expressions to the application that they stand for. */
export function appOrigins(server: NodeServer): Origins<CallExpression> {
  return new Origins<CallExpression>(server.identifiers, {
    created: (node) =>
      Node.isCallExpression(node) &&
      methodCall(node)?.name === 'create' &&
      isFrom(methodCall(node)!.receiver, '@nestjs/core', 'NestFactory')
        ? node
        : undefined,
    chains: (method) => ['use', 'enableShutdownHooks', 'setGlobalPrefix', 'useGlobalPipes'].includes(method),
  });
}

/**
 * Something by which requests get to MCP on a way that mcp-nest does not show: a controller of the project's own, a
 * transport that is another class.
 */
export function ownWay(server: NodeServer): { at: Node; how: string } | undefined {
  const uses = (names: string[]): Node[] => names.flatMap((name) => usesOfMcpNest(server, name));
  const [controller] = uses(CONTROLLERS);
  const handlers = server.identifiers.named('httpHandlers').find((name) => Node.isMemberExpression(name.getParent()));
  const at = controller ?? handlers;
  if (at) return { at, how: 'leads requests to mcp-nest in a controller of its own' };
  const transport = uses(['McpTransport', 'StreamableHttpTransport']).find(isParent);
  return transport && { at: transport, how: 'is a transport of its own' };
}

/** Where something of mcp-nest is used, by the name that it exports it under. */
export function usesOfMcpNest(server: NodeServer, name: string): Node[] {
  return server.identifiers
    .named(name)
    .filter((use) => !Node.isImportSpecifier(use.getParent()) && packageExport(use)?.module === MCP_NEST);
}

const CONTROLLERS = [
  'McpHttpControllerFor',
  'MCP_HTTP_HANDLER',
  'StreamableHttpController',
  'McpStreamableHttpService',
  'McpSseService',
  'createStreamableHttpController',
  'createSseController',
];

/** `class X extends …`, `class X implements …` */
function isParent(name: Node): boolean {
  return Node.isExpressionWithTypeArguments(name.getParent());
}

export function isFrom(node: Node, module: string, name: string): boolean {
  const found = packageExport(node);
  return found?.module === module && found.name === name;
}
