import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startLocalServer } from '../../src/dev/server.ts';
import { discover } from '../../src/oauth/discovery.ts';
import { requireUsableKeys } from '../../src/providers/custom/keys.ts';
import { reviewMetadata } from '../../src/providers/custom/review.ts';
import { BareClient, read, register } from '../support/oauth-client.ts';
import { startTestIssuer, type TestIssuer } from '../support/oauth-local.ts';
import { submitLocalLogin } from '../support/oauth-login.mjs';

const RESOURCE = 'http://localhost:4499/mcp';
let as: TestIssuer;
let issuer: string;

beforeAll(async () => {
  as = await startTestIssuer(RESOURCE);
  issuer = as.settings.issuer;
});
afterAll(() => as.close());

async function pageOf(url: string): Promise<string> {
  const pages: string[] = [];
  await submitLocalLogin(url, { onPage: (html) => void pages.push(html) });
  return pages.at(-1)!;
}

describe('its metadata', () => {
  it.each(['oauth-authorization-server', 'openid-configuration'])('are at /.well-known/%s', async (name) => {
    const response = await fetch(`${issuer}/.well-known/${name}`);
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({
      issuer,
      authorization_endpoint: `${issuer}/authorize`,
      token_endpoint: `${issuer}/token`,
      registration_endpoint: `${issuer}/register`,
      jwks_uri: `${issuer}/jwks`,
      code_challenge_methods_supported: ['S256'],
      response_types_supported: ['code'],
      client_id_metadata_document_supported: true,
      authorization_response_iss_parameter_supported: true,
      scopes_supported: ['read:tasks', 'write:tasks', 'openid', 'offline_access'],
    });
  });

  it('leave nothing to complain about for the review of provider custom', async () => {
    const discovery = await discover(issuer);
    await requireUsableKeys(discovery);
    const scopes = { toolScopes: { a: ['read:tasks'] }, publicTools: [], baseScopes: [] };
    expect(reviewMetadata(discovery.metadata, scopes)).toEqual([]);
  });

  it('offer nothing of the old flows', async () => {
    const { metadata } = await discover(issuer);
    expect(metadata.grant_types_supported).not.toContain('implicit');
    expect(metadata.token_endpoint_auth_methods_supported).not.toContain('client_secret_jwt');
  });

  it('publish no private key', async () => {
    const { keys } = (await (await fetch(`${issuer}/jwks`)).json()) as { keys: Record<string, unknown>[] };
    expect(keys).toHaveLength(1);
    for (const secret of ['d', 'p', 'q', 'dp', 'dq', 'qi']) expect(keys[0]).not.toHaveProperty(secret);
  });
});

