import { describe, expect, test } from 'vitest';
import { planVars } from '../../../src/plan/worker-vars.ts';
import { settingsFileOf } from '../../../src/project/settings-file.ts';

const ENV = [
  { name: 'MCP_AUTH_ISSUER', value: 'https://login.example' },
  { name: 'MCP_RESOURCE_URL', value: 'https://tasks.example/mcp' },
  { name: 'AUTH0_CLIENT_SECRET', value: 'hush', secret: true },
];

const PUBLIC = 'https://tasks.example/mcp';

function plan(files: Record<string, string>, { owned = [] as string[], resource = PUBLIC } = {}) {
  const { edits, names } = planVars(ENV, resource, { reader: { text: (name) => files[name] }, owned });
  expect(edits.length).toBeLessThan(2);
  return { edit: edits[0], names };
}

function after(files: Record<string, string>, over: Parameters<typeof plan>[1] = {}): string | undefined {
  const { edit } = plan(files, over);
  return edit && edit.kind !== 'skip' ? edit.after : undefined;
}

function reason(files: Record<string, string>, over: Parameters<typeof plan>[1] = {}): string {
  const { edit } = plan(files, over);
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
    expect(plan(files).edit).toBeUndefined();
  });

  test('that add-auth has written are brought up to date', () => {
    const before =
      '{ "vars": { "MCP_AUTH_ISSUER": "https://old.example", "MCP_RESOURCE_URL": "https://tasks.example/mcp" } }';
    expect(after({ 'wrangler.json': before }, { owned: ['MCP_AUTH_ISSUER'] })).toBe(before.replace('old', 'login'));
    expect(reason({ 'wrangler.json': before })).toContain('sets MCP_AUTH_ISSUER to something else');
  });

  test('that people have written with the same value never become ours', () => {
    const before = '{ "vars": { "MCP_RESOURCE_URL": "https://tasks.example/mcp" } }';
    expect(plan({ 'wrangler.json': before }).names).toEqual(['MCP_AUTH_ISSUER']);
  });

  test('are left to a person where wrangler takes no others than those listed from .dev.vars', () => {
    const over = { resource: 'http://localhost:8787/mcp' };
    expect(reason({ 'wrangler.json': '{ "secrets": { "required": ["KEY"] } }' }, over)).toContain('lists its secrets');
    const all = '{ "secrets": { "required": ["MCP_AUTH_ISSUER", "MCP_RESOURCE_URL"] } }';
    expect(plan({ 'wrangler.json': all }, over).edit).toBeUndefined();
  });

  test('are not written for a server on this machine', () => {
    expect(plan({ 'wrangler.json': '{}' }, { resource: 'http://localhost:8787/mcp' }).edit).toBeUndefined();
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

const EXISTS = (...files: string[]) => ({ exists: (file: string) => files.includes(file) });
const WORKER = { runtime: 'workers' } as const;

describe('the settings of this machine', () => {
  test('are in .env, but for Workers', () => {
    expect(settingsFileOf(EXISTS('.dev.vars'), {})).toBe('.env');
    expect(settingsFileOf(EXISTS(), WORKER)).toBe('.dev.vars');
    expect(settingsFileOf(EXISTS('.env', '.dev.vars'), WORKER)).toBe('.dev.vars');
  });

  test('stay in .env where a .dev.vars would cut off what a Worker has there already', () => {
    expect(settingsFileOf(EXISTS('.env'), { ...WORKER, wrangler: '4.28.0' })).toBe('.env');
    expect(settingsFileOf(EXISTS('.env.local'), WORKER)).toBe('.env');
  });

  test('are in .dev.vars for a wrangler that gives nothing of .env to the Worker', () => {
    expect(settingsFileOf(EXISTS('.env'), { ...WORKER, wrangler: '4.27.0' })).toBe('.dev.vars');
  });
});
