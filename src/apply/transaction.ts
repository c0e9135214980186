import path from 'node:path';
import type { Disk } from './disk.ts';
import { removeFile, writeTemporary } from './durable.ts';
import { finish, temporaryFor } from './finish.ts';
import { hashOf } from './hash.ts';
import { writeJournal, type Journal } from './journal.ts';
import { addLayer, readLedger, writeLedger, type Ledger } from './ledger.ts';
import { ensurePrivateDir, keepBlob, privateDir, type PrivateDir } from './private-dir.ts';
import { assertAlone, assertDistinct, assertUnchanged, describeRun, type Item } from './preflight.ts';
import { rollBack } from './rollback.ts';
import { STATE_FILE, parseState } from './state.ts';
import { assertWritable, locate, type Target } from './targets.ts';
import type { FileChange } from './types.ts';

/**
 * All changes of a run, or none. The order is what makes it safe: checks; bytes and journal on the platter; temporary
 * files; renames. From the journal on, a death at any point is undone by `recover`; `commit` is one rename.
 */
export class Transaction {
  readonly #disk: Disk;
  readonly #place: PrivateDir;
  readonly #items: Item[];
  readonly #journal: Journal;
  /** Files that have their new content already. */
  readonly #moved = new Set<string>();

  private constructor(disk: Disk, place: PrivateDir, items: Item[], journal: Journal) {
    this.#disk = disk;
    this.#place = place;
    this.#items = items;
    this.#journal = journal;
  }

  /**
   * Checks everything that can be checked and writes the journal; the project itself is not touched yet.
   * @param tracked files that a program of others may write during the run
   * @throws CliError `not-writable`, `file-changed`
   */
  static begin(
    disk: Disk,
    root: string,
    kind: Journal['kind'],
    changes: readonly FileChange[],
    tracked: readonly string[] = [],
  ): Transaction {
    const place = privateDir(root);
    assertAlone(disk, place);
    const items = changes.map((change) => ({ change, target: locate(disk, root, change.path) }));
    const others = tracked.map((file) => locate(disk, root, file));
    const own: Target = { path: '.mcp-builder/add-auth', real: place.journal, mode: null, owner: undefined };
    assertWritable(disk, [...items.map((item) => item.target), own]);
    assertDistinct(items);
    for (const item of items) assertUnchanged(disk, item);

    const journal = describeRun(disk, root, kind, items, others);
    ensurePrivateDir(disk, place);
    for (const { change } of items) {
      if (change.before) keepBlob(disk, place, change.before);
      if (change.after) keepBlob(disk, place, change.after);
    }
    for (const target of others) {
      const bytes = disk.read(target.real);
      if (bytes) keepBlob(disk, place, bytes);
    }
    writeJournal(disk, place, journal);
    return new Transaction(disk, place, items, journal);
  }

  /**
   * Writes all files beside their places, then moves them in.
   * @throws CliError `file-changed` when somebody changed a file meanwhile; the caller rolls back
   */
  write(): void {
    const disk = this.#disk;
    // A removal lists the directories that it takes away at its end.
    const directories = this.#journal.kind === 'apply' ? this.#journal.directories : [];
    for (const directory of directories) disk.makeDirectory(this.#absolute(directory), 0o777);
    for (const { change, target } of this.#items) {
      if (change.after === null) continue;
      const mode = change.mode ?? target.mode;
      writeTemporary(disk, change.after, {
        temporary: temporaryFor(target.real, this.#journal.id),
        mode: mode ?? 0o666,
        owner: mode === null ? undefined : (target.owner ?? ownerOf(disk, path.dirname(target.real))),
      });
    }
    for (const item of this.#items) {
      assertUnchanged(disk, item);
      if (item.change.after === null) removeFile(disk, item.target.real);
      else disk.rename(temporaryFor(item.target.real, this.#journal.id), item.target.real);
      this.#moved.add(item.change.path);
    }
    for (const dir of new Set(this.#items.map(({ target }) => path.dirname(target.real)))) {
      if (disk.stat(dir)) disk.flushDirectory(dir);
    }
  }

  /** Keeps what `remove` will need. When the ledger is replaced there is no way back, and no need for one. */
  commit(): void {
    const isRemoval = this.#journal.kind === 'remove';
    writeLedger(this.#disk, this.#place, isRemoval ? emptyLedger(this.#journal) : this.#nextLedger());
  }

  /** Clears up after `commit`. What it leaves when it fails, the next run's `recover` takes away. */
  end(): void {
    const ledger = readLedger(this.#disk, this.#place);
    if (ledger) finish(this.#disk, this.#place, this.#journal, ledger);
  }

  /** Puts everything back as it was before `write`. */
  rollback(): void {
    rollBack(this.#disk, this.#place, this.#journal, this.#moved);
  }

  #nextLedger(): Ledger {
    const disk = this.#disk;
    const last = readLedger(disk, this.#place);
    const files = { ...last?.files };
    const push = (file: string, before: string | null, after: string | null, mode: number | null): void => {
      const layers = addLayer(files[file] ?? [], { before, after, mode });
      if (layers.length > 0) files[file] = layers;
      else delete files[file];
    };
    const external: string[] = [];
    for (const { path: file, before, mode, target } of this.#journal.tracked) {
      const bytes = disk.read(this.#absolute(target));
      if (bytes) keepBlob(disk, this.#place, bytes);
      if (hashOf(bytes) === before) continue;
      push(file, before, hashOf(bytes), mode);
      external.push(file);
    }
    for (const { path: file, before, mode, target } of this.#journal.files) {
      // The package manager may have reformatted what we wrote.
      const bytes = disk.read(this.#absolute(target));
      if (bytes) keepBlob(disk, this.#place, bytes);
      push(file, before, hashOf(bytes), mode);
    }
    return {
      version: 1,
      lastRun: this.#journal.id,
      files,
      directories: [...new Set([...(last?.directories ?? []), ...this.#journal.directories])],
      external: [...new Set([...(last?.external ?? []), ...external])],
      inherited: last?.inherited ?? this.#inherited(),
    };
  }

  /** Files that the state file says are ours although this is the first run that this copy of the project sees. */
  #inherited(): string[] {
    const state = this.#items.find(({ change }) => change.path === STATE_FILE);
    const text = (state ? state.change.before : this.#disk.read(this.#absolute(STATE_FILE)))?.toString().trim();
    return text ? Object.keys(parseState(text)?.files ?? {}) : [];
  }

  #absolute(relative: string): string {
    return path.resolve(this.#place.root, relative);
  }
}

function emptyLedger(journal: Journal): Ledger {
  return { version: 1, lastRun: journal.id, files: {}, directories: journal.directories, external: [], removed: true };
}

function ownerOf(disk: Disk, directory: string): { uid: number; gid: number } | undefined {
  const stat = disk.stat(directory);
  return stat ? { uid: stat.uid, gid: stat.gid } : undefined;
}
