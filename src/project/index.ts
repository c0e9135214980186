import { existsSync, readFileSync, statSync } from 'node:fs';
import { isAbsolute, join, relative, resolve } from 'node:path';
import { CliError } from '../errors.ts';
import { gitStatus } from './git.ts';
import { parseManifest } from './manifest.ts';
import { aliasesOf } from './modules.ts';
import { findPackageManager, versionLookup } from './package-manager.ts';
import { readRelevant } from './relevant.ts';
import type { ProjectSnapshot } from './snapshot.ts';
import { readTsconfig } from './tsconfig.ts';
import { listFiles } from './walk.ts';
import { mcpPackages, ownerOf, packageDirectories } from './workspace.ts';

export interface ReadOptions {
  /** `--entry`, relative to `dir`: in a workspace it says which package is meant. */
  entry?: string | undefined;
}

/**
 * Reads what the program needs to know of a project from its disk, and nothing else: no network, nothing is written.
 * @param dir the directory that was asked for; a workspace root is fine when one package in it is an MCP server
 * @throws CliError `no-project` without a `package.json`, `ambiguous-entry` when several packages are MCP servers,
 *   `unsupported-shape` for Python and Deno projects
 */
export async function readProject(dir: string, options: ReadOptions = {}): Promise<ProjectSnapshot> {
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
  const paths = await listFiles(asked);
  const subdir = choosePackage(dir, asked, paths, options.entry);
  const prefix = subdir === '' ? '' : `${subdir}/`;
  const below = paths.filter((path) => path.startsWith(prefix)).map((path) => path.slice(prefix.length));
  const snapshot = readPackage(join(asked, subdir), below);
  const { inside, isDirty } = await status;
  const git = { inside, isDirty: (path: string): boolean => isDirty(prefix + path) };
  return { ...snapshot, git, ...(subdir === '' ? {} : { subdir }) };
}

function readPackage(root: string, paths: string[]): Omit<ProjectSnapshot, 'git'> {
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
  const candidates = mcpPackages(asked, directories, paths);
  if (hasManifest && (candidates.includes('.') || candidates.length === 0)) return '';
  if (hasManifest && candidates.length === 1) return candidates[0] ?? '';
  if (candidates.length > 0) throw severalPackages(dir, candidates, hasManifest);
  throw noProject(dir, paths);
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

function noProject(dir: string, paths: string[]): CliError {
  if (paths.some((path) => ['pyproject.toml', 'requirements.txt', 'setup.py', 'uv.lock'].includes(path))) {
    return new CliError(
      'unsupported-shape',
      'This is a Python project, and this version of add-auth rewrites TypeScript and JavaScript servers only.',
      'Put a gateway that checks tokens in front of the server, or wait for a version with Python support.',
    );
  }
  if (paths.some((path) => ['deno.json', 'deno.jsonc'].includes(path))) {
    return new CliError(
      'unsupported-shape',
      'This is a Deno project without a package.json, which this version of add-auth cannot rewrite.',
      'Add a package.json that lists @modelcontextprotocol/sdk, or protect the server by hand.',
    );
  }
  return new CliError(
    'no-project',
    `There is no package.json in ${dir}.`,
    'Run add-auth in the directory of your MCP server, or name it: add-auth <dir>',
  );
}