describe('an access token', () => {
  it('is a JWT for the resource and the person who signed in (RFC 9068)', async () => {
    const client = await BareClient.register(issuer);
    const tokens = await client.login({ resource: RESOURCE, scope: 'read:tasks' }, { user: 'anna' });
    const { header, claims } = read(tokens['access_token']);
    expect(header).toMatchObject({ alg: 'RS256', typ: 'at+jwt' });
    expect(claims).toMatchObject({
      iss: issuer,
      aud: RESOURCE,
      sub: 'anna',
      client_id: client.clientId,
      scope: 'read:tasks',
    });
    expect(claims.exp! - claims.iat!).toBe(3600);
    expect(tokens).toMatchObject({ token_type: 'Bearer', scope: 'read:tasks', expires_in: 3600 });
  });

  it('is for the configured resource when the client names none', async () => {
    const client = await BareClient.register(issuer);
    const tokens = await client.login({ scope: 'read:tasks' });
    expect(read(tokens['access_token']).claims.aud).toBe(RESOURCE);
  });

  it('stays one for the resource when `openid` is asked for too', async () => {
    const client = await BareClient.register(issuer);
    const tokens = await client.login({ scope: 'openid read:tasks' });
    expect(read(tokens['access_token']).claims.aud).toBe(RESOURCE);
  });

  it('carries the default scope when the client asks for none', async () => {
    const client = await BareClient.register(issuer);
    expect((await client.login())['scope']).toBe('read:tasks');
  });

  it('can be had for a project without any scope', async () => {
    const { scopes, defaultScopes } = as.settings;
    Object.assign(as.settings, { scopes: [], defaultScopes: [] });
    const client = await BareClient.register(issuer);
    const tokens = await client.login();
    Object.assign(as.settings, { scopes, defaultScopes });
    expect(read(tokens['access_token']).claims.aud).toBe(RESOURCE);
  });

  it('carries the audience that was configured', async () => {
    as.settings.audience = 'api://tasks';
    const client = await BareClient.register(issuer);
    const tokens = await client.login({ resource: RESOURCE, scope: 'read:tasks' });
    as.settings.audience = RESOURCE;
    expect(read(tokens['access_token']).claims.aud).toBe('api://tasks');
  });

  it('knows scopes that were added while the server runs', async () => {
    as.settings.scopes = [...as.settings.scopes, 'delete:tasks'];
    const client = await BareClient.register(issuer);
    expect((await client.login({ scope: 'delete:tasks' }))['scope']).toBe('delete:tasks');
    expect((await discover(issuer)).metadata.scopes_supported).toContain('delete:tasks');
    as.settings.scopes = as.settings.scopes.slice(0, 2);
  });
});

describe('an authorization request is refused, and the client told why together with iss (RFC 9207),', () => {
  it.each<[string, Record<string, string | undefined>, Record<string, unknown>]>([
    ['without PKCE', { code_challenge: undefined, code_challenge_method: undefined }, { error: 'invalid_request' }],
    ['with PKCE plain', { code_challenge_method: 'plain' }, { error: 'invalid_request' }],
    ['for another resource', { resource: 'http://localhost:4499/other' }, { error: 'invalid_target' }],
    ['for an unknown scope', { scope: 'read:tasks read:mail' }, { error: 'invalid_scope' }],
    ['for the implicit flow', { response_type: 'token' }, { error: 'unsupported_response_type' }],
  ])('%s', async (_name, change, expected) => {
    const client = await BareClient.register(issuer);
    expect(await client.authorize(change)).toMatchObject({ ...expected, state: 'xyz', iss: issuer });
  });

  it('and an unknown scope is named, with those that exist, to the client and on the terminal', async () => {
    const client = await BareClient.register(issuer);
    const { error_description: description } = await client.authorize({ scope: 'read:mail' });
    expect(description).toBe('unknown scope read:mail; this project has: read:tasks write:tasks');
    expect(as.said.at(-1)).toContain('unknown scope read:mail');
  });

  it('when the person denies', async () => {
    const client = await BareClient.register(issuer);
    const denied = { error: 'access_denied', state: 'xyz', iss: issuer };
    expect(await client.authorize({}, { decision: 'deny' })).toMatchObject(denied);
    expect(await client.authorize({}, { decision: 'cancel' })).toMatchObject(denied);
  });

  it('but never by a redirect to an address that is not registered', async () => {
    const client = await BareClient.register(issuer);
    const response = await fetch(client.url({ redirect_uri: 'https://evil.example/callback' }), { redirect: 'manual' });
    expect(response.status).toBe(400);
    expect(response.headers.get('location')).toBeNull();
    expect(await response.text()).toContain('This login cannot go on');
  });
});

