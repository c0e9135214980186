import path from 'node:path/posix';

/**
 * Where the generated code goes on a first run: `auth/` beside the entry, or `mcp-auth/` when the project keeps
 * something of its own there.
 * @param isTaken whether a path (relative to the root) exists already
 */
export function newAuthFolder(entry: string, isTaken: (path: string) => boolean): string {
  const beside = path.join(...outsideOfRoutes(path.dirname(entry).split('/')));
  const candidates = ['auth', 'mcp-auth', 'mcp-oauth'].map((name) => path.join(beside, name));
  return candidates.find((dir) => !isTaken(dir)) ?? path.join(beside, 'mcp-auth-generated');
}

/** Hosts that take every file of a folder for a route (`pages/api` of Next.js, `api` of Vercel) get nothing in there. */
function outsideOfRoutes(folders: string[]): string[] {
  const api = folders.indexOf('api');
  const isPages = api > 0 && folders[api - 1] === 'pages';
  if (api !== 0 && !isPages) return folders;
  return ['.', ...folders.slice(0, isPages ? api - 1 : api)];
}
