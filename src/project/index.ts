import { existsSync, readFileSync, statSync } from 'node:fs';
import { isAbsolute, join, relative, resolve } from 'node:path';
import { CliError } from '../errors.ts';
import { denoManifestIn, inlineDependencies, readDenoManifest } from './deno.ts';
import { gitStatus } from './git.ts';
import { parseManifest } from './manifest.ts';
import { aliasesOf } from './modules.ts';
import { findPackageManager, versionLookup } from './package-manager.ts';
import { readRelevant } from './relevant.ts';
import type { ProjectSnapshot } from './snapshot.ts';
import { nodePlaces } from './node-places.ts';
import { ownerOfPython, pythonDirectories, pythonPlaces } from './python/places.ts';
import { readPython } from './python/read.ts';
import type { PythonSnapshot } from './python/snapshot.ts';
import { choosePlace, type LanguagePlace } from './place.ts';
import { SOURCE_ENDINGS } from './source-files.ts';
import { readTsconfig } from './tsconfig.ts';
import { listFiles } from './walk.ts';
import { mcpPackages, ownerOf, packageDirectories } from './workspace.ts';

export type { PythonManager, PythonSnapshot } from './python/snapshot.ts';

export interface ReadOptions {
  /** `--entry`, relative to `dir`: in a workspace it says which package is meant. */
  entry?: string | undefined;
}

/**
 * Reads a project in whatever language its MCP server is written, and nothing but its disk: no network, nothing is
 * written. Where both languages are there, the side with the MCP server is meant.
 * @param dir the directory that was asked for; one above is fine when one project in it is an MCP server
 * @throws CliError `no-project` where there is none, `ambiguous-entry` when there are several MCP servers,
 *   `unsupported-shape` for a Deno project whose packages cannot be seen
 */
export async function readAnyProject(
  dir: string,
  options: ReadOptions = {},
): Promise<(ProjectSnapshot & { kind?: 'node' }) | PythonSnapshot> {
  const tree = await openTree(dir);
  const place = await placeOf(tree, options.entry);
  if (place?.language === 'python') return readPythonAt(tree, place.dir, options.entry);
  return readNodeAt(tree, place?.dir ?? choosePackage(tree.dir, tree.asked, tree.paths, options.entry));
}

/**
 * Reads a TypeScript or JavaScript project.
 * @throws CliError `no-project` without a `package.json` or `deno.json`, `ambiguous-entry` when several packages are MCP servers,
 *   `unsupported-shape` for a Deno project whose packages cannot be seen
 */
export async function readProject(dir: string, options: ReadOptions = {}): Promise<ProjectSnapshot> {
  const tree = await openTree(dir);
  return readNodeAt(tree, choosePackage(dir, tree.asked, tree.paths, options.entry));
}

interface Tree {
  /** As it was given. */
  dir: string;
  /** Absolute. */
  asked: string;
  paths: string[];
  status: ReturnType<typeof gitStatus>;
}

async function openTree(dir: string): Promise<Tree> {
  const asked = resolve(dir);
  if (!existsSync(asked) || !statSync(asked).isDirectory()) {
    throw new CliError(
      'no-project',
      `${dir} is not a directory.`,
      'Name the directory of your MCP server: add-auth <dir>',
    );
  }
  // git works beside us, in processes of its own, while files are read and parsed.
  const status = gitStatus(asked);
  return { dir, asked, paths: await listFiles(asked), status };
}

/** Where the server is, as far as that decides between languages; `undefined` leaves it to the reading of Node projects. */
async function placeOf({ dir, asked, paths }: Tree, entry: string | undefined): Promise<LanguagePlace | undefined> {
  const isPython = entry?.endsWith('.py') === true;
  if (entry !== undefined && isPython && existsSync(resolve(asked, entry))) {
    const owner = ownerOfPython(entryPath(asked, entry), pythonDirectories(asked, paths));
    return { language: 'python', dir: owner, weight: 2, hasManifest: true };
  }
  if (entry !== undefined && SOURCE_ENDINGS.some((ending) => entry.endsWith(ending))) return undefined;
  const python = await pythonPlaces(asked, paths);
  if (python.length > 0) return choosePlace(dir, python, isPython ? [] : nodePlaces(asked, paths));
  // Nothing speaks MCP: then what the directory itself is decides who says so.
  const isPythonOnly =
    !paths.includes('package.json') && (pythonDirectories(asked, paths).has('') || hasScripts(paths));
  return isPythonOnly && !packageDirectories(asked, paths).some((each) => each !== '.')
    ? { language: 'python', dir: '', weight: 0, hasManifest: true }
    : undefined;
}

function hasScripts(paths: readonly string[]): boolean {
  return paths.some((path) => path.endsWith('.py') && !path.includes('/'));
}

