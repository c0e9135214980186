import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { loadConfig } from '../../../templates/config.ts';
import { loadConfig as loadAuth0Config } from '../../../templates/config.auth0.ts';

const GOOD = {
  MCP_AUTH_ISSUER: 'https://login.example/tenant/',
  MCP_AUTH_AUDIENCE: 'https://api.example/mcp',
  MCP_RESOURCE_URL: 'https://API.example/mcp',
};
const AUTH0 = { AUTH0_DOMAIN: 'tenant.eu.auth0.com', AUTH0_AUDIENCE: 'https://api.example/mcp' };
const NAMES = ['MCP_AUTH_SCOPE_PREFIX', 'MCP_AUTH_CLIENT_IDS', ...Object.keys(GOOD), ...Object.keys(AUTH0)];

const { loadEnvFile } = process;
const clear = (): void => NAMES.forEach((name) => delete process.env[name]);

beforeEach(clear);
afterEach(() => {
  clear();
  Object.assign(process, { loadEnvFile });
});

const set = (values: Record<string, string>): void => void Object.assign(process.env, values);

describe('the configuration', () => {
  it('takes values byte for byte', () => {
    set(GOOD);
    expect(loadConfig()).toEqual({
      issuer: 'https://login.example/tenant/',
      audience: 'https://api.example/mcp',
      resource: 'https://API.example/mcp',
      scopePrefix: '',
      clientIds: [],
    });
  });

  it('has a prefix for scopes and clients without audience where they are set', () => {
    set({ ...GOOD, MCP_AUTH_SCOPE_PREFIX: 'https://api.example/mcp/', MCP_AUTH_CLIENT_IDS: 'one  two' });
    expect(loadConfig()).toMatchObject({ scopePrefix: 'https://api.example/mcp/', clientIds: ['one', 'two'] });
  });

  it.each(Object.keys(GOOD))('names %s when it is missing or empty', (name) => {
    set({ ...GOOD, [name]: '' });
    expect(() => loadConfig()).toThrow(`${name} is not set. Put it into .env or the environment.`);
    delete process.env[name];
    expect(() => loadConfig()).toThrow(`${name} is not set`);
  });

  const malformed: [string, string, string][] = [
    ['MCP_AUTH_ISSUER', 'http://login.example', 'must start with https://'],
    ['MCP_AUTH_ISSUER', 'https://login.example?x=1', 'has a query'],
    ['MCP_AUTH_ISSUER', 'nowhere', 'is not an http(s) URL'],
    ['MCP_AUTH_AUDIENCE', 'api ', 'starts or ends with white space'],
  ];
  it.each(malformed)('refuses %s=%s: %s', (name, value, problem) => {
    set({ ...GOOD, [name]: value });
    expect(() => loadConfig()).toThrow(`${name} ${problem}: ${value}`);
  });
});

describe('the configuration for Auth0', () => {
  it('makes the issuer of the domain, with a slash at the end', () => {
    set({ ...GOOD, ...AUTH0 });
    expect(loadAuth0Config()).toEqual({
      issuer: 'https://tenant.eu.auth0.com/',
      audience: 'https://api.example/mcp',
      resource: GOOD.MCP_RESOURCE_URL,
    });
  });

  it('accepts a port', () => {
    set({ ...GOOD, ...AUTH0, AUTH0_DOMAIN: 'localhost:8443' });
    expect(loadAuth0Config().issuer).toBe('https://localhost:8443/');
  });

  it.each(['https://tenant.auth0.com', 'tenant.auth0.com/', 'tenant.auth0.com/x', 'tenant:port', 'a@b'])(
    'refuses %s',
    (domain) => {
      set({ ...GOOD, ...AUTH0, AUTH0_DOMAIN: domain });
      expect(() => loadAuth0Config()).toThrow('AUTH0_DOMAIN is not a host name');
    },
  );

  it.each(['AUTH0_DOMAIN', 'AUTH0_AUDIENCE', 'MCP_RESOURCE_URL'])('names %s when it is missing', (name) => {
    set({ ...GOOD, ...AUTH0, [name]: '' });
    expect(() => loadAuth0Config()).toThrow(`${name} is not set`);
  });
});

const ALL = { ...GOOD, ...AUTH0 };

describe.each([
  ['every provider', loadConfig, 'MCP_AUTH_AUDIENCE'],
  ['Auth0', loadAuth0Config, 'AUTH0_AUDIENCE'],
])('the configuration for %s', (_name, loadConfig, audience) => {
  it('takes .env of the working directory', () => {
    const load = vi.fn(() => set(ALL));
    Object.assign(process, { loadEnvFile: load });
    expect(loadConfig().resource).toBe(GOOD.MCP_RESOURCE_URL);
    expect(load).toHaveBeenCalledExactlyOnceWith();
  });

  it('needs no .env, but says so when it cannot be read', () => {
    set(ALL);
    const failing = (code: string) => () => {
      throw Object.assign(new Error(`open .env: ${code}`), { code });
    };
    Object.assign(process, { loadEnvFile: failing('ENOENT') });
    expect(loadConfig().resource).toBe(GOOD.MCP_RESOURCE_URL);
    Object.assign(process, { loadEnvFile: failing('EACCES') });
    expect(() => loadConfig()).toThrow('open .env: EACCES');
  });

  it('works where the runtime cannot load .env', () => {
    set(ALL);
    Object.assign(process, { loadEnvFile: undefined });
    expect(loadConfig().resource).toBe(GOOD.MCP_RESOURCE_URL);
  });

  it('wants values without white space around them', () => {
    set({ ...ALL, [audience]: 'api ' });
    expect(() => loadConfig()).toThrow(`${audience} starts or ends with white space: api `);
  });

  const malformed: [string, string][] = [
    ['x https://api.example/mcp', 'is not an http(s) URL'],
    ['https://me:secret@api.example/mcp', 'contains credentials'],
    ['http://127.0.0.1x/mcp', 'must start with https://'],
    ['api.example/mcp', 'is not an http(s) URL'],
    ['ftp://api.example/mcp', 'is not an http(s) URL'],
    ['https://', 'is not an http(s) URL'],
    ['https:api.example/mcp', 'is not an http(s) URL'],
    ['https://api.example/mcp#x', 'has a fragment'],
    ['https://me@api.example/mcp', 'contains credentials'],
    ['https://:secret@api.example/mcp', 'contains credentials'],
    [' https://api.example/mcp', 'starts or ends with white space'],
    ['http://api.example/mcp', 'must start with https://'],
    ['http://localhost.example/mcp', 'must start with https://'],
    ['http://127.0.0.1.example/mcp', 'must start with https://'],
  ];
  it.each(malformed)('refuses MCP_RESOURCE_URL=%s: %s', (value, problem) => {
    set({ ...ALL, MCP_RESOURCE_URL: value });
    expect(() => loadConfig()).toThrow(new Error(`MCP_RESOURCE_URL ${problem}: ${value}`));
  });

  it.each([
    'http://localhost:3000/mcp',
    'http://127.0.0.1/mcp',
    'http://127.255.0.1/mcp',
    'http://[::1]:1/mcp',
    'http://app.localhost/mcp',
    'HTTPS://api.example/mcp',
  ])('accepts %s', (url) => {
    set({ ...ALL, MCP_RESOURCE_URL: url });
    expect(loadConfig().resource).toBe(url);
  });
});
