import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { readTokenSettings } from '../../../src/commands/token-settings.ts';
import { status } from '../../../src/commands/status.ts';
import { gatherProject } from '../../../src/doctor/static/gather-project.ts';
import { bytesOf, copyOfFixture, discard, runAdd, runRemove, silentIo } from '../../support/project.ts';

const PUBLIC = 'https://tasks.example/mcp';
const projects: string[] = [];
afterEach(() => projects.splice(0).forEach(discard));

/** A Worker with files of its own beside those of the fixture. */
function worker(files: Record<string, string> = {}, fixture = 'workers-agent'): string {
  const project = copyOfFixture(fixture);
  projects.push(project);
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(project, name), text);
  return project;
}

const read = (project: string, name: string): string => readFileSync(path.join(project, name), 'utf8');

function has(project: string, name: string): boolean {
  return existsSync(path.join(project, name));
}

/** Without the type check, which others test. */
const protect = (project: string, options: Parameters<typeof runAdd>[1] = {}): ReturnType<typeof runAdd> =>
  runAdd(project, { ...options, verify: false });

async function drift(project: string): Promise<string[]> {
  const { json } = await status({ dir: project, json: true }, silentIo().io);
  return (json as { drift: { message: string }[] }).drift.map(({ message }) => message);
}

describe('a Worker', () => {
  it('gets its settings where wrangler dev reads them, ignored by git, and nothing in what is deployed', async () => {
    const project = worker();
    const before = bytesOf(project);
    await protect(project);
    expect(read(project, '.dev.vars')).toContain('MCP_RESOURCE_URL=http://localhost:8787/mcp\n');
    expect(read(project, '.dev.vars.example')).toContain('MCP_AUTH_ISSUER=');
    expect(read(project, '.gitignore')).toContain('.dev.vars\n');
    expect(has(project, '.env')).toBe(false);
    expect(read(project, 'wrangler.jsonc')).not.toContain('MCP_RESOURCE_URL');
    expect(await drift(project)).toEqual([]);
    await runRemove(project);
    expect(bytesOf(project)).toEqual(before);
  });

  it.each([
    ['workers-agent', 'wrangler.jsonc', '"MCP_RESOURCE_URL": "https://tasks.example/mcp"'],
    ['workers-handler', 'wrangler.toml', 'MCP_RESOURCE_URL = "https://tasks.example/mcp"'],
  ])('with a public URL gets them into what is deployed, too: %s', async (fixture, file, line) => {
    const project = worker({ '.dev.vars': 'KEY=secret\n' }, fixture);
    const before = bytesOf(project);
    await protect(project, { resource: PUBLIC });
    expect(read(project, file)).toContain(line);
    expect(read(project, file)).not.toContain('secret');
    expect(read(project, '.dev.vars')).toMatch(/^KEY=secret\n[^]*MCP_RESOURCE_URL=/);
    const after = bytesOf(project);
    expect((await protect(project, { resource: PUBLIC })).json.changes.files).toEqual([]);
    expect(bytesOf(project)).toEqual(after);
    await runRemove(project);
    expect(bytesOf(project)).toEqual(before);
  });

  it('keeps .env where that is all it has', async () => {
    const project = worker({ '.env': 'KEY=secret\n' });
    await protect(project);
    expect(has(project, '.dev.vars')).toBe(false);
    expect(read(project, '.env')).toContain('MCP_RESOURCE_URL=');
  });

  it('is brought up to date in both places, and loses what others wrote in neither', async () => {
    const project = worker();
    await protect(project, { resource: PUBLIC });
    await protect(project, { resource: 'https://other.example/mcp' });
    expect(read(project, 'wrangler.jsonc')).toContain('"MCP_RESOURCE_URL": "https://other.example/mcp"');
    expect(read(project, 'wrangler.jsonc')).toContain('"GREETING": "hello"');
    expect(read(project, 'wrangler.jsonc')).toContain('// Sessions live in Durable Objects.');
    expect(read(project, '.dev.vars')).toContain('MCP_RESOURCE_URL=https://other.example/mcp');
  });

  it('leaves a variable of somebody else to a person, and says so with its exit code', async () => {
    const project = worker({ 'wrangler.jsonc': '{ "vars": { "MCP_RESOURCE_URL": "https://old.example/mcp" } }' });
    const { exit, json } = await protect(project, { resource: PUBLIC });
    expect(exit).toBe(3);
    expect(json.manual.map(({ what }) => what).join()).toContain(
      'wrangler.jsonc sets MCP_RESOURCE_URL to something else',
    );
    expect(read(project, 'wrangler.jsonc')).toContain('old.example');
    expect(await drift(project)).toHaveLength(1);
  });

  it('is read from .dev.vars by tokens and doctor, and drifts there', async () => {
    const project = worker();
    await protect(project);
    const text = read(project, '.dev.vars').replaceAll('localhost:8787', 'localhost:9999');
    writeFileSync(path.join(project, '.dev.vars'), text);
    expect(readTokenSettings(project, {}).resource).toBe('http://localhost:9999/mcp');
    const { settings, env } = await gatherProject(project, {});
    expect([settings, env?.text]).toEqual(['.dev.vars', text]);
    expect((await drift(project)).join()).toContain('.dev.vars sets MCP_RESOURCE_URL to http://localhost:9999/mcp');
  });

  it('is cleared of its settings in a clone as well, where the bytes from before are not', async () => {
    const project = worker({ '.dev.vars': 'KEY=secret\n' });
    await protect(project);
    const clone = worker();
    rmSync(clone, { recursive: true });
    cpSync(project, clone, { recursive: true, filter: (file) => !file.endsWith('/.mcp-builder/add-auth') });
    writeFileSync(
      path.join(clone, 'src/index.ts'),
      readFileSync(path.join(clone, '../../test/fixtures/workers-agent/before/src/index.ts')),
    );
    await runRemove(clone);
    expect(read(clone, '.dev.vars')).toContain('KEY=secret');
    expect(read(clone, '.dev.vars')).not.toContain('MCP_RESOURCE_URL');
  });
});
