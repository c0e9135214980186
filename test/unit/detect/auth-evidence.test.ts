import { describe, expect, it } from 'vitest';
import { findAuth, isAddAuth } from '../../../src/servers/auth-evidence.ts';
import { alreadyProtected, type AuthEvidence } from '../../../src/servers/auth-refusal.ts';
import { modelOf } from '../tools/support.ts';

const APP = `import express from 'express';\nconst app = express();\n`;

function auth(source: string, others: Record<string, string> = {}): string | undefined {
  return evidence(source, others)?.what;
}

function evidence(source: string, others: Record<string, string> = {}): AuthEvidence | undefined {
  return findAuth(modelOf({ 'server.ts': APP + source, ...others }), 'server.ts', { paths: ['/mcp'] });
}

describe('auth that is there already', () => {
  it.each([
    [
      "the SDK's bearer middleware",
      `import { requireBearerAuth } from '@modelcontextprotocol/sdk/server/auth/middleware/bearerAuth.js';\napp.use('/mcp', requireBearerAuth({ verifier }));`,
    ],
    [
      'the bearer middleware of SDK 2',
      `import { requireBearerAuth } from '@modelcontextprotocol/express';\napp.use('/mcp', requireBearerAuth({ verifier }));`,
    ],
    [
      'the web gate of SDK 2',
      `import { requireBearerAuth } from '@modelcontextprotocol/server';\nconst gate = requireBearerAuth({ verifier });\napp.use(gate);`,
    ],
    [
      'the authorization server that SDK 2 keeps for old times',
      `import { mcpAuthRouter } from '@modelcontextprotocol/server-legacy/auth';\napp.use(mcpAuthRouter({}));`,
    ],
    [
      "the SDK's metadata router",
      `import * as router from '@modelcontextprotocol/sdk/server/auth/router.js';\napp.use(router.mcpAuthMetadataRouter({}));`,
    ],
    [
      "the SDK's proxy",
      `import { ProxyOAuthServerProvider } from '@modelcontextprotocol/sdk/server/auth/providers/proxyProvider.js';\nnew ProxyOAuthServerProvider({});`,
    ],
    ['mcp-handler', `import { withMcpAuth } from 'mcp-handler';\nexport const POST = withMcpAuth(handler, verify);`],
    [
      'mcp-handler by its old name',
      `import { experimental_withMcpAuth } from '@vercel/mcp-adapter';\nexport const POST = experimental_withMcpAuth(handler, verify);`,
    ],
    ['mcp-auth', `import { MCPAuth } from 'mcp-auth';\nconst guard = new MCPAuth({});`],
    ['express-oauth2-jwt-bearer', `import { auth } from 'express-oauth2-jwt-bearer';\napp.use(auth());`],
    ['passport', `import passport from 'passport';\napp.use(passport.initialize());`],
    ['Clerk', `import { clerkMiddleware } from '@clerk/express';\napp.use(clerkMiddleware());`],
    [
      "Hono's bearer middleware",
      `import { bearerAuth } from 'hono/bearer-auth';\napp.use('/mcp', bearerAuth({ token }));`,
    ],
    [
      'a look at the header',
      `app.post('/mcp', (req, res) => { if (req.headers.authorization !== secret) return res.status(401).end(); });`,
    ],
    ['by key', `app.use((req, res, next) => req.headers['x-api-key'] === key ? next() : res.sendStatus(401));`],
    ['by method of Express', `app.use((req, res, next) => { const token = req.header('Authorization'); next(); });`],
    [
      'of a Fetch request',
      `export async function POST(request: Request) { const t = request.headers.get('authorization'); }`,
    ],
    [
      'of a Hono context',
      `app.use('*', async (c, next) => { if (!c.req.header('X-API-Key')) return c.text('', 401); await next(); });`,
    ],
    ['of destructured headers', `app.use((req, res, next) => { const { authorization } = req.headers; next(); });`],
    ['in a tool handler', `server.tool('x', async (args, extra) => db(extra.requestInfo?.headers['authorization']));`],
    ['a metadata route', `app.get('/.well-known/oauth-protected-resource', (req, res) => res.json({}));`],
    ['a metadata path that is compared', `if (url.pathname === '/.well-known/oauth-protected-resource/mcp') answer();`],
  ])('%s', (_, source) => {
    expect(auth(source)).toMatch(/\(server\.ts:\d+\)$/);
  });

  it('is found in an array of middlewares in another file, with its place', () => {
    expect(
      auth(`import { chain } from './chain.js';\napp.post('/mcp', ...chain, handler);`, {
        'chain.ts': `import { check } from './check.js';\nexport const chain = [log, check];`,
        'check.ts': `export const check = (req, res, next) => {\n  if (!req.get('authorization')) return res.sendStatus(401);\n  next();\n};`,
      }),
    ).toBe('looks at the authorization header of requests (check.ts:2)');
  });

  it('is found in CommonJS', () => {
    const model = modelOf({ 'a.js': `const { auth } = require('express-oauth2-jwt-bearer');\napp.use(auth());` });
    expect(findAuth(model, 'a.js')?.what).toBe('uses auth of express-oauth2-jwt-bearer (a.js:2)');
  });

  it("is found in Next.js's middleware and metadata route, which nobody imports", () => {
    const route = { 'app/mcp/route.ts': 'export async function POST(request: Request) {}' };
    const middleware = modelOf({
      ...route,
      'middleware.ts': `export function middleware(request) { return request.headers.get('authorization') ? next() : deny(); }`,
    });
    expect(findAuth(middleware, 'app/mcp/route.ts')?.what).toContain('(middleware.ts:1)');
    const metadata = modelOf({
      ...route,
      'app/.well-known/oauth-protected-resource/route.ts': 'export const GET = () => {};',
    });
    expect(findAuth(metadata, 'app/mcp/route.ts')?.what).toContain('app/.well-known/oauth-protected-resource/route.ts');
  });
});