describe('registration', () => {
  it.each([
    'http://localhost:1234/callback',
    'http://[::1]:1234/callback',
    'https://claude.ai/api/mcp/auth_callback',
    'cursor://anysphere.cursor-mcp/oauth/callback',
    'vscode://vscode.github-authentication/did-authenticate',
    'com.example.app:/callback',
  ])('takes %s as redirect URI', async (uri) => {
    expect((await register(issuer, { redirect_uris: [uri] })).status).toBe(201);
  });

  it.each([
    'http://evil.example/callback',
    'javascript:alert(1)',
    'data:text/html,x',
    'https://a.example/#x',
    'nonsense',
  ])('refuses %s', async (uri) => {
    const { status, body } = await register(issuer, { redirect_uris: ['https://a.example/', uri] });
    expect({ status, error: body['error'] }).toEqual({ status: 400, error: expect.stringMatching(/^invalid_/) });
  });

  it('lets a native client come back on any loopback port (RFC 8252 §7.3)', async () => {
    const client = await BareClient.register(issuer, { redirect_uris: ['http://127.0.0.1/callback'] });
    const back = await submitLocalLogin(client.url({ redirect_uri: 'http://127.0.0.1:51234/callback' }));
    expect(back).toMatch(/^http:\/\/127\.0\.0\.1:51234\/callback\?code=/);
  });

  it('does not cap a client to the scope it registered with: it may step up', async () => {
    const client = await BareClient.register(issuer, { scope: 'read:tasks' });
    expect((await client.login({ scope: 'read:tasks write:tasks' }))['scope']).toBe('read:tasks write:tasks');
  });

  it('forgives grant and response types that it does not have', async () => {
    const { status, body } = await register(issuer, {
      grant_types: ['authorization_code', 'urn:ietf:params:oauth:grant-type:device_code'],
      response_types: ['code', 'token'],
    });
    expect(status).toBe(201);
    expect(body).toMatchObject({ grant_types: ['authorization_code'], response_types: ['code'] });
  });

  it('gives a secret to a client that does not say it is public (RFC 7591 §2), and takes it', async () => {
    const { body } = await register(issuer, { token_endpoint_auth_method: undefined });
    expect(body).toMatchObject({ token_endpoint_auth_method: 'client_secret_basic' });
    const client = new BareClient(issuer, String(body['client_id']));
    await expect(client.login()).rejects.toThrow('invalid_client');
    await expect(client.login({}, {}, String(body['client_secret']))).resolves.toHaveProperty('access_token');
  });

  it('gives no client the grant of the built-in one', async () => {
    const { body } = await register(issuer, { grant_types: ['client_credentials', 'authorization_code'] });
    expect(body['grant_types']).toEqual(['authorization_code']);
  });
});

describe('refresh tokens', () => {
  it('are rotated, and using an old one again ends them all', async () => {
    const client = await BareClient.register(issuer);
    const tokens = await client.login({ scope: 'read:tasks offline_access', prompt: 'consent' });
    const first = await client.refresh(tokens['refresh_token']);
    expect(first.status).toBe(200);
    expect(first.body['refresh_token']).not.toBe(tokens['refresh_token']);
    expect(read(first.body['access_token']).claims).toMatchObject({ aud: RESOURCE, scope: 'read:tasks' });
    expect((await client.refresh(tokens['refresh_token'])).body['error']).toBe('invalid_grant');
    expect((await client.refresh(first.body['refresh_token'])).body['error']).toBe('invalid_grant');
  });

  it('come without being asked for only when there is nothing left to step up to', async () => {
    const client = await BareClient.register(issuer);
    expect(await client.login({ scope: 'read:tasks' })).not.toHaveProperty('refresh_token');
    expect(await client.login({ scope: 'read:tasks write:tasks' })).toHaveProperty('refresh_token');
  });
});

