import { expressAdapter } from './express/adapter.ts';
import { fastMcpAdapter } from './fastmcp/adapter.ts';
import { fastifyAdapter } from './fastify/adapter.ts';
import { fetchAdapter } from './fetch/adapter.ts';
import { functionsAdapter } from './functions/adapter.ts';
import { honoAdapter } from './hono/adapter.ts';
import { mcpFrameworkAdapter } from './mcp-framework/adapter.ts';
import { nestAdapter } from './nest/adapter.ts';
import { nextAdapter } from './next/adapter.ts';
import { nodeHttpAdapter } from './node-http/adapter.ts';
import { selfHostedAdapters } from './self-hosted/adapter.ts';
import type { ServerAdapter } from './types.ts';
import { workersAdapter } from './workers/adapter.ts';
import { honoWorkersAdapter } from './workers/hono.ts';
import { xmcpAdapter } from './xmcp/adapter.ts';

/** Every HTTP framework that can be recognised; a new one is added here. */
export const adapters = [
  expressAdapter,
  fastifyAdapter,
  nodeHttpAdapter,
  honoAdapter,
  nextAdapter,
  functionsAdapter,
  honoWorkersAdapter,
  workersAdapter,
  fetchAdapter,
  fastMcpAdapter,
  mcpFrameworkAdapter,
  nestAdapter,
  xmcpAdapter,
  ...selfHostedAdapters,
] as ServerAdapter[];

/** The first answer that an adapter has. */
export function firstOf<T>(
  among: readonly ServerAdapter[],
  ask: (adapter: ServerAdapter) => T | undefined,
): T | undefined {
  for (const adapter of among) {
    const answer = ask(adapter);
    if (answer !== undefined) return answer;
  }
  return undefined;
}
