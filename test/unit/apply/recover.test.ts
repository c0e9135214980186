import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { applyPlan, assertFinished, isUnfinished, recover } from '../../../src/apply/index.ts';
import { dyingDisk } from './mortal-disk.ts';
import { change, contentOf, makeProject, readText, writeFiles } from './project.ts';

const OLD = { 'a.ts': 'one\ntwo\nthree\n', 'b.ts': 'b\n', 'package-lock.json': 'lock\n' };
const NEW_A = 'one\ntwo\nours\nthree\n';

/** A project in which a run died after it had moved its files in. */
async function deadRun(): Promise<string> {
  const root = makeProject(OLD);
  const changes = [change(root, 'a.ts', NEW_A), change(root, 'auth/new.ts', 'new\n')];
  for (let n = 1; ; n += 1) {
    await applyPlan(root, changes, { disk: dyingDisk(n).disk, install: tracked }).catch(() => undefined);
    const isMoved = fs.existsSync(path.join(root, 'auth/new.ts')) && readText(root, 'a.ts') === NEW_A;
    if (isMoved) return root;
    recover(root);
  }
}

const tracked = { tracked: ['package-lock.json'], run: async (): Promise<void> => undefined };

describe('recover', () => {
  it('has nothing to do in a project without a dead run', () => {
    const root = makeProject(OLD);
    expect(recover(root)).toEqual({ outcome: 'none', files: [] });
  });

  it('puts everything back, and says what', async () => {
    const root = await deadRun();
    expect(recover(root)).toEqual({ outcome: 'rolled-back', files: ['a.ts', 'auth/new.ts'] });
    expect(contentOf(root)).toEqual(contentOf(makeProject(OLD)));
  });

  it('can be foretold without a write, for commands that only look', async () => {
    const root = await deadRun();
    const now = contentOf(root);
    expect(isUnfinished(root)).toBe(true);
    expect(() => assertFinished(root)).toThrow('killed in the middle');
    expect(contentOf(root)).toEqual(now);
    recover(root);
    expect(isUnfinished(root)).toBe(false);
    expect(() => assertFinished(root)).not.toThrow();
  });

  it('puts back a lock file that the package manager left half written', async () => {
    const root = await deadRun();
    writeFiles(root, { 'package-lock.json': 'half' });
    recover(root);
    expect(readText(root, 'package-lock.json')).toBe('lock\n');
  });

  it('keeps what somebody wrote after the crash', async () => {
    const root = await deadRun();
    writeFiles(root, { 'a.ts': `mine\n${NEW_A}`, 'b.ts': 'edited\n' });
    recover(root);
    expect(readText(root, 'a.ts')).toBe('mine\none\ntwo\nthree\n');
    expect(readText(root, 'b.ts')).toBe('edited\n');
    expect(fs.existsSync(path.join(root, 'auth'))).toBe(false);
  });

  it('touches nothing when that cannot be told from ours, and goes on once it is clear', async () => {
    const root = await deadRun();
    writeFiles(root, { 'a.ts': NEW_A.replace('ours', 'ours, changed') });
    const now = contentOf(root);
    expect(() => recover(root)).toThrow(expect.objectContaining({ code: 'file-changed' }));
    expect(contentOf(root)).toEqual(now);

    writeFiles(root, { 'a.ts': 'one\ntwo\nchanged\nthree\n' });
    expect(recover(root).outcome).toBe('rolled-back');
    expect(readText(root, 'a.ts')).toBe('one\ntwo\nchanged\nthree\n');
    expect(fs.existsSync(path.join(root, 'auth'))).toBe(false);
  });

  it('does not disturb a run that is alive', async () => {
    const root = await deadRun();
    const journal = path.join(root, '.mcp-builder/add-auth/journal.json');
    const text = fs.readFileSync(journal, 'utf8');
    fs.writeFileSync(journal, text.replace(`"pid": ${process.pid}`, `"pid": ${process.ppid}`));
    const now = contentOf(root);
    expect(() => recover(root)).toThrow(expect.objectContaining({ code: 'apply-failed' }));
    await expect(applyPlan(root, [change(root, 'b.ts', 'x')])).rejects.toMatchObject({ code: 'apply-failed' });
    expect(contentOf(root)).toEqual(now);
  });

  it('says so when the journal cannot be read, and touches nothing', async () => {
    const root = await deadRun();
    writeFiles(root, { '.mcp-builder/add-auth/journal.json': '{' });
    expect(() => recover(root)).toThrow(expect.objectContaining({ code: 'apply-failed' }));
    expect(readText(root, 'a.ts')).toBe(NEW_A);
  });
});
