import { AsyncLocalStorage } from 'node:async_hooks';
import type { IncomingMessage } from 'node:http';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { caller } from './caller.ts';
import { protectMcp as behindGate } from './node-http.ts';
import { isLetThrough, type NodeRequest } from './node.ts';
import { listeningBehindGate } from './own-server.ts';

/** An MCPServer of mcp-framework. */
interface Server {
  start(): Promise<void>;
}

/**
 * Puts the gate before everything that a server of mcp-framework answers over HTTP, on all its transports. Only its health
 * check and the paths in `open`, letter by letter, need no token. Returns the server.
 */
export function protectMcp<T extends Server>(server: T, { open = [] }: { open?: string[] } = {}): T {
  closeLastDoor(server);
  const start = server.start.bind(server);
  server.start = () =>
    listeningBehindGate(start, (listener) =>
      behindGate((req, res) => void caller.run((req as NodeRequest).auth, () => listener(req, res)), {
        open: ['/health', ...open],
      }),
    );
  return server;
}

/**
 * Should a request ever come around the gate, as by `handleRequest` of the server, mcp-framework asks here. What this
 * returns is what tools find in `getRequestContext()`.
 */
const provider = {
  authenticate(req: IncomingMessage): Promise<false | { data: Record<string, unknown> }> {
    const { auth } = req as NodeRequest;
    return Promise.resolve(isLetThrough(req) && { data: { ...auth, ...auth?.extra } });
  },
  getAuthError: () => ({ status: 401, message: 'Unauthorized' }),
};

/** How a server of mcp-framework makes one of its transports. */
interface Config {
  auth?: unknown;
}

function closeLastDoor(server: object): void {
  // One until version 0.2.16.
  const { transportConfig, transportConfigs } = server as { transportConfig?: Config; transportConfigs?: Config[] };
  const configs = transportConfigs ?? (transportConfig ? [transportConfig] : []);
  if (configs.length === 0) throw new Error('This version of mcp-framework is not known.');
  for (const config of configs) config.auth = { provider, endpoints: { sse: true, messages: true } };
}

type Method = (...args: unknown[]) => Promise<void>;

/** The transport of the session whose request is being answered. */
const answering = new AsyncLocalStorage<object>();

/**
 * mcp-framework sends every answer to all sessions that wait for one of this id, and clients choose the same ids: somebody
 * would read what another one has asked for. What a request leads to is for its own session.
 */
const { prototype } = StreamableHTTPServerTransport;
const { handleRequest, send } = prototype as unknown as Record<'handleRequest' | 'send', Method>;
Object.assign(prototype, {
  handleRequest(this: object, ...args: unknown[]): Promise<void> {
    return answering.run(this, () => Reflect.apply(handleRequest, this, args));
  },
  send(this: object, ...args: unknown[]): Promise<void> {
    const own = answering.getStore();
    return own === undefined || own === this ? Reflect.apply(send, this, args) : Promise.resolve();
  },
});
