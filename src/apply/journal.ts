import { CliError } from '../errors.ts';
import type { Disk } from './disk.ts';
import { replacePrivateFile } from './durable.ts';
import type { PrivateDir } from './private-dir.ts';

/** Hashes point to blobs; `null` stands for no file. */
export interface JournalFile {
  path: string;
  /** Where the bytes really are (links followed), relative to the project root. */
  target: string;
  before: string | null;
  after: string | null;
  /** Permission bits before the run. */
  mode: number | null;
}

/** Written before the first change of the project, deleted after the last: a journal on disk is a run that died. */
export interface Journal {
  version: 1;
  id: string;
  kind: 'apply' | 'remove';
  pid: number;
  files: JournalFile[];
  /** Files that the package manager may write. `after` is unknown until it has run. */
  tracked: Omit<JournalFile, 'after'>[];
  /** Directories that the run makes, parents first. */
  directories: string[];
}

/** Puts the journal on the platter; the run may change the project from then on. */
export function writeJournal(disk: Disk, place: PrivateDir, journal: Journal): void {
  replacePrivateFile(disk, place.journal, `${JSON.stringify(journal, null, 2)}\n`);
}

/**
 * The journal of a run that died, `undefined` when there is none.
 * @throws CliError `apply-failed` when it cannot be read: then nothing is touched
 */
export function readJournal(disk: Disk, place: PrivateDir): Journal | undefined {
  const bytes = disk.read(place.journal);
  if (bytes === null) return undefined;
  const value = parse(bytes);
  if (value?.version === 1 && Array.isArray(value.files)) return value;
  throw new CliError(
    'apply-failed',
    'The journal of an interrupted run, .mcp-builder/add-auth/journal.json, cannot be read.',
    'Check the project with git, then delete that file and run again.',
  );
}

function parse(bytes: Buffer): Journal | undefined {
  try {
    return JSON.parse(bytes.toString()) as Journal;
  } catch {
    return undefined;
  }
}
