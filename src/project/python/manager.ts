import { existsSync } from 'node:fs';
import { join, posix, relative } from 'node:path';
import { PYTHON_MCP_PACKAGES } from '../../edit/python-requirement.ts';
import { scriptBlock } from '../../edit/python-script-block.ts';
import { readToml } from '../../edit/toml.ts';
import { isRecord } from '../../is-record.ts';
import { upwards } from './environment.ts';
import { PYTHON_LOCKS } from './locks.ts';
import { readerOf, readManifest, type Read } from './manifests.ts';
import type { PythonManager } from './snapshot.ts';

type Found = Omit<PythonManager, 'interpreter' | 'hasInstalled'>;

/** Where people write what the server needs, the usual name first. */
const REQUIREMENTS = [
  'requirements.txt',
  'requirements/base.txt',
  'requirements/prod.txt',
  'requirements/requirements.txt',
];

/**
 * Finds out what manages the dependencies of a project: by its lock file or its own section in `pyproject.toml`, else by
 * the manifest that names the MCP package.
 * @param root absolute; where it has no manifest itself, those above it in the repository count
 * @param scripts files whose own block of metadata (PEP 723) is what they run on
 */
export function findPythonManager(root: string, scripts: readonly string[]): Found {
  const own = readerOf(root);
  const [script] = scripts.filter((path) => scriptBlock(own(path) ?? '') !== undefined);
  if (script !== undefined) {
    const lockFile = `${script}.lock`;
    return { name: 'script', root, manifest: script, ...(existsSync(join(root, lockFile)) ? { lockFile } : {}) };
  }
  for (const dir of upwards(root)) {
    const found = managerIn(dir, readerOf(dir));
    if (!found) continue;
    const { manifest } = found;
    const prefix = relative(root, dir).replaceAll('\\', '/');
    return {
      ...withWorkspace(found, dir),
      ...(manifest === undefined ? {} : { manifest: posix.join(prefix, manifest) }),
    };
  }
  return { name: 'pip', root };
}

/** `manifest` is relative to `dir`. */
function managerIn(dir: string, read: Read): Found | undefined {
  const text = read('pyproject.toml');
  const pyproject = text === undefined ? {} : (readToml(text) ?? {});
  const has = (file: string): boolean => read(file) !== undefined;
  const tool = isRecord(pyproject['tool']) ? pyproject['tool'] : {};
  const manifest = 'pyproject.toml';
  const locked = (name: keyof typeof PYTHON_LOCKS, file: string): Found => ({
    name,
    root: dir,
    manifest: file,
    ...(has(PYTHON_LOCKS[name]) ? { lockFile: PYTHON_LOCKS[name] } : {}),
  });
  if (text !== undefined && has(PYTHON_LOCKS.uv)) return locked('uv', manifest);
  if (text !== undefined && has(PYTHON_LOCKS.poetry)) return locked('poetry', manifest);
  if (text !== undefined && has(PYTHON_LOCKS.pdm)) return locked('pdm', manifest);
  if (isRecord(tool['uv'])) return locked('uv', manifest);
  if (isRecord(tool['poetry']) && !isElsewhere(pyproject, read)) return locked('poetry', manifest);
  if (isRecord(tool['pdm']) && isRecord(pyproject['project'])) return locked('pdm', manifest);
  if (has('Pipfile')) return locked('pipenv', 'Pipfile');
  const pip = pipManifest(pyproject, read);
  return pip === undefined ? undefined : { name: 'pip', root: dir, manifest: pip };
}

/** A `[tool.poetry]` that names no dependencies of its own, beside requirements that do. */
function isElsewhere(pyproject: Record<string, unknown>, read: Read): boolean {
  return (
    !namesMcp('pyproject.toml', read) &&
    !isRecord(pyproject['project']) &&
    REQUIREMENTS.some((file) => namesMcp(file, read))
  );
}

/** The manifest that pip installs from: the first that names an MCP package, else the first that is there. */
function pipManifest(pyproject: Record<string, unknown>, read: Read): string | undefined {
  const files = [
    ...(isRecord(pyproject['project']) ? ['pyproject.toml'] : []),
    ...REQUIREMENTS,
    'requirements.in',
    'setup.cfg',
    'setup.py',
  ].filter((file) => read(file) !== undefined);
  const chosen = files.find((file) => namesMcp(file, read)) ?? files[0];
  // What a program wrote from requirements.in is written again from there.
  const source = chosen?.replace(/\.txt$/, '.in');
  return source !== undefined && source !== chosen && read(source) !== undefined ? source : chosen;
}

/** Does a manifest ask for a package that brings an MCP server? */
export function namesMcp(path: string, read: Read): boolean {
  if (posix.basename(path) === 'setup.py') {
    const text = read(path) ?? '';
    return PYTHON_MCP_PACKAGES.some((name) => ['"', "'"].some((quote) => text.includes(quote + name)));
  }
  return readManifest(path, read).declarations.some(({ name }) => PYTHON_MCP_PACKAGES.includes(name));
}

/** A member of a uv workspace is locked by the workspace's root. */
function withWorkspace(found: Found, dir: string): Found {
  if (found.lockFile !== undefined || (found.name !== 'uv' && found.name !== 'pip')) return found;
  for (const above of upwards(dir).slice(1)) {
    const read = readerOf(above);
    const data = readToml(read('pyproject.toml') ?? '') ?? {};
    const tool = isRecord(data['tool']) ? data['tool'] : {};
    const isWorkspace = isRecord(tool['uv']) && isRecord(tool['uv']['workspace']);
    if (!isWorkspace || found.manifest !== 'pyproject.toml') continue;
    const lockFile = read(PYTHON_LOCKS.uv) === undefined ? {} : { lockFile: PYTHON_LOCKS.uv };
    return { ...found, name: 'uv', root: above, ...lockFile };
  }
  return found;
}
