import type { ManualStep } from '../errors.ts';
import type { Disk } from './disk.ts';
import { hashOf } from './hash.ts';
import type { Layer } from './ledger.ts';
import { readBlob, type PrivateDir } from './private-dir.ts';
import { isCode, patchOf, takeOut } from './undo.ts';

export interface DeleteOptions {
  /** Delete generated files even when they were edited. */
  force?: boolean;
  /** Whether git could bring the present content of a file back; such generated files are deleted without `force`. */
  isSaved?: (path: string) => boolean;
}

/** A file without our part: new bytes (`null`: it goes), a remark when it stays as it is, or work for a person. */
export type Undone = { bytes: Buffer | null; mode: number | null } | { note: string } | { manual: ManualStep };

interface UndoInput extends DeleteOptions {
  disk: Disk;
  place: PrivateDir;
  file: string;
  current: Buffer | null;
  layers: readonly Layer[];
  isExternal: boolean;
}

/** Takes the layers of one file off, newest first. */
export function undoLayers({ disk, place, file, current, layers, isExternal, ...options }: UndoInput): Undone {
  let bytes: Buffer | null = current;
  let mode: number | null = null;
  for (const layer of layers.toReversed()) {
    const hash = hashOf(bytes);
    if (hash === layer.before) continue;
    const before: Buffer | null = layer.before === null ? null : readBlob(disk, place, layer.before);
    const after: Buffer | null = layer.after === null ? null : readBlob(disk, place, layer.after);
    const isLost = layer.before !== null && before === null;
    if (hash === layer.after && !isLost) {
      bytes = before;
      mode = layer.mode;
      continue;
    }
    // Deleted since: nothing of ours is left in it.
    if (bytes === null) break;
    if (isExternal) return { note: `${file} has changed since; it stays as it is.` };
    if (layer.before === null && isCode(file) && mayDelete(file, options)) return { bytes: null, mode: null };
    const without = isLost ? undefined : takeOut({ path: file, current: bytes, before, after });
    if (without === undefined) return { manual: stepFor(file, after, before) };
    bytes = without;
  }
  return { bytes, mode };
}

/** May a generated file that was edited since be deleted? */
export function mayDelete(file: string, { force, isSaved }: DeleteOptions): boolean {
  return force === true || isSaved?.(file) === true;
}

function stepFor(file: string, after: Buffer | null, before: Buffer | null): ManualStep {
  if (before === null && isCode(file)) {
    return { what: `${file} was generated and then edited; keep what you need of it, then delete it.`, snippet: file };
  }
  return { what: `Take out of ${file} what add-auth put in, as in this patch.`, snippet: patchOf(file, after, before) };
}
