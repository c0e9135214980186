import { CliError } from '../errors.ts';

export interface CleanInput {
  /** Files that will be touched, relative to the project root. */
  paths: readonly string[];
  git: { inside: boolean; isDirty(path: string): boolean };
  force: boolean;
  /** Whether a file is exactly what an earlier run wrote: not committed yet, but nothing of the user's is at stake. */
  isOurs(path: string): boolean;
}

/**
 * Refuses to touch files with changes that git could not bring back.
 * @throws CliError `uncommitted-changes`
 */
export function assertClean({ paths, git, force, isOurs }: CleanInput): void {
  if (force || !git.inside) return;
  const dirty = paths.filter((path) => git.isDirty(path) && !isOurs(path));
  if (dirty.length === 0) return;
  const names = dirty.slice(0, 5).join(', ') + (dirty.length > 5 ? ` and ${dirty.length - 5} more` : '');
  throw new CliError(
    'uncommitted-changes',
    `git has uncommitted changes in ${names}; nothing was changed.`,
    'Commit or stash them, or run again with --force.',
  );
}
