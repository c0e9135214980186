import { Node } from 'ts-morph';
import type { TransportCall } from '../fetch-shared/transport-calls.ts';
import { propertyValue } from '../syntax/properties.ts';
import { staticString } from '../syntax/static-value.ts';

/** What mcp-handler 1.x answers below its route: it compares the whole path with these. */
export interface HandlerPaths {
  /** The Streamable HTTP endpoint. */
  mcp: string;
  /** The older SSE transport: its stream, its messages. */
  legacy: string[];
}

/**
 * Reads `createMcpHandler(register, options, { basePath })`. Version 2 has no third argument: it answers where it is put.
 * @returns `undefined` when it does not say so in the source
 */
export function handlerPaths(calls: TransportCall[]): HandlerPaths | undefined {
  for (const each of calls) {
    const config = each.kind === 'handler' ? each.call.getArguments()[2] : undefined;
    if (!Node.isObjectLiteralExpression(config)) continue;
    const text = (name: string): string | undefined => staticString(propertyValue(config, name));
    const base = text('basePath');
    const below = (name: string): string => `${base?.endsWith('/') ? base.slice(0, -1) : (base ?? '')}/${name}`;
    const mcp = base === undefined ? text('streamableHttpEndpoint') : below('mcp');
    if (mcp === undefined) continue;
    const isOff = propertyValue(config, 'disableSse')?.getText() === 'true';
    const own = [text('sseEndpoint') ?? '/sse', text('sseMessageEndpoint') ?? '/message'];
    return { mcp, legacy: isOff ? [] : base === undefined ? own : [below('sse'), below('message')] };
  }
  return undefined;
}
