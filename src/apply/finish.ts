import path from 'node:path';
import type { Disk } from './disk.ts';
import { removeEmptyDirectory, removeFile } from './durable.ts';
import type { Journal } from './journal.ts';
import { blobsOf, type Ledger } from './ledger.ts';
import { dropBlobs, removePrivateDir, removePrivateDirWhenEmpty, type PrivateDir } from './private-dir.ts';

/** Where a file's new content waits until it is moved in; the id of the run makes the name findable after a crash. */
export function temporaryFor(file: string, runId: string): string {
  return path.join(path.dirname(file), `.${path.basename(file)}.${runId}.tmp`);
}

/** What is left to do once the ledger names the run: also done by `recover` when the run died right there. */
export function finish(disk: Disk, place: PrivateDir, journal: Journal, ledger: Ledger): void {
  for (const { target } of journal.files) {
    removeFile(disk, temporaryFor(path.resolve(place.root, target), journal.id));
  }
  if (journal.kind === 'remove') {
    // Deepest first, so that a parent is empty when its turn comes.
    const directories = [...ledger.directories].sort((a, b) => b.length - a.length);
    for (const directory of directories) removeEmptyDirectory(disk, path.resolve(place.root, directory));
  }
  removeFile(disk, place.journal);
  tidy(disk, place, ledger);
}

/** Deletes what no later run needs from the private directory. */
export function tidy(disk: Disk, place: PrivateDir, ledger: Ledger | undefined): void {
  if (ledger?.removed) return removePrivateDir(disk, place);
  dropBlobs(disk, place, blobsOf(ledger));
  if (!ledger) removePrivateDirWhenEmpty(disk, place);
}
