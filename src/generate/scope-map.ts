import path from 'node:path/posix';
import type { ScopeMapChange } from '../plan/scope-map.ts';
import type { ScopeMap } from '../types.ts';

/**
 * Reads a scope map that people may have edited, in the language of its file.
 * @returns undefined when a part of it is missing or cannot be known without running it
 */
export async function readScopeMap(file: string, text: string): Promise<ScopeMap | undefined> {
  if (isPython(file)) return (await import('./python-scope-map.ts')).readPythonScopeMap(text);
  return (await import('./read-scope-map.ts')).readScopeMap(text);
}

/** Writes new entries into the text of a scope map and leaves the rest of it as it is, in the language of its file. */
export async function updateScopeMap(
  file: string,
  text: string,
  scopes: ScopeMap,
  change: ScopeMapChange,
): Promise<string> {
  if (isPython(file)) return (await import('./update-python-scope-map.ts')).updatePythonScopeMap(text, scopes, change);
  return (await import('./update-scope-map.ts')).updateScopeMap(text, scopes, change);
}

const isPython = (file: string): boolean => path.extname(file) === '.py';
