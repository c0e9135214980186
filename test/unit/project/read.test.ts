import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readProject } from '../../../src/project/index.ts';
import { directory, MANIFEST, SERVER } from './support.ts';

const HTTP = `${SERVER}import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';\n`;
const paths = async (root: string): Promise<string[]> => [...(await readProject(root)).files.keys()];

describe('the manifest', () => {
  it('is read with a byte order mark, comments and trailing commas, and kept as it is', async () => {
    const text = `\uFEFF{\n  // ours\n  "name": "demo", "type": "module",\n  "bin": { "demo": "dist/cli.js", },\n  "devDependencies": { "a": "1", },\n}\n`;
    const { manifest } = await readProject(directory({ 'package.json': text }));
    expect(manifest).toMatchObject({
      path: 'package.json',
      text,
      name: 'demo',
      type: 'module',
      bin: ['dist/cli.js'],
      allDependencies: { a: '1' },
      dependencies: {},
    });
  });

  it.each([
    ['no package.json', { 'a.ts': '' }, 'no-project', 'There is no package.json'],
    ['no JSON object', { 'package.json': 'null' }, 'no-project', 'not a JSON object'],
    ['no JSON object of Deno', { 'deno.json': 'null' }, 'no-project', 'not a JSON object'],
  ])('%s', async (_, files, code, message) => {
    await expect(readProject(directory(files as Record<string, string>))).rejects.toMatchObject({
      code,
      message: expect.stringContaining(message),
    });
  });

  it('refuses a directory that is not there', async () => {
    await expect(readProject('/nowhere/at/all')).rejects.toMatchObject({ code: 'no-project' });
  });
});

describe('the files that matter', () => {
  it('are those that import an MCP package, who imports them, and what all of them import', async () => {
    const root = directory({
      'package.json': MANIFEST,
      'src/index.ts': `import { start } from './http.js';\nimport './config.js';`,
      'src/http.ts': `import { makeServer } from './mcp/server.js';`,
      'src/mcp/server.ts': `${SERVER}import { names } from './names';`,
      'src/mcp/names/index.ts': `export const names = [];`,
      'src/config.ts': '',
      'src/unrelated.ts': `import express from 'express';`,
    });
    expect(await paths(root)).toEqual([
      'src/config.ts',
      'src/http.ts',
      'src/index.ts',
      'src/mcp/names/index.ts',
      'src/mcp/server.ts',
    ]);
  });

  it('are found through aliases, require and dynamic import', async () => {
    const root = directory({
      'package.json': MANIFEST,
      'tsconfig.json': `{ /* comments */ "compilerOptions": { "paths": { "@/*": ["./src/*"], }, } }`,
      'src/server.ts': `${SERVER}import { x } from '@/lib/x';`,
      'src/lib/x.ts': 'export const x = 1;',
      'cli.cjs': `require('./other.js')`,
      'other.js': `import('@modelcontextprotocol/sdk/server/mcp.js');`,
    });
    expect(await paths(root)).toEqual(['cli.cjs', 'other.js', 'src/lib/x.ts', 'src/server.ts']);
  });

  it('are found by bare names below baseUrl, and through paths of an extended tsconfig', async () => {
    const root = directory({
      'package.json': MANIFEST,
      'tsconfig.json': `{ "extends": "./config/base.json" }`,
      'config/base.json': `{ "compilerOptions": { "baseUrl": "..", "paths": { "~/*": ["src/lib/*"] } } }`,
      'src/server.ts': `${SERVER}import { x } from 'src/x';\nimport { y } from '~/y';`,
      'src/x.ts': 'export const x = 1;',
      'src/lib/y.ts': 'export const y = 1;',
    });
    expect(await paths(root)).toEqual(['src/lib/y.ts', 'src/server.ts', 'src/x.ts']);
  });

  it('are not tests, declarations, build output, dependencies and nested packages', async () => {
    const root = directory({
      'package.json': MANIFEST,
      'server.ts': SERVER,
      'server.test.ts': SERVER,
      '__tests__/a.ts': SERVER,
      'server.d.ts': SERVER,
      'dist/server.js': SERVER,
      'node_modules/x/index.js': SERVER,
      '.next/server.js': SERVER,
      'examples/demo/package.json': `{ "name": "demo" }`,
      'examples/demo/server.ts': SERVER,
    });
    expect(await paths(root)).toEqual(['server.ts']);
  });

  it('are those that tell JSON-RPC methods of MCP apart by themselves, without any package', async () => {
    const root = directory({
      'package.json': '{ "name": "by-hand" }',
      'app/api/mcp/route.ts': "import { run } from '../../../lib/tools';\nconst known = ['tools/list', 'tools/call'];",
      'lib/tools.ts': 'export const run = 1;',
      'lib/client.ts': "export const ask = () => send('tools/call');",
    });
    expect(await paths(root)).toEqual(['app/api/mcp/route.ts', 'lib/tools.ts']);
  });

  it('mention MCP in an import, not in a comment', async () => {
    const root = directory({ 'package.json': MANIFEST, 'a.ts': `// see @modelcontextprotocol/sdk\n` });
    expect(await paths(root)).toEqual([]);
  });

  it('are kept to the byte: BOM and CRLF', async () => {
    const text = `\uFEFF${SERVER.replace('\n', '\r\n')}`;
    const { files } = await readProject(directory({ 'package.json': MANIFEST, 'server.ts': text }));
    expect(files.get('server.ts')).toBe(text);
  });

  it('are UTF-8: what is not is left out rather than spoilt', async () => {
    const root = directory({
      'package.json': MANIFEST,
      'server.ts': Buffer.from(`${SERVER}// caf\xE9`, 'latin1'),
      'b.ts': SERVER,
    });
    expect(await paths(root)).toEqual(['b.ts']);
  });
});

