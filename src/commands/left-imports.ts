import path from 'node:path/posix';
import type { FileChange } from '../apply/index.ts';
import { CliError } from '../errors.ts';
import { aliasesOf, moduleSpecifiers, resolveModule } from '../project/modules.ts';
import type { ProjectSnapshot } from '../project/snapshot.ts';

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

/** @throws CliError `manual-step` when code that people wrote would lose what it imports */
export function assertNothingLeftBehind(left: readonly string[]): void {
  if (left.length === 0) return;
  throw new CliError(
    'manual-step',
    `${left[0]?.split(' ')[0] ?? ''} uses code that add-auth wrote; nothing was changed.`,
    'Take these imports out first, then run add-auth remove again; --force removes all the same.',
    { manual: [{ what: 'Imports of generated code', snippet: left.join('\n') }] },
  );
}
