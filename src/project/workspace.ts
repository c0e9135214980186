import { readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { parseJsonObject, parseManifest } from './manifest.ts';
import { MCP_PACKAGES } from './packages.ts';
import { isSourceFile } from './walk.ts';

/** Words that only a server reached over HTTP has in its source. */
const HTTP_TRANSPORTS = ['StreamableHTTPServerTransport', 'StreamableHTTPTransport', 'SSEServerTransport'];

/** Directories (relative, `.` for the root) that hold a `package.json` of a package, not just a module-type marker. */
export function packageDirectories(root: string, paths: string[]): string[] {
  return paths
    .filter((path) => posix.basename(path) === 'package.json')
    .filter((path) => {
      const json = parseJsonObject(read(join(root, path))?.toString('utf8') ?? '');
      return json !== undefined && ['name', 'dependencies', 'devDependencies', 'scripts'].some((key) => key in json);
    })
    .map((path) => posix.dirname(path));
}

/** The directory of `directories` a file belongs to: the deepest one above it. */
export function ownerOf(path: string, directories: string[]): string {
  return directories
    .filter((dir) => dir === '.' || path.startsWith(`${dir}/`))
    .reduce((best, dir) => (best === '.' || dir.length > best.length ? dir : best), '.');
}

/**
 * Packages below a directory that hold an MCP server: those that depend on an MCP package (themselves, or through the
 * workspace root) and, where there are several, mention an HTTP transport in their source.
 */
export function mcpPackages(root: string, directories: string[], paths: string[]): string[] {
  const own = directories.filter((dir) => dependsOnMcp(join(root, dir, 'package.json')));
  const hoisted = own.includes('.') && directories.length > 1;
  const possible = hoisted ? directories : own;
  if (possible.length < 2) return possible;

  const speaking = new Set<string>();
  for (const path of paths.filter(isSourceFile)) {
    const owner = ownerOf(path, directories);
    if (possible.includes(owner) && !speaking.has(owner) && mentionsHttp(join(root, path))) speaking.add(owner);
  }
  return speaking.size > 0 ? [...speaking].sort() : own;
}

function dependsOnMcp(manifestPath: string): boolean {
  const text = read(manifestPath)?.toString('utf8');
  const dependencies = text === undefined ? {} : parseManifest(manifestPath, text).allDependencies;
  return MCP_PACKAGES.some((name) => name in dependencies);
}

/** Looks at bytes: cheaper than decoding, and all of the words are ASCII. */
function mentionsHttp(path: string): boolean {
  const bytes = read(path);
  return bytes !== undefined && HTTP_TRANSPORTS.some((word) => bytes.includes(word));
}

function read(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}
