import { join, posix } from 'node:path';
import { namesMcp } from './manager.ts';
import { readerOf } from './manifests.ts';
import { isAsideFile, isRequirementsFile, PYTHON_MANIFESTS, pythonFiles } from './paths.ts';
import { weigh, type Weight } from './seeds.ts';
import { PythonSources } from './sources.ts';
import { readToml } from '../../edit/toml.ts';

/** A directory below the one that was asked for, with what there is of an MCP server in it. */
export interface Place {
  /** Relative; `''` for the directory itself. */
  dir: string;
  weight: Weight;
  /** Has it a manifest, or is it only where files lie? */
  hasManifest: boolean;
  /** The file that is the likeliest entry, relative to the directory that was asked for. */
  entry?: string;
}

/** Names of files that servers are started by, the likeliest first. */
const USUAL = ['server', 'main', '__main__', 'app', 'mcp_server'];

/** Directories of a tree that are Python projects with an MCP server, those with real servers first. */
export async function pythonPlaces(asked: string, paths: readonly string[]): Promise<Place[]> {
  const manifests = pythonDirectories(asked, paths);
  const own = pythonFiles(paths);
  const sources = await PythonSources.open(asked, own);
  const places = new Map<string, Place & { entries: string[] }>();
  const place = (dir: string): Place & { entries: string[] } => {
    const known = places.get(dir);
    if (known) return known;
    const made = { dir, weight: 0 as Weight, hasManifest: manifests.has(dir), entries: [] };
    places.set(dir, made);
    return made;
  };
  for (const [dir, files] of manifests) {
    const read = readerOf(join(asked, dir));
    if (files.some((file) => namesMcp(file, read))) place(dir);
  }
  for (const path of own) {
    const weight = weigh(sources, path);
    if (weight === 0) continue;
    const found = place(ownerOfPython(path, manifests));
    // A test or an example of a client is no server.
    if (weight > found.weight && !(isAsideFile(path) && weight < 2)) found.weight = weight;
    if (weight === 2) found.entries.push(path);
  }
  return [...places.values()]
    .map(({ entries, ...found }) => {
      const [entry] = entries.sort((a, b) => likelihood(b) - likelihood(a));
      return { ...found, ...(entry === undefined ? {} : { entry }) };
    })
    .sort((a, b) => b.weight - a.weight);
}

/** The Python project that a file belongs to: the nearest directory above it with a manifest; `''` for the one asked for. */
export function ownerOfPython(path: string, manifests: ReadonlyMap<string, string[]>): string {
  for (let dir = posix.dirname(path); dir !== '.' && dir !== '/'; dir = posix.dirname(dir))
    if (manifests.has(dir)) return dir;
  return '';
}

/** Directories with manifests of Python projects, each with the names of these files. */
export function pythonDirectories(asked: string, paths: readonly string[]): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const path of paths) {
    const isRequirements = isRequirementsFile(path);
    if (!isRequirements && !PYTHON_MANIFESTS.includes(posix.basename(path))) continue;
    if (isToolConfiguration(asked, path)) continue;
    const folder = posix.dirname(path);
    const isNested = isRequirements && posix.basename(folder) === 'requirements';
    const dir = (isNested ? posix.dirname(folder) : folder).replace(/^\.$/, '');
    const file = isNested ? `requirements/${posix.basename(path)}` : posix.basename(path);
    found.set(dir, [...(found.get(dir) ?? []), file]);
  }
  return found;
}

/** A `pyproject.toml` that only configures linters is no project. */
function isToolConfiguration(asked: string, path: string): boolean {
  if (posix.basename(path) !== 'pyproject.toml') return false;
  const data = readToml(readerOf(asked)(path) ?? '');
  if (data === undefined || 'project' in data || 'build-system' in data || 'dependency-groups' in data) return false;
  const tool = data['tool'];
  return typeof tool !== 'object' || tool === null || !['poetry', 'uv', 'pdm'].some((name) => name in tool);
}

function likelihood(path: string): number {
  const usual = USUAL.indexOf(posix.basename(path, '.py'));
  return (isAsideFile(path) ? 0 : 1000) + (usual < 0 ? 0 : 100 - usual) - path.split('/').length;
}
