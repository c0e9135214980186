import { describe, expect, test } from 'vitest';
import { planVars, settingsFileOf } from '../../../../src/servers/workers/settings.ts';

const ENV = [
  { name: 'MCP_AUTH_ISSUER', value: 'https://login.example' },
  { name: 'MCP_RESOURCE_URL', value: 'https://tasks.example/mcp' },
  { name: 'AUTH0_CLIENT_SECRET', value: 'hush', secret: true },
];

function plan(files: Record<string, string>, over: Partial<Parameters<typeof planVars>[0]> = {}) {
  const [edit, ...rest] = planVars({
    read: (name) => files[name],
    env: ENV,
    resource: 'https://tasks.example/mcp',
    ...over,
  });
  expect(rest).toEqual([]);
  return edit;
}

function after(files: Record<string, string>, over: Partial<Parameters<typeof planVars>[0]> = {}): string | undefined {
  const edit = plan(files, over);
  return edit && edit.kind !== 'skip' ? edit.after : undefined;
}

function reason(files: Record<string, string>): string {
  const edit = plan(files);
  return edit?.kind === 'skip' && edit.stands ? `${edit.reason}\n${edit.snippet}` : 'not left to a person';
}

describe('the variables of a deployed Worker', () => {
  test('go into vars of wrangler.jsonc, beside comments and commas, and no secret with them', () => {
    const before = '{\n\t// the name\n\t"name": "tasks",\n\t"vars": { "GREETING": "hello" },\n}\n';
    expect(after({ 'wrangler.jsonc': before })).toBe(
      '{\n\t// the name\n\t"name": "tasks",\n\t"vars": { "GREETING": "hello", "MCP_AUTH_ISSUER": "https://login.example", "MCP_RESOURCE_URL": "https://tasks.example/mcp" },\n}\n',
    );
  });

  test('are the first of them', () => {
    expect(after({ 'wrangler.json': '{\n  "name": "tasks"\n}\n' })).toBe(
      '{\n  "name": "tasks",\n  "vars": {\n    "MCP_AUTH_ISSUER": "https://login.example",\n    "MCP_RESOURCE_URL": "https://tasks.example/mcp"\n  }\n}\n',
    );
    expect(after({ 'wrangler.jsonc': '{\n  "vars": {}\n}\n' })).toContain(
      '"vars": {\n    "MCP_AUTH_ISSUER": "https://login.example",\n    "MCP_RESOURCE_URL": "https://tasks.example/mcp"\n  }',
    );
  });

  test('go into [vars] of wrangler.toml', () => {
    const text = after({
      'wrangler.toml': 'name = "tasks"\n\n[vars]\nGREETING = "hello"\n\n[[kv_namespaces]]\nbinding = "KV"\n',
    });
    expect(text).toContain(
      '[vars]\nGREETING = "hello"\nMCP_AUTH_ISSUER = "https://login.example"\nMCP_RESOURCE_URL = "https://tasks.example/mcp"\n',
    );
    expect(text).toContain('[[kv_namespaces]]\nbinding = "KV"\n');
  });

  test.each(['wrangler.jsonc', 'wrangler.toml'])('need nothing the second time in %s', (name) => {
    const files = { [name]: after({ [name]: name.endsWith('toml') ? 'name = "x"\n' : '{\n  "name": "x"\n}\n' }) ?? '' };
    expect(plan(files)).toBeUndefined();
  });

  test('that add-auth has written are brought up to date', () => {
    const before =
      '{ "vars": { "MCP_AUTH_ISSUER": "https://old.example", "MCP_RESOURCE_URL": "https://tasks.example/mcp" } }';
    expect(after({ 'wrangler.json': before }, { owned: ['MCP_AUTH_ISSUER'] })).toBe(before.replace('old', 'login'));
    expect(reason({ 'wrangler.json': before })).toContain('sets MCP_AUTH_ISSUER to something else');
  });

  test('are not written for a server on this machine', () => {
    expect(plan({ 'wrangler.json': '{}' }, { resource: 'http://localhost:8787/mcp' })).toBeUndefined();
  });

  test('are left to a person where several environments have their own', () => {
    const config = '{ "env": { "production": { "vars": {} } } }';
    expect(reason({ 'wrangler.json': config })).toContain('"MCP_AUTH_ISSUER": "https://login.example"');
    expect(reason({ 'wrangler.toml': '[env.staging]\nname = "x"\n' })).toContain(
      'MCP_AUTH_ISSUER = "https://login.example"',
    );
  });

  test('are left to a person without a configuration, or with one that cannot be read', () => {
    expect(reason({})).toContain('There is no wrangler configuration');
    expect(reason({ 'wrangler.toml': 'name = ' })).toContain('cannot be read');
    expect(reason({ 'wrangler.toml': 'vars = { A = "b" }\n' })).toContain('a form of their own');
  });
});

test('the settings of this machine are in .dev.vars where the generated code is that of Workers', () => {
  expect(settingsFileOf(['src/auth/agents.ts', 'src/auth/gate.ts'])).toBe('.dev.vars');
  expect(settingsFileOf(['auth/agents.js'])).toBe('.dev.vars');
  expect(settingsFileOf(['src/auth/gate.ts', 'src/auth/express.ts'])).toBe('.env');
});
