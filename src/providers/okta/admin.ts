import { setTimeout as delay } from 'node:timers/promises';
import { patient } from '../patient.ts';
import { ProviderError } from '../provider-error.ts';
import type { ProviderIo } from '../types.ts';
import { findCredentials, type Credentials } from './credentials.ts';
import { refusal, saidIn } from './refusal.ts';
import type { Org } from './target.ts';

/** What a new object is waited for, in ms, until every machine of Okta's knows it. */
const PATIENCE = [300, 1000, 2000];
/** More pages than any org has; an API that never stops would keep us for ever. */
const MAX_PAGES = 1000;

export interface AdminApi {
  /** @param path below `/api/v1` @param what to follow `could not` @throws ProviderError for all but success */
  get(path: string, what: string): Promise<unknown>;
  /** The same for what may not be there. */
  find(path: string, what: string): Promise<unknown>;
  /** All pages of a list. @throws ProviderError */
  list<T>(path: string, what: string): Promise<T[]>;
  /** @returns the answer, where there is one. @throws ProviderError */
  send(method: 'POST' | 'PUT' | 'DELETE', path: string, body: object | undefined, what: string): Promise<unknown>;
  /** Tells of something that was just made: for a moment, parts of Okta may not know it yet. */
  made(id: string): void;
}

/** Okta's management API for one org. Credentials are looked for with the first request. */
export function adminApi({ domain, base }: Org, io: ProviderIo): AdminApi {
  const send = patient(fetch, (seconds) => io.warn(`Okta asks to wait ${seconds} s (rate limit).`));
  const fresh = new Set<string>();
  let credentials: Promise<Credentials> | undefined;

  async function exchange(path: string, init: RequestInit, what: string): Promise<Response> {
    const { header, token } = await (credentials ??= findCredentials(io, domain));
    const headers = { accept: 'application/json', ...init.headers, authorization: header };
    for (const pause of [...PATIENCE, undefined]) {
      const response = await send(`${base}/api/v1${path}`, { ...init, headers }).catch((error: unknown) => {
        throw refusal({ what, domain, dropped: (error as Error).message });
      });
      if (response.ok) return response;
      if (response.status !== 404 || pause === undefined || !path.split(/[/?]/).some((part) => fresh.has(part))) {
        const said = saidIn((await response.text()).replaceAll(token, '…'));
        throw refusal({ what, domain, status: response.status, said });
      }
      await delay(pause);
    }
    throw new Error('the last attempt has returned or thrown');
  }

  const get = async (path: string, what: string): Promise<unknown> => parse(await exchange(path, {}, what));

  return {
    get,
    find: (path, what) =>
      get(path, what).catch((error: unknown) => {
        if (error instanceof ProviderError && error.status === 404) return undefined;
        throw error;
      }),
    async list<T>(path: string, what: string) {
      const items: T[] = [];
      let page: string | undefined = path;
      for (let count = 0; page !== undefined && count < MAX_PAGES; count++) {
        const response = await exchange(page, {}, what);
        const answer = await parse(response);
        if (Array.isArray(answer)) items.push(...(answer as T[]));
        page = nextPage(response.headers);
      }
      return items;
    },
    async send(method, path, body, what) {
      const content = body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
      return parse(await exchange(path, { method, ...content }, what));
    },
    made: (id) => void fresh.add(id),
  };
}

async function parse(response: Response): Promise<unknown> {
  const text = await response.text();
  return text === '' ? undefined : JSON.parse(text);
}

/**
 * `Link: <https://…/api/v1/apps?after=…>; rel="next"` (RFC 8288).
 * @returns its path below `/api/v1`: the token is for the host that we asked, whatever the link says
 */
function nextPage(headers: Headers): string | undefined {
  const target = /<([^>]*)>\s*;\s*rel="?next"?/.exec(headers.get('link') ?? '')?.[1];
  if (target === undefined || !URL.canParse(target)) return undefined;
  const { pathname, search } = new URL(target);
  return pathname.replace(/^\/api\/v1/, '') + search;
}
