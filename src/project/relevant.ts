import { readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { moduleSpecifiers, resolveModule, type PathAliases } from './modules.ts';
import { MCP_METHODS, MCP_PACKAGES, MCP_WORDS, packageOf } from './packages.ts';
import { NEXT_MIDDLEWARE, XMCP_CONFIG } from './source-files.ts';
import { isSourceFile } from './walk.ts';

/** More files than this are never needed to understand one server; it keeps large repositories fast. */
const MAX_FILES = 400;
const MAX_FILE_BYTES = 1024 * 1024;

/** A metadata route in a folder of its own (Next.js) is imported by nobody. */
const METADATA_ROUTE = '.well-known/oauth-protected-resource';

export interface RelevantFiles {
  /** Text by path, byte order mark included. */
  files: Map<string, string>;
  /** Files that import an MCP package themselves, or tell JSON-RPC methods of MCP apart. */
  seeds: string[];
  /** Files left out because they are not UTF-8. */
  unreadable: string[];
}

/**
 * Reads the source files and keeps those that have to do with an MCP server: files that import an MCP package or name its
 * JSON-RPC methods, whoever imports those, and what all of them import, nearest first.
 * @param paths all files of the project, relative to `root`
 * @param dependencies of the manifest: which MCP packages can be imported at all
 * @param isOwn does a file belong to this package (and not to a nested one)? Others are kept only when imported.
 */
export function readRelevant(
  root: string,
  paths: string[],
  isOwn: (path: string) => boolean,
  aliases: PathAliases | undefined,
  dependencies: Record<string, string>,
): RelevantFiles {
  const sources = new Set(paths.filter(isSourceFile));
  const disk = new SourceReader(root);
  const specifiers = memo((path: string) => moduleSpecifiers(disk.text(path) ?? ''));
  const resolve = (from: string, specifier: string): string | undefined =>
    resolveModule(from, specifier, (path) => sources.has(path), aliases);

  const own = [...sources].filter(
    (path) => isOwn(path) && !(path === XMCP_CONFIG && paths.includes('xmcp.config.json')),
  );
  // Looking for each word in thousands of files is what takes time: look for the declared packages if there are any.
  const declared = MCP_PACKAGES.filter((name) => name in dependencies);
  const words = declared.length > 0 ? declared : MCP_WORDS;
  const seeds = own.filter(
    (path) =>
      (disk.mentions(path, words) && specifiers(path).some(isMcpSpecifier)) ||
      MCP_METHODS.every((method) => disk.mentions(path, [method])),
  );
  if (seeds.length === 0) return { files: new Map(), seeds, unreadable: disk.unreadable };

  const importers = (path: string): string[] =>
    own.filter(
      (other) => disk.mentions(other, mentionsOf(path)) && specifiers(other).some((s) => resolve(other, s) === path),
    );
  const imports = (path: string): string[] => specifiers(path).flatMap((specifier) => resolve(path, specifier) ?? []);

  // xmcp makes a server of whatever lies in its folders.
  const isXmcp = 'xmcp' in dependencies;
  const core = spread(seeds, importers);
  const beside = own.filter((path) => isXmcp || NEXT_MIDDLEWARE.includes(path) || path.includes(METADATA_ROUTE));
  const kept = spread([...core, ...beside], imports);
  const files = new Map<string, string>();
  for (const path of [...kept].sort()) {
    const text = disk.text(path);
    if (text !== undefined) files.set(path, text);
  }
  return { files, seeds, unreadable: disk.unreadable };
}

function isMcpSpecifier(specifier: string): boolean {
  return MCP_PACKAGES.includes(packageOf(specifier) ?? '');
}

/** Breadth first, so that what is cut off by the limit is what is farthest away. */
function spread(start: string[], next: (path: string) => string[]): Set<string> {
  const found = new Set(start);
  for (const path of found) {
    for (const neighbour of next(path)) {
      if (found.size >= MAX_FILES) return found;
      found.add(neighbour);
    }
  }
  return found;
}

/** Every specifier that can mean a file ends in its name, or, for an index file, in its directory's name or dots. */
function mentionsOf(path: string): string[] {
  const stem = posix.basename(path, posix.extname(path));
  const names =
    stem === 'index' ? [stem, posix.basename(posix.dirname(path)), `'.'`, `"."`, `'..'`, `".."`, `./'`, `./"`] : [stem];
  return names.filter((name) => name !== '');
}

/** Reads files once, as bytes: looking for a few words in 5,000 files is fast as long as they are not decoded. */
class SourceReader {
  readonly unreadable: string[] = [];
  readonly #bytes: (path: string) => Buffer | undefined;
  readonly text: (path: string) => string | undefined;

  constructor(root: string) {
    this.#bytes = memo((path: string) => {
      try {
        const bytes = readFileSync(join(root, path));
        return bytes.length > MAX_FILE_BYTES ? undefined : bytes;
      } catch {
        return undefined;
      }
    });
    this.text = memo((path: string) => {
      const bytes = this.#bytes(path);
      try {
        return bytes && new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
      } catch {
        this.unreadable.push(path);
        return undefined;
      }
    });
  }

  mentions(path: string, words: string[]): boolean {
    const bytes = this.#bytes(path);
    return bytes !== undefined && words.some((word) => bytes.includes(word));
  }
}

function memo<T>(compute: (key: string) => T): (key: string) => T {
  const cache = new Map<string, T>();
  return (key) => {
    if (!cache.has(key)) cache.set(key, compute(key));
    return cache.get(key) as T;
  };
}
