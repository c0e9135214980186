import { createHmac } from 'node:crypto';
import { inspect } from 'node:util';
import { exportSPKI, importJWK, type CryptoKey } from 'jose';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { KeysUnavailable } from '../../../templates/signing-keys.ts';
import { createVerifier, InvalidToken } from '../../../templates/verifier.ts';
import { Issuer, mint as mintToken, newKey, now, type SigningKey, type TokenOptions } from './support/issuer.ts';

const AUDIENCE = 'https://api.example/mcp';
const RESOURCE = 'https://api.example/mcp';

let issuer: Issuer;
let impostor: SigningKey;
let verify: ReturnType<typeof createVerifier>;

beforeAll(async () => {
  issuer = await new Issuer().start();
  impostor = await newKey('rsa');
});
afterAll(() => issuer.stop());
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] });
  verify = newVerifier();
});
afterEach(() => vi.useRealTimers());

const newVerifier = () => createVerifier({ issuer: issuer.url, audience: AUDIENCE, resource: RESOURCE });
const mint = (options: TokenOptions = {}): Promise<string> => mintToken(issuer, AUDIENCE, options);
const withClaims = (claims: Record<string, unknown>): Promise<string> => mint({ claims });
const withHeader = (header: Record<string, unknown>): Promise<string> => mint({ header });
const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('a good token', () => {
  it('says who calls', async () => {
    const token = await withClaims({ role: 'admin' });
    const info = await verify(token);
    expect(info).toEqual({
      clientId: 'client-1',
      scopes: ['read:tasks'],
      expiresAt: expect.any(Number),
      resource: new URL(RESOURCE),
      extra: { subject: 'alice', issuer: issuer.url, claims: expect.objectContaining({ role: 'admin', sub: 'alice' }) },
    });
    expect(info.expiresAt).toBe((info.extra?.['claims'] as { exp: number }).exp);
  });

  it('is readable and not printable', async () => {
    const token = await mint();
    const info = await verify(token);
    expect(info.token).toBe(token);
    expect(JSON.stringify(info) + inspect(info, { depth: 9 })).not.toContain(token.slice(0, 20));
    expect(Object.keys(info)).not.toContain('token');
  });

  const accepted: [string, () => Promise<string>][] = [
    ['audience in a list', () => withClaims({ aud: ['x', AUDIENCE] })],
    ['typ JWT', () => withHeader({ typ: 'JWT' })],
    ['typ at+jwt', () => withHeader({ typ: 'AT+JWT' })],
    ['typ application/at+jwt', () => withHeader({ typ: 'application/at+jwt' })],
    ['no typ', () => withHeader({ typ: undefined })],
    ['another algorithm of a published key', () => mint({ key: issuer.keys[1]! })],
    ['no kid where one key fits', () => mint({ key: issuer.keys[1]!, header: { kid: undefined } })],
    ['nbf three seconds ahead', () => withClaims({ nbf: now() + 3 })],
    ['expired three seconds ago', () => withClaims({ exp: now() - 3 })],
    ['claims nobody asked for', () => withClaims({ nested: { deep: ['ü'] } })],
  ];
  it.each(accepted)('is accepted: %s', async (_name, make) => {
    await expect(verify(await make())).resolves.toMatchObject({ clientId: 'client-1' });
  });

  it('names client and user as the issuer does', async () => {
    expect(await verify(await withClaims({ client_id: undefined, azp: 'spa' }))).toMatchObject({ clientId: 'spa' });
    expect(await verify(await withClaims({ azp: 'spa' }))).toMatchObject({ clientId: 'client-1' });
    expect(await verify(await withClaims({ client_id: '', azp: 7 }))).toMatchObject({ clientId: '' });
    const machine = await verify(await withClaims({ sub: undefined }));
    expect(machine.extra?.['subject']).toBeUndefined();
    expect((await verify(await withClaims({ sub: 7 }))).extra?.['subject']).toBeUndefined();
  });

  const scopes: [Record<string, unknown>, string[]][] = [
    [{ scope: 'a b' }, ['a', 'b']],
    [{ scope: '  a  b ' }, ['a', 'b']],
    [{ scope: 'a,b' }, ['a,b']],
    [{ scope: '' }, []],
    [{ scope: ['a', 1, '', 'b'] }, ['a', 'b']],
    [{ scope: undefined, scp: 'a b' }, ['a', 'b']],
    [{ scope: undefined, scp: ['a'] }, ['a']],
    [{ scope: undefined, permissions: ['a'] }, []],
    [{ scope: 'a', scp: 'b', permissions: ['c'] }, ['a']],
    [{ scope: undefined, scp: 'b', permissions: ['c'] }, ['b']],
    [{ scope: 42, scp: 'b' }, []],
    [{ scope: null, scp: 'b' }, []],
    [{ scope: { 0: 'a' } }, []],
    [{ scope: true }, []],
    [{ scope: undefined }, []],
  ];
  it.each(scopes)('%j grants %j', async (claims, granted) => {
    expect((await verify(await withClaims(claims))).scopes).toEqual(granted);
  });
});

