/** Better Auth with its OAuth provider, installed for this: a process of its own that keeps everything in memory. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { beside } from './protected-server.mjs';
import { discard, freePort, run, SCOPES, start, workshop } from './support.mjs';

const PACKAGES = ['better-auth@1.7', '@better-auth/oauth-provider@1.7'];
const REDIRECT = 'http://127.0.0.1:33418/callback';

export async function betterAuth() {
  const directory = workshop('better-auth');
  let server;
  try {
    writeFileSync(path.join(directory, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
    await run('npm', ['install', '--no-audit', '--no-fund', '--silent', '--legacy-peer-deps', ...PACKAGES], {
      cwd: directory,
    });
    writeFileSync(path.join(directory, 'server.js'), SERVER);
    const origin = `http://127.0.0.1:${await freePort()}`;
    await beside('Better Auth', async (resource) => {
      const url = `${origin}/.well-known/oauth-authorization-server/api/auth`;
      const env = { ORIGIN: origin, RESOURCE: resource, SCOPES: SCOPES.join(' ') };
      server = await start(['server.js'], { cwd: directory, env, url });
      return { issuer: `${origin}/api/auth`, isOpen: true, token: () => tokenOf(origin, resource) };
    });
  } finally {
    await server?.stop();
    discard(directory);
  }
}

/** As its documentation has it: the handler, and the metadata where RFC 8414 §3.1 wants them. */
const SERVER = `
import http from 'node:http';
import { betterAuth } from 'better-auth';
import { memoryAdapter } from 'better-auth/adapters/memory';
import { toNodeHandler } from 'better-auth/node';
import { jwt } from 'better-auth/plugins';
import { oauthProvider, oauthProviderAuthServerMetadata, oauthProviderOpenIdConfigMetadata } from '@better-auth/oauth-provider';

const { ORIGIN, RESOURCE, SCOPES } = process.env;
const tables = ['user', 'session', 'account', 'verification', 'jwks', 'oauthClient', 'oauthResource',
  'oauthClientResource', 'oauthAccessToken', 'oauthRefreshToken', 'oauthConsent', 'oauthClientAssertion'];
const auth = betterAuth({
  baseURL: ORIGIN,
  secret: 'healthy-healthy-healthy-healthy-healthy',
  database: memoryAdapter(Object.fromEntries(tables.map((name) => [name, []]))),
  emailAndPassword: { enabled: true },
  disabledPaths: ['/token'],
  plugins: [
    jwt(),
    oauthProvider({
      loginPage: '/sign-in',
      consentPage: '/consent',
      scopes: ['openid', 'profile', 'email', 'offline_access', ...SCOPES.split(' ')],
      resources: [RESOURCE],
      enforcePerClientResources: false,
      allowDynamicClientRegistration: true,
      allowUnauthenticatedClientRegistration: true,
    }),
  ],
});
const handler = toNodeHandler(auth);
const documents = {
  '/.well-known/oauth-authorization-server/api/auth': oauthProviderAuthServerMetadata(auth),
  '/.well-known/openid-configuration/api/auth': oauthProviderOpenIdConfigMetadata(auth),
};
http.createServer(async (req, res) => {
  const origin = req.headers.origin;
  res.setHeader('Access-Control-Allow-Origin', '*');
  if (req.method === 'OPTIONS') {
    res.writeHead(204, { 'Access-Control-Allow-Headers': '*, authorization', 'Access-Control-Allow-Methods': 'GET, POST' });
    return res.end();
  }
  const document = documents[new URL(req.url, ORIGIN).pathname];
  if (document) {
    const answer = await document(new Request(ORIGIN + req.url));
    res.writeHead(answer.status, Object.fromEntries(answer.headers));
    return res.end(await answer.text());
  }
  if (req.url.startsWith('/api/auth')) return handler(req, res);
  res.writeHead(/^\\/(sign-in|consent)/.test(req.url) ? 200 : 404, { 'Content-Type': 'text/html' });
  res.end('<form method="post"><button>Allow</button></form>');
}).listen(new URL(ORIGIN).port, '127.0.0.1');
`;

/** A login as a browser would do it: sign up, ask, allow, exchange. */
async function tokenOf(origin, resource) {
  const api = `${origin}/api/auth`;
  const json = { 'Content-Type': 'application/json', Origin: origin };
  const post = (place, body, headers = {}) =>
    fetch(api + place, { method: 'POST', headers: { ...json, ...headers }, body: JSON.stringify(body) });
  const ada = { email: 'ada@example.com', password: 'correct-horse-battery', name: 'Ada' };
  const cookie = (await post('/sign-up/email', ada)).headers
    .getSetCookie()
    .map((one) => one.split(';')[0])
    .join('; ');
  const scope = SCOPES.join(' ');
  const registration = {
    redirect_uris: [REDIRECT],
    application_type: 'native',
    token_endpoint_auth_method: 'none',
    grant_types: ['authorization_code'],
    response_types: ['code'],
    scope,
  };
  const { client_id } = await (await post('/oauth2/register', registration)).json();
  const verifier = 'v'.repeat(64);
  const challenge = Buffer.from(await crypto.subtle.digest('SHA-256', Buffer.from(verifier))).toString('base64url');
  const asked = new URLSearchParams({
    response_type: 'code',
    client_id,
    redirect_uri: REDIRECT,
    scope,
    state: 's',
    resource,
    code_challenge: challenge,
    code_challenge_method: 'S256',
  });
  const page = await fetch(`${api}/oauth2/authorize?${asked}`, { headers: { cookie }, redirect: 'manual' });
  // It answers fetch() with JSON in place of a redirect.
  const target = page.headers.get('location') ?? (await page.json()).url;
  const oauth_query = new URL(target, origin).search.slice(1);
  const allowed = await (await post('/oauth2/consent', { accept: true, oauth_query }, { cookie })).json();
  const code = new URL(allowed.url ?? allowed.redirect_uri ?? allowed.redirectURI).searchParams.get('code');
  const fields = { grant_type: 'authorization_code', code, client_id, redirect_uri: REDIRECT, resource };
  const answer = await fetch(`${api}/oauth2/token`, {
    method: 'POST',
    body: new URLSearchParams({ ...fields, code_verifier: verifier }),
  });
  const { access_token, ...rest } = await answer.json();
  if (!access_token) throw new Error(`no token from Better Auth: ${JSON.stringify(rest)}`);
  return access_token;
}
