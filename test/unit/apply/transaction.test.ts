import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { applyPlan, recover } from '../../../src/apply/index.ts';
import { nodeDisk, type Disk } from '../../../src/apply/disk.ts';
import { change, contentOf, makeProject, readText } from './project.ts';

const before = { 'src/server.ts': 'old\n', 'package.json': '{}\n', '.env': 'A=1\n', 'gone.txt': 'bye\n' };

function plan(root: string) {
  return [
    change(root, 'src/auth/gate.ts', 'gate\n'),
    change(root, 'src/server.ts', 'new\n'),
    change(root, 'gone.txt', null),
    change(root, '.env', 'A=1\nB=2\n', 0o600),
  ];
}

describe('a plan that succeeds', () => {
  it('creates, changes and deletes files, and makes the directories they need', async () => {
    const root = makeProject(before);
    expect(await applyPlan(root, plan(root))).toEqual(['src/auth/gate.ts', 'src/server.ts', 'gone.txt', '.env']);
    expect(readText(root, 'src/auth/gate.ts')).toBe('gate\n');
    expect(readText(root, 'src/server.ts')).toBe('new\n');
    expect(fs.existsSync(path.join(root, 'gone.txt'))).toBe(false);
  });

  it('gives .env the mode 0600 and leaves the modes of other files', async () => {
    const root = makeProject(before);
    fs.chmodSync(path.join(root, 'src/server.ts'), 0o755);
    await applyPlan(root, plan(root));
    expect(fs.statSync(path.join(root, '.env')).mode & 0o777).toBe(0o600);
    expect(fs.statSync(path.join(root, 'src/server.ts')).mode & 0o777).toBe(0o755);
  });

  it('leaves no temporary file and no journal', async () => {
    const root = makeProject(before);
    await applyPlan(root, plan(root));
    const names = fs.readdirSync(root, { recursive: true }).map(String);
    expect(names.filter((name) => name.endsWith('.tmp') || name.endsWith('journal.json'))).toEqual([]);
  });

  it('keeps its private directory closed and git-ignored', async () => {
    const root = makeProject(before);
    await applyPlan(root, plan(root));
    const dir = path.join(root, '.mcp-builder/add-auth');
    expect(fs.statSync(dir).mode & 0o777).toBe(0o700);
    expect(readText(dir, '.gitignore')).toBe('*\n');
    for (const blob of fs.readdirSync(path.join(dir, 'blobs'))) {
      expect(fs.statSync(path.join(dir, 'blobs', blob)).mode & 0o777).toBe(0o600);
    }
  });

  it('writes through a link and keeps the link', async () => {
    const root = makeProject({ 'shared/env': 'A=1\n' });
    fs.symlinkSync('shared/env', path.join(root, '.env'));
    await applyPlan(root, [change(root, '.env', 'A=2\n')]);
    expect(fs.readlinkSync(path.join(root, '.env'))).toBe('shared/env');
    expect(readText(root, 'shared/env')).toBe('A=2\n');
  });

  it('makes the target of a link that dangles', async () => {
    const root = makeProject({ 'shared/x': '' });
    fs.symlinkSync('shared/env', path.join(root, '.env'));
    await applyPlan(root, [change(root, '.env', 'A=2\n')]);
    expect(readText(root, 'shared/env')).toBe('A=2\n');
  });

  it('touches nothing at all when there is nothing to change', async () => {
    const root = makeProject(before);
    expect(await applyPlan(root, [change(root, 'src/server.ts', 'old\n')])).toEqual([]);
    expect(fs.existsSync(path.join(root, '.mcp-builder'))).toBe(false);
  });
});

