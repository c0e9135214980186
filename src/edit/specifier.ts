import path from 'node:path/posix';
import type { ModuleStyle } from '../types.ts';

/**
 * The specifier that imports one file of the project from another.
 * @param from importing file, relative to the project root
 * @param target imported file without its ending, relative to the project root
 * @param extension what relative imports of the project end in
 */
export function relativeSpecifier(from: string, target: string, extension: ModuleStyle['importExtension']): string {
  const relative = path.relative(path.dirname(from), target);
  return `${relative.startsWith('.') ? relative : `./${relative}`}${extension}`;
}
