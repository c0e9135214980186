import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { LOCKS } from 'package-manager-detector/constants';
import semver from 'semver';
import { isRecord } from '../is-record.ts';
import { lockedVersion } from './lockfile.ts';
import { parseJsonObject, workspaceGlobs } from './manifest.ts';
import type { Manifest, PackageManager } from './snapshot.ts';

const KNOWN = ['npm', 'pnpm', 'yarn', 'bun', 'deno'] as const;

/**
 * Finds the package manager by its lock file, from the project upwards as far as the repository or workspace reaches.
 * Where several lock files lie side by side, the `packageManager` field decides.
 */
export function findPackageManager(root: string): PackageManager {
  const manager = managerOf(root);
  const hasInstalled = [root, manager.root].some((dir) => existsSync(join(dir, 'node_modules')));
  return { ...manager, hasInstalled };
}

function managerOf(root: string): PackageManager {
  for (const dir of upwards(root)) {
    const locks = Object.entries(LOCKS).flatMap(([file, manager]) => {
      const name = KNOWN.find((known) => known === manager);
      return name && file !== 'pnpm-workspace.yaml' && existsSync(join(dir, file)) ? [{ file, name }] : [];
    });
    const named = declaredManager(dir);
    const lock = locks.find(({ name }) => name === named) ?? locks[0];
    if (lock) return { name: lock.name, root: dir, lockFile: lock.file };
    if (named) return { name: named, root: dir };
  }
  return { name: 'npm', root };
}

/**
 * The version of a dependency that the project runs on: installed, else locked, else the least its range allows.
 * @returns a function that remembers its answers; `undefined` when nothing names the package
 */
export function versionLookup(
  root: string,
  manifest: Manifest,
  manager: PackageManager,
): (name: string) => string | undefined {
  const cache = new Map<string, string | undefined>();
  const lockText = manager.lockFile ? readText(join(manager.root, manager.lockFile)) : undefined;
  const importer = relative(manager.root, root).replaceAll('\\', '/') || '.';

  const look = (name: string): string | undefined => {
    const range = manifest.allDependencies[name];
    const locked =
      lockText && manager.lockFile ? lockedVersion(manager.lockFile, lockText, name, range, importer) : undefined;
    // A lock file that contradicts package.json is left over: the next install will not follow it.
    const isStale =
      locked !== undefined &&
      range !== undefined &&
      semver.validRange(range) !== null &&
      !semver.satisfies(locked, range, { includePrerelease: true });
    return installedVersion(root, name) ?? (isStale ? undefined : locked) ?? minimum(range);
  };
  return (name) => {
    if (!cache.has(name)) cache.set(name, look(name));
    return cache.get(name);
  };
}

function installedVersion(root: string, name: string): string | undefined {
  for (const dir of upwards(root)) {
    const text = readText(join(dir, 'node_modules', name, 'package.json'));
    const version = text === undefined ? undefined : parseJsonObject(text)?.['version'];
    if (typeof version === 'string') return version;
  }
  return undefined;
}

function minimum(range: string | undefined): string | undefined {
  const plain = range?.startsWith('workspace:') ? range.slice('workspace:'.length) : withoutName(range ?? '');
  if (plain === '*' || plain === '') return undefined;
  if (semver.validRange(plain) !== null) return semver.minVersion(plain)?.version;
  // `file:vendor/sdk-2.0.0-alpha.0.tgz` and the like name the version only in the file's name.
  return plain.includes('.tgz')
    ? semver.coerce(plain.slice(0, plain.indexOf('.tgz')), { includePrerelease: true })?.version
    : undefined;
}

/** `npm:name@^1`, as Deno has it (and npm for an alias) -> `^1` */
function withoutName(range: string): string {
  if (!range.startsWith('npm:') && !range.startsWith('jsr:')) return range;
  const at = range.indexOf('@', 'npm:@'.length);
  return at < 0 ? '*' : range.slice(at + 1);
}

/**
 * The directory and its parents, up to the top of the repository or workspace around it. Where there is neither, a
 * project ends at its own directory.
 */
function upwards(start: string): string[] {
  const dirs: string[] = [];
  for (let dir = start; ; dir = dirname(dir)) {
    dirs.push(dir);
    if (existsSync(join(dir, '.git')) || isWorkspaceRoot(dir)) return dirs;
    if (dirname(dir) === dir) return [start];
  }
}

function isWorkspaceRoot(dir: string): boolean {
  if (existsSync(join(dir, 'pnpm-workspace.yaml'))) return true;
  const text = readText(join(dir, 'package.json'));
  return text !== undefined && workspaceGlobs(parseJsonObject(text) ?? {}).length > 0;
}

function declaredManager(dir: string): PackageManager['name'] | undefined {
  const json = parseJsonObject(readText(join(dir, 'package.json')) ?? '');
  const engines = isRecord(json?.['devEngines']) ? json['devEngines']['packageManager'] : undefined;
  const field = json?.['packageManager'] ?? (isRecord(engines) ? engines['name'] : undefined);
  if (typeof field !== 'string') return undefined;
  return KNOWN.find((known) => field === known || field.startsWith(`${known}@`));
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
