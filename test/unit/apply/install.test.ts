import fs from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { applyPlan, hashOf } from '../../../src/apply/index.ts';
import { installStep } from '../../../src/apply/install.ts';
import type { PackageManager } from '../../../src/project/snapshot.ts';
import { change, contentOf, makeProject, readText } from './project.ts';

afterEach(() => vi.unstubAllEnvs());

const never = new AbortController().signal;

/** Puts a package manager on the PATH that does what a few lines of shell say. */
function fakeManager(name: PackageManager['name'], script: string): void {
  const bin = makeProject({ [name]: `#!/bin/sh\n${script}\n` });
  fs.chmodSync(path.join(bin, name), 0o755);
  vi.stubEnv('PATH', `${bin}:/usr/bin:/bin`);
}

describe('installing', () => {
  it('runs the package manager of the project, in the project, without asking', async () => {
    const root = makeProject();
    fakeManager('pnpm', 'echo "$PWD $@" > said; if [ -t 0 ]; then echo terminal >> said; fi');
    await installStep(root, { name: 'pnpm', root }).run(never);
    expect(readText(root, 'said')).toBe(`${root} install --no-frozen-lockfile\n`);
  });

  it.each(['npm', 'pnpm', 'bun'] as const)('leaves scripts alone where %s has installed before', async (name) => {
    const root = makeProject({ 'node_modules/dep/package.json': '{}' });
    fakeManager(name, 'echo "$@" > said');
    await installStep(root, { name, root }).run(never);
    expect(readText(root, 'said')).toContain(' --ignore-scripts');
  });

  it('leaves a first install its scripts: packages may need them to be built', async () => {
    const root = makeProject();
    fakeManager('npm', 'echo "$@" > said');
    await installStep(root, { name: 'npm', root }).run(never);
    expect(readText(root, 'said')).toBe('install --no-audit --no-fund\n');
  });

  it('follows the lock files of the package and of its workspace', () => {
    const root = path.resolve('/w/packages/a');
    const manager: PackageManager = { name: 'yarn', root: path.resolve('/w'), lockFile: 'yarn.lock' };
    expect(installStep(root, manager).tracked).toEqual(['yarn.lock', '.pnp.cjs', '../../yarn.lock', '../../.pnp.cjs']);
  });

  it('really installs with npm', { timeout: 60_000 }, async () => {
    const root = makeProject({
      'package.json': '{ "name": "x" }',
      'dep/package.json': '{ "name": "dep", "version": "1.0.0" }',
    });
    const manifest = '{ "name": "x", "dependencies": { "dep": "file:dep" } }';
    await applyPlan(root, [change(root, 'package.json', manifest)], {
      install: installStep(root, { name: 'npm', root }),
    });
    expect(fs.existsSync(path.join(root, 'node_modules/dep/package.json'))).toBe(true);
    const ledger = JSON.parse(readText(root, '.mcp-builder/add-auth/ledger.json')) as {
      files: Record<string, { after: string }[]>;
    };
    const lock = fs.readFileSync(path.join(root, 'package-lock.json'));
    expect(ledger.files['package-lock.json']?.[0]?.after).toBe(hashOf(lock));
  });
});

describe('installing that fails', () => {
  it('shows what the package manager said, and puts the project back', async () => {
    const root = makeProject({ 'package.json': '{}', 'package-lock.json': 'lock' });
    const now = contentOf(root);
    fakeManager('npm', 'echo broken > package-lock.json; echo "404 no such package" >&2; exit 1');
    const run = applyPlan(root, [change(root, 'package.json', '{ }')], {
      install: installStep(root, { name: 'npm', root }),
    });
    await expect(run).rejects.toMatchObject({ code: 'install-failed', manual: [{ snippet: '404 no such package' }] });
    expect(contentOf(root)).toEqual(now);
  });

  it('says so when the package manager is not there', async () => {
    const root = makeProject();
    vi.stubEnv('PATH', makeProject());
    const run = installStep(root, { name: 'bun', root }).run(never);
    await expect(run).rejects.toMatchObject({ code: 'install-failed', message: expect.stringContaining('bun') });
    await expect(run).rejects.toThrow('not installed');
  });
});
