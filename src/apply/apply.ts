import { CliError } from '../errors.ts';
import { nodeDisk, type Disk } from './disk.ts';
import { sameBytes } from './hash.ts';
import { nextTurn, uninterrupted, type Interruption } from './interrupt.ts';
import { recover } from './recover.ts';
import { isRefusal, notWritable } from './targets.ts';
import { Transaction } from './transaction.ts';
import type { ExternalStep, FileChange } from './types.ts';

export interface ApplyOptions {
  /** The package manager. Left out with `--no-install`. */
  install?: ExternalStep | undefined;
  /** Throws when the project is worse than before; then everything is put back. Left out with `--no-verify`. */
  verify?: ((signal: AbortSignal) => Promise<void>) | undefined;
  disk?: Disk;
}

/**
 * Carries out all changes or none: files, then the package manager, then the proof; whatever fails, the project gets
 * its old bytes back. An empty list of changes touches nothing.
 * @param root the project directory
 * @returns the paths that were written
 * @throws CliError `not-writable`, `file-changed`, `interrupted`, `apply-failed`, and whatever install and verify throw
 */
export async function applyPlan(
  root: string,
  changes: readonly FileChange[],
  options: ApplyOptions = {},
): Promise<string[]> {
  const real = changes.filter(({ before, after }) => !sameBytes(before, after));
  if (real.length === 0) return [];
  await uninterrupted((interruption) => run(root, real, options, interruption));
  return real.map((change) => change.path);
}

async function run(
  root: string,
  changes: readonly FileChange[],
  { install, verify, disk = nodeDisk }: ApplyOptions,
  { signal, check }: Interruption,
): Promise<void> {
  const transaction = begin(disk, root, changes, install?.tracked);
  try {
    transaction.write();
    await nextTurn();
    check();
    await install?.run(signal);
    check();
    await verify?.(signal);
    await nextTurn();
    check();
    transaction.commit();
  } catch (error) {
    transaction.rollback();
    // A package manager that was hit by the same Ctrl-C fails on its own account, and so does a type check.
    check();
    throw asCliError(error);
  }
  end(transaction);
}

function end(transaction: Transaction): void {
  try {
    transaction.end();
  } catch {
    // The project is as it shall be; `recover` clears up.
  }
}

function begin(disk: Disk, root: string, changes: readonly FileChange[], tracked?: readonly string[]): Transaction {
  try {
    return Transaction.begin(disk, root, 'apply', changes, tracked);
  } catch (error) {
    clearUp(disk, root);
    throw asCliError(error);
  }
}

/** Takes away kept bytes of a run that never got to its journal. */
function clearUp(disk: Disk, root: string): void {
  try {
    recover(root, disk);
  } catch {
    // The error that brought us here is the one to report.
  }
}

/** Turns an error of the file system into a sentence. */
export function asCliError(error: unknown): CliError {
  if (error instanceof CliError) return error;
  const reason = error instanceof Error ? error.message : String(error);
  if (isRefusal(error)) return notWritable('The project', `could not be written (${reason})`, error);
  return new CliError(
    'apply-failed',
    `Writing failed (${reason}); the project is as it was before.`,
    'Remove the cause, for example a full disk, then run again.',
    { cause: error },
  );
}
