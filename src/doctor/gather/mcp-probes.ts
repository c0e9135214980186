import { isRecord } from '../../is-record.ts';
import type { McpEvidence } from '../evidence.ts';
import type { Exchange, Http, RequestInput } from './http.ts';

/** The clients whose requests firewalls turn away, as they name themselves. */
const AGENTS = {
  claude: 'Claude-User/1.0',
  'claude discovery': 'python-httpx/0.28.1',
  chatgpt: 'openai-mcp/1.0.0',
  browser: 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36',
} as const;
/** The origin of the MCP Inspector. */
export const PAGE_ORIGIN = 'http://localhost:6274';
export const STRANGER_HOST = 'add-auth-doctor.invalid';
/** A bearer token that is none: not even a JWT. */
const GARBAGE = 'add-auth-doctor-not-a-token';
const PATHS = ['/mcp', '/api/mcp', '/sse', '/', '/mcp/v1', '/v1/mcp'];

const HEADERS = {
  'content-type': 'application/json',
  accept: 'application/json, text/event-stream',
};

export const INITIALIZE = {
  method: 'initialize',
  params: {
    protocolVersion: '2025-11-25',
    capabilities: {},
    clientInfo: { name: 'add-auth doctor', version: '1' },
  },
};

/** A JSON-RPC request to an MCP endpoint, as clients send it. */
export function rpc(
  http: Http,
  url: string,
  { method, params }: { method: string; params?: object },
  headers: Record<string, string> = {},
): Promise<Exchange> {
  const version = method === 'initialize' ? {} : { 'mcp-protocol-version': '2025-11-25' };
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, ...(params && { params }) });
  const input: RequestInput = { method: 'POST', headers: { ...HEADERS, ...version, ...headers }, body };
  return http.request(url, input);
}

/** Asks what needs no token, all at once, after a first request was answered. Changes nothing at the server. */
export async function probeEndpoint(http: Http, url: string, initialize: Exchange): Promise<McpEvidence> {
  const list = { method: 'tools/list' };
  const guarded = initialize.status === 401 ? INITIALIZE : list;
  const bearer = { authorization: `Bearer ${GARBAGE}` };
  const names = Object.keys(AGENTS) as (keyof typeof AGENTS)[];
  const [found, discover, called, got, garbage, preflight, fromPage, otherSlash, forwarded, ...agents] =
    await Promise.all([
      rpc(http, url, list),
      rpc(
        http,
        url,
        { method: 'server/discover' },
        { 'mcp-method': 'server/discover', 'mcp-protocol-version': '2026-07-28' },
      ),
      rpc(http, url, { method: 'tools/call', params: { name: 'add-auth-doctor-no-such-tool', arguments: {} } }),
      http.request(url, { headers: { accept: 'text/event-stream' } }),
      rpc(http, url, guarded, bearer),
      preflightOf(http, url, 'POST', 'authorization, content-type, mcp-protocol-version'),
      rpc(http, url, guarded, { origin: PAGE_ORIGIN }),
      rpc(http, withOtherSlash(url), INITIALIZE),
      rpc(http, url, guarded, { 'x-forwarded-host': STRANGER_HOST }),
      ...names.map((name) => rpc(http, url, guarded, { 'user-agent': AGENTS[name] })),
    ]);
  const evidence: McpEvidence = {
    initialize,
    list: found,
    discover,
    call: called,
    get: got,
    garbage,
    preflight,
    fromPage,
    otherSlash,
    forwarded,
    agents: Object.fromEntries(names.map((name, index) => [name, agents[index]!])),
    elsewhere: [],
  };
  return isMissing(initialize) || isForeign(initialize)
    ? { ...evidence, ...(await searchElsewhere(http, url)) }
    : evidence;
}

/** Nothing may be at this path, or a guard may hide what is. */
export const isMissing = ({ status }: Exchange): boolean => status === 404 || status === 405 || status === 410;

/** An answer of JSON-RPC 2.0, whatever it says. */
export const isJsonRpc = ({ json }: Exchange): boolean => {
  const first: unknown = Array.isArray(json) ? json[0] : json;
  return isRecord(first) && first['jsonrpc'] === '2.0';
};

/** 200 from a program that does not speak MCP. A stream may bring its answer later than anybody looked. */
export const isForeign = (exchange: Exchange): boolean =>
  exchange.status === 200 &&
  !isJsonRpc(exchange) &&
  exchange.headers['content-type']?.startsWith('text/event-stream') !== true;

async function searchElsewhere(http: Http, url: string): Promise<Pick<McpEvidence, 'nowhere' | 'elsewhere'>> {
  const here = new URL(url);
  const others = PATHS.filter((path) => path !== here.pathname).map((path) => here.origin + path);
  const beside = new URL(url);
  beside.pathname = `${here.pathname.slice(0, here.pathname.lastIndexOf('/'))}/add-auth-doctor-nothing`;
  const [nowhere, ...elsewhere] = await Promise.all([
    rpc(http, beside.href, INITIALIZE),
    ...others.map((other) => rpc(http, other, INITIALIZE)),
  ]);
  return { nowhere, elsewhere };
}

/** What a browser asks before a page may call (Fetch §4.8). */
export function preflightOf(http: Http, url: string, method: string, names: string): Promise<Exchange> {
  return http.request(url, {
    method: 'OPTIONS',
    headers: {
      origin: PAGE_ORIGIN,
      'access-control-request-method': method,
      'access-control-request-headers': names,
    },
  });
}

function withOtherSlash(url: string): string {
  const other = new URL(url);
  other.pathname = other.pathname.endsWith('/') ? other.pathname.slice(0, -1) || '/' : `${other.pathname}/`;
  return other.href;
}
