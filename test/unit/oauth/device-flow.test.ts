import { decodeJwt } from 'jose';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DeviceCode } from '../../../src/oauth/device-flow.ts';
import { logInAt } from '../../../src/oauth/login.ts';
import { visit } from '../../support/browser.mjs';
import { goodMetadata, json, startFakeIssuer, text, type FakeIssuer } from '../../support/oauth-fake-issuer.ts';
import { FIXED, startTokenProvider, type TokenProvider } from '../../support/token-provider.ts';

const resource = 'https://mcp.example.com/mcp';
const openBrowser = (): never => {
  throw new Error('no browser here');
};

describe('at oidc-provider', () => {
  let as: TokenProvider;
  const target = (): { issuer: string; resource: string; scopes: string[] } => ({
    issuer: as.issuer,
    resource,
    scopes: ['read:tasks'],
  });
  afterEach(() => as.close());

  it('a login on another device ends with a token for the resource, and nothing left behind', async () => {
    as = await startTokenProvider({ resource });
    const shown: DeviceCode[] = [];
    const login = await logInAt(target(), {
      openBrowser,
      device: {
        when: 'if-offered',
        showCode(code) {
          shown.push(code);
          void visit(code.completeUrl!);
        },
      },
    });
    expect(decodeJwt(login.accessToken)).toMatchObject({ sub: 'ada', aud: resource, scope: 'read:tasks' });
    expect(shown).toEqual([
      {
        url: `${as.issuer}/device`,
        completeUrl: expect.stringContaining('user_code=') as string,
        code: expect.stringMatching(/^[A-Z]{4}-[A-Z]{4}$/) as string,
        expiresIn: 600,
      },
    ]);
    expect(as.asked).toContain('POST /reg');
    expect(as.registered.size).toBe(0);
  });

  it('is refused when it must be and is not offered, before anything is registered', async () => {
    as = await startTokenProvider({ resource, device: false });
    const refused = logInAt(target(), { openBrowser, device: { when: 'always', showCode: openBrowser } });
    await expect(refused).rejects.toMatchObject({
      code: 'issuer-unusable',
      step: 'discovery',
      message: expect.stringContaining('device_authorization_endpoint') as string,
    });
    expect(as.asked).not.toContain('POST /reg');
  });

  it('gives way to the browser when it is not for this client', async () => {
    as = await startTokenProvider({ resource });
    const login = await logInAt(target(), {
      openBrowser: (url) => void visit(url),
      client: { id: FIXED.id },
      device: { when: 'if-offered', showCode: openBrowser },
    });
    expect(login.clientId).toBe(FIXED.id);
  });

  it('gives way to the browser when it is not offered', async () => {
    as = await startTokenProvider({ resource, device: false });
    const login = await logInAt(target(), {
      openBrowser: (url) => void visit(url),
      device: { when: 'if-offered', showCode: openBrowser },
    });
    expect(login.scopes).toEqual(['read:tasks']);
  });
});

describe('at a server that answers', () => {
  let fake: FakeIssuer;
  const started = { device_code: 'secret-device-code', user_code: 'AB\u001b[2JCD', expires_in: 60, interval: 0.01 };
  beforeEach(async () => {
    fake = await startFakeIssuer();
    const metadata = { ...goodMetadata(fake.issuer), device_authorization_endpoint: `${fake.issuer}/device` };
    fake.routes.set('/.well-known/oauth-authorization-server', json(metadata));
    answerDevice({});
  });
  afterEach(() => fake.close());

  function answerDevice(change: object): void {
    fake.routes.set('/device', json({ ...started, verification_uri: 'https://login.example.com/device', ...change }));
  }
  const logIn = (showCode: (code: DeviceCode) => void = () => undefined): ReturnType<typeof logInAt> =>
    logInAt(
      { issuer: fake.issuer, resource, scopes: [] },
      { openBrowser, client: { id: 'known' }, device: { when: 'always', showCode } },
    );
  const refuse = (error: string): void =>
    void fake.routes.set('/token', text(400, JSON.stringify({ error }), { 'content-type': 'application/json' }));

  it.each([
    ['access_denied', 'Run it again and allow the access.'],
    ['expired_token', 'Run it again and enter the code before it runs out.'],
  ])('%s: exit 4', async (error, fix) => {
    refuse(error);
    await expect(logIn()).rejects.toMatchObject({ code: 'provider-refused', exit: 4, step: 'token', fix });
  });

  it('authorization_pending until the code has run out: it stops by itself', async () => {
    answerDevice({ expires_in: 0.2 });
    refuse('authorization_pending');
    await expect(logIn()).rejects.toMatchObject({ code: 'provider-refused', step: 'token' });
    expect(fake.asked.filter((path) => path === '/token').length).toBeGreaterThan(2);
  });

  it('with a code full of control characters: they stay out of the terminal', async () => {
    refuse('access_denied');
    const codes: string[] = [];
    await logIn(({ code }) => codes.push(code)).catch(() => undefined);
    expect(codes).toEqual(['AB[2JCD']);
  });

  it('with an address that is no https URL: nobody is sent there', async () => {
    answerDevice({ verification_uri: 'javascript:alert(1)' });
    await expect(logIn()).rejects.toMatchObject({ code: 'issuer-unusable', step: 'authorization' });
  });
});