describe('a bad token', () => {
  const bad: [string, () => Promise<string> | string, (string | RegExp)?][] = [
    ['garbage', () => 'abc'],
    ['three parts', () => 'a.b.c'],
    ['encrypted', () => `${encode({ alg: 'dir', enc: 'A256GCM' })}..aXY.dGV4dA.dGFn`],
    ['alg none', async () => `${encode({ alg: 'none' })}.${(await mint()).split('.')[1]}.`],
    ['no signature', async () => (await mint()).replace(/[^.]+$/, '')],
    ['HS256 with the public key', () => hmac(issuer.key)],
    ['foreign key, known kid', () => mint({ key: impostor }), 'signature verification failed'],
    [
      'foreign key, own jwk in the header',
      async () => mint({ key: impostor, header: { kid: undefined, jwk: (await newKey('x')).jwk } }),
    ],
    ['foreign key, jku', () => mint({ key: impostor, header: { kid: 'x', jku: 'https://evil.example/jwks' } })],
    ['unknown kid', () => withHeader({ kid: 'x' }), 'no applicable key'],
    ['kid is a number', () => withHeader({ kid: 7 })],
    [
      'tampered payload',
      async () => {
        const [h, , s] = (await mint()).split('.');
        return `${h}.${encode({ iss: issuer.url, aud: AUDIENCE, exp: now() + 600, scope: 'admin' })}.${s}`;
      },
    ],
    ['unknown crit', () => withHeader({ crit: ['x'], x: 1 })],
    ['expired', () => withClaims({ exp: now() - 6 }), /"exp" claim timestamp check failed/],
    ['exp is text', () => withClaims({ exp: String(now() + 600) }), /"exp" claim/],
    ['no exp', () => withClaims({ exp: undefined }), /missing required "exp"/],
    ['not yet valid', () => withClaims({ nbf: now() + 60 }), /"nbf" claim/],
    ['another issuer', () => withClaims({ iss: 'https://evil.example' }), /"iss" claim/],
    ['issuer with a slash', () => withClaims({ iss: `${issuer.url}/` }), /"iss" claim/],
    ['issuer in a list', () => withClaims({ iss: [issuer.url] }), /"iss" claim/],
    ['no issuer', () => withClaims({ iss: undefined }), /"iss" claim/],
    ['another audience', () => withClaims({ aud: 'https://other.example' }), /"aud" claim/],
    ['audience that begins like ours', () => withClaims({ aud: `${AUDIENCE}x` }), /"aud" claim/],
    ['no audience', () => withClaims({ aud: undefined }), /"aud" claim/],
    ['typ logout+jwt', () => withHeader({ typ: 'logout+jwt' }), 'typ is logout+jwt'],
    ['typ dpop+jwt', () => withHeader({ typ: 'dpop+jwt' }), 'typ is dpop+jwt'],
    ['typ is empty', () => withHeader({ typ: '' }), 'typ is '],
    ['for nobody', () => withClaims({ sub: undefined, client_id: '' }), 'the token names neither user nor client'],
    ['bound to a DPoP key', () => withClaims({ cnf: { jkt: 'x' } }), 'the token is bound to a key'],
    ['bound to a certificate', () => withClaims({ cnf: { 'x5t#S256': 'x' } }), 'the token is bound to a key'],
  ];
  it.each(bad)('%s: InvalidToken', async (_name, make, reason = '') => {
    const token = await make();
    const failure = await verify(token).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(InvalidToken);
    expect((failure as Error).message).toMatch(reason);
    expect(JSON.stringify((failure as Error).message)).not.toContain(token);
  });

  it('never makes us fetch what it names', async () => {
    const fetched = vi.spyOn(globalThis, 'fetch');
    await verify(
      await mint({
        key: impostor,
        header: { kid: 'x', jku: 'https://evil.example/jwks', x5u: 'https://evil.example/x' },
      }),
    ).catch(() => undefined);
    await verify(await mint({ key: impostor, claims: { iss: 'https://evil.example' } })).catch(() => undefined);
    expect(fetched.mock.calls.every(([url]) => String(url).startsWith(issuer.url))).toBe(true);
    fetched.mockRestore();
  });
});

