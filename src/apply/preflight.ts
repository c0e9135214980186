import { randomBytes } from 'node:crypto';
import { CliError } from '../errors.ts';
import type { Disk } from './disk.ts';
import { hashOf, sameBytes } from './hash.ts';
import type { Journal } from './journal.ts';
import { readLedger } from './ledger.ts';
import { privateDir, type PrivateDir } from './private-dir.ts';
import { missingDirectories, relativeTo, type Target } from './targets.ts';
import type { FileChange } from './types.ts';

/** A change and the place where it happens. */
export interface Item {
  change: FileChange;
  target: Target;
}

/** The journal of a run that is about to begin. */
export function describeRun(
  disk: Disk,
  root: string,
  kind: Journal['kind'],
  items: readonly Item[],
  others: readonly Target[],
): Journal {
  const relative = (file: string): string => relativeTo(root, file);
  const created = items.filter(({ change }) => change.after !== null).map(({ target }) => target.real);
  const directories =
    kind === 'remove'
      ? (readLedger(disk, privateDir(root))?.directories ?? [])
      : missingDirectories(disk, created)
          .map(relative)
          .filter((dir) => dir !== '.mcp-builder');
  return {
    version: 1,
    id: randomBytes(6).toString('hex'),
    kind,
    pid: process.pid,
    files: items.map(({ change, target }) => ({
      path: change.path,
      target: relative(target.real),
      before: hashOf(change.before),
      after: hashOf(change.after),
      mode: target.mode,
    })),
    tracked: others.map((target) => ({
      path: target.path,
      target: relative(target.real),
      before: hashOf(disk.read(target.real)),
      mode: target.mode,
    })),
    directories,
  };
}

/** @throws CliError `file-changed` when a file is not as it was when the plan was made */
export function assertUnchanged(disk: Disk, { change, target }: Item): void {
  if (sameBytes(disk.read(target.real), change.before)) return;
  throw new CliError(
    'file-changed',
    `${change.path} was changed by somebody else while the plan was made; nothing was written.`,
    'Run the command again to plan from its present content.',
  );
}

/** @throws CliError `apply-failed` when two paths lead to one file */
export function assertDistinct(items: readonly Item[]): void {
  const seen = new Map<string, string>();
  for (const { target } of items) {
    const other = seen.get(target.real);
    if (other !== undefined) {
      throw new CliError(
        'apply-failed',
        `${other} and ${target.path} are links to the same file; nothing was written.`,
        'Replace one of the links by a file of its own, then run again.',
      );
    }
    seen.set(target.real, target.path);
  }
}

/** `recover` has run before: a journal that is there now belongs to somebody who started a moment ago. */
export function assertAlone(disk: Disk, place: PrivateDir): void {
  if (!disk.stat(place.journal)) return;
  throw new CliError(
    'apply-failed',
    'Another run of add-auth is at work in this project.',
    'Wait until it has ended, then run again.',
  );
}