describe('git', () => {
  it('leaves out ignored files and says which tracked ones have uncommitted changes', async () => {
    const root = directory({
      'package.json': MANIFEST,
      '.gitignore': 'generated/\n',
      'a b.ts': SERVER,
      'clean.ts': SERVER,
      'generated/x.ts': SERVER,
    });
    const git = (...args: string[]): void =>
      void execFileSync('git', ['-c', 'user.name=x', '-c', 'user.email=x@example.org', ...args], { cwd: root });
    git('init', '-q');
    git('add', '.');
    git('commit', '-qm', 'start');
    writeFileSync(join(root, 'a b.ts'), `${SERVER}// changed`);
    writeFileSync(join(root, 'new.ts'), SERVER);
    const snapshot = await readProject(root);
    expect([...snapshot.files.keys()]).toEqual(['a b.ts', 'clean.ts', 'new.ts']);
    expect(snapshot.git.inside).toBe(true);
    expect(['a b.ts', 'clean.ts', 'new.ts', 'package.json'].filter((path) => snapshot.git.isDirty(path))).toEqual([
      'a b.ts',
    ]);
  });

  it('knows paths below the top of the repository', async () => {
    const root = directory({ 'sub/package.json': MANIFEST, 'sub/server.ts': SERVER });
    execFileSync('git', ['init', '-q'], { cwd: root });
    execFileSync('git', ['add', '.'], { cwd: root });
    const { git } = await readProject(join(root, 'sub'));
    expect(git.isDirty('server.ts')).toBe(true);
  });

  it('is not needed', async () => {
    const { git } = await readProject(directory({ 'package.json': MANIFEST }));
    expect(git.isDirty('package.json')).toBe(false);
  });
});

describe('workspaces', () => {
  const member = (name: string): string =>
    JSON.stringify({ name, dependencies: { '@modelcontextprotocol/sdk': '^1.20.0' } });
  const WORKSPACE = `{ "name": "root", "workspaces": ["packages/*"] }`;

  it('goes to the one package that is an MCP server over HTTP', async () => {
    const root = directory({
      'package.json': WORKSPACE,
      'package-lock.json': '{}',
      'packages/server/package.json': member('server'),
      'packages/server/src/http.ts': HTTP,
      'packages/client/package.json': member('client'),
      'packages/client/index.ts': `import { Client } from '@modelcontextprotocol/sdk/client/index.js';`,
    });
    const snapshot = await readProject(root);
    expect(snapshot).toMatchObject({
      root: join(root, 'packages/server'),
      subdir: 'packages/server',
      packageManager: { name: 'npm', root, lockFile: 'package-lock.json' },
    });
    expect([...snapshot.files.keys()]).toEqual(['src/http.ts']);
  });

  const TWO = {
    'package.json': WORKSPACE,
    'packages/a/package.json': member('a'),
    'packages/a/http.ts': HTTP,
    'packages/b/package.json': member('b'),
    'packages/b/http.ts': HTTP,
  };

  it('asks which one when there are several', async () => {
    await expect(readProject(directory(TWO))).rejects.toMatchObject({
      code: 'ambiguous-entry',
      message: expect.stringContaining('packages/a, packages/b'),
      fix: expect.stringContaining('--entry FILE'),
    });
  });

  it('takes the package that --entry is in', async () => {
    const snapshot = await readProject(directory(TWO), { entry: 'packages/b/http.ts' });
    expect(snapshot.subdir).toBe('packages/b');
  });

  it('finds servers of a package that has the SDK only in the workspace root', async () => {
    const root = directory({
      'package.json': JSON.stringify({
        name: 'root',
        workspaces: ['apps/*'],
        dependencies: { '@modelcontextprotocol/sdk': '1.20.0' },
      }),
      'apps/server/package.json': `{ "name": "server" }`,
      'apps/server/http.ts': HTTP,
    });
    expect((await readProject(root)).subdir).toBe('apps/server');
  });

  it('names servers below a directory that is no package', async () => {
    const root = directory({ 'one/package.json': member('one'), 'one/http.ts': HTTP });
    await expect(readProject(root)).rejects.toMatchObject({
      code: 'no-project',
      fix: `Run one of: add-auth ${join(root, 'one')}`,
    });
  });
});

