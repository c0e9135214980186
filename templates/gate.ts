import { challenged, Refusal, unauthorized, unknownTool } from './answers.ts';
import { audit } from './audit.ts';
import type { AuthInfo } from './auth-info.ts';
import type { AuthConfig } from './config.ts';
import type { Message } from './messages.ts';
import { IS_OPEN, ruleFor, ruleForStream, withImplied } from './rules.ts';
import { digest } from './runtime.ts';
import { BASE_SCOPES } from './scopes.ts';
import { ANONYMOUS, Sessions } from './sessions.ts';
import { KeysUnavailable } from './signing-keys.ts';
import { createVerifier, InvalidToken } from './verifier.ts';

/** One HTTP request, as Node and Fetch hosts show it to the gate. */
export interface Incoming {
  method: string;
  /** Path and query, as sent. */
  url: string;
  /** The Authorization header; several of them joined by a comma. */
  authorization: string | undefined;
  /** The Mcp-Session-Id header. */
  sessionId: string | undefined;
  /** The MCP-Protocol-Version header. */
  protocolVersion: string | undefined;
  /** Whether there is a body although the method is not POST: some servers read it all the same. */
  hasStrayBody(): boolean | Promise<boolean>;
  /** Reads the body of a POST; not asked when the caller is not served anyway. Throws Refusal. */
  messages(): Promise<Message[]>;
}

/** Who was let through. `user` stands for issuer and subject; `authInfo` is what the SDK hands to tools. */
export interface Caller {
  user: string;
  authInfo: AuthInfo | undefined;
  /** Whether the answer may open or end a session; otherwise `answered` need not be called. */
  changesSession: boolean;
  /** To be called with what the server answers. */
  answered(status: number, sessionId: string | null | undefined): void;
}

export interface Gate {
  /** Lets a request through or throws Refusal: there is no third way out. Writes the one audit line. */
  admit(request: Incoming): Promise<Caller>;
}

const METHODS = ['GET', 'HEAD', 'POST', 'DELETE'];

export function createGate(config: AuthConfig): Gate {
  const verify = createVerifier(config);
  const sessions = new Sessions();

  /** RFC 6750 §2.1, the scheme in any case (RFC 9110 §11.1). Tokens in query, form or cookie do not count. */
  async function authenticate(request: Incoming): Promise<AuthInfo | undefined> {
    const { authorization } = request;
    if (authorization === undefined) {
      if (IS_OPEN && !isLegacy(request)) return undefined;
      throw unauthorized(config, 'no token');
    }
    const token = /^bearer +([\w.~+/-]+=*)$/i.exec(authorization)?.[1];
    if (token === undefined) throw unauthorized(config, 'not a bearer token', 'invalid_token');
    try {
      return await verify(token);
    } catch (error) {
      if (error instanceof InvalidToken) throw unauthorized(config, error.message, 'invalid_token');
      if (error instanceof KeysUnavailable) throw new Refusal(503, error.message, { 'Retry-After': '5' });
      throw error;
    }
  }

  function authorize(messages: Message[] | undefined, authInfo: AuthInfo | undefined): void {
    const calls = messages ?? [];
    const rules = messages ? messages.map(ruleFor) : [ruleForStream()];
    const isPublic = rules.every((rule) => rule.access === 'public');
    if (!authInfo) {
      if (isPublic) return;
      throw challenged(config, 401, 'no token', BASE_SCOPES, calls);
    }
    if (rules.some((rule) => rule.access === 'never')) throw unknownTool(calls);
    const needed = rules.flatMap((rule) => (rule.access === 'scopes' ? rule.scopes : []));
    const granted = withImplied(authInfo.scopes);
    const missing = needed.filter((scope) => !granted.has(scope));
    if (missing.length === 0) return;
    // All in one challenge, with what the caller has already: some clients replace their scopes by these.
    const wanted = [...BASE_SCOPES, ...needed, ...authInfo.scopes.slice(0, 50)].filter((s) => s !== 'offline_access');
    throw challenged(config, 403, `scope missing: ${missing.join(' ')}`, wanted, calls);
  }

  function checkSession(ids: string[] | undefined, user: string): void {
    if (!ids?.every((id) => sessions.admits(id, user))) throw new Refusal(404, 'the session is not one of the caller');
    for (const id of ids) sessions.bind(id, user);
  }

  async function admit(request: Incoming): Promise<Caller> {
    let authInfo: AuthInfo | undefined;
    let messages: Message[] | undefined;
    const line = (): Parameters<typeof audit>[0] => ({
      decision: 'deny',
      reason: '',
      subject: authInfo?.extra?.['subject'] as string | undefined,
      client: authInfo?.clientId,
      ...(messages ? summary(messages) : { method: request.method }),
    });
    try {
      authInfo = await authenticate(request);
      const user = await userOf(authInfo);
      if (!METHODS.includes(request.method)) throw new Refusal(405, 'HTTP method', { Allow: METHODS.join(', ') });
      if (request.method === 'POST') messages = await request.messages();
      else if (await request.hasStrayBody()) throw new Refusal(400, `${request.method} with a body`);
      const ids = sessionIdsOf(request);
      checkSession(ids, user);
      authorize(messages, authInfo);
      audit({ ...line(), decision: 'allow', reason: authInfo ? 'scopes suffice' : 'public' });
      return {
        user,
        authInfo,
        // A message within a session leaves it as it is, unless it is the one that opens sessions.
        changesSession: !ids?.length || !messages || messages.some(({ method }) => method === 'initialize'),
        answered(status, sessionId) {
          if (status >= 300) return;
          if (sessionId) sessions.bind(sessionId, user);
          if (request.method === 'DELETE') ids?.forEach((id) => sessions.release(id));
        },
      };
    } catch (error) {
      const refusal = error instanceof Refusal ? error : new Refusal(500, `error in the gate: ${String(error)}`);
      audit({ ...line(), reason: refusal.message });
      throw refusal;
    }
  }

  return { admit };
}

