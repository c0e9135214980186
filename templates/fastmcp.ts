import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { answerTo, unauthorized } from './answers.ts';
import { audit } from './audit.ts';
import { caller } from './caller.ts';
import { loadConfig } from './config.ts';
import { protectMcp as behindGate } from './node-http.ts';
import { isLetThrough, type NodeRequest } from './node.ts';
import { listeningBehindGate } from './own-server.ts';

/** A FastMCP server. */
interface Server {
  start(...options: never[]): Promise<void>;
}

/** What fastmcp itself answers besides MCP. */
const HEALTH = ['/health', '/ready', '/ping'];

/**
 * Puts the gate before everything that a FastMCP server answers over HTTP: the endpoint, and the older `/sse` and
 * `/messages` that fastmcp opens beside it. Only the paths in `open`, letter by letter, need no token. Should a server
 * ever come around that, `authenticate` refuses every request. Returns the server.
 */
export function protectMcp<T extends Server>(server: T, { open = [] }: { open?: string[] } = {}): T {
  const start = server.start.bind(server);
  server.start = (...options) =>
    listeningBehindGate(
      () => start(...options),
      (listener) => behindGate(noteCaller(listener), { open: [...HEALTH, ...open] }),
    );
  return server;
}

/** Each request has a caller of its own, whatever session it belongs to. */
function noteCaller(listener: RequestListener): RequestListener {
  return (req, res) => {
    if (isLetThrough(req)) noSecondLogin(res);
    caller.run((req as NodeRequest).auth, () => listener(req, res));
  };
}

/** fastmcp answers 401 where a session id is missing. Whoever has come through the gate need not sign in for that. */
function noSecondLogin(res: ServerResponse): void {
  const writeHead = res.writeHead;
  res.writeHead = (status: number, ...rest: unknown[]) => {
    if (status === 401) res.removeHeader('WWW-Authenticate');
    return Reflect.apply(writeHead, res, [status === 401 ? 400 : status, ...rest]) as typeof res;
  };
}

/** What tools find in `context.session`: who calls now, not who opened the session. */
const session = {
  get authInfo(): unknown {
    return caller.getStore();
  },
};

/**
 * The last door: fastmcp asks here before it opens a session, and before it uses one. Nobody is asked on stdio, where
 * whoever starts the server owns it.
 */
export async function authenticate(req: IncomingMessage | undefined): Promise<Record<string, unknown>> {
  if (req === undefined || isLetThrough(req)) return session;
  const refusal = unauthorized(loadConfig(), 'came around the gate');
  audit({ decision: 'deny', reason: refusal.message, method: req.method ?? '' });
  const { status, headers, body } = answerTo(refusal);
  throw new Response(body ?? null, { status, headers });
}
