import { posix } from 'node:path';
import { ts } from 'ts-morph';
import { bareSpecifier } from './packages.ts';
import type { ProjectSnapshot } from './snapshot.ts';
import { SOURCE_ENDINGS } from './source-files.ts';

/** File endings tried for a module specifier, in the order of what an extension may stand for in TypeScript. */
const SUBSTITUTES: Record<string, string[]> = {
  '.js': ['.ts', '.tsx', '.js', '.jsx'],
  '.jsx': ['.tsx', '.jsx'],
  '.mjs': ['.mts', '.mjs'],
  '.cjs': ['.cts', '.cjs'],
};

/** `baseUrl` and `paths` of a tsconfig. */
export interface PathAliases {
  /** Directory that modules are looked for in by their bare name, relative to the project root. */
  baseUrl?: string;
  /** Targets are relative to the project root. */
  paths: Record<string, string[]>;
}

/** Module specifiers of a file: imports, re-exports, `require('…')` and `import('…')` with a literal. */
export function moduleSpecifiers(text: string): string[] {
  return importedTexts(text).map(bareSpecifier);
}

/** They as they are written, with the versions that Deno has there. */
export function importedTexts(text: string): string[] {
  return ts.preProcessFile(text, true, true).importedFiles.map((imported) => imported.fileName);
}

/**
 * Finds the file of the project that a specifier means.
 * @param exists is there a file at this path (relative to the root)?
 * @returns its path, or `undefined` for packages and files that are not there
 */
export function resolveModule(
  from: string,
  specifier: string,
  exists: (path: string) => boolean,
  aliases?: PathAliases,
): string | undefined {
  const bases = specifier.startsWith('.')
    ? [posix.join(posix.dirname(from), specifier)]
    : [
        ...aliasTargets(specifier, aliases),
        ...(aliases?.baseUrl === undefined ? [] : [posix.join(aliases.baseUrl, specifier)]),
      ].map((target) => posix.normalize(target));
  for (const base of bases) {
    const found = candidates(base).find(exists);
    if (found !== undefined) return found;
  }
  return undefined;
}

function candidates(base: string): string[] {
  const extension = posix.extname(base);
  const substitutes = (SUBSTITUTES[extension] ?? []).map((ending) => base.slice(0, -extension.length) + ending);
  const index = posix.join(base, 'index');
  return [
    ...substitutes,
    base,
    ...SOURCE_ENDINGS.map((ending) => base + ending),
    ...SOURCE_ENDINGS.map((ending) => index + ending),
  ];
}

/** `paths` of a tsconfig: at most one `*` in a pattern; the longest prefix that fits wins. */
function aliasTargets(specifier: string, aliases: PathAliases | undefined): string[] {
  if (!aliases) return [];
  const fits = Object.entries(aliases.paths).flatMap(([pattern, targets]) => {
    const [prefix = '', suffix] = pattern.split('*');
    if (suffix === undefined) return pattern === specifier ? [{ length: Infinity, targets }] : [];
    if (!specifier.startsWith(prefix) || !specifier.endsWith(suffix)) return [];
    const middle = specifier.slice(prefix.length, specifier.length - suffix.length);
    return [{ length: prefix.length, targets: targets.map((target) => target.replace('*', () => middle)) }];
  });
  return fits.sort((a, b) => b.length - a.length)[0]?.targets ?? [];
}

/** `baseUrl` and `paths` of the tsconfig, as far as they are of the expected form. */
export function aliasesOf(tsconfig: ProjectSnapshot['tsconfig']): PathAliases | undefined {
  const { paths, baseUrl } = tsconfig?.compilerOptions ?? {};
  const hasPaths = typeof paths === 'object' && paths !== null;
  if (!hasPaths && typeof baseUrl !== 'string') return undefined;
  return {
    paths: hasPaths ? (paths as Record<string, string[]>) : {},
    ...(typeof baseUrl === 'string' ? { baseUrl } : {}),
  };
}
