import { normalName } from '../../edit/python-requirement.ts';
import { lowerFirst } from '../../edit/python-version.ts';
import type { Environment } from './environment.ts';
import { lockedVersions } from './locks.ts';
import { readerOf, readManifest, type Declaration } from './manifests.ts';
import type { PythonManager } from './snapshot.ts';

/**
 * The version of a package that the project runs on: locked, else pinned, else installed, else the range asked for.
 * @param manifests paths relative to `root`, the one that counts first
 * @returns `undefined` for what nothing names, and for what is asked for in any version
 */
export function pythonVersions(
  root: string,
  manifests: readonly string[],
  manager: PythonManager,
  environment: Environment | undefined,
): (name: string) => string | undefined {
  const read = readerOf(root);
  const lockText = manager.lockFile === undefined ? undefined : readerOf(manager.root)(manager.lockFile);
  const locked =
    lockText === undefined || manager.lockFile === undefined ? undefined : lockedVersions(manager.lockFile, lockText);
  const declarations = manifests.flatMap((path) => readManifest(path, read).declarations);

  return (asked) => {
    const name = normalName(asked.split('[')[0] ?? asked);
    const installed = environment?.packages.get(name);
    const versions = locked?.get(name) ?? [];
    const own = declarations.filter((each) => each.name === name);
    return (
      versions.find((version) => version === installed) ??
      versions[0] ??
      own.map(pinned).find((version) => version !== undefined) ??
      installed ??
      own.map(({ range }) => lowerFirst(range)).find((range) => range !== undefined)
    );
  };
}

function pinned({ range }: Declaration): string | undefined {
  const isExact = range.startsWith('==') && !range.includes(',') && !range.includes('*');
  return isExact ? range.replace(/^===?/, '').trim() : undefined;
}

/** The one line of `.python-version`, where nothing else says which Python it is. */
export function pinnedPython(directories: readonly string[]): string | undefined {
  for (const directory of directories) {
    const line = readerOf(directory)('.python-version')?.split('\n')[0]?.trim();
    if (line !== undefined && /^\d/.test(line)) return `==${line}${line.split('.').length < 3 ? '.*' : ''}`;
  }
  return undefined;
}
