import { createLocalJWKSet, errors, type JSONWebKeySet, type JWSHeaderParameters } from 'jose';
import { shared, UNCACHED } from './runtime.ts';

/** The issuer does not hand out its keys: an outage, which says nothing about the token (503, never 401). */
export class KeysUnavailable extends Error {}

type KeySet = ReturnType<typeof createLocalJWKSet>;
type Key = Awaited<ReturnType<KeySet>>;

/** Keys that were withdrawn are gone after this time. */
const MAX_AGE = 10 * 60_000;
/** An unknown key id has the keys fetched again (rotation), but no faster than this: anybody can invent key ids. */
const COOL_DOWN = 30_000;
/** After a failure the issuer is left alone for a moment. */
const PAUSE = 3_000;
const TIMEOUT = 6_000;

/**
 * Finds the published key for a JWS header. Keys are fetched when they are needed first, never at start.
 * jose's `createRemoteJWKSet` does less: it asks at every request while the issuer is down.
 * Throws KeysUnavailable, or jose's errors when the header fits no key.
 */
export function createSigningKeys(issuer: string): (header: JWSHeaderParameters) => Promise<Key> {
  let keys: KeySet | undefined;
  let fetchedAt = -Infinity;
  let failedAt = -Infinity;

  const fetchKeys = shared(async (): Promise<KeySet> => {
    try {
      keys = createLocalJWKSet(await fetchJwks(await findJwksUri(issuer)));
      fetchedAt = Date.now();
      return keys;
    } catch (error) {
      failedAt = Date.now();
      throw new KeysUnavailable(`no signing keys of the issuer: ${String(error)}`);
    }
  });

  async function refresh(): Promise<KeySet> {
    if (Date.now() - failedAt < PAUSE) throw new KeysUnavailable('no signing keys of the issuer a moment ago');
    return fetchKeys();
  }

  return async (header) => {
    const current = keys && Date.now() - fetchedAt < MAX_AGE ? keys : await refresh();
    try {
      return await current(header);
    } catch (error) {
      const isUnknown = error instanceof errors.JWKSNoMatchingKey;
      if (!isUnknown || Date.now() - fetchedAt < COOL_DOWN) throw error;
      return (await refresh())(header);
    }
  };
}

/** RFC 8414 §3.1 (path inserted), then OpenID Connect Discovery §4 (path inserted as some do, and appended). */
async function findJwksUri(issuer: string): Promise<string> {
  const { origin, pathname } = new URL(issuer);
  const path = pathname.replace(/\/$/, '');
  const candidates = [
    `${origin}/.well-known/oauth-authorization-server${path}`,
    `${origin}/.well-known/openid-configuration${path}`,
    `${origin}${path}/.well-known/openid-configuration`,
  ];
  const signal = AbortSignal.timeout(TIMEOUT);
  let problem: unknown = 'no metadata';
  for (const url of new Set(candidates)) {
    try {
      const metadata = await fetchJson(url, signal);
      // RFC 8414 §3.3: identical, or the document is not this issuer's.
      if (metadata['issuer'] !== issuer) throw new Error(`${url} names another issuer`);
      if (typeof metadata['jwks_uri'] === 'string') return metadata['jwks_uri'];
    } catch (error) {
      problem = error;
    }
  }
  throw problem;
}

async function fetchJwks(url: string): Promise<JSONWebKeySet> {
  const { keys } = await fetchJson(url, AbortSignal.timeout(TIMEOUT));
  if (!Array.isArray(keys)) throw new Error(`${url} has no keys`);
  return { keys: keys as JSONWebKeySet['keys'] };
}

async function fetchJson(url: string, signal: AbortSignal): Promise<Record<string, unknown>> {
  // A redirect is not followed: the issuer said where it is.
  const options = { ...UNCACHED, signal, redirect: 'manual', headers: { accept: 'application/json' } } as const;
  const response = await fetch(url, options);
  if (response.status !== 200) throw new Error(`${url} answered ${response.status}`);
  return ((await response.json()) ?? {}) as Record<string, unknown>;
}
