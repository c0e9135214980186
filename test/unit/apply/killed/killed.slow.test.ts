import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { build } from 'tsdown';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { applyPlan, applyRemote, recover, remove } from '../../../../src/apply/index.ts';
import { dyingDisk } from '../mortal-disk.ts';
import { contentOf, makeProject } from '../project.ts';
import { ACCOUNT, OLD, installLock, planFor, sendTo, stepsAfter } from './scenario.ts';

let out = '';

beforeAll(async () => {
  // Inside the repository, so that the packages it imports are found.
  fs.mkdirSync('.tmp', { recursive: true });
  out = fs.mkdtempSync(path.resolve('.tmp/killed-'));
  const entry = { child: path.join(import.meta.dirname, 'child.ts') };
  const common = { format: 'esm', platform: 'node', dts: false, config: false, clean: false } as const;
  await build({ ...common, entry, outDir: out, noExternal: ['diff'], external: ['jsonc-parser'], logLevel: 'silent' });
});

afterAll(() => fs.rmSync(out, { recursive: true, force: true }));

const newProject = await contentAfterRun();

async function contentAfterRun(): Promise<Record<string, string>> {
  const root = fs.mkdtempSync(path.join(os.tmpdir(), 'add-auth-killed-'));
  writeAll(root);
  await applyPlan(root, planFor(root), { install: installLock(root) });
  const content = contentOf(root);
  fs.rmSync(root, { recursive: true });
  return content;
}

function writeAll(root: string): void {
  for (const [name, text] of Object.entries(OLD)) {
    fs.mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
    fs.writeFileSync(path.join(root, name), text);
  }
}

/** Starts a command that is killed after the n-th change; says whether it lived to its end. */
function runKilled(command: string, root: string, n: number): Promise<boolean> {
  const child = spawn(process.execPath, [path.join(out, 'child.mjs'), command, root, String(n)], { stdio: 'inherit' });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      if (signal !== 'SIGKILL' && code !== 0) reject(new Error(`child ended with ${code}`));
      else resolve(code === 0);
    });
  });
}

/** Kills a run after its first change, its second, … until one lives; two at a time. */
async function forEveryChange(test: (n: number) => Promise<boolean>): Promise<number> {
  for (let n = 1; ; n += 2) {
    const lived = await Promise.all([n, n + 1].map(test));
    if (lived.some(Boolean)) return n + lived.indexOf(true);
  }
}

const privateDir = (root: string): string => path.join(root, '.mcp-builder/add-auth');

describe('a run that is killed', () => {
  it(
    'leaves the old project or the new one, and goes through when it is started again',
    { timeout: 120_000 },
    async () => {
      const old = contentOf(makeProject(OLD));
      const seen = new Set<string>();
      const changes = await forEveryChange(async (n) => {
        const root = makeProject(OLD);
        const lived = await runKilled('apply', root, n);
        const { outcome } = recover(root);
        seen.add(outcome);
        const isNew = fs.existsSync(path.join(root, 'src/auth/gate.ts'));
        expect(contentOf(root), `killed after change ${n}`).toEqual(isNew ? newProject : old);
        if (!isNew) expect(fs.existsSync(privateDir(root)), `killed after change ${n}`).toBe(false);

        await applyPlan(root, planFor(root), { install: installLock(root) });
        expect(contentOf(root)).toEqual(newProject);
        await remove(root);
        expect(contentOf(root)).toEqual(old);
        expect(fs.existsSync(privateDir(root))).toBe(false);
        return lived;
      });
      expect(changes).toBeGreaterThan(80);
      expect([...seen].sort()).toEqual(['finished', 'none', 'rolled-back']);
    },
  );

  it('leaves the new project or the old one when it was taking add-auth out', { timeout: 120_000 }, async () => {
    const old = contentOf(makeProject(OLD));
    await forEveryChange(async (n) => {
      const root = makeProject(OLD);
      await applyPlan(root, planFor(root), { install: installLock(root) });
      const lived = await runKilled('remove', root, n);
      recover(root);
      const isNew = fs.existsSync(path.join(root, 'src/auth/gate.ts'));
      expect(contentOf(root), `killed after change ${n}`).toEqual(isNew ? newProject : old);
      await remove(root);
      expect(contentOf(root)).toEqual(old);
      expect(fs.existsSync(privateDir(root))).toBe(false);
      return lived;
    });
  });

  it('may be killed again while it is being put back', async () => {
    const old = contentOf(makeProject(OLD));
    for (let n = 5, lived = false; !lived; n += 11) {
      for (let m = 1, recovered = false; !recovered; m += 1) {
        const root = makeProject(OLD);
        const first = dyingDisk(n);
        await applyPlan(root, planFor(root), { disk: first.disk }).catch(() => undefined);
        lived = !first.isDead();
        const second = dyingDisk(m);
        try {
          recover(root, second.disk);
          recovered = true;
        } catch {
          recover(root);
        }
        const isNew = fs.existsSync(path.join(root, 'src/auth/gate.ts'));
        const expected = isNew ? { ...newProject, 'package-lock.json': old['package-lock.json'] } : old;
        expect(contentOf(root), `killed after change ${n}, then ${m}`).toEqual(expected);
        fs.rmSync(root, { recursive: true });
      }
    }
  });
});

describe('a run that is interrupted', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)('by %s puts everything back and ends with 130', async (signal) => {
    const root = makeProject(OLD);
    const child = spawn(process.execPath, [path.join(out, 'child.mjs'), 'wait', root]);
    child.stdout.once('data', () => child.kill(signal));
    const code = await new Promise((resolve) => child.on('exit', resolve));
    expect(code).toBe(130);
    expect(contentOf(root)).toEqual(contentOf(makeProject(OLD)));
    expect(fs.existsSync(privateDir(root))).toBe(false);
  });
});

describe('steps at the provider', () => {
  it('are not sent again once their result is on disk', { timeout: 60_000 }, async () => {
    await forEveryChange(async (n) => {
      const root = makeProject();
      const lived = await runKilled('remote', root, n);
      const { records } = await applyRemote(root, ACCOUNT, stepsAfter(root), sendTo(root));
      expect(records).toEqual({
        api: { verb: 'create', ref: 'id-of-api' },
        grant: { verb: 'create', ref: 'id-of-grant' },
      });

      // A step that was begun and never sent is sent marked as in doubt; what was done is found done.
      const sent = fs.readFileSync(path.join(root, 'sent.txt'), 'utf8').trim().split('\n');
      expect(['api,grant', 'api?,grant', 'api,grant?']).toContain(sent.join());
      return lived;
    });
  });
});
