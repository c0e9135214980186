import { CLIENTS_ASK_FOR_SCOPES, type AuthConfig } from './config.ts';
import { allScopes } from './rules.ts';
import { BASE_SCOPES } from './scopes.ts';

/** A request that is not served. `reason` is for the audit line, the caller gets a text that gives nothing away. */
export class Refusal extends Error {
  readonly status: number;
  readonly headers: Record<string, string>;
  /** A JSON-RPC answer in place of the error that goes with the status. */
  readonly answer: object | undefined;

  constructor(status: number, reason: string, headers: Record<string, string> = {}, answer?: object) {
    super(reason);
    this.status = status;
    this.headers = headers;
    this.answer = answer;
  }
}

/** An answer that Node and Fetch hosts send alike. */
export interface Answer {
  status: number;
  headers: Record<string, string>;
  body?: string;
}

const TEXTS: Record<number, string> = {
  400: 'Invalid request',
  401: 'Authentication required',
  403: 'Not permitted',
  404: 'Session not found',
  405: 'Method not allowed',
  413: 'Request too large',
  415: 'Unsupported media type',
  503: 'Temporarily unavailable',
};

/** The refusal as a JSON-RPC error, the same text whichever check failed: anything else would be an oracle. */
export function answerTo({ status, headers, answer }: Refusal): Answer {
  const error = { code: status === 400 ? -32600 : -32001, message: TEXTS[status] ?? 'Internal error' };
  const body = JSON.stringify(answer ?? { jsonrpc: '2.0', error, id: null });
  return { status, headers: { 'Content-Type': 'application/json', 'Cache-Control': 'no-store', ...headers }, body };
}

/** `WWW-Authenticate` (RFC 6750 §3, RFC 9728 §5.1). Clients want `Bearer` first, and everything on one line. */
export function challenge(config: AuthConfig, scopes: Iterable<string>, error?: string): Record<string, string> {
  return { 'WWW-Authenticate': bearer(config, scopes, error ? [`error="${error}"`] : []) };
}

function bearer(config: AuthConfig, scopes: Iterable<string>, errors: string[]): string {
  // Scopes of a token come from outside: only those of RFC 6749 §3.3 fit into a quoted string.
  const valid = [...new Set(scopes)].filter((name) => /^[\x21\x23-\x5b\x5d-\x7e]+$/.test(name));
  const scope = asAsked(config, valid);
  const parameters = [
    ...errors,
    `resource_metadata="${metadataUrl(config)}"`,
    ...(scope.length > 0 ? [`scope="${scope.join(' ')}"`] : []),
  ];
  return `Bearer ${parameters.join(', ')}`;
}

/** What clients ask the authorization server for to get these scopes; those that are not ours (`openid`) have no prefix. */
export function asAsked({ scopePrefix = '' }: AuthConfig, scopes: readonly string[]): string[] {
  if (!CLIENTS_ASK_FOR_SCOPES) return [];
  const own = new Set(allScopes());
  return scopes.map((name) => (own.has(name) ? scopePrefix + name : name));
}

/** 401 asks for the base scopes only (least privilege); without credentials there is no `error` (RFC 6750 §3.1). */
export function unauthorized(config: AuthConfig, reason: string, error?: 'invalid_token'): Refusal {
  return new Refusal(401, reason, challenge(config, BASE_SCOPES, error));
}

/** The messages of a request; those that are tool calls and want an answer have an id. */
type Calls = readonly { id?: string | number }[];

const SIGN_IN = ['invalid_token', 'Sign in to use this tool.'] as const;
const STEP_UP = ['insufficient_scope', 'This tool needs more permissions.'] as const;

/**
 * A request that more scopes or a login would open. Beside the header, ChatGPT looks for the challenge in the result of a
 * tool call, with an error and its description (developers.openai.com/apps-sdk/build/auth, "Triggering authentication UI").
 */
