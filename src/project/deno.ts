import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CliError } from '../errors.ts';
import { isRecord } from '../is-record.ts';
import { parseJsonObject, parseManifest } from './manifest.ts';
import { importedTexts } from './modules.ts';
import { bareSpecifier, MCP_PACKAGES, packageOf } from './packages.ts';
import type { Manifest, ProjectSnapshot } from './snapshot.ts';

const MANIFESTS = ['deno.json', 'deno.jsonc'];

/** The manifest of a Deno project among its files. */
export function denoManifestIn(exists: (path: string) => boolean): string | undefined {
  return MANIFESTS.find(exists);
}

/** Is this a project of Deno alone, without a `package.json`? */
export function isDeno({ manifest }: Pick<ProjectSnapshot, 'manifest'>): boolean {
  return MANIFESTS.includes(manifest.path);
}

/** A specifier of a package, in parts: `npm:@scope/name@^1` -> `@scope/name`, `^1`. */
interface Target {
  name: string;
  /** As it can be written into `imports`. */
  range: string;
}

/**
 * Reads `deno.json` as the manifest that it is: `imports` are dependencies, `tasks` scripts.
 * @returns also what the compiler has to know: `imports` of the project's own files, and that specifiers end in `.ts`
 * @throws CliError `no-project` when it is no JSON object, `unsupported-shape` when it hides its packages
 */
export function readDenoManifest(root: string): Required<Pick<ProjectSnapshot, 'manifest' | 'tsconfig'>> {
  const path = denoManifestIn((file) => existsSync(join(root, file))) ?? 'deno.json';
  const text = readFileSync(join(root, path), 'utf8');
  const json = parseJsonObject(text);
  const imports = strings(json?.['imports']);
  if (json && typeof json['importMap'] === 'string' && Object.keys(imports).length === 0) {
    throw cannotSee(path, `keeps its imports in ${json['importMap']}`, `Move them into "imports" of ${path}`);
  }
  const dependencies = Object.fromEntries(Object.entries(imports).flatMap((entry) => dependencyOf(path, ...entry)));
  const tasks = isRecord(json?.['tasks']) ? json['tasks'] : {};
  const scripts = Object.entries(tasks).map(([name, task]) => [name, isRecord(task) ? task['command'] : task]);
  const manifest: Manifest = {
    ...parseManifest(path, text),
    type: 'module',
    scripts: strings(Object.fromEntries(scripts)),
    dependencies,
    allDependencies: dependencies,
    bin: [],
  };
  return { manifest, tsconfig: { path, compilerOptions: { ...options(json), paths: ownFiles(imports) } } };
}

/** Packages that source files name with their version, instead of by `imports`: `npm:hono@4`. */
export function inlineDependencies(files: Iterable<string>): Record<string, string> {
  const specifiers = [...files].flatMap(importedTexts).filter(isPackage);
  return Object.fromEntries(specifiers.map(targetOf).map(({ name, range }) => [name, range]));
}

function dependencyOf(file: string, key: string, value: string): [string, string][] {
  if (value.startsWith('.') || value.startsWith('/')) return [];
  if (!isPackage(value)) return [[trimmed(key), '*']];
  const { name, range } = targetOf(value);
  // Whatever is written in the sources, packages are told apart by their names.
  if (packageOf(trimmed(key)) !== name && (MCP_PACKAGES.includes(name) || name === 'hono')) {
    throw cannotSee(file, `calls ${name} by another name (${key})`, `Import it as "${name}": "${range}"`);
  }
  return [[name, range]];
}

const isPackage = (specifier: string): boolean => specifier.startsWith('npm:') || specifier.startsWith('jsr:');

function targetOf(specifier: string): Target {
  const name = packageOf(specifier) ?? specifier;
  const rest = bareSpecifier(specifier).slice(name.length);
  const range = rest === '' || !specifier.endsWith(rest) ? specifier : specifier.slice(0, -rest.length);
  return { name, range: trimmed(range).replace(/^(npm|jsr):\//, '$1:') };
}

const trimmed = (specifier: string): string => (specifier.endsWith('/') ? specifier.slice(0, -1) : specifier);

/** `"@/": "./src/"` as `paths` of a tsconfig. */
function ownFiles(imports: Record<string, string>): Record<string, string[]> {
  const own = Object.entries(imports).filter(([, target]) => target.startsWith('.'));
  const star = (text: string): string => (text.endsWith('/') ? `${text}*` : text);
  return Object.fromEntries(own.map(([key, target]) => [star(key), [star(target)]]));
}

function options(json: Record<string, unknown> | undefined): Record<string, unknown> {
  return isRecord(json?.['compilerOptions']) ? json['compilerOptions'] : {};
}

function strings(value: unknown): Record<string, string> {
  const entries = isRecord(value) ? Object.entries(value) : [];
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
}

function cannotSee(file: string, what: string, fix: string): CliError {
  return new CliError(
    'unsupported-shape',
    `${file} ${what}, where add-auth does not see it.`,
    `${fix}, then run again.`,
  );
}
