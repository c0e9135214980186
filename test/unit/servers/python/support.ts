import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Edit } from '../../../../src/types.ts';
import { detectPython, editPython, type PythonDetected } from '../../../../src/servers/python/index.ts';

export type Files = Record<string, string>;

const FIXTURES = new URL('../../../fixtures/', import.meta.url).pathname;

/** A fixture's files by path. */
export function fixture(name: string, state: 'before' | 'after'): Files {
  const root = join(FIXTURES, name, state);
  const files: Files = {};
  const walk = (dir: string): void => {
    for (const each of readdirSync(join(root, dir)).sort()) {
      const path = dir === '' ? each : `${dir}/${each}`;
      if (statSync(join(root, path)).isDirectory()) walk(path);
      else files[path] = readFileSync(join(root, path), 'utf8');
    }
  };
  walk('');
  return files;
}

interface Options {
  versions?: Record<string, string>;
  entry?: string;
  isProtected?: boolean;
}

export function detected(
  files: Files,
  { versions = {}, entry, isProtected = false }: Options = {},
): Promise<PythonDetected> {
  const project = {
    files: Object.entries(files).map(([path, text]) => ({ path, text })),
    versionOf: (name: string) => versions[name],
  };
  return detectPython(project, { isProtected, ...(entry === undefined ? {} : { entry }) });
}

/** The edits of a run, and the files as they are after it. */
export async function edited(files: Files, options: Options = {}): Promise<{ edits: Edit[]; after: Files }> {
  const found = await detected(files, options);
  const edits = editPython(found, {
    resource: 'https://mcp.example.com/mcp',
    scopes: { toolScopes: {}, publicTools: [], baseScopes: [] },
  });
  const after = { ...files };
  for (const edit of edits) if (edit.kind === 'modify') after[edit.path] = edit.after;
  return { edits, after };
}

/** The text of a file after a run on it alone. */
export async function rewritten(text: string): Promise<string> {
  const { after } = await edited({ 'server.py': text });
  return after['server.py'] ?? '';
}
