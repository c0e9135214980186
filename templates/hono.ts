import type { Context, Next } from 'hono';
import { loadConfig } from './config.ts';
import { mcpHosts } from './environment.ts';
import { admit, answered, authOf, isMetadata, metadata } from './fetch.ts';

export { authOf, mcpHosts };

type Middleware = (c: Context, next: Next) => Promise<Response | void>;

/** A Hono app, whatever its type arguments. */
interface App {
  use(path: string, middleware: Middleware): unknown;
}

/**
 * Protects the MCP endpoints of a Hono app. Call it right after the app is created: what is registered earlier runs
 * before the gate. Hono itself matches the paths, so no other spelling of them leads around it. Returns the app.
 */
export function protectMcp<T extends App>(app: T, paths: string[]): T {
  loadConfig(); // an incomplete configuration stops the server at start, not its first user
  app.use('*', async (c, next) => (isMetadata(new URL(c.req.url).pathname) ? metadata(c.req.raw) : next()));
  for (const path of paths) app.use(`${path.replace(/\/$/, '')}/*`, gate);
  return app;
}

async function gate(c: Context, next: Next): Promise<Response | void> {
  const request = c.req.raw;
  const refusal = await admit(request);
  if (refusal) return refusal;
  c.set('auth', authOf(request).authInfo); // where @hono/mcp looks
  await next();
  answered(request, c.res);
}
