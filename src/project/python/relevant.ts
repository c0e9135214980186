import { posix } from 'node:path';
import { isAsideFile } from './paths.ts';
import { weigh } from './seeds.ts';
import { modulePath, type PythonSources } from './sources.ts';

/** More files than this are never needed to understand one server. */
const MAX_FILES = 400;
/** A project of this size is read whole: some register their tools by listing a directory, which no import tells. */
const SMALL = { files: 120, characters: 1_000_000 };

/**
 * The Python files that have to do with an MCP server: all of a small project; of a large one those that import an MCP
 * package, whoever imports those, and what all of them import, with the `__init__.py` of their packages.
 * @param paths Python files of the project, relative to its root
 */
export function relevantPython(sources: PythonSources, paths: readonly string[]): { path: string; text: string }[] {
  const kept = isSmall(sources, paths) ? new Set(paths) : reachable(sources, paths);
  return [...kept].sort().flatMap((path) => {
    const text = sources.text(path);
    return text === undefined ? [] : [{ path, text }];
  });
}

function isSmall(sources: PythonSources, paths: readonly string[]): boolean {
  if (paths.length > SMALL.files) return false;
  return paths.reduce((sum, path) => sum + (sources.text(path)?.length ?? 0), 0) <= SMALL.characters;
}

function reachable(sources: PythonSources, paths: readonly string[]): Set<string> {
  const all = new Set(paths);
  const seeds = paths.filter((path) => weigh(sources, path) > 0);
  // What is aside is cut off first where there is too much.
  seeds.sort((a, b) => Number(isAsideFile(a)) - Number(isAsideFile(b)));
  const core = spread(seeds, (path) => importersOf(sources, paths, path));
  const kept = spread(core, (path) =>
    sources.imports(path).flatMap((each) => sources.targets(path, each).filter((target) => all.has(target))),
  );
  for (const path of [...kept]) {
    for (let dir = posix.dirname(path); dir !== '.'; dir = posix.dirname(dir)) {
      const init = `${dir}/__init__.py`;
      if (all.has(init)) kept.add(init);
    }
  }
  return kept;
}

function importersOf(sources: PythonSources, paths: readonly string[], path: string): string[] {
  const stem = posix.basename(modulePath(path));
  if (stem === '' || stem === '.') return [];
  return paths.filter(
    (other) =>
      other !== path &&
      !isAsideFile(other) &&
      sources.mayImport(other, [stem]) &&
      sources.imports(other).some((each) => sources.targets(other, each).includes(path)),
  );
}

/** Breadth first, so that what is cut off by the limit is what is farthest away. */
function spread(start: Iterable<string>, next: (path: string) => string[]): Set<string> {
  const found = new Set([...start].slice(0, MAX_FILES));
  for (const path of found) {
    for (const neighbour of next(path)) {
      if (found.size >= MAX_FILES) return found;
      found.add(neighbour);
    }
  }
  return found;
}
