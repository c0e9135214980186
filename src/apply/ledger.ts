import type { Disk } from './disk.ts';
import { replacePrivateFile } from './durable.ts';
import type { PrivateDir } from './private-dir.ts';

/**
 * What one run did to a file, as hashes of kept bytes. Runs that follow each other directly are one layer; when people
 * edited the file in between there are two, and `remove` takes them off one by one, so that their edit survives.
 */
export interface Layer {
  before: string | null;
  after: string | null;
  /** Permission bits before the run. */
  mode: number | null;
}

/** Everything that was done to the project since the first run. Replacing this file is the moment a run commits. */
export interface Ledger {
  version: 1;
  /** Id of the run that wrote it last. */
  lastRun: string;
  /** Oldest layer first. */
  files: Record<string, Layer[]>;
  /** Directories that we made. */
  directories: string[];
  /** Lock files: written by the package manager, not by us. */
  external: string[];
  /** Files that a run elsewhere had changed before our first: their content from before is not here (a clone). */
  inherited?: string[];
  /** The project is restored; only the private directory is left to delete. */
  removed?: true;
}

/** The ledger of the project, `undefined` before the first run and in a clone. */
export function readLedger(disk: Disk, place: PrivateDir): Ledger | undefined {
  const bytes = disk.read(place.ledger);
  return bytes === null ? undefined : (JSON.parse(bytes.toString()) as Ledger);
}

/** Replaces the ledger in one rename, which commits the run that it names. */
export function writeLedger(disk: Disk, place: PrivateDir, ledger: Ledger): void {
  replacePrivateFile(disk, place.ledger, `${JSON.stringify(ledger, null, 2)}\n`);
}

/** Puts one run's change of a file on top of the earlier ones. Returns no layers when the file is as before all. */
export function addLayer(layers: readonly Layer[], change: Layer): Layer[] {
  const top = layers.at(-1);
  const merged: Layer =
    top && top.after === change.before ? { before: top.before, after: change.after, mode: top.mode } : change;
  const below = merged === change ? layers : layers.slice(0, -1);
  return merged.before === merged.after ? [...below] : [...below, merged];
}

/** Every blob that `remove` will need. */
export function blobsOf(ledger: Ledger | undefined): Set<string> {
  const layers = Object.values(ledger?.files ?? {}).flat();
  return new Set(layers.flatMap(({ before, after }) => [before, after]).filter((hash) => hash !== null));
}
