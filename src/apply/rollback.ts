import path from 'node:path';
import { CliError, type ManualStep } from '../errors.ts';
import type { Disk } from './disk.ts';
import { removeEmptyDirectory, removeFile, writeTemporary } from './durable.ts';
import { temporaryFor, tidy } from './finish.ts';
import { hashOf } from './hash.ts';
import type { Journal, JournalFile } from './journal.ts';
import { readLedger } from './ledger.ts';
import { readBlob, type PrivateDir } from './private-dir.ts';
import { locate } from './targets.ts';
import { patchOf, takeOut } from './undo.ts';

interface Restoration {
  path: string;
  real: string;
  bytes: Buffer | null;
  mode: number | null;
}

/**
 * Puts every file of a run back to its bytes before, then takes directories, temporary files and the journal away.
 * Doing it twice is harmless: it may itself be interrupted.
 * @param moved when the run happened in this process: the files that it had replaced; the others are not ours to touch
 * @throws CliError `file-changed` when a file was edited after a crash and our part cannot be told from it
 */
export function rollBack(disk: Disk, place: PrivateDir, journal: Journal, moved?: ReadonlySet<string>): void {
  const absolute = (relative: string): string => path.resolve(place.root, relative);
  for (const restoration of planRestorations(disk, place, journal, moved)) restore(disk, restoration, journal);
  for (const { target } of journal.files) removeFile(disk, temporaryFor(absolute(target), journal.id));
  if (journal.kind === 'apply') {
    for (const directory of [...journal.directories].reverse()) removeEmptyDirectory(disk, absolute(directory));
  }
  removeFile(disk, place.journal);
  tidy(disk, place, readLedger(disk, place));
}

function planRestorations(disk: Disk, place: PrivateDir, journal: Journal, moved?: ReadonlySet<string>): Restoration[] {
  const restorations: Restoration[] = [];
  const unclear: ManualStep[] = [];
  for (const file of journal.files) {
    if (moved && !moved.has(file.path)) continue;
    const real = path.resolve(place.root, file.target);
    const current = disk.read(real);
    const hash = hashOf(current);
    if (hash === file.before) continue;
    // A package manager that ran a moment ago may have reformatted the manifest.
    const isReformatted = moved !== undefined && path.basename(file.path) === 'package.json';
    if (hash === file.after || isReformatted) {
      restorations.push({ path: file.path, real, bytes: bytesBefore(disk, place, file), mode: file.mode });
      continue;
    }
    // Somebody went on working meanwhile: what they did stays, what we did goes.
    if (current === null) continue;
    const after = file.after === null ? null : readBlob(disk, place, file.after);
    const without = takeOut({ path: file.path, current, before: bytesBefore(disk, place, file), after });
    if (without === undefined) unclear.push(stepFor(disk, place, file, after));
    else restorations.push({ path: file.path, real, bytes: without, mode: null });
  }
  if (unclear.length > 0) throw editedSince(unclear);
  return [...restorations, ...trackedRestorations(disk, place, journal, moved !== undefined)];
}

/**
 * Lock files. Their content after the run is not known; when the manifest was edited after a crash, the package manager
 * has probably run since, and its lock file is left to it.
 */
function trackedRestorations(disk: Disk, place: PrivateDir, journal: Journal, isOwnRun: boolean): Restoration[] {
  const wasEdited = journal.files.some((file) => {
    const hash = hashOf(disk.read(path.resolve(place.root, file.target)));
    return path.basename(file.path) === 'package.json' && hash !== file.before && hash !== file.after;
  });
  if (wasEdited && !isOwnRun) return [];
  return journal.tracked.flatMap((file) => {
    const real = path.resolve(place.root, file.target);
    if (hashOf(disk.read(real)) === file.before) return [];
    return [{ path: file.path, real, bytes: bytesBefore(disk, place, file), mode: file.mode }];
  });
}

function restore(disk: Disk, { path: file, real, bytes, mode }: Restoration, journal: Journal): void {
  if (bytes === null) return removeFile(disk, real);
  const { owner, mode: present } = locate(disk, '/', real);
  const temporary = temporaryFor(real, journal.id);
  removeFile(disk, temporary);
  try {
    writeTemporary(disk, bytes, { temporary, mode: mode ?? present ?? 0o666, owner });
  } catch (error) {
    throw new CliError(
      'apply-failed',
      `${file} could not be put back: ${error instanceof Error ? error.message : String(error)}`,
      'Make the directory writable and run add-auth again: it goes on putting things back.',
      { cause: error },
    );
  }
  disk.rename(temporary, real);
  disk.flushDirectory(path.dirname(real));
}

function bytesBefore(disk: Disk, place: PrivateDir, file: Pick<JournalFile, 'path' | 'before'>): Buffer | null {
  if (file.before === null) return null;
  const bytes = readBlob(disk, place, file.before);
  if (bytes) return bytes;
  throw new CliError(
    'apply-failed',
    `The bytes of ${file.path} from before the interrupted run are gone from .mcp-builder/add-auth.`,
    'Take the file from git or a backup, delete .mcp-builder/add-auth/journal.json, then run again.',
  );
}

function stepFor(disk: Disk, place: PrivateDir, file: JournalFile, after: Buffer | null): ManualStep {
  return {
    what: `Take out of ${file.path} what add-auth had put in, as in this patch.`,
    snippet: patchOf(file.path, after, bytesBefore(disk, place, file)),
  };
}

function editedSince(manual: ManualStep[]): CliError {
  return new CliError(
    'file-changed',
    'An earlier run was interrupted, and files that it had written were edited since.',
    'Apply the patches shown below by hand, then run again: the rest is put back by itself.',
    { manual },
  );
}
