import path from 'node:path';
import { CliError } from '../errors.ts';
import { codeOf, type Disk } from './disk.ts';

/** A file of the project and where its bytes really are. */
export interface Target {
  path: string;
  /** Absolute, links followed: a link is written through, never replaced. */
  real: string;
  /** Permission bits and owner of the file that is there. */
  mode: number | null;
  owner: { uid: number; gid: number } | undefined;
}

const MAX_LINKS = 40;

/** Follows the links of a path (also a dangling one) and reads mode and owner of what is there. */
export function locate(disk: Disk, root: string, file: string): Target {
  let real = path.resolve(root, file);
  for (let hops = 0; hops < MAX_LINKS; hops += 1) {
    const next = disk.readLink(real);
    if (next === null) break;
    real = next;
  }
  const stat = disk.stat(real);
  if (stat && stat.kind !== 'file') throw notWritable(file, 'is not a regular file');
  return { path: file, real, mode: stat?.mode ?? null, owner: stat ? { uid: stat.uid, gid: stat.gid } : undefined };
}

/** The path of a file relative to a directory, with `/` on every system. */
export function relativeTo(directory: string, file: string): string {
  return path.relative(directory, file).split(path.sep).join('/');
}

/** Directories that have to be made for these files, parents first, absolute. */
export function missingDirectories(disk: Disk, files: readonly string[]): string[] {
  const missing = new Set<string>();
  for (const file of files) {
    const chain: string[] = [];
    for (let dir = path.dirname(file); disk.stat(dir) === null; dir = path.dirname(dir)) chain.unshift(dir);
    for (const dir of chain) missing.add(dir);
  }
  return [...missing];
}

/**
 * Makes sure, before the first byte is written, that every file can be replaced: itself writable, and its directory
 * too, because a rename changes the directory.
 * @throws CliError `not-writable`
 */
export function assertWritable(disk: Disk, targets: readonly Target[]): void {
  for (const target of targets) {
    if (target.mode !== null && !disk.mayWrite(target.real)) throw notWritable(target.path, 'is read-only');
    let dir = path.dirname(target.real);
    while (disk.stat(dir) === null) dir = path.dirname(dir);
    if (disk.stat(dir)?.kind !== 'directory') throw notWritable(target.path, `cannot be made: ${dir} is a file`);
    if (!disk.mayWrite(dir)) throw notWritable(target.path, `cannot be written: its directory ${dir} is read-only`);
  }
}

/** @param reason predicate: `is read-only` */
export function notWritable(file: string, reason: string, cause?: unknown): CliError {
  return new CliError(
    'not-writable',
    `${file} ${reason}; nothing was changed.`,
    `Make ${file} and its directory writable for you, then run again.`,
    cause === undefined ? {} : { cause },
  );
}

/** Errors by which the system says that we may not write here. */
export function isRefusal(error: unknown): boolean {
  return ['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EISDIR'].includes(codeOf(error) ?? '');
}