describe('a plan that cannot be carried out', () => {
  it('writes nothing when a file has changed since the plan was made', async () => {
    const root = makeProject(before);
    const changes = plan(root);
    fs.writeFileSync(path.join(root, 'src/server.ts'), 'edited meanwhile\n');
    const now = contentOf(root);
    await expect(applyPlan(root, changes)).rejects.toMatchObject({ code: 'file-changed' });
    expect(contentOf(root)).toEqual(now);
    expect(fs.existsSync(path.join(root, '.mcp-builder'))).toBe(false);
  });

  it('writes nothing when a file to be created is there already', async () => {
    const root = makeProject(before);
    const changes = plan(root);
    fs.mkdirSync(path.join(root, 'src/auth'));
    fs.writeFileSync(path.join(root, 'src/auth/gate.ts'), 'mine\n');
    await expect(applyPlan(root, changes)).rejects.toMatchObject({ code: 'file-changed' });
    expect(readText(root, 'src/auth/gate.ts')).toBe('mine\n');
  });

  it.each([
    ['a read-only file', 'src/server.ts', 0o444],
    ['a read-only directory', 'src', 0o555],
    ['a read-only project', '.', 0o555],
  ])('finds %s before the first write', async (_, name, mode) => {
    const root = makeProject(before);
    const changes = plan(root);
    fs.chmodSync(path.join(root, name), mode);
    const now = contentOf(root);
    await expect(applyPlan(root, changes)).rejects.toMatchObject({ code: 'not-writable' });
    expect(contentOf(root)).toEqual(now);
    expect(fs.existsSync(path.join(root, '.mcp-builder'))).toBe(false);
    fs.chmodSync(path.join(root, name), 0o755);
  });

  it('says so when a directory is needed where a file is', async () => {
    const root = makeProject({ auth: 'a file\n' });
    const changes = [{ path: 'auth/gate.ts', before: null, after: Buffer.from('x') }];
    await expect(applyPlan(root, changes)).rejects.toMatchObject({ code: 'not-writable' });
  });

  it('refuses two paths that are the same file', async () => {
    const root = makeProject({ '.env': 'A=1\n' });
    fs.symlinkSync('.env', path.join(root, '.env.local'));
    const changes = [change(root, '.env', 'A=2\n'), change(root, '.env.local', 'A=3\n')];
    await expect(applyPlan(root, changes)).rejects.toMatchObject({ code: 'apply-failed' });
    expect(readText(root, '.env')).toBe('A=1\n');
  });
});

describe('a run that fails on the way', () => {
  const failing = { tracked: ['package-lock.json'] };

  it('puts everything back when the disk is full, wherever that happens', async () => {
    for (let n = 1, isDone = false; !isDone; n += 1) {
      const root = makeProject(before);
      const now = contentOf(root);
      const { disk, hasFailed } = failingDisk(n);
      const error = await applyPlan(root, plan(root), { disk }).then(
        () => undefined,
        (reason: unknown) => reason,
      );
      isDone = !hasFailed();
      if (error === undefined) {
        // A failure after the commit is no failure: the project is as wanted, and the next run clears up.
        expect(readText(root, 'src/server.ts')).toBe('new\n');
      } else {
        expect(error).toMatchObject({ code: 'apply-failed' });
        expect(contentOf(root)).toEqual(now);
        expect(fs.existsSync(path.join(root, '.mcp-builder'))).toBe(false);
      }
    }
  });

  it('puts files and lock file back when the package manager fails', async () => {
    const root = makeProject({ ...before, 'package-lock.json': 'lock 1\n' });
    const now = contentOf(root);
    const install = {
      ...failing,
      run: async () => {
        fs.writeFileSync(path.join(root, 'package-lock.json'), 'half\n');
        throw new Error('registry says no');
      },
    };
    await expect(applyPlan(root, plan(root), { install })).rejects.toThrow('registry says no');
    expect(contentOf(root)).toEqual(now);
  });

  it('takes away a lock file that was not there before', async () => {
    const root = makeProject(before);
    const now = contentOf(root);
    const install = {
      ...failing,
      run: async () => fs.writeFileSync(path.join(root, 'package-lock.json'), 'new lock\n'),
    };
    const verify = async () => {
      throw new Error('new type errors');
    };
    await expect(applyPlan(root, plan(root), { install, verify })).rejects.toThrow('new type errors');
    expect(contentOf(root)).toEqual(now);
  });

  it('does not touch what somebody saved between the check and the write', async () => {
    const root = makeProject(before);
    let renames = 0;
    const disk: Disk = {
      ...nodeDisk,
      rename: (from, to) => {
        nodeDisk.rename(from, to);
        if (to.endsWith('gate.ts')) fs.writeFileSync(path.join(root, 'src/server.ts'), 'saved just now\n');
        renames += 1;
      },
    };
    await expect(applyPlan(root, plan(root), { disk })).rejects.toMatchObject({ code: 'file-changed' });
    expect(renames).toBeGreaterThan(0);
    expect(readText(root, 'src/server.ts')).toBe('saved just now\n');
    expect(fs.existsSync(path.join(root, 'src/auth'))).toBe(false);
    expect(recover(root).outcome).toBe('none');
  });
});

/** The n-th change of the disk fails as on a full one; later ones succeed, as when others free some space. */
function failingDisk(n: number): { disk: Disk; hasFailed(): boolean } {
  let count = 0;
  const guard = <A extends unknown[], R>(operation: (...args: A) => R) => {
    return (...args: A): R => {
      count += 1;
      if (count === n) throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
      return operation(...args);
    };
  };
  const disk = {
    ...nodeDisk,
    create: guard(nodeDisk.create),
    write: guard(nodeDisk.write),
    flush: guard(nodeDisk.flush),
    rename: guard(nodeDisk.rename),
    makeDirectory: guard(nodeDisk.makeDirectory),
  };
  return { disk, hasFailed: () => count >= n };
}
