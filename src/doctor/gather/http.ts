import { lookup } from 'node:dns/promises';
import { networkProblem, type FetchProblem } from '../../oauth/get-json.ts';
import { isLoopback } from '../../oauth/loopback.ts';
import { isPrivateAddress } from './addresses.ts';

/** One request and what came of it. Values of credentials are never kept. */
export interface Exchange {
  method: string;
  url: string;
  /** Without the values of credentials. */
  sent: Record<string, string>;
  /** What was sent, when it holds no secret. */
  body?: string;
  status?: number;
  /** Names in lower case. */
  headers: Record<string, string>;
  text: string;
  /** The body, when it is JSON. */
  json?: unknown;
  /** Target of a redirect, absolute when it can be resolved. */
  location?: string;
  problem?: FetchProblem | 'forbidden';
  detail?: string;
  /** Milliseconds until the answer was read. */
  ms: number;
}

export interface RequestInput {
  method?: string;
  headers?: Record<string, string>;
  body?: string;
  /** Kept out of the record: the body holds a secret. */
  isSecret?: boolean;
  /** Cookies of one walk through a login, sent and kept up to date. */
  jar?: Map<string, string>;
}

export interface Http {
  request(url: string, input?: RequestInput): Promise<Exchange>;
  /** Every exchange so far, in the order of their end. */
  log: Exchange[];
}

export interface HttpOptions {
  /** Milliseconds for one exchange. */
  timeout: number;
  /** Sent with every request to the host of the target. */
  headers?: Record<string, string>;
  /** The target itself is on this machine or in this network; from there its neighbours may be asked. */
  mayAskPrivate: boolean;
  /** Struck out wherever an answer repeats them. */
  secrets?: string[];
  fetch?: typeof fetch;
}

/** Documents of OAuth are a few kilobytes; more is something else. */
const MAX_BYTES = 1_000_000;
/** At most so many requests run at one host at once. */
const PER_HOST = 6;
const SECRET_HEADERS = new Set(['authorization', 'cookie', 'set-cookie', 'proxy-authorization']);

/**
 * The doctor's only way to the network. Follows no redirects (each is evidence), reads no more than a megabyte, and
 * asks private addresses only when the target is private itself: the URLs in metadata come from a stranger (SSRF).
 */
export function createHttp(options: HttpOptions): Http {
  const log: Exchange[] = [];
  const hosts = new Map<string, Slots>();
  const slotsOf = (host: string): Slots => {
    const slots = hosts.get(host) ?? createSlots(PER_HOST);
    hosts.set(host, slots);
    return slots;
  };
  return {
    log,
    async request(url, input = {}) {
      const exchange = begin(url, input);
      log.push(exchange);
      if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
        return Object.assign(exchange, { problem: 'forbidden', detail: 'not an http(s) URL' } as const);
      }
      if (!options.mayAskPrivate && (await isPrivateHost(new URL(url).hostname))) {
        return Object.assign(exchange, {
          problem: 'forbidden',
          detail: 'a private address, named by a public server: not asked',
        } as const);
      }
      const release = await slotsOf(new URL(url).host).take();
      try {
        return await send(exchange, input, options);
      } finally {
        release();
      }
    },
  };
}

function begin(url: string, { method = 'GET', headers = {}, body, isSecret }: RequestInput): Exchange {
  const sent = Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, SECRET_HEADERS.has(name.toLowerCase()) ? '***' : value]),
  );
  return { method, url, sent, ...(body !== undefined && !isSecret && { body }), headers: {}, text: '', ms: 0 };
}

async function send(exchange: Exchange, input: RequestInput, options: HttpOptions): Promise<Exchange> {
  const started = performance.now();
  try {
    const response = await (options.fetch ?? fetch)(exchange.url, {
      method: exchange.method,
      headers: { ...options.headers, ...input.headers, ...cookies(input.jar) },
      redirect: 'manual',
      signal: AbortSignal.timeout(options.timeout),
      ...(input.body !== undefined && { body: input.body }),
    });
    exchange.status = response.status;
    const strike = (value: string): string =>
      (options.secrets ?? []).reduce((text, secret) => text.replaceAll(secret, '***'), value);
    exchange.headers = Object.fromEntries([...response.headers].map(([name, value]) => [name, strike(value)]));
    for (const cookie of response.headers.getSetCookie()) keep(cookie, input.jar);
    if ('set-cookie' in exchange.headers) exchange.headers['set-cookie'] = '***';
    const location = response.headers.get('location');
    if (location !== null) {
      exchange.location = URL.canParse(location, exchange.url) ? new URL(location, exchange.url).href : location;
    }
    // A stream of events need not end: whether it was opened is all there is to know.
    const isStream = response.headers.get('content-type')?.startsWith('text/event-stream') === true;
    exchange.text = strike(await readSome(response, isStream ? 1 : MAX_BYTES));
    exchange.json = parsed(exchange.text);
  } catch (error) {
    Object.assign(exchange, networkProblem(error));
  } finally {
    exchange.ms = Math.round(performance.now() - started);
  }
  return exchange;
}

function cookies(jar: RequestInput['jar']): Record<string, string> {
  if (!jar || jar.size === 0) return {};
  return { cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; ') };
}

function keep(cookie: string, jar: RequestInput['jar']): void {
  const pair = cookie.split(';')[0] ?? '';
  const at = pair.indexOf('=');
  if (at > 0) jar?.set(pair.slice(0, at).trim(), pair.slice(at + 1).trim());
}

async function readSome(response: Response, limit: number): Promise<string> {
  if (!response.body) return '';
  const decoder = new TextDecoder();
  let text = '';
  let size = 0;
  const reader = response.body.getReader();
  while (size < limit) {
    const { done, value } = await reader.read();
    if (done) break;
    size += value.byteLength;
    text += decoder.decode(value, { stream: true });
  }
  await reader.cancel().catch(() => undefined);
  return text;
}

function parsed(text: string): unknown {
  // What a proxy puts in front of a stream is no JSON; nor is an empty answer.
  const data = text.startsWith('event:') ? eventData(text) : text;
  try {
    return JSON.parse(data) as unknown;
  } catch {
    return undefined;
  }
}

/** The data of the first event of a stream. */
function eventData(text: string): string {
  const line = text.split('\n').find((each) => each.startsWith('data:'));
  return line?.slice('data:'.length).trim() ?? '';
}

async function isPrivateHost(hostname: string): Promise<boolean> {
  if (isLoopback(hostname)) return true;
  const bare = hostname.replace(/^\[|\]$/g, '');
  const found = await lookup(bare, { all: true }).catch(() => []);
  return found.some(({ address }) => isPrivateAddress(address));
}

interface Slots {
  take(): Promise<() => void>;
}

function createSlots(count: number): Slots {
  let free = count;
  const waiting: (() => void)[] = [];
  const release = (): void => {
    const next = waiting.shift();
    if (next) next();
    else free += 1;
  };
  return {
    async take() {
      if (free > 0) free -= 1;
      else await new Promise<void>((resolve) => waiting.push(resolve));
      return release;
    },
  };
}