describe('a symmetric or unsigned algorithm', () => {
  it('is not accepted even when the issuer publishes such a key', async () => {
    const other = await new Issuer().start();
    const secret = Buffer.from('0123456789abcdef0123456789abcdef');
    other.answers.set('/jwks', {
      json: { keys: [{ kty: 'oct', k: secret.toString('base64url'), kid: 'h', alg: 'HS256' }] },
    });
    const input = `${encode({ alg: 'HS256', kid: 'h' })}.${encode({ iss: other.url, aud: AUDIENCE, exp: now() + 60, sub: 'x' })}`;
    const token = `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`;
    const failure = createVerifier({ issuer: other.url, audience: AUDIENCE, resource: RESOURCE })(token);
    await expect(failure).rejects.toThrow('"alg" (Algorithm) Header Parameter value not allowed');
    expect(other.hits).toEqual([]);
    await other.stop();
  });

  it.each(['RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES384', 'ES512', 'EdDSA', 'Ed25519'])(
    '%s is fine',
    async (alg) => {
      const key = await newKey(`k-${alg}`, alg);
      issuer.keys.push(key);
      try {
        await expect(newVerifier()(await mint({ key }))).resolves.toBeDefined();
      } finally {
        issuer.keys.pop();
      }
    },
  );
});

describe('a token that comes again', () => {
  it('is not verified again, and still not shared between requests', async () => {
    const token = await mint();
    const first = await verify(token);
    const verifySignature = vi.spyOn(crypto.subtle, 'verify');
    const second = await verify(token);
    expect(verifySignature).not.toHaveBeenCalled();
    expect(second).toEqual(first);
    expect(second).not.toBe(first);
    second.scopes.push('admin');
    (second.extra?.['claims'] as Record<string, unknown>)['role'] = 'admin';
    expect(await verify(token)).toEqual(first);
    const other = await mint({ claims: { jti: '2' } });
    for (const again of [other, token, other]) await verify(again);
    expect(verifySignature).toHaveBeenCalledTimes(1);
    verifySignature.mockRestore();
  });

  it('expires all the same', async () => {
    const token = await withClaims({ exp: now() + 60 });
    await verify(token);
    vi.setSystemTime(Date.now() + 64_000);
    await expect(verify(token)).resolves.toBeDefined();
    vi.setSystemTime(Date.now() + 2_000);
    await expect(verify(token)).rejects.toThrow(InvalidToken);
  });

  it('is bad as soon as its key is withdrawn', async () => {
    const token = await mint();
    await verify(token);
    const old = issuer.keys[0]!;
    issuer.keys[0] = await newKey('rotated');
    try {
      vi.setSystemTime(Date.now() + 31_000);
      await verify(await mint());
      await expect(verify(token)).rejects.toThrow(InvalidToken);
    } finally {
      issuer.keys[0] = old;
    }
  });

  it('is bad when another key has taken over its key id', async () => {
    const token = await withClaims({ exp: now() + 3600 });
    await verify(token);
    const old = issuer.keys[0]!;
    issuer.keys[0] = impostor;
    try {
      vi.setSystemTime(Date.now() + 600_000);
      await expect(verify(token)).rejects.toThrow('signature verification failed');
    } finally {
      issuer.keys[0] = old;
    }
  });

  it('is an outage when keys are to be refreshed and cannot', async () => {
    const token = await withClaims({ exp: now() + 3600 });
    await verify(token);
    issuer.answers.set('/jwks', { status: 500 });
    vi.setSystemTime(Date.now() + 600_000);
    await expect(verify(token)).rejects.toThrow(KeysUnavailable);
    issuer.answers.clear();
    vi.setSystemTime(Date.now() + 3_000);
    await expect(verify(token)).resolves.toBeDefined();
  });

  it('is one of a thousand that are remembered', async () => {
    const token = await mint();
    await verify(token);
    for (let i = 0; i < 1000; i++) await verify(await mint({ key: issuer.keys[1]!, claims: { jti: String(i) } }));
    const verifySignature = vi.spyOn(crypto.subtle, 'verify');
    await verify(token);
    expect(verifySignature).toHaveBeenCalledTimes(1);
    verifySignature.mockRestore();
  });
});

async function hmac(key: SigningKey): Promise<string> {
  const publicKey = (await importJWK(key.jwk, key.alg, { extractable: true })) as CryptoKey;
  const input = `${encode({ alg: 'HS256', kid: key.kid })}.${encode({ iss: issuer.url, aud: AUDIENCE, exp: now() + 60 })}`;
  return `${input}.${createHmac('sha256', await exportSPKI(publicKey))
    .update(input)
    .digest('base64url')}`;
}
