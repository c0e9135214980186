import { setTimeout as delay } from 'node:timers/promises';
import { networkProblem } from '../../oauth/get-json.ts';
import { retryAfter } from '../retry-after.ts';
import { managementUrl } from './management-url.ts';
import type { ProviderError } from '../provider-error.ts';
import { refusal, type Purpose } from './refusal.ts';

const TIMEOUT = 30_000;

/** Waiting for the rate limit (120 requests a minute and user) never takes longer than this in one run, in ms. */
const MAX_WAIT = 65_000;
const MAX_TRIES = 4;

export interface ManagementApi {
  /** @throws ProviderError for everything but success */
  get(path: string, purpose: Purpose): Promise<unknown>;
  /** @throws ProviderError for everything but success */
  send(method: 'POST' | 'PATCH', path: string, body: object | undefined, purpose: Purpose): Promise<unknown>;
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
  const { host } = new URL(base);
  let patience = MAX_WAIT;

  async function request(method: string, path: string, body: object | undefined, purpose: Purpose): Promise<unknown> {
    for (let tries = 1; ; tries += 1) {
      const response = await exchange(method, path, body, purpose);
      if (response.ok) return parse(await response.text().catch(() => ''), purpose, host);
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
      throw refusal({ purpose, host, dropped: networkProblem(error).detail });
    }
  }

  async function refused(response: Response, purpose: Purpose, pause?: number): Promise<ProviderError> {
    const said = messageIn(await response.text().catch(() => ''))?.replaceAll(token, '…');
    return refusal({ purpose, host, status: response.status, said, pause });
  }

  return {
    get: (path, purpose) => request('GET', path, undefined, purpose),
    send: (method, path, body, purpose) => request(method, path, body, purpose),
  };
}

/** @throws ProviderError when there is something, and it is not JSON */
function parse(text: string, purpose: Purpose, host: string): unknown {
  if (text.trim() === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw refusal({ purpose, host, dropped: 'the answer is not JSON' });
  }
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
 * How long a 429 asks to wait, in ms. Without `Retry-After` counts `X-RateLimit-Reset`, which is in seconds or ms, from
 * now or from 1970, depending on whom one asks.
 */
function pauseOf(headers: Headers, tries: number): number {
  const seconds = retryAfter(headers);
  if (seconds !== undefined) return Math.max(0, seconds * 1000);
  const reset = Number(headers.get('x-ratelimit-reset') ?? 'none');
  if (!Number.isFinite(reset)) return 2 ** tries * 1000;
  if (reset > 1e12) return Math.max(0, reset - Date.now());
  if (reset > 1e9) return Math.max(0, reset * 1000 - Date.now());
  return reset > 120 ? reset : reset * 1000;
}
