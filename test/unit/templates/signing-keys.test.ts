import { errors } from 'jose';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createSigningKeys, KeysUnavailable } from '../../../templates/signing-keys.ts';
import { Issuer, newKey } from './support/issuer.ts';

const METADATA = '/.well-known/oauth-authorization-server';
const OPENID = '/.well-known/openid-configuration';
const rsa = { alg: 'RS256', kid: 'rsa' };
const stranger = (kid: string) => ({ alg: 'RS256', kid });

let issuer: Issuer;
beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  issuer = await new Issuer().start();
});
afterEach(async () => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  await issuer.stop();
});
const later = (ms: number): void => void vi.setSystemTime(Date.now() + ms);

describe('signing keys', () => {
  it('are fetched when they are needed first, then remembered', async () => {
    const find = createSigningKeys(issuer.url);
    expect(issuer.hits).toEqual([]);
    const [one, two] = await Promise.all([find(rsa), find(rsa)]);
    expect(one).toBeDefined();
    expect(two).toBe(one);
    expect(await find(rsa)).toBe(one);
    expect(issuer.hits).toEqual([METADATA, '/jwks']);
  });

  it('are asked for without following redirects, past caches, as JSON', async () => {
    const fetched = vi.spyOn(globalThis, 'fetch');
    await createSigningKeys(issuer.url)(rsa);
    expect(fetched.mock.calls.map(([url]) => url)).toEqual([issuer.url + METADATA, `${issuer.url}/jwks`]);
    for (const [, options] of fetched.mock.calls) {
      expect(options).toMatchObject({ redirect: 'manual', cache: 'no-store', headers: { accept: 'application/json' } });
      expect(options?.signal).toBeInstanceOf(AbortSignal);
    }
  });

  it('are fetched again after ten minutes', async () => {
    const find = createSigningKeys(issuer.url);
    const first = await find(rsa);
    later(599_999);
    expect(await find(rsa)).toBe(first);
    later(1);
    expect(await find(rsa)).not.toBe(first);
    expect(issuer.jwksHits()).toBe(2);
  });

  it('are fetched again for an unknown key id, once in 30 seconds', async () => {
    const find = createSigningKeys(issuer.url);
    await find(rsa);
    await expect(find(stranger('a'))).rejects.toBeInstanceOf(errors.JWKSNoMatchingKey);
    expect(issuer.jwksHits()).toBe(1);
    issuer.keys[0] = await newKey('next');
    later(29_999);
    await expect(find(stranger('next'))).rejects.toBeInstanceOf(errors.JWKSNoMatchingKey);
    later(1);
    expect(await find(stranger('next'))).toBeDefined();
    expect(issuer.jwksHits()).toBe(2);
    await expect(find(rsa)).rejects.toBeInstanceOf(errors.JWKSNoMatchingKey);
    await expect(find(stranger('b'))).rejects.toBeInstanceOf(errors.JWKSNoMatchingKey);
    expect(issuer.jwksHits()).toBe(2);
  });

  it('are fetched once for many that ask at the same time', async () => {
    const find = createSigningKeys(issuer.url);
    await find(rsa);
    later(30_000);
    await Promise.allSettled(Array.from({ length: 20 }, (_, i) => find(stranger(`x${i}`))));
    expect(issuer.jwksHits()).toBe(2);
  });

  it('are not fetched again for a header that fits several keys or a symmetric algorithm', async () => {
    issuer.keys.push(await newKey('rsa-2'));
    const find = createSigningKeys(issuer.url);
    await expect(find({ alg: 'RS256' })).rejects.toBeInstanceOf(errors.JWKSMultipleMatchingKeys);
    later(60_000);
    await expect(find({ alg: 'RS256' })).rejects.toBeInstanceOf(errors.JWKSMultipleMatchingKeys);
    await expect(find({ alg: 'HS256' })).rejects.toBeInstanceOf(errors.JOSENotSupported);
    expect(issuer.jwksHits()).toBe(1);
  });
});

