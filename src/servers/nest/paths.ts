import { Node, type CallExpression } from 'ts-morph';
import type { Transport } from '../../types.ts';
import type { NodeServer } from '../node-shared/node-server.ts';
import { methodCallsNamed } from '../node-shared/routes.ts';
import { lastName, methodCall, unwrap } from '../syntax/nodes.ts';
import { joinPaths } from '../syntax/paths.ts';
import { propertyValue } from '../syntax/properties.ts';
import { appOrigins, type McpNestServer, type NestApp } from './apps.ts';

/** The paths of an application that lead to MCP, the Streamable HTTP endpoints first. */
export interface NestPaths {
  paths: string[];
  transports: Transport[];
  /** Why they are not all known. */
  problem?: string;
}

const RUNTIME = 'the path of the MCP endpoint is known only at run time';

/** Reads where mcp-nest answers: its options, and the global prefix of the application. */
export function nestPaths(app: NestApp, server: NodeServer): NestPaths {
  const prefix = globalPrefix(app.creation, server);
  const found = app.servers.map((each) => endpointsOf(each, server));
  const problem = [prefix.problem, ...found.map((each) => each.problem)].find((each) => each !== undefined);
  const under = ({ text, isPrefixed }: Endpoint): string[] =>
    isPrefixed ? prefix.prefixes.map((each) => joinPaths(each, text)) : [joinPaths(text)];
  const streams = found.flatMap(({ streamable }) => streamable.flatMap(under));
  const older = found.flatMap(({ sse }) => sse.flatMap(under));
  return {
    paths: [...new Set([...streams, ...older])],
    transports: [
      ...(streams.length > 0 ? ['streamable-http' as const] : []),
      ...(older.length > 0 ? ['sse' as const] : []),
      ...(found.some(({ isStdio }) => isStdio) ? ['stdio' as const] : []),
    ],
    ...(problem === undefined ? {} : { problem }),
  };
}

/** A path; what mcp-nest 2 mounts itself is not below the global prefix. */
interface Endpoint {
  text: string;
  isPrefixed: boolean;
}

interface Endpoints {
  streamable: Endpoint[];
  sse: Endpoint[];
  isStdio: boolean;
  problem?: string;
}

function endpointsOf({ kind, options, hasOptions }: McpNestServer, server: NodeServer): Endpoints {
  if (kind === 'async-module') return unknownEndpoints('McpModule.forRootAsync works out its options at run time');
  if (hasOptions && !options) return unknownEndpoints('the options of mcp-nest are not written as an object');
  const text = (name: string, fallback: string): string | undefined => {
    const value = options && propertyValue(options, name);
    return value ? server.constants.string(value) : fallback;
  };
  const isPrefixed = kind === 'module';
  if (kind === 'transport') {
    const endpoint = text('endpoint', 'mcp');
    if (endpoint === undefined) return unknownEndpoints(RUNTIME);
    return { streamable: [{ text: endpoint, isPrefixed }], sse: [], isStdio: false };
  }
  const [prefix, mcp, sse, messages] = [
    text('apiPrefix', ''),
    text('mcpEndpoint', 'mcp'),
    text('sseEndpoint', 'sse'),
    text('messagesEndpoint', 'messages'),
  ];
  if (prefix === undefined || mcp === undefined || sse === undefined || messages === undefined)
    return unknownEndpoints(RUNTIME);
  const kinds = transportKinds(options && propertyValue(options, 'transport'));
  const has = (name: string): boolean => kinds === undefined || kinds.includes(name);
  const at = (path: string): Endpoint => ({ text: joinPaths(prefix, path), isPrefixed });
  return {
    streamable: has('STREAMABLE_HTTP') ? [at(mcp)] : [],
    sse: has('SSE') ? [at(sse), at(messages)] : [],
    isStdio: has('STDIO'),
  };
}

function unknownEndpoints(problem: string): Endpoints {
  return { streamable: [{ text: 'mcp', isPrefixed: true }], sse: [], isStdio: false, problem };
}

/** `McpTransportType.SSE`, or a list of them; `undefined` for all. */
function transportKinds(node: Node | undefined): string[] | undefined {
  const value = node && unwrap(node);
  if (!value) return undefined;
  const items = Node.isArrayLiteralExpression(value) ? value.getElements() : [value];
  const names = items.map((item) => lastName(unwrap(item)));
  const isKnown = names.every((name) => name !== undefined && ['SSE', 'STREAMABLE_HTTP', 'STDIO'].includes(name));
  return isKnown ? names.flatMap((name) => name ?? []) : undefined;
}

/** What `app.setGlobalPrefix('api')` puts before the paths of controllers; with exceptions, both forms are taken. */
function globalPrefix(creation: CallExpression, server: NodeServer): { prefixes: string[]; problem?: string } {
  const origins = appOrigins(server);
  const calls = (name: string): CallExpression[] =>
    methodCallsNamed([name], (text) => server.identifiers.named(text)).filter((call) => {
      const origin = origins.of(methodCall(call)!.receiver);
      return origin.length === 0 || origin.includes(creation);
    });
  if (calls('enableVersioning').some((call) => call.getText().includes('defaultVersion')))
    return { prefixes: ['/'], problem: 'the version in front of the MCP endpoint is not known' };
  const [call, ...others] = calls('setGlobalPrefix');
  if (!call) return { prefixes: ['/'] };
  const prefix = server.constants.string(call.getArguments()[0]);
  if (others.length > 0 || prefix === undefined)
    return { prefixes: ['/'], problem: 'the global prefix is known only at run time' };
  const [, options] = call.getArguments();
  if (!options) return { prefixes: [prefix] };
  // What is excluded may be MCP: both forms are protected, the likelier one is told first.
  const namesMcp = options
    .getDescendants()
    .some((node) => Node.isStringLiteral(node) && node.getText().includes('mcp'));
  return { prefixes: namesMcp ? ['/', prefix] : [prefix, '/'] };
}
