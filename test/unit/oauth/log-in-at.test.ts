import { decodeJwt } from 'jose';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { clientCredentials } from '../../../src/oauth/client-credentials.ts';
import { logInAt, type LoginOptions, type LoginTarget } from '../../../src/oauth/login.ts';
import { visit } from '../../support/browser.mjs';
import { freePort } from '../../support/running-server.ts';
import { FIXED, FORBIDDEN, MACHINE, startTokenProvider, type TokenProvider } from '../../support/token-provider.ts';

const resource = 'https://mcp.example.com/mcp';
let as: TokenProvider;
const start = async (options = {}): Promise<void> => {
  await as?.close();
  as = await startTokenProvider({ resource, ...options });
};
beforeEach(() => start());
afterEach(() => as.close());

const openBrowser = (url: string): void => void visit(url);
const target = (change: Partial<LoginTarget> = {}): LoginTarget => ({
  issuer: as.issuer,
  resource,
  scopes: ['read:tasks'],
  ...change,
});
const logIn = (change: Partial<LoginTarget> = {}, options: Partial<LoginOptions> = {}): ReturnType<typeof logInAt> =>
  logInAt(target(change), { openBrowser, ...options });

describe('a login in the browser', () => {
  it('ends with a token of that person for that resource', async () => {
    const login = await logIn();
    expect(login).toMatchObject({ issuer: as.issuer, resource, scopes: ['read:tasks'], expiresIn: 600 });
    expect(decodeJwt(login.accessToken)).toMatchObject({ sub: 'ada', aud: resource, scope: 'read:tasks' });
  });

  it('proves the client with S256, and names the resource in both requests', async () => {
    await logIn();
    const [query] = as.authorizations;
    expect(Object.fromEntries(query!)).toMatchObject({
      response_type: 'code',
      code_challenge_method: 'S256',
      resource,
    });
    expect(query!.get('code_challenge')).toMatch(/^[\w-]{43}$/);
    expect(query!.get('state')).toMatch(/^[\w-]{43}$/);
    expect(query!.get('redirect_uri')).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/callback$/);
    expect(Object.fromEntries(as.tokenRequests[0]!)).toMatchObject({ grant_type: 'authorization_code', resource });
  });

  it('takes its registration back', async () => {
    const left: string[] = [];
    await logIn({}, { onClientStays: ({ id }) => left.push(id) });
    expect(as.asked).toContain('POST /reg');
    expect(as.registered.size).toBe(0);
    expect(left).toEqual([]);
  });

  it('also when the person says no', async () => {
    as.person = 'denies';
    await expect(logIn()).rejects.toMatchObject({ code: 'provider-refused', exit: 4, step: 'authorization' });
    expect(as.asked).toContain('POST /reg');
    expect(as.registered.size).toBe(0);
  });

  it('says which client stays where the server cannot delete it', async () => {
    await start({ management: false });
    const left: unknown[] = [];
    const { clientId } = await logIn({}, { onClientStays: (client) => left.push(client) });
    expect(left).toEqual([{ id: clientId, port: expect.any(Number) }]);
  });

  it('uses a registered client and its port as they are', async () => {
    const login = await logIn({}, { client: { id: FIXED.id }, port: as.callbackPort });
    expect(as.authorizations[0]!.get('redirect_uri')).toBe(`http://127.0.0.1:${as.callbackPort}/callback`);
    expect(login.clientId).toBe(FIXED.id);
    expect(as.asked).not.toContain('POST /reg');
  });

  it('asks for nothing that the metadata do not list, where only that is granted', async () => {
    await logIn({ scopes: ['offline_access', 'read:tasks'], onlyListedScopes: true }).catch(() => undefined);
    expect(as.authorizations[0]!.get('scope')).toBe('offline_access');
    await logIn({ onlyListedScopes: true }).catch(() => undefined);
    expect(as.authorizations.at(-1)!.has('scope')).toBe(false);
  });

  it('tells its steps, without a secret', async () => {
    const heard: unknown[] = [];
    const login = await logIn(
      {},
      { onStep: (step) => heard.push(step), onStepDone: (_, evidence) => heard.push(evidence) },
    );
    expect(heard.filter((each) => typeof each === 'string')).toEqual([
      'discovery',
      'registration',
      'authorization',
      'token',
    ]);
    const told = JSON.stringify(heard);
    expect(told).toContain(as.issuer);
    expect(told).not.toContain(login.accessToken);
    expect(told).not.toContain(as.tokenRequests[0]!.get('code'));
    expect(told).not.toContain(as.tokenRequests[0]!.get('code_verifier'));
  });
});

