import path from 'node:path';
import { codeOf, type Disk } from './disk.ts';

export interface WriteOptions {
  /** Name of the temporary file beside the target. */
  temporary: string;
  mode: number;
  /** Set when the file shall have exactly this mode and owner, whatever the umask and the user are. */
  owner?: { uid: number; gid: number } | undefined;
}

/** Writes bytes beside the target and flushes them; the target is not touched. */
export function writeTemporary(disk: Disk, bytes: Buffer, options: WriteOptions): void {
  const handle = disk.create(options.temporary, options.mode);
  try {
    if (bytes.length > 0) disk.write(handle, bytes);
    if (options.owner) disk.own(handle, options.mode, options.owner.uid, options.owner.gid);
    disk.flush(handle);
  } finally {
    disk.close(handle);
  }
}

/** Replaces one of our own private files: readers see the old or the new content, also after a power cut. */
export function replacePrivateFile(disk: Disk, file: string, content: string | Buffer): void {
  const temporary = `${file}.tmp`;
  removeFile(disk, temporary);
  writeTemporary(disk, Buffer.from(content), { temporary, mode: 0o600 });
  disk.rename(temporary, file);
  disk.flushDirectory(path.dirname(file));
}

/** Deletes a file; it is no error when it is not there. */
export function removeFile(disk: Disk, file: string): void {
  try {
    disk.unlink(file);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT' && codeOf(error) !== 'ENOTDIR') throw error;
  }
}

/** Deletes a directory when it is empty; it is no error when it is not, or is not there. */
export function removeEmptyDirectory(disk: Disk, directory: string): void {
  const isThere = disk.stat(directory)?.kind === 'directory';
  if (isThere && disk.list(directory).length === 0) disk.removeDirectory(directory);
}
