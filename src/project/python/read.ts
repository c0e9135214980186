import { existsSync } from 'node:fs';
import { join, posix } from 'node:path';
import { scriptBlock } from '../../edit/python-script-block.ts';
import { findEnvironment, hasPackages, upwards } from './environment.ts';
import { findPythonManager } from './manager.ts';
import { readerOf, readManifest } from './manifests.ts';
import { isRequirementsFile, isStartFile, pythonFiles } from './paths.ts';
import { relevantPython } from './relevant.ts';
import { weigh } from './seeds.ts';
import type { PythonSnapshot } from './snapshot.ts';
import { PythonSources } from './sources.ts';
import { pinnedPython, pythonVersions } from './versions.ts';

const MAX_START_FILES = 40;

/**
 * Reads a Python project from its disk: no network, nothing is written, nothing of it is run.
 * @param root absolute
 * @param paths all its files, relative to `root`
 * @param entry `--entry`, relative to `root`
 */
export async function readPython(
  root: string,
  paths: readonly string[],
  entry: string | undefined,
): Promise<Omit<PythonSnapshot, 'git'>> {
  const listed = pythonFiles(paths);
  // What is asked for by its name is looked at wherever it lies, in a folder for tests, too.
  const isListed =
    entry === undefined || entry.startsWith('..') || listed.includes(entry) || !existsSync(join(root, entry));
  const own = isListed ? listed : [...listed, entry];
  const sources = await PythonSources.open(root, own);
  const files = relevantPython(sources, own);
  const read = readerOf(root);
  for (const path of startFiles(paths)) {
    const text = read(path);
    if (text !== undefined) files.push({ path, text });
  }
  const found = findPythonManager(root, entry === undefined ? scriptsOf(sources, own, paths) : [entry]);
  const directories = [...new Set([root, found.root, ...upwards(root)])];
  const environment = findEnvironment(directories, process.env);
  const manager = {
    ...found,
    ...(environment ? { interpreter: environment.interpreter } : {}),
    hasInstalled: environment !== undefined && hasPackages(environment),
  };
  const manifests = manifestsOf(root, paths, found.manifest);
  const said = manifests.map((path) => readManifest(path, read));
  const name = said.find((each) => each.name !== undefined)?.name;
  const python = said.find((each) => each.python !== undefined)?.python ?? pinnedPython([root, found.root]);
  return {
    kind: 'python',
    root,
    files,
    versionOf: pythonVersions(root, manifests, manager, environment),
    manager,
    ...(name === undefined ? {} : { name }),
    ...(python === undefined ? {} : { python }),
  };
}

/** Of many scripts, those near the top are the server's. */
function startFiles(paths: readonly string[]): string[] {
  const depth = (path: string): number => path.split('/').length;
  return paths
    .filter(isStartFile)
    .sort((a, b) => depth(a) - depth(b))
    .slice(0, MAX_START_FILES)
    .sort();
}

/** A server that carries its dependencies itself, where no manifest does it for the whole directory. */
function scriptsOf(sources: PythonSources, own: readonly string[], paths: readonly string[]): string[] {
  if (paths.some((path) => path === 'pyproject.toml' || path === 'Pipfile' || isTopRequirements(path))) return [];
  const servers = own.filter((path) => weigh(sources, path) === 2);
  const scripts = servers.filter((path) => scriptBlock(sources.text(path) ?? '') !== undefined);
  return scripts.length === servers.length ? scripts : [];
}

function isTopRequirements(path: string): boolean {
  return posix.dirname(path) === '.' && isRequirementsFile(path);
}

function manifestsOf(root: string, paths: readonly string[], first: string | undefined): string[] {
  const usual = ['pyproject.toml', 'Pipfile', 'setup.cfg'].filter((path) => existsSync(join(root, path)));
  const requirements = paths.filter((path) => isRequirementsFile(path) && path.split('/').length <= 2);
  return [...new Set([...(first === undefined ? [] : [first]), ...usual, ...requirements])];
}