describe('a login that fails says where and what to do', () => {
  it.each<[string, Partial<LoginTarget>, Partial<LoginOptions>, string]>([
    ['invalid_target', { resource: 'https://other.example/mcp' }, {}, 'Define https://other.example/mcp as an API'],
    ['invalid_scope', { scopes: [FORBIDDEN] }, {}, 'Define forbidden:tasks at the authorization server'],
  ])('%s', async (error, change, options, fix) => {
    const failed = await logIn(change, options).catch((reason: unknown) => reason);
    expect(failed).toMatchObject({ code: 'provider-refused', exit: 4 });
    expect(failed).toMatchObject({ step: 'authorization', detail: { step: 'authorization' } });
    expect((failed as Error).message).toContain(`${as.issuer} answered ${error}`);
    expect((failed as { fix: string }).fix).toContain(fix);
  });

  it('where nobody may register', async () => {
    await start({ registration: false });
    await expect(logIn()).rejects.toMatchObject({
      code: 'issuer-unusable',
      step: 'discovery',
      fix: expect.stringContaining('--client-id') as string,
    });
    expect(as.authorizations).toEqual([]);
  });

  it('when the port of the callback is taken', async () => {
    const port = Number(new URL(as.issuer).port);
    await expect(logIn({}, { port })).rejects.toMatchObject({ code: 'port-in-use', exit: 1 });
    expect(as.asked).not.toContain('POST /reg');
  });

  it('when nobody comes back: it may be the redirect URI', async () => {
    as.person = 'walks away';
    const failed = await logIn({}, { timeout: 700 }).catch((reason: unknown) => reason);
    expect(failed).toMatchObject({ code: 'verification-failed', step: 'authorization' });
    expect((failed as { fix: string }).fix).toContain(as.authorizations[0]!.get('redirect_uri'));
  });

  it('when another server answered (mix-up, RFC 9207)', async () => {
    const back = (url: string): void => {
      const { searchParams } = new URL(url);
      const answer = { code: 'x', state: searchParams.get('state')!, iss: 'https://other.example' };
      void fetch(`${searchParams.get('redirect_uri')}?${new URLSearchParams(answer).toString()}`);
    };
    await expect(logIn({}, { openBrowser: back })).rejects.toMatchObject({ step: 'authorization' });
    expect(as.tokenRequests).toEqual([]);
  });

  it('when the server is not there', async () => {
    const issuer = `http://127.0.0.1:${await freePort()}`;
    await expect(logIn({ issuer })).rejects.toMatchObject({ code: 'issuer-unreachable', step: 'discovery' });
  });
});

describe('an interrupted login', () => {
  it('ends with what it was aborted with, and takes its registration back', async () => {
    as.person = 'walks away';
    const controller = new AbortController();
    const reason = new Error('stop');
    const running = logIn({}, { signal: controller.signal, openBrowser: () => controller.abort(reason) });
    await expect(running).rejects.toMatchObject({ step: 'authorization' });
    expect(as.registered.size).toBe(0);
  });
});

describe('client credentials', () => {
  it('ask nobody', async () => {
    const { accessToken, scopes } = await clientCredentials(target({ scopes: ['write:tasks'] }), MACHINE);
    expect(decodeJwt(accessToken)).toMatchObject({ aud: resource, client_id: MACHINE.id, scope: 'write:tasks' });
    expect(scopes).toEqual(['write:tasks']);
  });

  it('say which scopes were not granted', async () => {
    const login = await clientCredentials(target({ scopes: ['write:tasks', 'read:mail'] }), MACHINE);
    expect(login).toMatchObject({ scopes: ['write:tasks'], notGranted: ['read:mail'] });
  });

  it('with a wrong secret say which client, and not the secret', async () => {
    const failed = await clientCredentials(target(), { ...MACHINE, secret: 'guessed-wrong' }).catch((e: unknown) => e);
    expect(failed).toMatchObject({
      code: 'provider-refused',
      step: 'token',
      fix: expect.stringContaining('machine') as string,
    });
    expect((failed as Error).message).toContain('invalid_client');
    expect(JSON.stringify(failed) + String(failed)).not.toContain('guessed-wrong');
  });

  it('that the client may not use say so', async () => {
    const failed = clientCredentials(target(), { id: FIXED.id, secret: 'x' });
    await expect(failed).rejects.toMatchObject({ code: 'provider-refused', exit: 4 });
  });
});
