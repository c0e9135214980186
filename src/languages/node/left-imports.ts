import path from 'node:path/posix';
import type { FileChange } from '../../apply/index.ts';
import { aliasesOf, moduleSpecifiers, resolveModule } from '../../project/modules.ts';
import type { ProjectSnapshot } from '../../project/snapshot.ts';

/**
 * Files of the project that would still import generated code once these changes are made, each as `importer -> module`.
 * @param snapshot the project as it is now
 */
export function importsLeftBehind(
  { files, tsconfig }: Pick<ProjectSnapshot, 'files' | 'tsconfig'>,
  changes: readonly Pick<FileChange, 'path' | 'after'>[],
): string[] {
  const after = new Map(changes.map((change) => [path.normalize(change.path), change.after]));
  const isDeleted = (file: string): boolean => after.get(file) === null;
  const exists = (file: string): boolean => files.has(file) || isDeleted(file);
  const aliases = aliasesOf(tsconfig);
  return [...files].flatMap(([importer, text]) => {
    if (isDeleted(importer)) return [];
    return moduleSpecifiers(after.get(importer)?.toString() ?? text)
      .flatMap((specifier) => resolveModule(importer, specifier, exists, aliases) ?? [])
      .filter(isDeleted)
      .map((module) => `${importer} -> ${module}`);
  });
}
