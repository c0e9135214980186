import fs from 'node:fs';
import path from 'node:path';

export interface FileStat {
  kind: 'file' | 'directory' | 'other';
  /** Permission bits only. */
  mode: number;
  uid: number;
  gid: number;
}

/**
 * Everything that `apply/` asks of the file system. It is synchronous on purpose: between two steps of a transaction
 * no signal handler and no other code of ours can run. Tests pass one that dies after the n-th change.
 */
export interface Disk {
  /** Bytes of a file (links are followed), `null` when nothing is there. */
  read(file: string): Buffer | null;
  /** Follows links; `null` when nothing is there. */
  stat(file: string): FileStat | null;
  /** Where a symbolic link points to, `null` when the path is not a link. */
  readLink(file: string): string | null;
  list(directory: string): string[];
  mayWrite(file: string): boolean;
  /** Makes a new file and returns its handle; fails when the file exists. */
  create(file: string, mode: number): number;
  write(handle: number, bytes: Buffer): void;
  own(handle: number, mode: number, uid: number, gid: number): void;
  /** Puts the content on the platter (fsync). */
  flush(handle: number): void;
  close(handle: number): void;
  rename(from: string, to: string): void;
  unlink(file: string): void;
  makeDirectory(directory: string, mode: number): void;
  removeDirectory(directory: string): void;
  /** Puts a directory's entries on the platter, where the system can. */
  flushDirectory(directory: string): void;
}

const isMissing = (error: unknown): boolean => codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR';

/** The system's name of an error (`ENOENT`), `undefined` for errors that have none. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

function orNull<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

export const nodeDisk: Disk = {
  read: (file) => orNull(() => fs.readFileSync(file)),
  stat: (file) =>
    orNull(() => {
      const stat = fs.statSync(file);
      const kind = stat.isFile() ? 'file' : stat.isDirectory() ? 'directory' : 'other';
      return { kind, mode: stat.mode & 0o7777, uid: stat.uid, gid: stat.gid };
    }),
  readLink: (file) => orNull(() => readLink(file)),
  list: (directory) => orNull(() => fs.readdirSync(directory)) ?? [],
  mayWrite: (file) => {
    try {
      fs.accessSync(file, fs.constants.W_OK);
      // Root may write everywhere; a file that its owner has made read-only is still left alone.
      return process.platform === 'win32' || (fs.statSync(file).mode & 0o222) !== 0;
    } catch {
      return false;
    }
  },
  create: (file, mode) => fs.openSync(file, 'wx', mode),
  write: (handle, bytes) => fs.writeFileSync(handle, bytes),
  own: (handle, mode, uid, gid) => {
    fs.fchmodSync(handle, mode);
    if (process.getuid?.() !== 0) return;
    fs.fchownSync(handle, uid, gid);
  },
  flush: (handle) => fs.fsyncSync(handle),
  close: (handle) => fs.closeSync(handle),
  rename: (from, to) => retrying(() => fs.renameSync(from, to)),
  unlink: (file) => fs.unlinkSync(file),
  makeDirectory: (directory, mode) => fs.mkdirSync(directory, { mode }),
  removeDirectory: (directory) => fs.rmdirSync(directory),
  flushDirectory: (directory) => {
    if (process.platform === 'win32') return;
    const handle = fs.openSync(directory, 'r');
    try {
      fs.fsyncSync(handle);
    } finally {
      fs.closeSync(handle);
    }
  },
};

/** A relative link counts from the real place of its directory. */
function readLink(file: string): string | null {
  if (!fs.lstatSync(file).isSymbolicLink()) return null;
  return path.resolve(fs.realpathSync(path.dirname(file)), fs.readlinkSync(file));
}

/** On Windows a virus scanner or an editor may hold a file for a moment; elsewhere the first error is the answer. */
function retrying(action: () => void): void {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return action();
    } catch (error) {
      const isBusy = ['EPERM', 'EACCES', 'EBUSY'].includes(codeOf(error) ?? '');
      if (process.platform !== 'win32' || !isBusy || attempt === 5) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20 * 2 ** attempt);
    }
  }
}
