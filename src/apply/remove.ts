import path from 'node:path';
import { CliError, type ManualStep } from '../errors.ts';
import { asCliError } from './apply.ts';
import { nodeDisk, type Disk } from './disk.ts';
import { hashOf, sameBytes } from './hash.ts';
import { nextTurn, uninterrupted } from './interrupt.ts';
import { readLedger, type Ledger } from './ledger.ts';
import { privateDir } from './private-dir.ts';
import { SETTINGS_FILES } from '../project/settings-file.ts';
import { readState, STATE_FILE, type AuthRecord } from './state.ts';
import { Transaction } from './transaction.ts';
import type { FileChange } from './types.ts';
import { undoWithoutLedger } from './undo-clone.ts';
import { undoLayers, type DeleteOptions, type Undone } from './undo-layers.ts';

export interface RemoveOptions extends DeleteOptions {
  disk?: Disk;
}

export interface Removal {
  changes: FileChange[];
  /** The paths among them that are exactly as our last run left them: nothing of the user's is at stake there. */
  untouched: Set<string>;
  /** Remarks for the person: lock files that stay, … */
  notes: string[];
}

/**
 * Plans to take out everything that add-auth put into a project: files that are as we wrote them get their old bytes
 * back, files that were edited since lose our lines only.
 * @throws CliError `manual-step` with the patches in `manual` when our lines cannot be told from others; `state-unreadable`
 */
export function planRemoval(root: string, options: RemoveOptions = {}): Removal {
  const disk = options.disk ?? nodeDisk;
  const place = privateDir(root);
  const { auth } = readState(root, disk);
  const ledger = readLedger(disk, place);
  const removal: Removal = { changes: [], untouched: new Set(), notes: [] };
  const manual: ManualStep[] = [];
  for (const file of filesOf(ledger, auth)) {
    const current = disk.read(path.resolve(root, file));
    const layers = ledger?.inherited?.includes(file) ? undefined : ledger?.files[file];
    const isExternal = ledger?.external.includes(file) ?? false;
    let outcome: Undone;
    if (layers) outcome = undoLayers({ disk, place, file, current, layers, isExternal, ...options });
    else if (current) outcome = undoWithoutLedger({ file, current, auth, ...options });
    else continue;
    if ('manual' in outcome) manual.push(outcome.manual);
    else if ('note' in outcome) removal.notes.push(outcome.note);
    else if (!sameBytes(current, outcome.bytes)) removal.changes.push(changeFor(file, current, outcome));
    if (hashOf(current) === (layers ? layers.at(-1)?.after : auth?.files[file])) removal.untouched.add(file);
  }
  if (manual.length > 0) throw leftToPerson(manual);
  return removal;
}

/**
 * Takes add-auth out of a project, all of it or nothing, together with its private directory.
 * @throws CliError as `planRemoval` and `applyPlan`
 */
export async function remove(root: string, options: RemoveOptions = {}): Promise<Removal> {
  const disk = options.disk ?? nodeDisk;
  const removal = planRemoval(root, options);
  await uninterrupted(async ({ check }) => {
    const transaction = Transaction.begin(disk, root, 'remove', removal.changes);
    try {
      transaction.write();
      await nextTurn();
      check();
      transaction.commit();
    } catch (error) {
      transaction.rollback();
      throw asCliError(error);
    }
    transaction.end();
  });
  return removal;
}

function changeFor(
  file: string,
  before: Buffer | null,
  undone: { bytes: Buffer | null; mode: number | null },
): FileChange {
  const change: FileChange = { path: file, before, after: undone.bytes };
  return undone.mode === null ? change : { ...change, mode: undone.mode };
}

function filesOf(ledger: Ledger | undefined, auth: AuthRecord | undefined): string[] {
  const settings = auth?.runtime === 'workers' ? SETTINGS_FILES : ['.env'];
  const own = auth ? [...Object.keys(auth.files), ...settings, STATE_FILE] : [];
  return [...new Set([...Object.keys(ledger?.files ?? {}), ...own])];
}

function leftToPerson(manual: ManualStep[]): CliError {
  return new CliError(
    'manual-step',
    'Some files were edited on the very lines that add-auth had written; nothing was changed.',
    'Do the steps shown below by hand, then run add-auth remove again; --force deletes edited generated files.',
    { manual },
  );
}