describe('tsconfig', () => {
  it('follows extends and references, and writes options as people do', async () => {
    const root = directory({
      'package.json': MANIFEST,
      'tsconfig.json': `{ "files": [], "references": [{ "path": "./tsconfig.app.json" }] }`,
      'tsconfig.app.json': `{ "extends": "./base.json", "compilerOptions": { "module": "NodeNext" } }`,
      'base.json': `{ "compilerOptions": { "strict": true, "target": "ES2022", "moduleResolution": "bundler", } }`,
    });
    expect((await readProject(root)).tsconfig).toMatchObject({
      path: 'tsconfig.app.json',
      compilerOptions: { strict: true, target: 'es2022', module: 'nodenext', moduleResolution: 'bundler' },
    });
  });
});

describe('versions', () => {
  const SDK = '@modelcontextprotocol/sdk';
  const version = async (files: Record<string, string>, range = '^1.20.0'): Promise<string | undefined> =>
    (
      await readProject(directory({ 'package.json': JSON.stringify({ dependencies: { [SDK]: range } }), ...files }))
    ).versionOf(SDK);

  it.each([
    [
      'installed',
      { [`node_modules/${SDK}/package.json`]: '{ "version": "1.25.1" }', 'package-lock.json': lock('1.24.0') },
      '1.25.1',
    ],
    ['package-lock.json', { 'package-lock.json': lock('1.24.0') }, '1.24.0'],
    [
      'pnpm-lock.yaml',
      {
        'pnpm-lock.yaml': `lockfileVersion: '9.0'\n\nimporters:\n\n  .:\n    dependencies:\n      '${SDK}':\n        specifier: ^1.20.0\n        version: 1.23.1(zod@3.25.0)\n\npackages:\n`,
      },
      '1.23.1',
    ],
    [
      'yarn.lock, classic',
      { 'yarn.lock': `"${SDK}@^1.0.0":\n  version "1.19.0"\n\n"${SDK}@^1.20.0":\n  version "1.22.0"\n` },
      '1.22.0',
    ],
    ['yarn.lock, berry', { 'yarn.lock': `"${SDK}@npm:^1.20.0":\n  version: 1.22.1\n` }, '1.22.1'],
    ['bun.lock', { 'bun.lock': `{ "packages": { "${SDK}": ["${SDK}@1.21.0", "", {}, "sha512-x"], } }` }, '1.21.0'],
    ['the range alone', {}, '1.20.0'],
    ['a lock file that contradicts the range', { 'package-lock.json': lock('1.12.0') }, '1.20.0'],
  ])('%s', async (_, files, expected) => {
    expect(await version(files as Record<string, string>)).toBe(expected);
  });

  it.each([
    ['*', undefined],
    ['latest', undefined],
    ['workspace:^1.3.0', '1.3.0'],
    ['file:vendor/sdk-2.0.0-alpha.0.tgz', '2.0.0-alpha.0'],
    ['>=1.2 <2', '1.2.0'],
  ])('of the range %s', async (range, expected) => {
    expect(await version({}, range)).toBe(expected);
  });

  function lock(locked: string): string {
    return JSON.stringify({ packages: { '': {}, [`node_modules/${SDK}`]: { version: locked } } });
  }
});

describe('the package manager', () => {
  it('is that of the packageManager field where two lock files lie side by side', async () => {
    const root = directory({
      'package.json': `{ "packageManager": "yarn@4.1.0" }`,
      'package-lock.json': '{}',
      'yarn.lock': '',
    });
    expect((await readProject(root)).packageManager).toMatchObject({ name: 'yarn', root, lockFile: 'yarn.lock' });
  });

  it('is not looked for beyond the repository', async () => {
    const root = directory({ 'yarn.lock': '', 'repo/package.json': '{}' });
    mkdirSync(join(root, 'repo/.git'));
    expect((await readProject(join(root, 'repo'))).packageManager).toMatchObject({
      name: 'npm',
      root: join(root, 'repo'),
    });
  });

  it('has installed something where there is a node_modules, of the workspace too', async () => {
    const root = directory({
      'package.json': '{ "workspaces": ["a"] }',
      'package-lock.json': '{}',
      'a/package.json': '{}',
    });
    expect((await readProject(join(root, 'a'))).packageManager.hasInstalled).toBe(false);
    mkdirSync(join(root, 'node_modules'));
    expect((await readProject(join(root, 'a'))).packageManager.hasInstalled).toBe(true);
  });
});
