import path from 'node:path/posix';
import type { FileChange } from '../../apply/types.ts';
import { parsePython, type PyNode } from '../../edit/python-tree.ts';

/**
 * Files of the project that would still import the generated package once these changes are made, each as
 * `importer -> package`.
 * @param files the project's files as they are now
 */
export async function importsLeftBehind(
  files: readonly { path: string; text: string }[],
  changes: readonly Pick<FileChange, 'path' | 'after'>[],
): Promise<string[]> {
  const after = new Map(changes.map((change) => [path.normalize(change.path), change.after]));
  const gate = changes.find(({ path: file, after: text }) => text === null && path.basename(file) === 'gate.py');
  if (!gate) return [];
  const folder = path.dirname(gate.path);
  const left: string[] = [];
  for (const { path: file, text } of files) {
    const now = after.get(file);
    if (now === null || path.dirname(file) === folder || !file.endsWith('.py')) continue;
    const { root } = await parsePython(now?.toString() ?? text);
    if (importedNames(root).includes(path.basename(folder))) left.push(`${file} -> ${folder}`);
  }
  return left;
}

/** Every name on the way to an imported module: `from pkg.mcp_auth import x` -> pkg, mcp_auth, x. */
function importedNames(root: PyNode): string[] {
  return root
    .below()
    .filter(({ type }) => type === 'import_statement' || type === 'import_from_statement')
    .flatMap((node) => [node.child('module_name'), ...node.all('name').map((each) => each.child('name') ?? each)])
    .flatMap((module) => module?.text.split('.') ?? []);
}
