import { CliError } from '../errors.ts';
import { codeOf, nodeDisk, type Disk } from './disk.ts';
import { removeEmptyDirectory } from './durable.ts';
import { finish, tidy } from './finish.ts';
import { readJournal, type Journal } from './journal.ts';
import { readLedger } from './ledger.ts';
import { privateDir } from './private-dir.ts';
import { rollBack } from './rollback.ts';

export interface Recovery {
  /** `rolled-back`: the project is as before the run that died; `finished`: as that run wanted it. */
  outcome: 'none' | 'rolled-back' | 'finished';
  /** The files that the run was about. */
  files: string[];
}

/**
 * Ends a run that died. Every command that reads or writes a project calls this first.
 * @param root the project directory
 * @throws CliError `apply-failed` when another run is at work, `file-changed` when files were edited since
 */
export function recover(root: string, disk: Disk = nodeDisk): Recovery {
  const place = privateDir(root);
  if (!disk.stat(place.dir)) {
    // A run may have died between making the two directories.
    removeEmptyDirectory(disk, place.parent);
    return { outcome: 'none', files: [] };
  }
  const journal = readJournal(disk, place);
  const ledger = readLedger(disk, place);
  if (!journal) {
    tidy(disk, place, ledger);
    return { outcome: 'none', files: [] };
  }
  assertDead(journal);
  const files = journal.files.map((file) => file.path);
  if (ledger?.lastRun === journal.id) {
    finish(disk, place, journal, ledger);
    return { outcome: 'finished', files };
  }
  rollBack(disk, place, journal);
  return { outcome: 'rolled-back', files };
}

/**
 * Has a run died here, or is one at work, whose changes `recover` would take back? For commands that must not write.
 */
export function isUnfinished(root: string, disk: Disk = nodeDisk): boolean {
  const place = privateDir(root);
  const journal = disk.stat(place.dir) ? readJournal(disk, place) : undefined;
  return Boolean(journal) && readLedger(disk, place)?.lastRun !== journal?.id;
}

/**
 * A plan for a project that is half written would be wrong.
 * @throws CliError `apply-failed`
 */
export function assertFinished(root: string, disk: Disk = nodeDisk): void {
  if (!isUnfinished(root, disk)) return;
  throw new CliError(
    'apply-failed',
    'A run of add-auth is at work in this project, or was killed in the middle; nothing was changed.',
    'Run add-auth or add-auth remove without --dry-run: both put the project back first.',
  );
}

/** Two runs at once would undo each other. */
function assertDead({ pid }: Journal): void {
  if (pid === process.pid || !isAlive(pid)) return;
  throw new CliError(
    'apply-failed',
    `Another run of add-auth (process ${pid}) is at work in this project.`,
    'Wait until it has ended. If there is none, delete .mcp-builder/add-auth/journal.json after a look at git diff.',
  );
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}
