/** Where a route file of the App Router answers. */
export interface RoutePath {
  /** The folder that holds the routes: `app` or `src/app`. */
  appDir: string;
  /** URL path, or `undefined` when it has a parameter that stands for many. */
  path: string | undefined;
  /** The folder of the file itself. */
  folder: string;
}

/**
 * Reads the URL path off a route file: `src/app/api/(public)/mcp/route.ts` -> `/api/mcp`. Route groups do not count, an
 * optional catch-all at the end matches the path above it, and `[transport]` is read as `mcp`.
 * @returns `undefined` if the file is no route file of the App Router
 */
export function routePath(file: string): RoutePath | undefined {
  const segments = file.split('/');
  const name = segments.pop() ?? '';
  const app = segments.indexOf('app');
  if (app === -1 || !/^route\.([cm]?[jt]s|[jt]sx)$/.test(name)) return undefined;
  const folders = segments.slice(app + 1);
  const url: string[] = [];
  let isKnown = true;
  for (const [index, folder] of folders.entries()) {
    if (folder.startsWith('(') && folder.endsWith(')')) continue;
    if (folder.startsWith('[[...') && index === folders.length - 1) continue;
    if (folder === '[transport]') url.push('mcp');
    else if (folder.startsWith('[') || folder.startsWith('@')) isKnown = false;
    else url.push(folder);
  }
  return {
    appDir: segments.slice(0, app + 1).join('/'),
    path: isKnown ? `/${url.join('/')}` : undefined,
    folder: segments.join('/'),
  };
}
