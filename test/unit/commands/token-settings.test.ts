import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readTokenSettings } from '../../../src/commands/token-settings.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'add-auth-token-settings-'));
  mkdirSync(path.join(root, '.mcp-builder'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const write = (auth: object, env = ''): void => {
  writeFileSync(path.join(root, '.mcp-builder', 'state.json'), JSON.stringify({ auth }));
  writeFileSync(path.join(root, '.env'), env);
};
const custom = {
  provider: 'custom',
  issuer: 'https://login.example.com',
  resource: 'https://mcp.example.com/mcp',
  audience: 'api://tasks',
  baseScopes: ['mcp'],
  scopes: ['mcp', 'read:tasks'],
  toolScopes: { add: ['write:tasks'] },
};

it('are those of the state, with every scope once', () => {
  write(custom);
  expect(readTokenSettings(root, {})).toEqual({
    provider: 'custom',
    issuer: 'https://login.example.com',
    resource: 'https://mcp.example.com/mcp',
    audience: 'api://tasks',
    scopes: ['mcp', 'read:tasks', 'write:tasks'],
  });
});

it('follow .env, and the environment before that, as the server does', () => {
  const env = 'MCP_AUTH_ISSUER=https://staging.example.com\nMCP_AUTH_AUDIENCE=api://staging\n';
  write(custom, `${env}MCP_RESOURCE_URL=https://staging.example.com/mcp\n`);
  expect(readTokenSettings(root, { MCP_AUTH_AUDIENCE: 'api://here' })).toMatchObject({
    issuer: 'https://staging.example.com',
    audience: 'api://here',
    resource: 'https://staging.example.com/mcp',
  });
});

it('of Auth0: a domain, its audience, and the test client from .env', () => {
  const env = 'AUTH0_DOMAIN=t.eu.auth0.com\nAUTH0_CLIENT_ID=abc\nAUTH0_CLIENT_SECRET="s e c"\n';
  write({ provider: 'auth0', domain: 'old.auth0.com', resource: 'https://mcp.example.com/mcp' }, env);
  expect(readTokenSettings(root, {})).toEqual({
    provider: 'auth0',
    issuer: 'https://t.eu.auth0.com/',
    resource: 'https://mcp.example.com/mcp',
    audience: 'https://mcp.example.com/mcp',
    scopes: [],
    testClient: { id: 'abc', secret: 's e c' },
  });
});

it('of other providers know no test client of Auth0', () => {
  write(custom, 'AUTH0_CLIENT_ID=abc\nAUTH0_CLIENT_SECRET=def\n');
  expect(readTokenSettings(root, {})).not.toHaveProperty('testClient');
});

it.each<[string, object, string, string]>([
  ['nobody is named as issuer', { provider: 'custom', resource: 'https://a.example/mcp' }, '', 'missing-answer'],
  ['no domain is named', { provider: 'auth0', resource: 'https://a.example/mcp' }, '', 'missing-answer'],
  ['the issuer is no URL', { ...custom, issuer: 'nonsense at all' }, '', 'invalid-url'],
  ['the domain is a URL', { ...custom, provider: 'auth0' }, 'AUTH0_DOMAIN=https://t.auth0.com\n', 'invalid-url'],
  ['the state names no resource', { ...custom, resource: '' }, '', 'state-unreadable'],
])('cannot be had when %s', (_, auth, env, code) => {
  write(auth, env);
  expect(() => readTokenSettings(root, {})).toThrow(expect.objectContaining({ code }) as Error);
});

it('of Entra: the client that add-auth made, and what stands before scopes', () => {
  const remote = { 'entra.client': { verb: 'create', ref: 'client-1' } };
  write({ ...custom, provider: 'entra', remote }, 'MCP_AUTH_SCOPE_PREFIX=https://mcp.example.com/mcp/\n');
  expect(readTokenSettings(root, {})).toMatchObject({
    publicClient: { id: 'client-1' },
    scopePrefix: 'https://mcp.example.com/mcp/',
  });
});

it('of Okta: the client that add-auth made, with the port that Okta compares', () => {
  const remote = { 'okta.client.add-auth': { verb: 'create', ref: '0oa1' } };
  write({ ...custom, provider: 'okta', remote }, '');
  expect(readTokenSettings(root, {}).publicClient).toEqual({ id: '0oa1', port: 33418 });
});

it('of Cognito: the client that add-auth made for this server', () => {
  const remote = {
    'cognito.client.add-auth.https://old.example.com/mcp': { verb: 'create', ref: 'old' },
    [`cognito.client.add-auth.${custom.resource}`]: { verb: 'create', ref: 'new' },
  };
  write({ ...custom, provider: 'cognito', remote }, '');
  expect(readTokenSettings(root, {}).publicClient).toEqual({ id: 'new', port: 33418 });
});