/** Subjects are unique per issuer only. A client without user is a user of its own. */
async function userOf(authInfo: AuthInfo | undefined): Promise<string> {
  if (!authInfo) return ANONYMOUS;
  const { issuer, subject } = authInfo.extra ?? {};
  return digest(JSON.stringify(subject === undefined ? [issuer, null, authInfo.clientId] : [issuer, subject]));
}

/**
 * A request of the older SSE transport, as far as one can see: a stream of no session, a message to `?sessionId=`. It is
 * for users only, since a stream that was opened without a token could not sign in later.
 */
function isLegacy({ method, url, sessionId, protocolVersion }: Incoming): boolean {
  if (method === 'POST') return /[?;&]sessionid=/i.test(url);
  return sessionId === undefined && protocolVersion === undefined;
}

/**
 * Sessions that a request names: by header, or by `?sessionId=` (the older SSE transport). Undefined when the query can
 * be read in more than one way: `sessionId[]=…` and `[sessionId]=…` are session ids for Express, too.
 */
function sessionIdsOf({ url, sessionId }: Incoming): string[] | undefined {
  const [, query] = /^[^?;]*[?;]([^]*)$/.exec(url) ?? [];
  if (query === undefined) return sessionId === undefined ? [] : [sessionId];
  const inQuery = new URLSearchParams(query).getAll('sessionId');
  const mentions = [...new URLSearchParams(query)].join().match(/sessionid/gi) ?? [];
  if (inQuery.length > 1 || mentions.length !== inQuery.length) return undefined;
  return sessionId === undefined ? inQuery : [sessionId, ...inQuery];
}

/** Methods and tools of a request for the audit line. */
function summary(messages: Message[]): { method: string; tool?: string } {
  const methods = [...new Set(messages.map(({ method }) => method ?? 'response'))];
  const tools = [...new Set(messages.flatMap(({ tool }): string[] => (tool === undefined ? [] : [tool])))];
  return { method: methods.join(', '), ...(tools.length > 0 ? { tool: tools.join(', ') } : {}) };
}