describe('an outage', () => {
  const failures: [string, (issuer: Issuer) => void][] = [
    ['metadata 500', (it) => it.answers.set(METADATA, { status: 500 })],
    ['metadata is a web page', (it) => it.answers.set(METADATA, { status: 200, text: '<html>' })],
    ['metadata is null', (it) => it.answers.set(METADATA, { json: null })],
    ['metadata of another issuer', (it) => it.answers.set(METADATA, { json: it.metadata({ issuer: `${it.url}/` }) })],
    ['metadata without jwks_uri', (it) => it.answers.set(METADATA, { json: { issuer: it.url } })],
    ['jwks_uri is no text', (it) => it.answers.set(METADATA, { json: it.metadata({ jwks_uri: 7 }) })],
    [
      'metadata redirects',
      (it) =>
        it.answers
          .set(METADATA, { status: 302, headers: { location: `${it.url}/elsewhere` } })
          .set('/elsewhere', { json: it.metadata() }),
    ],
    ['keys 500', (it) => it.answers.set('/jwks', { status: 500 })],
    ['keys 404', (it) => it.answers.set('/jwks', { status: 404, text: '{"keys":[]}' })],
    ['keys are a web page', (it) => it.answers.set('/jwks', { status: 200, text: '<html>' })],
    ['keys are {}', (it) => it.answers.set('/jwks', { json: {} })],
    ['keys are no list', (it) => it.answers.set('/jwks', { json: { keys: 'x' } })],
    ['keys are no objects', (it) => it.answers.set('/jwks', { json: { keys: [1] } })],
  ];
  it.each(failures)('%s: KeysUnavailable', async (_name, fail) => {
    fail(issuer);
    await expect(createSigningKeys(issuer.url)(rsa)).rejects.toThrow(KeysUnavailable);
    await expect(createSigningKeys(issuer.url)(rsa)).rejects.toThrow(/^no signing keys of the issuer: /);
  });

  it('no connection: KeysUnavailable', async () => {
    await expect(createSigningKeys('http://127.0.0.1:1')(rsa)).rejects.toThrow(KeysUnavailable);
  });

  it('an issuer that never answers is given six seconds for metadata and six for keys', async () => {
    const timeout = vi.spyOn(AbortSignal, 'timeout').mockImplementation(() => AbortSignal.abort(new Error('too slow')));
    await expect(createSigningKeys(issuer.url)(rsa)).rejects.toThrow('too slow');
    expect(timeout.mock.calls).toEqual([[6000]]);
    timeout
      .mockReset()
      .mockReturnValueOnce(new AbortController().signal)
      .mockReturnValueOnce(AbortSignal.abort(new Error('slow keys')));
    await expect(createSigningKeys(issuer.url)(rsa)).rejects.toThrow('slow keys');
    expect(timeout.mock.calls).toEqual([[6000], [6000]]);
  });

  it('leaves the issuer alone for three seconds, then asks again', async () => {
    issuer.answers.set('/jwks', { status: 500 });
    const find = createSigningKeys(issuer.url);
    await expect(find(rsa)).rejects.toThrow(KeysUnavailable);
    issuer.answers.clear();
    later(2_999);
    await expect(find(rsa)).rejects.toThrow(new KeysUnavailable('no signing keys of the issuer a moment ago'));
    expect(issuer.jwksHits()).toBe(1);
    later(1);
    expect(await find(rsa)).toBeDefined();
  });

  it('does not touch keys that are known, but an unknown key id is an outage, too', async () => {
    const find = createSigningKeys(issuer.url);
    const key = await find(rsa);
    issuer.answers.set('/jwks', { status: 500 });
    later(30_000);
    await expect(find(stranger('next'))).rejects.toThrow(KeysUnavailable);
    expect(await find(rsa)).toBe(key);
    await expect(find(stranger('next'))).rejects.toThrow(KeysUnavailable);
    expect(issuer.jwksHits()).toBe(2);
  });
});

describe('metadata', () => {
  it('is looked for as RFC 8414 and OpenID Connect say', async () => {
    const tenant = await new Issuer().start('/tenant/');
    try {
      await expect(createSigningKeys(tenant.url)(rsa)).resolves.toBeDefined();
      expect(tenant.hits[0]).toBe(`${METADATA}/tenant`);
      tenant.hits.length = 0;
      tenant.answers.set(`${METADATA}/tenant`, { status: 404 });
      await expect(createSigningKeys(tenant.url)(rsa)).rejects.toThrow(/answered 404/);
      expect(tenant.hits).toEqual([`${METADATA}/tenant`, `${OPENID}/tenant`, `/tenant${OPENID}`]);
      tenant.answers.set(`/tenant${OPENID}`, { json: tenant.metadata() });
      await expect(createSigningKeys(tenant.url)(rsa)).resolves.toBeDefined();
    } finally {
      await tenant.stop();
    }
  });

  it('is asked for at two places when the issuer has no path', async () => {
    issuer.answers.set(METADATA, { status: 404 });
    await expect(createSigningKeys(issuer.url)(rsa)).rejects.toThrow(/answered 404/);
    expect(issuer.hits).toEqual([METADATA, OPENID]);
  });
});