describe('the pages', () => {
  it('say who wants what, and that this is for development only', async () => {
    const client = await BareClient.register(issuer, { client_name: 'My <b>client</b>' });
    const page = await pageOf(client.url({ scope: 'read:tasks write:tasks' }));
    for (const part of [
      'Development only',
      'My &lt;b&gt;client',
      '127.0.0.1:33418',
      RESOURCE,
      'read:tasks',
      'write:tasks',
    ])
      expect(page).toContain(part);
    expect(page).not.toContain('<b>client');
    expect(page).not.toContain('<script');
  });

  it('show the scheme of an app they send the person to', async () => {
    const client = await BareClient.register(issuer, { redirect_uris: ['cursor://anysphere/callback'] });
    expect(await pageOf(client.url())).toContain('cursor://anysphere');
  });

  it('ask only once in the same browser, then only for consent', async () => {
    const client = await BareClient.register(issuer);
    const cookies = new Map<string, string>();
    const pages: string[] = [];
    const onPage = (html: string): void => void pages.push(/<h1>(.*)<\/h1>/.exec(html)![1]!);
    await client.login({ scope: 'read:tasks' }, { cookies, onPage, user: 'anna' });
    await client.login({ scope: 'read:tasks write:tasks' }, { cookies, onPage });
    expect(pages).toEqual(['Sign in', 'Allow access?', 'Allow access?']);
  });

  it('let another user sign in', async () => {
    const client = await BareClient.register(issuer);
    const cookies = new Map<string, string>();
    await client.login({ scope: 'read:tasks' }, { cookies, user: 'anna' });
    const tokens = await client.login({ scope: 'read:tasks' }, { cookies, user: 'otto', switchUser: true });
    expect(read(tokens['access_token']).claims.sub).toBe('otto');
  });

  it('cannot be framed, scripted or kept', async () => {
    const { headers } = await fetch(`${issuer}/`);
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    expect(headers.get('cache-control')).toBe('no-store');
  });
});

describe('a form that was not sent from its own page is refused:', () => {
  const post = async (headers: Record<string, string>, change: (body: URLSearchParams) => void): Promise<number> => {
    const client = await BareClient.register(issuer);
    const start = await fetch(client.url(), { redirect: 'manual' });
    const cookie = start.headers
      .getSetCookie()
      .map((line) => line.split(';')[0])
      .join('; ');
    const url = new URL(start.headers.get('location')!, issuer).href;
    const html = await (await fetch(url, { headers: { cookie } })).text();
    const token = /name="token" value="([^"]+)"/.exec(html)![1]!;
    const body = new URLSearchParams({ token, username: 'anna', decision: 'sign-in' });
    change(body);
    const sent = { method: 'POST', redirect: 'manual' as const, body, headers: { cookie, origin: issuer, ...headers } };
    return (await fetch(url, sent)).status;
  };
  const keep = (): void => undefined;

  it('(the real one is taken)', async () => {
    expect(await post({}, keep)).toBe(303);
    expect(await post({ 'sec-fetch-site': 'same-origin' }, keep)).toBe(303);
  });

  it.each<[string, Record<string, string>, (body: URLSearchParams) => void]>([
    ['no token', {}, (body) => body.delete('token')],
    ['a wrong token', {}, (body) => body.set('token', 'x'.repeat(43))],
    ['another origin', { origin: 'http://localhost:3000' }, keep],
    ['another port of this site', { 'sec-fetch-site': 'same-site' }, keep],
  ])('%s', async (_name, headers, change) => {
    expect(await post(headers, change)).toBe(403);
  });

  it('no cookie', async () => {
    expect(await post({ cookie: '' }, keep)).toBe(400);
  });

  it('an empty name is asked for again', async () => {
    expect(await post({}, (body) => body.set('username', ' '))).toBe(400);
  });
});

