import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { clientCredentials } from '../../../src/oauth/client-credentials.ts';
import { logInAt } from '../../../src/oauth/login.ts';
import {
  goodMetadata,
  json,
  startFakeIssuer,
  text,
  type Answer,
  type FakeIssuer,
} from '../../support/oauth-fake-issuer.ts';

let as: FakeIssuer;
beforeEach(async () => {
  as = await startFakeIssuer();
  publish();
});
afterEach(() => as.close());

const publish = (change: object = {}): void =>
  void as.routes.set('/.well-known/oauth-authorization-server', json({ ...goodMetadata(as.issuer), ...change }));
const error = (status: number, body: object, headers: Record<string, string> = {}): Answer =>
  text(status, JSON.stringify(body), { 'content-type': 'application/json', ...headers });
const token = (answer: Answer): Promise<unknown> => {
  as.routes.set('/token', answer);
  const target = { issuer: as.issuer, resource: 'https://mcp.example.com/mcp', scopes: ['read:tasks'] };
  return clientCredentials(target, { id: 'm2m', secret: 'top-secret' }).catch((reason: unknown) => reason);
};

describe('what the authorization server refuses', () => {
  it.each([
    ['invalid_target', 'Define https://mcp.example.com/mcp as an API'],
    ['invalid_scope', 'Define read:tasks at the authorization server'],
    ['access_denied', 'Grant client m2m access to the API https://mcp.example.com/mcp'],
    ['unauthorized_client', 'Allow the grant client_credentials for client m2m'],
    ['invalid_client', 'Check the id and the secret of client m2m'],
    ['temporarily_unavailable', 'try again later'],
    ['some_vendor_error', 'Correct what it names'],
  ])('%s: exit 4, and what to do', async (code, fix) => {
    const failed = await token(error(400, { error: code, error_description: 'because.' }));
    expect(failed).toMatchObject({ code: 'provider-refused', exit: 4, step: 'token' });
    expect((failed as Error).message).toBe(`${as.issuer} answered ${code}: because.`);
    expect((failed as { fix: string }).fix).toContain(fix);
  });

  it.each([
    [
      'in the body of a 401 with a challenge',
      error(401, { error: 'invalid_client' }, { 'www-authenticate': 'Basic realm="as"' }),
    ],
    ['in the challenge', text(401, '', { 'www-authenticate': 'Bearer error="invalid_client"' })],
    ['with status 200', error(200, { error: 'invalid_client' })],
  ])('is found %s', async (_, answer) => {
    expect((await token(answer)) as Error).toMatchObject({ message: `${as.issuer} answered invalid_client.`, exit: 4 });
  });

  it.each([
    [403, { code: 403, error_code: 'not_enabled', msg: 'Registration is off' }, 'not_enabled: Registration is off'],
    [403, { statusCode: 403, error: 'Forbidden', message: 'No more clients' }, 'Forbidden: No more clients'],
    [500, { error: 'server_error', error_description: 'no consent page' }, 'server_error: no consent page'],
  ])('%i %j: the words of vendors count as well', async (status, body, words) => {
    expect(await token(error(status, body))).toMatchObject({ message: `${as.issuer} answered ${words}.`, exit: 4 });
  });

  it('access_denied with 401 is about the client, not about what it may (Auth0)', async () => {
    const failed = await token(error(401, { error: 'access_denied', error_description: 'Unauthorized' }));
    expect(failed).toMatchObject({ fix: expect.stringContaining('Check the id and the secret') as string });
  });

  it('never shows the secret, control characters or novels', async () => {
    const description = `bad top-secret\u001b[2J\u0007${'x'.repeat(1000)}`;
    const { message } = (await token(error(400, { error: 'invalid_client', error_description: description }))) as Error;
    expect(message).toContain('bad *** [2J');
    expect(message.length).toBeLessThan(450);
  });
});

describe('what it answers besides', () => {
  it.each<[string, Answer, string, number, string]>([
    ['429', text(429, 'slow'), 'provider-refused', 4, 'wait a minute'],
    ['503', text(503, 'down'), 'verification-failed', 1, 'log of the authorization server'],
    ['a page', text(200, '<html>', { 'content-type': 'text/html' }), 'verification-failed', 1, 'message names'],
    ['no token', error(200, { token_type: 'Bearer' }), 'verification-failed', 1, 'message names'],
    [
      'a token that would break a header',
      error(200, { access_token: 'a\r\nb', token_type: 'Bearer' }),
      'verification-failed',
      1,
      'RFC 6750',
    ],
  ])('%s', async (_, answer, code, exit, fix) => {
    expect(await token(answer)).toMatchObject({
      code,
      exit,
      step: 'token',
      fix: expect.stringContaining(fix) as string,
    });
  });

  it('nothing: the connection is cut', async () => {
    expect(await token((request) => request.socket.destroy())).toMatchObject({ code: 'issuer-unreachable', exit: 1 });
  });

  it.each([
    ['authorization_endpoint', 'javascript:alert(1)', 'issuer-unusable'],
    ['token_endpoint', 'http://login.example.com/token', 'issuer-unusable'],
    ['registration_endpoint', 42, 'issuer-unusable'],
  ])('%s %j in its metadata: nobody is sent there', async (name, value, code) => {
    publish({ [name]: value });
    const opened: string[] = [];
    const failed = logInAt(
      { issuer: as.issuer, resource: 'https://mcp.example.com/mcp', scopes: [] },
      { openBrowser: (url) => void opened.push(url) },
    );
    await expect(failed).rejects.toMatchObject({ code, step: 'discovery' });
    expect(opened).toEqual([]);
  });
});

describe('a secret is sent as the server wants it', () => {
  it.each([
    [undefined, undefined, 'basic'],
    [['client_secret_post'], undefined, 'post'],
    [['client_secret_post', 'client_secret_basic'], undefined, 'basic'],
    [['client_secret_post', 'client_secret_basic'], 'client_secret_post' as const, 'post'],
  ])('metadata %j, wanted %j: %s', async (offered, authMethod, expected) => {
    publish({ token_endpoint_auth_methods_supported: offered });
    let sent = '';
    as.routes.set('/token', (request, response) => {
      sent = request.headers.authorization?.startsWith('Basic ') ? 'basic' : 'post';
      json({ access_token: 'abc', token_type: 'Bearer' })(request, response);
    });
    const target = { issuer: as.issuer, resource: 'https://mcp.example.com/mcp', scopes: ['a'] };
    const client = { id: 'm2m', secret: 's', ...(authMethod && { authMethod }) };
    expect(await clientCredentials(target, client)).toMatchObject({
      accessToken: 'abc',
      scopes: ['a'],
      notGranted: [],
    });
    expect(sent).toBe(expected);
  });
});

it('a registration answered with 200 counts, as for every MCP client', async () => {
  as.routes.set('/register', json({ client_id: 'of-200', redirect_uris: [] }));
  as.routes.set('/token', json({ access_token: 'abc', token_type: 'Bearer' }));
  const login = await logInAt(
    { issuer: as.issuer, resource: 'https://mcp.example.com/mcp', scopes: [] },
    {
      openBrowser(url) {
        const { searchParams } = new URL(url);
        const answer = { code: 'c', state: searchParams.get('state')!, iss: as.issuer };
        void fetch(`${searchParams.get('redirect_uri')}?${new URLSearchParams(answer).toString()}`);
      },
    },
  );
  expect(login.clientId).toBe('of-200');
});
