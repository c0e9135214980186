/** Better Auth with its OAuth provider, installed for this: a process of its own that keeps everything in memory. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { discard, freePort, run, SCOPES, start, workshop } from '../doctor/support.mjs';

const PACKAGES = ['better-auth@1.7', '@better-auth/oauth-provider@1.7'];

/**
 * Runs `use` beside a Better Auth that protects one resource.
 * @param use ({ origin, issuer }) -> Promise
 */
export async function withBetterAuth(resource, use) {
  const directory = workshop('better-auth');
  let server;
  try {
    writeFileSync(path.join(directory, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
    await run('npm', ['install', '--no-audit', '--no-fund', '--silent', '--legacy-peer-deps', ...PACKAGES], {
      cwd: directory,
    });
    writeFileSync(path.join(directory, 'server.js'), SERVER);
    const origin = `http://127.0.0.1:${await freePort()}`;
    const url = `${origin}/.well-known/oauth-authorization-server/api/auth`;
    const env = { ORIGIN: origin, RESOURCE: resource, SCOPES: SCOPES.join(' ') };
    server = await start(['server.js'], { cwd: directory, env, url });
    await use({ origin, issuer: `${origin}/api/auth` });
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

/** Somebody who has signed up, with what their browser keeps. */
export async function signUp(origin) {
  const api = `${origin}/api/auth`;
  const json = { 'Content-Type': 'application/json', Origin: origin };
  const post = (place, body, headers = {}) =>
    fetch(api + place, { method: 'POST', headers: { ...json, ...headers }, body: JSON.stringify(body) });
  const email = `ada-${crypto.randomUUID()}@example.com`;
  const cookie = (await post('/sign-up/email', { email, password: 'correct-horse-battery', name: 'Ada' })).headers
    .getSetCookie()
    .map((one) => one.split(';')[0])
    .join('; ');
  /** Opens the address that a client wants opened, and agrees. @returns where the client is called back */
  const agree = async (start) => {
    const page = await fetch(start, { headers: { cookie }, redirect: 'manual' });
    // It answers fetch() with JSON in place of a redirect.
    const target = new URL(page.headers.get('location') ?? (await page.json()).url, origin);
    if (target.searchParams.has('code') || target.searchParams.has('error')) return target;
    const answer = await post('/oauth2/consent', { accept: true, oauth_query: target.search.slice(1) }, { cookie });
    const allowed = await answer.json();
    return new URL(allowed.url ?? allowed.redirect_uri ?? allowed.redirectURI);
  };
  return { agree, post };
}
