import { isRecord } from '../../is-record.ts';
import { patient } from '../patient.ts';
import type { ProviderIo } from '../types.ts';
import { findCredentials, tenantOf, type Credentials } from './credentials.ts';
import { GraphError, refusal, saidIn } from './refusal.ts';
import { isId, type Tenant } from './target.ts';

export interface Graph {
  /** All items of a collection. @param path below `/v1.0` @param what to follow `could not` @throws GraphError */
  list(path: string, what: string): Promise<Record<string, unknown>[]>;
  /** @returns what was created, where something was. @throws GraphError */
  send(
    method: 'POST' | 'PATCH' | 'DELETE',
    path: string,
    body: object | undefined,
    what: string,
  ): Promise<Record<string, unknown>>;
  /** The token is of another tenant than the one that is meant. @throws GraphError */
  assertTenant(id: string): Promise<void>;
}

/** More pages than a search for one application can have. */
const MAX_PAGES = 50;

/** Microsoft Graph v1.0. Credentials are looked for with the first request. */
export function graphApi(tenant: Tenant, io: ProviderIo): Graph {
  const base = `${tenant.graph}/v1.0`;
  const { host, origin } = new URL(base);
  const send = patient(fetch, (seconds) => io.warn(`Microsoft Graph asks to wait ${seconds} s (rate limit).`));
  let found: Promise<Credentials> | undefined;
  const credentials = (): Promise<Credentials> => (found ??= findCredentials(tenant, io));

  async function exchange(url: string, init: RequestInit, what: string): Promise<Record<string, unknown>> {
    const { token, source } = await credentials();
    const headers = { authorization: `Bearer ${token}`, accept: 'application/json', ...init.headers };
    const response = await send(url, { ...init, headers }).catch((error: unknown) => {
      throw refusal({ what, host, source, dropped: (error as Error).message });
    });
    const text = await response.text();
    if (!response.ok) {
      throw refusal({ what, host, source, status: response.status, said: saidIn(text.replaceAll(token, '…')) });
    }
    const answer: unknown = text === '' ? {} : JSON.parse(text);
    return isRecord(answer) ? answer : {};
  }

  return {
    async list(path, what) {
      const items: Record<string, unknown>[] = [];
      let url: unknown = base + path;
      for (let page = 0; typeof url === 'string' && page < MAX_PAGES; page++) {
        const answer = await exchange(url, {}, what);
        if (Array.isArray(answer['value'])) items.push(...answer['value'].filter(isRecord));
        const next = answer['@odata.nextLink'];
        // The token goes nowhere else.
        url = typeof next === 'string' && URL.canParse(next) && new URL(next).origin === origin ? next : undefined;
      }
      return items;
    },
    send: (method, path, body, what) =>
      exchange(
        base + path,
        { method, ...(body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }) },
        what,
      ),
    async assertTenant(id) {
      const { token, source } = await credentials();
      const other = tenantOf(token);
      if (other === undefined || other === id || !isId(other)) return;
      throw new GraphError(
        undefined,
        `${source} is for the tenant ${other}, and --tenant names ${id}.`,
        `Log in with az login --tenant ${id} --allow-no-subscriptions, or get a token of that tenant.`,
      );
    },
  };
}

/** A text in an OData filter: quotes are doubled. */
export const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** The query that finds objects. */
export const filter = (expression: string): string => `?$filter=${encodeURIComponent(expression)}`;
