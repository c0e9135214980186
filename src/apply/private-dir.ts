import path from 'node:path';
import type { Disk } from './disk.ts';
import { removeEmptyDirectory, removeFile, replacePrivateFile } from './durable.ts';
import { hashOf } from './hash.ts';

/**
 * `.mcp-builder/add-auth/`: the journal of a run and the bytes that `remove` needs. It holds the content of `.env`,
 * so that it is closed to other users and carries its own `.gitignore`.
 */
export interface PrivateDir {
  root: string;
  /** `.mcp-builder` */
  parent: string;
  dir: string;
  blobs: string;
  journal: string;
  ledger: string;
  remote: string;
  ignore: string;
}

/** The paths of the private directory of a project; nothing is made. @param root absolute */
export function privateDir(root: string): PrivateDir {
  const parent = path.join(root, '.mcp-builder');
  const dir = path.join(parent, 'add-auth');
  const inside = (name: string): string => path.join(dir, name);
  return {
    root,
    parent,
    dir,
    blobs: inside('blobs'),
    journal: inside('journal.json'),
    ledger: inside('ledger.json'),
    remote: inside('remote.json'),
    ignore: inside('.gitignore'),
  };
}

/** Makes the directory, git-ignored and closed to other users, before anything is put into it. */
export function ensurePrivateDir(disk: Disk, place: PrivateDir): void {
  if (!disk.stat(place.parent)) disk.makeDirectory(place.parent, 0o755);
  if (!disk.stat(place.dir)) disk.makeDirectory(place.dir, 0o700);
  if (!disk.stat(place.ignore)) replacePrivateFile(disk, place.ignore, '*\n');
}

/** Keeps bytes under their hash. */
export function keepBlob(disk: Disk, place: PrivateDir, bytes: Buffer): void {
  if (!disk.stat(place.blobs)) disk.makeDirectory(place.blobs, 0o700);
  const file = path.join(place.blobs, hashOf(bytes));
  if (!disk.stat(file)) replacePrivateFile(disk, file, bytes);
}

/** Bytes kept under a hash; `null` when they are not there (a fresh clone) or damaged. */
export function readBlob(disk: Disk, place: PrivateDir, hash: string): Buffer | null {
  const bytes = disk.read(path.join(place.blobs, hash));
  return bytes !== null && hashOf(bytes) === hash ? bytes : null;
}

/** Deletes the kept bytes that nothing refers to any more, and half-written files. */
export function dropBlobs(disk: Disk, place: PrivateDir, keep: ReadonlySet<string>): void {
  for (const name of disk.list(place.blobs)) {
    if (!keep.has(name)) removeFile(disk, path.join(place.blobs, name));
  }
  removeEmptyDirectory(disk, place.blobs);
  for (const name of disk.list(place.dir)) {
    if (name.endsWith('.tmp')) removeFile(disk, path.join(place.dir, name));
  }
}

/** Takes the directory away when nothing worth keeping is in it. The `.gitignore` goes last: it hides the rest. */
export function removePrivateDirWhenEmpty(disk: Disk, place: PrivateDir): void {
  const names = disk.list(place.dir);
  if (names.some((name) => name !== '.gitignore')) return;
  removeFile(disk, place.ignore);
  removeEmptyDirectory(disk, place.dir);
  removeEmptyDirectory(disk, place.parent);
}

/** Takes the directory away with all that is in it, also what other commands of ours keep there. */
export function removePrivateDir(disk: Disk, place: PrivateDir): void {
  for (const name of disk.list(place.dir)) {
    if (name !== '.gitignore' && name !== 'ledger.json') removeTree(disk, path.join(place.dir, name));
  }
  // The ledger says that this sweep is under way; after it there is nothing to come back for.
  removeFile(disk, place.ledger);
  removePrivateDirWhenEmpty(disk, place);
}

function removeTree(disk: Disk, file: string): void {
  if (disk.readLink(file) === null && disk.stat(file)?.kind === 'directory') {
    for (const name of disk.list(file)) removeTree(disk, path.join(file, name));
    disk.removeDirectory(file);
  } else {
    removeFile(disk, file);
  }
}
