import { setTimeout as delay } from 'node:timers/promises';
import { networkProblem } from '../../oauth/get-json.ts';
import { isLoopback } from '../../oauth/loopback.ts';
import { CliError } from '../../errors.ts';
import { refusal, type ManagementError, type Purpose } from './refusal.ts';

export const DEFAULT_API = 'https://api.supabase.com';
const TIMEOUT = 30_000;

/** Waiting for the rate limit (120 requests a minute and user) never takes longer than this in one run, in ms. */
const MAX_WAIT = 65_000;
const MAX_TRIES = 4;

export interface ManagementApi {
  /** @throws ManagementError for everything but success */
  get(path: string, purpose: Purpose): Promise<unknown>;
  /** @throws ManagementError for everything but success */
  send(method: 'POST' | 'PATCH', path: string, body: object | undefined, purpose: Purpose): Promise<unknown>;
}

/**
 * The base URL of the Management API: `SUPABASE_API_URL`, or Supabase's own.
 * @throws CliError `invalid-url`
 */
export function managementUrl(given = process.env['SUPABASE_API_URL']): string {
  if (given === undefined || given === '') return DEFAULT_API;
  const url = URL.canParse(given) ? new URL(given) : undefined;
  const isSafe = url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback(url.hostname));
  if (!url || !isSafe || url.username || url.password || url.search || url.hash) {
    throw new CliError(
      'invalid-url',
      'SUPABASE_API_URL is not an https URL.',
      `Unset it, or give the base URL of the Management API, such as ${DEFAULT_API}`,
    );
  }
  const path = url.pathname.replace(/\/+$/, '').replace(/\/v1$/, '');
  return url.origin + path;
}

/**
 * Supabase's Management API for one access token.
 * @param token goes into the Authorization header and nowhere else
 */
export function managementApi(
  token: string,
  base = managementUrl(),
  wait: (milliseconds: number) => Promise<unknown> = delay,
): ManagementApi {
  let patience = MAX_WAIT;

  async function request(method: string, path: string, body: object | undefined, purpose: Purpose): Promise<unknown> {
    for (let tries = 1; ; tries += 1) {
      const response = await exchange(method, path, body, purpose);
      if (response.ok) return parse(await response.text().catch(() => ''), purpose);
      const pause = response.status === 429 ? pauseOf(response.headers, tries) : undefined;
      if (pause === undefined || pause > patience || tries >= MAX_TRIES) throw await refused(response, purpose, pause);
      patience -= pause;
      await response.body?.cancel();
      await wait(pause);
    }
  }

  async function exchange(method: string, path: string, body: object | undefined, purpose: Purpose): Promise<Response> {
    try {
      return await fetch(base + path, {
        method,
        headers: {
          authorization: `Bearer ${token}`,
          accept: 'application/json',
          ...(body !== undefined && { 'content-type': 'application/json' }),
        },
        // The token is for this host only.
        redirect: 'manual',
        signal: AbortSignal.timeout(TIMEOUT),
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
    } catch (error) {
      throw refusal({ purpose, host: new URL(base).host, dropped: networkProblem(error).detail });
    }
  }

  async function refused(response: Response, purpose: Purpose, pause?: number): Promise<ManagementError> {
    const said = messageIn(await response.text().catch(() => ''))?.replaceAll(token, '…');
    return refusal({ purpose, host: new URL(base).host, status: response.status, said, pause });
  }

  function parse(text: string, purpose: Purpose): unknown {
    if (text.trim() === '') return undefined;
    try {
      return JSON.parse(text);
    } catch {
      throw refusal({ purpose, host: new URL(base).host, dropped: 'the answer is not JSON' });
    }
  }

  return {
    get: (path, purpose) => request('GET', path, undefined, purpose),
    send: (method, path, body, purpose) => request(method, path, body, purpose),
  };
}

/** `{ "message": "…" }` is how the API explains itself. Short, and without line breaks. */
function messageIn(text: string): string | undefined {
  try {
    const { message } = JSON.parse(text) as { message?: unknown };
    return typeof message === 'string' ? message.replaceAll(/\s+/g, ' ').slice(0, 200) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * How long a 429 asks to wait, in ms. `Retry-After` is in seconds or a date (RFC 9110 §10.2.3); `X-RateLimit-Reset` is
 * in seconds or ms, from now or from 1970, depending on whom one asks.
 */
function pauseOf(headers: Headers, tries: number): number {
  const after = headers.get('retry-after');
  if (after !== null) {
    const seconds = Number(after);
    if (Number.isFinite(seconds)) return seconds * 1000;
    const date = Date.parse(after);
    if (!Number.isNaN(date)) return Math.max(0, date - Date.now());
  }
  const reset = Number(headers.get('x-ratelimit-reset') ?? 'none');
  if (!Number.isFinite(reset)) return 2 ** tries * 1000;
  if (reset > 1e12) return Math.max(0, reset - Date.now());
  if (reset > 1e9) return Math.max(0, reset * 1000 - Date.now());
  return reset > 120 ? reset : reset * 1000;
}
