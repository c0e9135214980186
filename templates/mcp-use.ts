import type { RequestListener } from 'node:http';
import { caller } from './caller.ts';
import { loadConfig } from './config.ts';
import { admit, answered, authOf, callerOf, isMetadata, metadata } from './fetch.ts';
import { listeningBehindGate } from './own-server.ts';

/** What is looked at of a request in Hono, which mcp-use is built on. */
interface Context {
  req: { url: string; raw: Request };
  res: Response;
  set(name: string, value: unknown): void;
}

type Middleware = (c: Context, next: () => Promise<void>) => Promise<Response | void>;

interface App {
  use(path: string, middleware: Middleware): unknown;
  fetch(request: Request, ...rest: never[]): Response | Promise<Response>;
}

/** A server of mcp-use. */
interface Server {
  app: App;
  listen(...options: never[]): Promise<unknown>;
}

/**
 * Protects the MCP endpoints of a server that has just been created: Hono tries routes in the order in which they are
 * added, and mcp-use adds its own when it starts. Returns the server.
 */
export function protectMcp<T extends Server>(server: T, paths: string[]): T {
  gateBeforeAll(server.app, paths);
  server.app.use('*', async (c, next) => (isMetadata(new URL(c.req.url).pathname) ? metadata(c.req.raw) : next()));
  // Matched as mcp-use matches them: no other spelling of a path leads around the gate.
  for (const path of paths) server.app.use(path, gate);
  const listen = server.listen.bind(server);
  server.listen = (...options) => {
    loadConfig(); // an incomplete configuration stops the server at start, not its first user; a build has none
    return 'basePath' in server ? listeningBehindGate(() => listen(...options), withPlainPaths) : listen(...options);
  };
  return server;
}

/** Version 2 answers 500 to `POST http://host/mcp`, which is the same as `POST /mcp` (RFC 9112 §3.2.2). */
function withPlainPaths(listener: RequestListener): RequestListener {
  return (req, res) => {
    const { url = '' } = req;
    if (!url.startsWith('/')) req.url = url.replace(/^[^:]*:\/\/[^/?]*/, '');
    listener(req, res);
  };
}

/** Version 1 writes CORS headers over those of the gate, and logs what it refuses: these requests are decided before. */
function gateBeforeAll(app: App, paths: string[]): void {
  const fetch = app.fetch.bind(app);
  app.fetch = async (request, ...rest) => {
    const { pathname } = new URL(request.url);
    if (isMetadata(pathname)) return metadata(request);
    if (!paths.includes(pathname)) return fetch(request, ...rest);
    const refusal = await admit(request);
    if (refusal) return refusal;
    const { status, statusText, headers, body } = await fetch(request, ...rest);
    return answered(request, new Response(body, { status, statusText, headers }));
  };
}

async function gate(c: Context, next: () => Promise<void>): Promise<Response | void> {
  const request = c.req.raw;
  const isDecided = callerOf(request) !== undefined;
  const refusal = await admit(request);
  if (refusal) return refusal;
  const { authInfo } = authOf(request);
  c.set('auth', authInfo); // version 1 hands it to tools as `ctx.auth`
  await caller.run(authInfo, next);
  if (!isDecided) answered(request, c.res);
}
