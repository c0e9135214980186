import { AGENTS, isInternal, setProps, userOf, withOwnSessions } from './agents.ts';
import { authOf, callerOf, protectMcp as protectFetch } from './fetch.ts';
import { useEnvironment } from './runtime.workers.ts';

export { authOf, userOf };

export interface Options {
  /** Paths that need no token, letter by letter. */
  open?: string[];
  /** Bindings of the `McpAgent` classes that are served. */
  agents?: string[];
}

/** What is called with `(request, env, ctx)`. */
type Handler<Req, Rest extends unknown[]> = (request: Req, ...rest: Rest) => Response | Promise<Response>;

/** What a module exports, or `McpAgent.serve()` returns. */
interface Server {
  fetch(request: Request, ...rest: never[]): Response | Promise<Response>;
}

/**
 * Wraps what answers the requests of a Worker: its `fetch`, or an object that has one. It is called for requests that the
 * gate lets through, and for those to a path in `open`.
 */
export function protectMcp<T extends Server>(server: T, options?: Options): T;
export function protectMcp<Req extends Request, Rest extends unknown[]>(
  handler: Handler<Req, Rest>,
  options?: Options,
): (request: Req, ...rest: Rest) => Promise<Response>;
export function protectMcp(served: Server | Handler<Request, unknown[]>, options: Options = {}): unknown {
  if (typeof served === 'function') return protectHandler(served, options);
  const handler: Handler<Request, unknown[]> = (request, ...rest) => served.fetch(request, ...(rest as never[]));
  return { ...served, fetch: protectHandler(handler, options) };
}

function protectHandler(
  handler: Handler<Request, unknown[]>,
  { open = [], agents = AGENTS }: Options,
): Handler<Request, unknown[]> {
  const gated = protectFetch(
    (request: Request, env: unknown, ctx: unknown, ...rest: unknown[]) => {
      const caller = callerOf(request);
      if (!caller) return handler(request, env, ctx, ...rest); // an open path
      if (isInternal(request)) return new Response(null, { status: 400 });
      const props = setProps(ctx, caller);
      return handler(request, withOwnSessions(env, caller, agents, props), ctx, ...rest);
    },
    { open },
  );
  return (request, env, ctx, ...rest) => {
    useEnvironment(env);
    return gated(request, env, ctx, ...rest);
  };
}
