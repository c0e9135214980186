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
export function setProps(ctx: unknown, { authInfo }: Caller): void {
  const context = (ctx ?? {}) as { props?: Record<string, unknown> };
  const { user: _user, ...props } = context.props ?? {};
  if (!authInfo) {
    context.props = props;
    return;
  }
  const { clientId, scopes } = authInfo;
  const { subject = clientId, claims = {} } = (authInfo.extra ?? {}) as Partial<Kept>;
  context.props = { ...props, user: { subject, clientId, scopes, claims } satisfies Kept };
}

/** The environment with agents whose new sessions are the caller's; see `Sessions`. */
export function withOwnSessions(env: unknown, { user }: Caller, agents: string[]): unknown {
  const own: Record<string, unknown> = { ...(env as object) };
  for (const name of agents) {
    const binding = own[name];
    if (isNamespace(binding)) own[name] = ownNamespace(binding, user);
  }
  return own;
}

function isNamespace(value: unknown): value is Namespace {
  return typeof (value as Partial<Namespace> | undefined)?.newUniqueId === 'function';
}

function ownNamespace(namespace: Namespace, user: string): Namespace {
  return new Proxy(namespace, {
    get(target, name) {
      if (name === 'newUniqueId') return newId;
      const member: unknown = Reflect.get(target, name);
      return typeof member === 'function' ? (member.bind(target) as unknown) : member;
    },
  });

  function newId(...options: unknown[]): object {
    const id = String(namespace.newUniqueId(...options));
    return { toString: () => idWithOwner(id, user) };
  }
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
