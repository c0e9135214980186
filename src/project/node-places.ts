import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { OTHER_SERVER_PACKAGES } from './packages.ts';
import type { Place } from './python/places.ts';
import { isSourceFile } from './walk.ts';
import { mcpPackages, ownerOf, packageDirectories } from './workspace.ts';

/** Words that only a server has in its source; a client or a widget has not. */
const SERVER_WORDS = ['sdk/server', 'McpServer', '@hono/mcp', ...Object.keys(OTHER_SERVER_PACKAGES)];

/** Packages of a tree that hold an MCP server in TypeScript or JavaScript. */
export function nodePlaces(asked: string, paths: string[]): Place[] {
  const directories = packageDirectories(asked, paths);
  const candidates = mcpPackages(asked, directories, paths);
  return candidates.map((directory): Place => {
    const entry = paths.find(
      (path) => isSourceFile(path) && ownerOf(path, directories) === directory && mentionsServer(join(asked, path)),
    );
    return {
      dir: directory === '.' ? '' : directory,
      weight: entry === undefined ? 0 : 2,
      hasManifest: true,
      ...(entry === undefined ? {} : { entry }),
    };
  });
}

function mentionsServer(file: string): boolean {
  try {
    const bytes = readFileSync(file);
    return SERVER_WORDS.some((word) => bytes.includes(word));
  } catch {
    return false;
  }
}