describe('what is no auth', () => {
  it.each([
    ['an import alone', `import passport from 'passport';`],
    [
      'scopes of a tool without a gate, which SDK 2 asks of nobody then',
      `import { requireScopes } from '@modelcontextprotocol/server';\nserver.registerTool('x', { scopeChallenge: requireScopes('read') }, run);`,
    ],
    [
      'a type',
      `import type { requireBearerAuth } from '@modelcontextprotocol/sdk/server/auth/middleware/bearerAuth.js';\nlet x: typeof requireBearerAuth;`,
    ],
    [
      'a comment',
      `// if (req.headers.authorization !== secret) return res.status(401).end();\n/* app.use(requireBearerAuth({})); */`,
    ],
    ['an outgoing header', `await fetch(url, { headers: { Authorization: 'Bearer ' + process.env.API_KEY } });`],
    ['an outgoing header that is set', `config.headers.Authorization = token;\nconfig.headers['X-API-Key'] = key;`],
    [
      'an outgoing header that is looked at',
      `axios.interceptors.request.use((config) => { if (!config.headers.Authorization) config.headers.Authorization = token; });`,
    ],
    ['a CORS list', `app.use(cors({ allowedHeaders: ['Authorization', 'Content-Type', 'X-API-Key'] }));`],
    ['an answer', `res.setHeader('Access-Control-Allow-Headers', 'authorization');`],
    ['a header that is taken out', `delete req.headers.authorization;`],
    ['a header that is masked for the log', `log({ auth: req.headers.authorization ? 'yes' : 'no' });`],
    ['a credential of the environment', `const key = process.env.API_KEY;\nif (!key) throw new Error('401');`],
    ['an OAuth client', `import { auth } from '@modelcontextprotocol/sdk/client/auth.js';\nawait auth(provider, {});`],
    [
      'an API client of a vendor',
      `import { WorkOS } from '@workos-inc/node';\nimport { createClerkClient } from '@clerk/express';\nnew WorkOS(key); createClerkClient({});`,
    ],
    ['a path in a log line', `console.log('no /.well-known/oauth-protected-resource here');`],
    [
      'a check of another route',
      `app.post('/webhook', (req, res) => { if (req.headers['x-api-key'] !== key) res.sendStatus(401); });`,
    ],
    [
      'a middleware of another route',
      `const admin = (req, res, next) => req.headers.authorization ? next() : res.sendStatus(401);\napp.get('/admin', admin, page);`,
    ],
    ['code that is never reached', `function old(req) { return req.headers.authorization; }`],
  ])('%s', (_, source) => {
    expect(auth(source)).toBeUndefined();
  });
});

describe('a credential that is only handed on', () => {
  const HANDED_ON = `app.post('/mcp', (req, res) => api(req.headers.authorization));\n`;

  it.each([
    ['to an API', HANDED_ON],
    ['although what the API answers is looked at', `${HANDED_ON}if (answer.status === 401) retry();`],
    ['although code that never runs refuses', `${HANDED_ON}function old(res) { res.status(401).end(); }`],
  ])('%s', (_, source) => {
    expect(evidence(source)).toMatchObject({ isHandedOn: true, place: 'server.ts:3' });
  });

  it.each([
    ['the header', `app.use((req, res, next) => req.headers.authorization ? next() : res.sendStatus(401));`],
    ['another one', `${HANDED_ON}app.use((req, res, next) => ok(req) ? next() : res.status(403).end());`],
  ])('is not said where requests are refused for %s', (_, source) => {
    expect(evidence(source)).toMatchObject({ isHandedOn: false });
  });

  it('is not said where a guard is at work as well', () => {
    const guard = `import { auth } from 'express-oauth2-jwt-bearer';\napp.use(auth());`;
    expect(evidence(HANDED_ON + guard)).toMatchObject({ what: 'uses auth of express-oauth2-jwt-bearer (server.ts:5)' });
  });

  it('is explained, with a way on', () => {
    const { message, fix } = alreadyProtected({ what: 'looks at x (a.ts:3)', place: 'a.ts:3', isHandedOn: true });
    expect(message).toContain('looks at x (a.ts:3) and refuses none of them');
    expect(fix).toContain('At a.ts:3 take the credential for what lies behind from the environment');
  });
});

describe('our own gate', () => {
  const GENERATED = {
    'auth/express.ts': `export function protectMcp(app) { app.use((req) => req.headers.authorization); }`,
  };

  it("is recognised by its import, and is not somebody else's", () => {
    const sources = {
      'server.ts': `import { protectMcp } from './auth/express.js';\nprotectMcp(app, ['/mcp']);`,
      ...GENERATED,
    };
    expect(isAddAuth(modelOf(sources))).toBe(true);
    expect(findAuth(modelOf(sources), 'server.ts')).toBeUndefined();
  });

  it('is recognised in CommonJS and under an alias', () => {
    expect(isAddAuth(modelOf({ 'a.js': `const { protectMcp: protectMcp2 } = require('./auth/express');` }))).toBe(true);
    expect(isAddAuth(modelOf({ 'a.ts': `import { protectMcp as gate } from './auth/express';` }))).toBe(true);
    expect(isAddAuth(modelOf({ 'a.ts': `import { requireAuth } from './auth/express';` }))).toBe(false);
  });
});
