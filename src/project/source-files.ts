import { extname } from 'node:path/posix';

/** Endings of the modules a server can be made of; TypeScript first, because the rest may be compiled from it. */
export const SOURCE_ENDINGS = ['.ts', '.tsx', '.mts', '.cts', '.js', '.jsx', '.mjs', '.cjs'];

/** Next.js runs these files before every route: a gate that is there already would be in them. */
export const NEXT_MIDDLEWARE = ['middleware', 'proxy', 'src/middleware', 'src/proxy'].flatMap((stem) => [
  `${stem}.ts`,
  `${stem}.js`,
]);

/** What xmcp compiles a project by, where there is none that ends in `.json`; it runs none of it later. */
export const XMCP_CONFIG = 'xmcp.config.ts';

/** Is this file TypeScript, by its ending? */
export function isTypeScript(path: string): boolean {
  return ['.ts', '.tsx', '.mts', '.cts'].includes(extname(path));
}