export function challenged(
  config: AuthConfig,
  status: 401 | 403,
  reason: string,
  scopes: readonly string[],
  calls: Calls,
): Refusal {
  const [error, text] = status === 401 ? SIGN_IN : STEP_UP;
  const inBand = bearer(config, scopes, [`error="${error}"`, `error_description="${text}"`]);
  const answer = resultOf(calls, text, { 'mcp/www_authenticate': [inBand] });
  return new Refusal(status, reason, challenge(config, scopes, status === 401 ? undefined : error), answer);
}

/**
 * A tool that the scope map does not name is not there for anybody. MCP says so in the result, which the model can read;
 * clients take a 403 for a missing login.
 */
export function unknownTool(calls: Calls): Refusal {
  const answer = resultOf(calls, 'Unknown tool');
  return new Refusal(answer ? 200 : 403, 'the tool is not in the scope map', {}, answer);
}

/** A failed tool call. A batch or a notification has no one answer to carry that. */
function resultOf(calls: Calls, text: string, meta?: object): object | undefined {
  const [id] = calls.map((call) => call.id);
  if (calls.length !== 1 || id === undefined) return undefined;
  const result = { content: [{ type: 'text', text }], isError: true, ...(meta && { _meta: meta }) };
  return { jsonrpc: '2.0', id, result };
}

const WELL_KNOWN = '/.well-known/oauth-protected-resource';

/** Where clients look for the metadata: path inserted (RFC 9728 §3.1), and at the root. */
export function metadataPaths(config: AuthConfig): string[] {
  const { pathname } = new URL(config.resource);
  return [WELL_KNOWN + (pathname === '/' ? '' : pathname), WELL_KNOWN];
}

function metadataUrl(config: AuthConfig): string {
  const { origin, search } = new URL(config.resource);
  return `${origin}${metadataPaths(config)[0]}${search}`;
}

/** Protected resource metadata (RFC 9728 §2), for anybody. */
export function metadataAnswer(config: AuthConfig, method: string | undefined): Answer {
  const cors = { 'Access-Control-Allow-Origin': '*' };
  if (method === 'OPTIONS') return preflight('GET, HEAD, OPTIONS', undefined);
  if (method !== 'GET' && method !== 'HEAD') return { status: 405, headers: { ...cors, Allow: 'GET, HEAD, OPTIONS' } };
  const scopes = asAsked(config, allScopes());
  const document = {
    resource: config.resource,
    authorization_servers: [config.issuer],
    // RFC 9728 §3.2: what has no value is left out.
    ...(scopes.length > 0 ? { scopes_supported: scopes } : {}),
    bearer_methods_supported: ['header'],
  };
  const headers = { ...cors, 'Content-Type': 'application/json', 'Cache-Control': 'max-age=3600' };
  return method === 'HEAD' ? { status: 200, headers } : { status: 200, headers, body: JSON.stringify(document) };
}

const REQUEST_HEADERS = [
  'authorization',
  'content-type',
  'last-event-id',
  'mcp-method',
  'mcp-name',
  'mcp-protocol-version',
  'mcp-session-id',
];

/** The answer to OPTIONS. Browsers send it without credentials, so it is never a 401. */
export function preflight(methods: string, asked: string | null | undefined): Answer {
  const names = (asked ?? '')
    .toLowerCase()
    .split(',')
    .map((name) => name.trim());
  const allowed = new Set([...REQUEST_HEADERS, ...names.filter((name) => /^[\w-]{1,64}$/.test(name))]);
  return {
    status: 204,
    headers: {
      'Access-Control-Allow-Origin': '*',
      'Access-Control-Allow-Methods': methods,
      'Access-Control-Allow-Headers': [...allowed].join(', '),
      'Access-Control-Max-Age': '86400',
    },
  };
}

const EXPOSED = ['WWW-Authenticate', 'Mcp-Session-Id'];

/** `Access-Control-Expose-Headers`: what the application exposes, and what web clients need to sign in. */
export function exposed(current = ''): string {
  const names = current.split(',').map((name) => name.trim());
  const known = new Set(names.map((name) => name.toLowerCase()));
  return [...names, ...EXPOSED.filter((name) => !known.has(name.toLowerCase()))].filter(Boolean).join(', ');
}