async function readPythonAt(tree: Tree, subdir: string, entry: string | undefined): Promise<PythonSnapshot> {
  const { asked, paths } = tree;
  const prefix = subdir === '' ? '' : `${subdir}/`;
  const below = withoutPrefix(paths, prefix);
  const own = entry === undefined ? undefined : entryPath(asked, entry);
  const inside = own?.startsWith(prefix) ? own.slice(prefix.length) : own;
  const snapshot = await readPython(join(asked, subdir), below, inside);
  return { ...snapshot, ...(await place(tree, subdir)) };
}

async function readNodeAt(tree: Tree, subdir: string): Promise<ProjectSnapshot> {
  const { asked, paths } = tree;
  const snapshot = readPackage(join(asked, subdir), withoutPrefix(paths, subdir === '' ? '' : `${subdir}/`));
  return { ...snapshot, ...(await place(tree, subdir)) };
}

function withoutPrefix(paths: readonly string[], prefix: string): string[] {
  return paths.filter((path) => path.startsWith(prefix)).map((path) => path.slice(prefix.length));
}

async function place(tree: Tree, subdir: string): Promise<Pick<ProjectSnapshot, 'git' | 'subdir'>> {
  const { inside, isDirty } = await tree.status;
  const prefix = subdir === '' ? '' : `${subdir}/`;
  const git = { inside, isDirty: (path: string): boolean => isDirty(prefix + path) };
  return { git, ...(subdir === '' ? {} : { subdir }) };
}

/** A project of Deno alone: `imports` of its manifest, and what its sources name with a version. */
function readDeno(root: string, paths: string[]): Omit<ProjectSnapshot, 'git'> {
  const { manifest: declared, tsconfig } = readDenoManifest(root);
  const directories = packageDirectories(root, paths);
  const isOwn = (path: string): boolean => ownerOf(path, directories) === '.';
  const { files } = readRelevant(root, paths, isOwn, aliasesOf(tsconfig), {});
  const all = { ...inlineDependencies(files.values()), ...declared.dependencies };
  const manifest = { ...declared, dependencies: all, allDependencies: all };
  const found = findPackageManager(root);
  // Deno installs what is missing by itself.
  const packageManager = { ...(found.name === 'deno' ? found : { name: 'deno' as const, root }), hasInstalled: true };
  return { root, files, manifest, versionOf: versionLookup(root, manifest, packageManager), packageManager, tsconfig };
}

function readPackage(root: string, paths: string[]): Omit<ProjectSnapshot, 'git'> {
  if (!existsSync(join(root, 'package.json'))) return readDeno(root, paths);
  const manifest = parseManifest('package.json', readFileSync(join(root, 'package.json'), 'utf8'));
  const packageManager = findPackageManager(root);
  const tsconfig = readTsconfig(root);
  const directories = packageDirectories(root, paths);
  const isOwn = (path: string): boolean => ownerOf(path, directories) === '.';
  const { files } = readRelevant(root, paths, isOwn, aliasesOf(tsconfig), manifest.allDependencies);
  return {
    root,
    files,
    manifest,
    versionOf: versionLookup(root, manifest, packageManager),
    packageManager,
    ...(tsconfig ? { tsconfig } : {}),
  };
}

/** The package that is meant, as a path relative to the directory that was asked for; `''` for that directory itself. */
function choosePackage(dir: string, asked: string, paths: string[], entry: string | undefined): string {
  const directories = packageDirectories(asked, paths);
  const hasManifest = existsSync(join(asked, 'package.json'));
  if (entry !== undefined) {
    const owner = ownerOf(entryPath(asked, entry), directories);
    if (owner !== '.' || hasManifest) return owner === '.' ? '' : owner;
  }
  if (!hasManifest && denoManifestIn((file) => paths.includes(file))) return '';
  const candidates = mcpPackages(asked, directories, paths);
  if (hasManifest && (candidates.includes('.') || candidates.length === 0)) return '';
  if (hasManifest && candidates.length === 1) return candidates[0] ?? '';
  if (candidates.length > 0) throw severalPackages(dir, candidates, hasManifest);
  throw noProject(dir);
}

function entryPath(asked: string, entry: string): string {
  return relative(asked, isAbsolute(entry) ? entry : join(asked, entry)).replaceAll('\\', '/');
}

function severalPackages(dir: string, candidates: string[], hasManifest: boolean): CliError {
  const list = candidates.map((candidate) => join(dir, candidate));
  if (!hasManifest) {
    return new CliError('no-project', `There is no package.json in ${dir}.`, `Run one of: ${commands(list)}`);
  }
  return new CliError(
    'ambiguous-entry',
    `${candidates.length} packages of this workspace look like MCP servers: ${candidates.join(', ')}.`,
    `Run one of: ${commands(list)} — or name the file with --entry FILE.`,
  );
}

function commands(directories: string[]): string {
  return directories
    .map((directory) => `add-auth ${directory.includes(' ') ? `"${directory}"` : directory}`)
    .join(' · ');
}

function noProject(dir: string): CliError {
  return new CliError(
    'no-project',
    `There is no package.json or deno.json in ${dir}, and no Python server either.`,
    'Run add-auth in the directory of your MCP server, or name it: add-auth <dir>',
  );
}
