import { existsSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { ts } from 'ts-morph';
import type { ProjectSnapshot } from './snapshot.ts';

/**
 * The tsconfig (or jsconfig) that covers a project, `extends` followed and comments allowed.
 * `references`-only files (`"files": []`) are passed over for the first configuration they point to.
 */
export function readTsconfig(root: string): ProjectSnapshot['tsconfig'] {
  for (const name of ['tsconfig.json', 'jsconfig.json']) {
    const path = join(root, name);
    if (existsSync(path)) return parse(root, path);
  }
  return undefined;
}

function parse(root: string, path: string): NonNullable<ProjectSnapshot['tsconfig']> {
  const { config } = ts.readConfigFile(path, (file) => readFileSync(file, 'utf8')) as {
    config?: Record<string, unknown>;
  };
  const references = config?.['references'];
  if (config && Array.isArray(references) && Array.isArray(config['files']) && config['files'].length === 0) {
    const first = (references as { path?: string }[])[0]?.path;
    const target =
      first === undefined ? undefined : join(root, first.endsWith('.json') ? first : join(first, 'tsconfig.json'));
    if (target && existsSync(target)) return parse(root, target);
  }
  // Only the options are wanted: a host without files keeps the compiler from walking the whole tree.
  const host: ts.ParseConfigHost = { ...ts.sys, readDirectory: () => [] };
  const { options } = ts.parseJsonConfigFileContent(config ?? {}, host, join(path, '..'), undefined, path);
  return { path: slashed(relative(root, path)), compilerOptions: asWritten(root, options) };
}

/** Options the way people write them: names instead of the compiler's numbers; paths relative to the project root. */
function asWritten(root: string, options: ts.CompilerOptions): Record<string, unknown> {
  const { module, moduleResolution, target, jsx, baseUrl, paths, pathsBasePath, ...rest } = options;
  const base = baseUrl ?? (typeof pathsBasePath === 'string' ? pathsBasePath : root);
  const toRoot = (path: string): string => slashed(relative(root, resolve(base, path))) || '.';
  return {
    ...rest,
    ...(module === undefined ? {} : { module: ts.ModuleKind[module].toLowerCase() }),
    ...(moduleResolution === undefined ? {} : { moduleResolution: resolutionName(moduleResolution) }),
    ...(target === undefined ? {} : { target: ts.ScriptTarget[target].toLowerCase() }),
    ...(jsx === undefined ? {} : { jsx: ts.JsxEmit[jsx].toLowerCase() }),
    ...(baseUrl === undefined ? {} : { baseUrl: toRoot('.') }),
    ...(paths === undefined ? {} : { paths: mapValues(paths, (targets) => targets.map(toRoot)) }),
  };
}

function mapValues<T, U>(record: Record<string, T>, map: (value: T) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
}

function resolutionName(kind: ts.ModuleResolutionKind): string {
  return kind === ts.ModuleResolutionKind.Node10 ? 'node10' : ts.ModuleResolutionKind[kind].toLowerCase();
}

function slashed(path: string): string {
  return path.replaceAll('\\', '/');
}