describe('for clients in a browser', () => {
  it.each(['/.well-known/oauth-authorization-server', '/jwks', '/register', '/token'])('%s has CORS', async (path) => {
    const preflight = await fetch(issuer + path, {
      method: 'OPTIONS',
      headers: {
        origin: 'http://localhost:6274',
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'content-type,mcp-protocol-version',
      },
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('access-control-allow-headers')).toBe('content-type,mcp-protocol-version');
    const answer = await fetch(issuer + path, { method: 'POST', headers: { origin: 'http://localhost:6274' } });
    expect(answer.headers.get('access-control-allow-origin')).toBe('*');
  });

  it('the token endpoint answers a public client of another origin', async () => {
    const client = await BareClient.register(issuer);
    const { code } = await client.authorize();
    const response = await fetch(`${issuer}/token`, {
      method: 'POST',
      headers: { origin: 'http://localhost:6274' },
      body: new URLSearchParams({
        grant_type: 'authorization_code',
        client_id: client.clientId,
        code: String(code),
        redirect_uri: client.redirectUri,
        code_verifier: client.verifier,
      }),
    });
    expect(response.status).toBe(200);
    expect(response.headers.get('access-control-allow-origin')).toBe('*');
  });

  it('the pages for people have none', async () => {
    const client = await BareClient.register(issuer);
    const response = await fetch(client.url(), { redirect: 'manual', headers: { origin: 'http://localhost:6274' } });
    expect(response.headers.get('access-control-allow-origin')).toBeNull();
  });
});

describe('a client-ID metadata document', () => {
  const id = 'https://client.example/mcp.json';
  const document = {
    client_id: id,
    client_name: 'Document client',
    redirect_uris: ['http://127.0.0.1:33418/callback'],
  };
  const serve =
    (body: unknown): typeof fetch =>
    async () =>
      new Response(JSON.stringify(body), { headers: { 'content-type': 'application/json' } });

  it('stands for a registration', async () => {
    const other = await startTestIssuer(RESOURCE, { fetch: serve({ ...document, scope: 'read:tasks' }) });
    const client = new BareClient(other.settings.issuer, id);
    const tokens = await client.login({ scope: 'read:tasks write:tasks' });
    await other.close();
    expect(read(tokens['access_token']).claims).toMatchObject({ client_id: id, scope: 'read:tasks write:tasks' });
  });

  it.each([
    ['names another client', { ...document, client_id: 'https://other.example/mcp.json' }],
    ['has a redirect URI that is not allowed', { ...document, redirect_uris: ['http://evil.example/'] }],
  ])('is refused when it %s', async (_name, body) => {
    const other = await startTestIssuer(RESOURCE, { fetch: serve(body) });
    const response = await fetch(new BareClient(other.settings.issuer, id).url(), { redirect: 'manual' });
    await other.close();
    expect(response.status).toBe(400);
  });

  it('is not fetched from this machine or its network', async () => {
    const response = await fetch(new BareClient(issuer, 'https://127.0.0.1:1/mcp.json').url(), { redirect: 'manual' });
    expect(response.status).toBe(400);
  });
});

describe('where it listens', () => {
  it('answers only to its own name: another one is DNS rebinding', async () => {
    const alias = issuer.replace('127.0.0.1', 'localhost');
    const answer = await fetch(`${alias}/.well-known/oauth-authorization-server`).catch(() => undefined);
    expect(answer?.status ?? 421).toBe(421);
  });

  it('is both loopback addresses for localhost', async () => {
    const both = await startTestIssuer(RESOURCE, { host: 'localhost' });
    const { port } = new URL(both.settings.issuer);
    const statuses = await Promise.all(
      ['localhost', '127.0.0.1', '[::1]'].map(async (host) => (await fetch(`http://${host}:${port}/`)).status),
    );
    await both.close();
    expect(statuses).toEqual([200, 421, 421]);
  });

  it('is nowhere else', async () => {
    const settings = { ...as.settings, issuer: 'http://192.168.0.1:9400' };
    const start = startLocalServer({ root: as.root, settings: () => settings, report: { info() {}, warn() {} } });
    await expect(start).rejects.toMatchObject({ code: 'invalid-url' });
  });

  it('must be free', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const { port } = taken.address() as { port: number };
    const settings = { ...as.settings, issuer: `http://localhost:${port}` };
    const start = startLocalServer({ root: as.root, settings: () => settings, report: { info() {}, warn() {} } });
    await expect(start).rejects.toMatchObject({
      code: 'port-in-use',
      fix: expect.stringContaining(`--issuer http://localhost:${port + 1}`) as string,
    });
    taken.close();
  });
});
