import { isAbsolute, posix, relative } from 'node:path';

/** What a path of `--entry` is understood by. */
interface Place {
  root: string;
  subdir?: string;
}

/**
 * The path of `--entry` relative to the project's root. It may be given absolute, relative to the root, or relative to
 * the directory that was asked for, in which the project is a member.
 * @param exists is there a file of the project at this path?
 */
export function entryIn({ root, subdir }: Place, entry: string, exists: (path: string) => boolean): string {
  const path = posix.normalize((isAbsolute(entry) ? relative(root, entry) : entry).replaceAll('\\', '/'));
  const prefix = subdir === undefined || subdir === '' ? '' : `${subdir}/`;
  return prefix !== '' && !exists(path) && path.startsWith(prefix) ? path.slice(prefix.length) : path;
}
