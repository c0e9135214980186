import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { callPython, describePython } from './support/python.ts';

const GOOD = {
  MCP_AUTH_ISSUER: 'https://as.example/tenant',
  MCP_AUTH_AUDIENCE: 'urn:mine',
  MCP_RESOURCE_URL: 'https://mcp.example/mcp',
};
const PLAIN = { scope_prefix: '', client_ids: [] };
let cwd = '';
beforeAll(() => (cwd = mkdtempSync(path.join(tmpdir(), 'mcp-auth-config-'))));
afterAll(() => rmSync(cwd, { recursive: true }));

const load = (env: Record<string, string>, config?: string): Promise<unknown> => {
  return callPython({ do: 'config', env, cwd, ...(config ? { config } : {}) });
};

describePython('the configuration in Python', () => {
  it('comes from the environment', async () => {
    expect(await load(GOOD)).toEqual({
      issuer: 'https://as.example/tenant',
      audience: 'urn:mine',
      resource: 'https://mcp.example/mcp',
      ...PLAIN,
    });
  });

  it('has a prefix for scopes and clients without audience where they are set', async () => {
    const more = { MCP_AUTH_SCOPE_PREFIX: 'https://mcp.example/mcp/', MCP_AUTH_CLIENT_IDS: 'one  two' };
    const expected = { scope_prefix: 'https://mcp.example/mcp/', client_ids: ['one', 'two'] };
    expect(await load({ ...GOOD, ...more })).toMatchObject(expected);
  });

  it('comes from .env as well, whatever notation; the real environment wins', async () => {
    const lines = [
      '\uFEFF# MCP_AUTH_ISSUER=https://commented.example',
      'export MCP_AUTH_ISSUER="https://as.example/#1" # with a comment',
      "MCP_AUTH_AUDIENCE = 'a # b'",
      'MCP_RESOURCE_URL=http://localhost:8000/mcp # and one',
      'not a line of settings',
    ];
    writeFileSync(path.join(cwd, '.env'), lines.join('\r\n'));
    const env = { MCP_AUTH_ISSUER: 'https://as.example/' };
    const expected = {
      issuer: 'https://as.example/',
      audience: 'a # b',
      resource: 'http://localhost:8000/mcp',
      ...PLAIN,
    };
    expect(await load(env)).toEqual(expected);
    rmSync(path.join(cwd, '.env'));
  });

  it.each([
    [{}, 'MCP_AUTH_ISSUER is not set. Put it into .env or the environment.'],
    [{ ...GOOD, MCP_AUTH_AUDIENCE: '' }, 'MCP_AUTH_AUDIENCE is not set. Put it into .env or the environment.'],
    [{ ...GOOD, MCP_AUTH_AUDIENCE: ' x' }, 'MCP_AUTH_AUDIENCE starts or ends with white space:  x'],
    [{ ...GOOD, MCP_AUTH_ISSUER: 'as.example' }, 'MCP_AUTH_ISSUER is not an http(s) URL: as.example'],
    [{ ...GOOD, MCP_AUTH_ISSUER: 'https://a?b' }, 'MCP_AUTH_ISSUER has a query: https://a?b'],
    [{ ...GOOD, MCP_RESOURCE_URL: 'https://a/#b' }, 'MCP_RESOURCE_URL has a fragment: https://a/#b'],
    [{ ...GOOD, MCP_RESOURCE_URL: 'https://u:p@a/' }, 'MCP_RESOURCE_URL contains credentials: https://u:p@a/'],
    [{ ...GOOD, MCP_RESOURCE_URL: 'http://a/mcp' }, 'MCP_RESOURCE_URL must start with https://: http://a/mcp'],
    [{ ...GOOD, MCP_RESOURCE_URL: 'https://a:99999/' }, 'MCP_RESOURCE_URL is not an http(s) URL: https://a:99999/'],
    [{ ...GOOD, MCP_RESOURCE_URL: 'https://a b/' }, 'MCP_RESOURCE_URL is not an http(s) URL: https://a b/'],
  ])('names the variable: %j', async (env, message) => {
    expect(await load(env)).toBe(message);
  });

  it.each(['http://localhost:8000/mcp', 'http://127.0.0.1/mcp', 'http://[::1]:1/mcp', 'HTTP://x.localhost/'])(
    'takes %s without TLS: it does not leave the machine',
    async (resource) => {
      expect(await load({ ...GOOD, MCP_RESOURCE_URL: resource })).toMatchObject({ resource });
    },
  );

  it('makes the issuer of the domain for Auth0', async () => {
    const env = { AUTH0_DOMAIN: 'localhost:8443', AUTH0_AUDIENCE: 'api', MCP_RESOURCE_URL: 'https://mcp.example/mcp' };
    expect(await load(env, 'config.auth0.py')).toMatchObject({ issuer: 'https://localhost:8443/', audience: 'api' });
    expect(await load({ ...env, AUTH0_DOMAIN: 'https://x/' }, 'config.auth0.py')).toBe(
      'AUTH0_DOMAIN is not a host name: https://x/',
    );
  });
});
