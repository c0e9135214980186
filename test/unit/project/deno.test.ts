import { describe, expect, it } from 'vitest';
import { denoErrors } from '../../../src/apply/prove-deno.ts';
import { readProject } from '../../../src/project/index.ts';
import { bareSpecifier } from '../../../src/project/packages.ts';
import { directory } from './support.ts';

const SERVER = "import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';\nimport { x } from '@/x.ts';\n";
const SDK = { '@modelcontextprotocol/sdk': 'npm:@modelcontextprotocol/sdk@^1.29.0' };

function project(manifest: object, files: Record<string, string> = {}) {
  return readProject(directory({ 'deno.json': JSON.stringify(manifest), 'main.ts': SERVER, ...files }));
}

describe('deno.json', () => {
  it('is the manifest: imports are dependencies, tasks scripts, and files have names of their own', async () => {
    const { manifest, files, packageManager } = await project(
      {
        name: '@ada/tasks',
        tasks: { start: 'deno run -A main.ts', dev: { command: 'deno run --watch main.ts' } },
        imports: { ...SDK, '@std/path': 'jsr:@std/path@^1', '@/': './src/', hono: 'jsr:@hono/hono@^4.9' },
      },
      { 'src/x.ts': '' },
    );
    expect(manifest).toMatchObject({
      path: 'deno.json',
      name: '@ada/tasks',
      type: 'module',
      scripts: { start: 'deno run -A main.ts', dev: 'deno run --watch main.ts' },
      dependencies: { ...SDK, '@std/path': 'jsr:@std/path@^1', hono: 'jsr:@hono/hono@^4.9' },
    });
    expect([...files.keys()]).toEqual(['main.ts', 'src/x.ts']);
    expect(packageManager.name).toBe('deno');
  });

  it('with comments and commas is deno.jsonc', async () => {
    const text = `{\n  // packages\n  "imports": { "@modelcontextprotocol/sdk": "npm:@modelcontextprotocol/sdk@1.29.0", },\n}`;
    const { manifest } = await readProject(directory({ 'deno.jsonc': text, 'main.ts': SERVER }));
    expect(manifest).toMatchObject({
      path: 'deno.jsonc',
      dependencies: { '@modelcontextprotocol/sdk': expect.any(String) },
    });
  });

  it('says which version there is, unless the lock file knows better', async () => {
    expect((await project({ imports: SDK })).versionOf('@modelcontextprotocol/sdk')).toBe('1.29.0');
    const lock = { version: '5', specifiers: { 'npm:@modelcontextprotocol/sdk@^1.29.0': '1.32.2_zod@4.6.7' } };
    const locked = await project({ imports: SDK }, { 'deno.lock': JSON.stringify(lock) });
    expect(locked.versionOf('@modelcontextprotocol/sdk')).toBe('1.32.2');
  });

  it('need not name what the sources name with a version', async () => {
    const server = "import { McpServer } from 'npm:@modelcontextprotocol/sdk@^1.30.1/server/mcp.js';\n";
    const { manifest, files, versionOf } = await project({}, { 'main.ts': server });
    expect([...files.keys()]).toEqual(['main.ts']);
    expect(manifest.dependencies).toEqual({ '@modelcontextprotocol/sdk': 'npm:@modelcontextprotocol/sdk@^1.30.1' });
    expect(versionOf('@modelcontextprotocol/sdk')).toBe('1.30.1');
  });

  it.each([
    ['another name', { imports: { mcp: 'npm:@modelcontextprotocol/sdk@^1' } }, 'by another name (mcp)'],
    ['another file', { importMap: './import_map.json' }, 'keeps its imports in ./import_map.json'],
  ])('that hides packages behind %s is refused', async (_, manifest, message) => {
    await expect(project(manifest)).rejects.toMatchObject({
      code: 'unsupported-shape',
      message: expect.stringContaining(message) as string,
    });
  });
});

describe('a specifier of Deno', () => {
  it.each([
    ['npm:@modelcontextprotocol/sdk@^1.29.0/server/mcp.js', '@modelcontextprotocol/sdk/server/mcp.js'],
    ['npm:/@modelcontextprotocol/sdk@1/server/mcp.js', '@modelcontextprotocol/sdk/server/mcp.js'],
    ['npm:hono', 'hono'],
    ['npm:hono@4.9.0/cors', 'hono/cors'],
    ['jsr:@hono/hono@^4/cors', 'hono/cors'],
    ['@hono/hono', 'hono'],
    ['node:fs', 'node:fs'],
    ['./a@b.ts', './a@b.ts'],
  ])('%s means %s', (specifier, meant) => {
    expect(bareSpecifier(specifier)).toBe(meant);
  });
});

it('compares what deno check says without the lines that moved', () => {
  const error = (line: number): string =>
    `TS7006 [ERROR]: Parameter 'x' implicitly has an 'any' type.\n  (x) => x\n   ^\n    at file:///project/tasks.ts:${line}:3\n`;
  expect(denoErrors(`${error(2)}\nerror: Type checking failed.\n`)).toEqual(denoErrors(error(5)));
  expect(denoErrors(error(2))).toEqual(["TS7006 [ERROR]: Parameter 'x' implicitly has an 'any' type. (tasks.ts)"]);
  expect(denoErrors('error: Could not resolve "jose"\n')).toEqual(['error: Could not resolve "jose"']);
});
