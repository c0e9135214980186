import { Node, type CallExpression } from 'ts-morph';
import type { CodeModel } from '../model.ts';
import { identifiersOf } from '../syntax/identifiers.ts';
import { once } from '../syntax/memo.ts';
import { declarationsOf, methodCall, unwrap } from '../syntax/nodes.ts';
import { packageExport } from '../syntax/packages.ts';
import { propertyValue } from '../syntax/properties.ts';
import { staticString } from '../syntax/static-value.ts';

/** What Cloudflare's `agents` package makes to answer requests: an object with `fetch`, or a function. */
export interface AgentCall {
  kind: 'handler';
  call: CallExpression;
  /** The path it answers at; `undefined` when only the running program knows. */
  path: string | undefined;
  transport: 'streamable-http' | 'sse';
  /** Binding of the class of an `McpAgent`; none for a handler without sessions. */
  binding?: string | undefined;
}

const SERVED = new Map<string, AgentCall['transport']>([
  ['serve', 'streamable-http'],
  ['serveSSE', 'sse'],
  ['mount', 'sse'],
]);
const MAKERS = ['createMcpHandler', 'experimental_createMcpHandler', 'createLegacyMcpHandler'];
const MODULES = ['agents/mcp', 'agents/mcp/server'];

/** Finds `MyMcp.serve('/mcp')`, `.serveSSE(…)`, `.mount(…)` and `createMcpHandler(…)` of `agents`. */
export const findAgentCalls = once((model: CodeModel): AgentCall[] => {
  if (![...model.snapshot.files.values()].some((text) => text.includes('agents/mcp'))) return [];
  return [...servedAgents(model), ...madeHandlers(model)];
});

function servedAgents(model: CodeModel): AgentCall[] {
  return [...SERVED].flatMap(([name, transport]) =>
    identifiersOf(model)
      .named(name)
      .flatMap((identifier) => {
        const call = identifier.getParent()?.getParent();
        const method = call && methodCall(call);
        if (!Node.isCallExpression(call) || method?.name !== name || !isAgentClass(method.receiver)) return [];
        const [path, options] = call.getArguments();
        return [{ kind: 'handler' as const, call, path: staticString(path), ...servedAs(options, transport) }];
      }),
  );
}

/** `{ binding: 'MCP', transport: 'sse' }` */
function servedAs(
  options: Node | undefined,
  transport: AgentCall['transport'],
): Pick<AgentCall, 'transport' | 'binding'> {
  const object = options && unwrap(options);
  if (!object) return { transport, binding: 'MCP_OBJECT' };
  if (!Node.isObjectLiteralExpression(object)) return { transport, binding: undefined };
  const binding = propertyValue(object, 'binding');
  const said = staticString(propertyValue(object, 'transport'));
  return {
    transport: said === 'sse' ? 'sse' : transport,
    binding: binding ? staticString(binding) : 'MCP_OBJECT',
  };
}

/** A class that extends `McpAgent`, directly or not; `this` and `super` of such a class are not asked for. */
function isAgentClass(receiver: Node, depth = 0): boolean {
  const made = packageExport(receiver);
  if (made) return MODULES.includes(made.module) && made.name === 'McpAgent';
  const name = unwrap(receiver);
  if (!Node.isIdentifier(name) || depth > 5) return false;
  return declarationsOf(name).some((declaration) => {
    const value = Node.isVariableDeclaration(declaration) ? declaration.getInitializer() : declaration;
    if (!Node.isClassDeclaration(value) && !Node.isClassExpression(value)) return false;
    const base = value.getExtends()?.getExpression();
    return base !== undefined && isAgentClass(base, depth + 1);
  });
}

function madeHandlers(model: CodeModel): AgentCall[] {
  const identifiers = identifiersOf(model);
  const names = MAKERS.flatMap((name) => [name, ...identifiers.taken(name).map(({ local }) => local)]);
  return identifiers.calls(names).flatMap((call) => {
    const made = packageExport(call.getExpression());
    if (!made || !MODULES.includes(made.module) || !MAKERS.includes(made.name)) return [];
    return [{ kind: 'handler' as const, call, path: routeOf(call), transport: 'streamable-http' as const }];
  });
}

/** `createMcpHandler(server, { route: '/x' })`; `/mcp` when it is not said. */
function routeOf(call: CallExpression): string | undefined {
  const [, options] = call.getArguments();
  const object = options && unwrap(options);
  if (!object) return '/mcp';
  if (!Node.isObjectLiteralExpression(object)) return undefined;
  const route = propertyValue(object, 'route');
  return route ? staticString(route) : '/mcp';
}
