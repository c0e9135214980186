import { parseManifest } from '../../project/manifest.ts';
import type { ProjectSnapshot } from '../../project/snapshot.ts';
import type { Edit } from '../../types.ts';

/** The project as it will be when these edits are in it. */
export function overlaid(snapshot: ProjectSnapshot, edits: readonly Edit[]): ProjectSnapshot {
  const files = new Map(snapshot.files);
  let { manifest } = snapshot;
  for (const edit of edits) {
    if (edit.kind === 'skip') continue;
    if (edit.path === manifest.path) manifest = parseManifest(edit.path, edit.after);
    else files.set(edit.path, edit.after);
  }
  return { ...snapshot, files, manifest };
}

/** Later edits, planned on the overlaid project, joined with the earlier ones: one edit a file, from what is there now. */
export function onTop(earlier: readonly Edit[], later: readonly Edit[]): Edit[] {
  const rest = [...later];
  const joined = earlier.map((edit): Edit => {
    const index = rest.findIndex((each) => each.kind === 'modify' && each.path === edit.path);
    const next = index < 0 ? undefined : rest.splice(index, 1)[0];
    if (!next || next.kind === 'skip' || edit.kind === 'skip') return edit;
    const why = `${edit.why}; ${next.why}`;
    const imports = [edit, next].flatMap((each) => (each.kind === 'modify' ? (each.imports ?? []) : []));
    return { ...edit, after: next.after, why, ...(imports.length > 0 ? { imports } : {}) } as Edit;
  });
  return [...joined, ...rest];
}
