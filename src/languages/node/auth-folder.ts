import path from 'node:path/posix';

/**
 * Where the generated code goes on a first run: `auth/` beside the entry, or `mcp-auth/` when the project keeps
 * something of its own there.
 * @param isTaken whether a path (relative to the root) exists already
 */
export function newAuthFolder(entry: string, isTaken: (path: string) => boolean): string {
  const beside = path.dirname(entry);
  const candidates = ['auth', 'mcp-auth', 'mcp-oauth'].map((name) => path.join(beside, name));
  return candidates.find((dir) => !isTaken(dir)) ?? path.join(beside, 'mcp-auth-generated');
}
