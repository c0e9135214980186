import type { AuthInfo } from './auth-info.ts';
import type { Caller } from './gate.ts';
import { idWithOwner } from './sessions.workers.ts';
import { requireUser, type User } from './user.ts';

/** What Cloudflare's `agents` package hands on to tools, and what it would let in. */

/** Bindings of `McpAgent` classes when they are not named. */
export const AGENTS = ['MCP_OBJECT'];

/** The binding of a class of Durable Objects. */
interface Namespace {
  newUniqueId(...options: unknown[]): object;
}

/** What is called of an agent, from afar. */
interface Agent {
  fetch(...args: never[]): unknown;
  onSSEMcpMessage(...args: never[]): unknown;
  updateProps(props: object): Promise<unknown>;
}

/** What is kept of a caller: no token, for an agent stores it. */
type Kept = Pick<User, 'subject' | 'clientId' | 'scopes' | 'claims'>;

/**
 * The user behind a tool call: `userOf(this.props)` in an `McpAgent`, `userOf(getMcpAuthContext()?.props)` where
 * `createMcpHandler` serves. Throws when nobody has signed in, as in a public tool.
 */
export function userOf(props: unknown): User {
  const { user } = (props ?? {}) as { user?: Kept };
  if (!user) throw new Error('Nobody has signed in.');
  const { clientId, scopes, subject, claims } = user;
  return requireUser({ authInfo: { token: '', clientId, scopes, extra: { subject, claims } } });
}

/** Tells the tools who calls, by the props of the request's context. */
export function setProps(ctx: unknown, { authInfo }: Caller): object {
  const context = (ctx ?? {}) as { props?: Record<string, unknown> };
  const { user: _user, ...props } = context.props ?? {};
  context.props = authInfo ? { ...props, user: kept(authInfo) } : props;
  return context.props;
}

function kept({ clientId, scopes, extra }: AuthInfo): Kept {
  const { subject = clientId, claims = {} } = (extra ?? {}) as Partial<Kept>;
  return { subject, clientId, scopes, claims };
}

/**
 * The environment with agents whose new sessions are the caller's (see `Sessions`), and who are told with each request
 * who calls: by itself an agent remembers who has woken it.
 */
export function withOwnSessions(env: unknown, { user }: Caller, agents: string[], props: object): unknown {
  const own: Record<string, unknown> = { ...(env as object) };
  for (const name of agents) {
    const binding = own[name];
    if (isNamespace(binding)) own[name] = ownNamespace(binding, user, props);
  }
  return own;
}

function isNamespace(value: unknown): value is Namespace {
  return typeof (value as Partial<Namespace> | undefined)?.newUniqueId === 'function';
}

function ownNamespace(namespace: Namespace, user: string, props: object): Namespace {
  return new Proxy(namespace, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== 'function') return member;
      const method = member as (...args: unknown[]) => object;
      const call = (...args: unknown[]): object => Reflect.apply(method, target, args);
      if (name === 'newUniqueId') {
        return (...args: unknown[]) => ({ toString: () => idWithOwner(String(call(...args)), user) });
      }
      return name === 'get' || name === 'getByName'
        ? (...args: unknown[]) => informed(call(...args) as Agent, props)
        : call;
    },
  });
}

/** An agent that hears who calls before it hears what. */
function informed(agent: Agent, props: object): Agent {
  return new Proxy(agent, {
    get(target, name) {
      if (name !== 'fetch' && name !== 'onSSEMcpMessage') return Reflect.get(target, name) as unknown;
      return async (...args: never[]) => {
        await target.updateProps(props).catch(() => undefined); // the first versions do not know it
        return target[name](...args);
      };
    },
  });
}

/**
 * Does a request talk to agents in the way that only the package itself should? An agent takes messages out of such
 * headers and sockets, which the gate does not read.
 */
export function isInternal({ headers }: Request): boolean {
  if (headers.has('Upgrade')) return true;
  let found = false;
  headers.forEach((_value, name) => (found ||= /^(cf-mcp|x-partykit)-/i.test(name)));
  return found;
}
