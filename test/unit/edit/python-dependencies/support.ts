import { declarePythonDependencies, type DeclaredDependencies } from '../../../../src/edit/python-dependencies.ts';
import type { PythonManager } from '../../../../src/project/index.ts';
import type { Dependency } from '../../../../src/types.ts';

export const JWT: Dependency = { name: 'pyjwt[crypto]', range: '>=2.10' };
export const BELOW_2: Dependency = { name: 'mcp', range: '<2' };

export interface Options {
  needed?: Dependency[];
  pins?: Dependency[];
  entry?: string;
  manager?: Partial<PythonManager>;
}

/** Declares in these files; the first of them is the manifest. */
export function declare(files: Record<string, string>, options: Options = {}): DeclaredDependencies {
  const [manifest = ''] = Object.keys(files);
  return declarePythonDependencies({
    manager: { name: 'pip', root: '/project', manifest, hasInstalled: false, ...options.manager },
    needed: options.needed ?? [JWT],
    pins: options.pins ?? [],
    entry: options.entry ?? 'server.py',
    read: (path) => files[path],
  });
}

/** The files after it, whether they changed or not. Nothing but these files may change, and a second run finds nothing. */
export function declared(files: Record<string, string>, options: Options = {}): Record<string, string> {
  const { edits } = declare(files, options);
  const after = { ...files };
  for (const edit of edits) {
    if (after[edit.path] !== edit.before) throw new Error(`${edit.path} is not what it was read as`);
    after[edit.path] = edit.after;
  }
  const second = declare(after, options);
  if (second.edits.length > 0 || second.added.length > 0) throw new Error('a second run changes something');
  return after;
}

/** The same for one file. */
export function inFile(path: string, text: string, options: Options = {}): string {
  return declared({ [path]: text }, options)[path] ?? '';
}
