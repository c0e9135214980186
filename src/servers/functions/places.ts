import { parse } from 'node:path/posix';
import type { ProjectSnapshot } from '../../project/snapshot.ts';

/** Where a host finds a function by the name of its file. */
export interface FunctionPlace {
  host: 'next' | 'vercel';
  /** The folder of all functions' folder: `src` of `src/pages/api/mcp.ts`. */
  above: string;
  /** URL path, or `undefined` when it has a parameter that stands for many. */
  path: string | undefined;
}

/**
 * Reads the host and the URL path off the path of a file: `pages/api/…` of Next.js, `api/…` of Vercel.
 * @returns `undefined` where no host looks for functions
 */
export function functionPlace(file: string, { manifest }: ProjectSnapshot): FunctionPlace | undefined {
  const segments = file.split('/');
  const isNext = manifest.allDependencies['next'] !== undefined;
  const api = segments.indexOf('api');
  const above = isNext ? segments.slice(0, api - 1) : segments.slice(0, api);
  const isIn = isNext ? segments[api - 1] === 'pages' && ['', 'src'].includes(above.join('/')) : api === 0;
  // Vercel leaves out what begins with `_` or a dot.
  if (!isIn || (!isNext && segments.some((segment) => /^[_.]/.test(segment)))) return undefined;
  const last = parse(segments.pop() ?? '').name;
  const names = [...segments.slice(api), ...(last === 'index' || last.startsWith('[[...') ? [] : [last])];
  const isKnown = names.every((name) => !name.startsWith('['));
  return {
    host: isNext ? 'next' : 'vercel',
    above: above.join('/'),
    path: isKnown ? `/${names.join('/')}` : undefined,
  };
}
