import { existsSync, readdirSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import { normalName } from '../../edit/python-requirement.ts';

/** A virtual environment. */
export interface Environment {
  /** Its Python, absolute. */
  interpreter: string;
  /** Versions by normalised name. */
  packages: Map<string, string>;
}

/** Folders that people and tools put environments in. */
const FOLDERS = ['.venv', 'venv', '.env', 'env'];

/** What every environment starts with. */
const BASICS = ['pip', 'setuptools', 'wheel', 'distribute'];

/**
 * The environment that belongs to a project: beside its files, else further up in the repository, else the one that is
 * active. The Python of the system is none.
 */
export function findEnvironment(directories: readonly string[], env: NodeJS.ProcessEnv): Environment | undefined {
  const named = env['UV_PROJECT_ENVIRONMENT'];
  const beside = directories.flatMap((dir) => [
    ...(named === undefined || named === '' ? [] : [isAbsolute(named) ? named : join(dir, named)]),
    ...FOLDERS.map((folder) => join(dir, folder)),
  ]);
  const active = env['VIRTUAL_ENV'];
  for (const folder of [...beside, ...(active === undefined || active === '' ? [] : [active])]) {
    if (!existsSync(join(folder, 'pyvenv.cfg'))) continue;
    const interpreter = ['bin/python', 'bin/python3', 'Scripts/python.exe']
      .map((name) => join(folder, name))
      .find((path) => existsSync(path));
    if (interpreter !== undefined) return { interpreter, packages: packagesOf(folder) };
  }
  return undefined;
}

/** Is there anything in it beside the tools it was made with? */
export function hasPackages({ packages }: Environment): boolean {
  return [...packages.keys()].some((name) => !BASICS.includes(name));
}

/** A directory and those above it, up to the top of the repository around it; without one, only itself. */
export function upwards(start: string): string[] {
  const dirs: string[] = [];
  for (let dir = start; ; dir = dirname(dir)) {
    dirs.push(dir);
    if (existsSync(join(dir, '.git'))) return dirs;
    if (dirname(dir) === dir) return [start];
  }
}

/** `lib/python3.12/site-packages/fastmcp_slim-4.0.1.dist-info` -> `fastmcp-slim` 4.0.1 */
function packagesOf(folder: string): Map<string, string> {
  const libraries = entries(join(folder, 'lib'))
    .filter((name) => name.startsWith('python3') || name.startsWith('pypy3'))
    .map((name) => join(folder, 'lib', name, 'site-packages'));
  const found = new Map<string, string>();
  for (const library of [...libraries, join(folder, 'Lib', 'site-packages')]) {
    for (const entry of entries(library)) {
      const [name, version] = entry.endsWith('.dist-info') ? entry.slice(0, -'.dist-info'.length).split('-') : [];
      if (name !== undefined && version !== undefined) found.set(normalName(name), version);
    }
  }
  return found;
}

function entries(dir: string): string[] {
  try {
    return readdirSync(dir);
  } catch {
    return [];
  }
}
