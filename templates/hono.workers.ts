import type { Context, Next } from 'hono';
import { AGENTS, isInternal, setProps, userOf, withOwnSessions } from './agents.ts';
import { admit, answered, authOf, callerOf, isMetadata, metadata } from './fetch.ts';
import { useEnvironment } from './runtime.workers.ts';

export { authOf, userOf };

type Middleware = (c: Context, next: Next) => Promise<Response | void>;

/** A Hono app, whatever its type arguments. */
interface App {
  use(path: string, middleware: Middleware): unknown;
}

/**
 * Protects the MCP endpoints of a Hono app that runs as a Worker. Call it right after the app is created: what is
 * registered earlier runs before the gate. Hono itself matches the paths, so no other spelling of them leads around it.
 * `agents` names the bindings of the `McpAgent` classes that are served. Returns the app.
 */
export function protectMcp<T extends App>(app: T, paths: string[], { agents = AGENTS } = {}): T {
  app.use('*', async (c, next) => {
    useEnvironment(c.env);
    return isMetadata(new URL(c.req.url).pathname) ? metadata(c.req.raw) : next();
  });
  for (const path of paths) app.use(`${path.replace(/\/$/, '')}/*`, gate);
  return app;

  async function gate(c: Context, next: Next): Promise<Response | void> {
    const request = c.req.raw;
    const refusal = await admit(request);
    if (refusal) return refusal;
    if (isInternal(request)) return new Response(null, { status: 400 });
    const caller = callerOf(request);
    if (!caller) throw new Error('The gate has let nobody through.');
    c.env = withOwnSessions(c.env, caller, agents, setProps(c.executionCtx, caller));
    c.set('auth', caller.authInfo); // where @hono/mcp looks
    await next();
    answered(request, c.res);
  }
}
