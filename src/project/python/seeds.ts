import type { PythonImport, PythonSources } from './sources.ts';

/** The packages as they are imported. */
const MODULES = ['mcp', 'fastmcp', 'fastapps'];

/** What the names are of that only a client needs. */
const CLIENT_NAMES = ['Client', 'ClientSession', 'StdioServerParameters', 'types'];

/** How much a file says about being a server: 2 imports what makes one, 1 imports an MCP package, 0 neither. */
export type Weight = 0 | 1 | 2;

/** Weighs one file by its real import statements; comments and strings say nothing. */
export function weigh(sources: PythonSources, path: string): Weight {
  if (!sources.mayImport(path, MODULES)) return 0;
  const weights = sources.imports(path).map(weightOf);
  return weights.includes(2) ? 2 : weights.includes(1) ? 1 : 0;
}

function weightOf({ module, names }: PythonImport): Weight {
  const [top, second] = module.split('.');
  switch (top) {
    case 'mcp':
      if (second === 'server') return 2;
      return second === undefined && names.some((name) => ['Server', 'server', 'MCPServer', 'FastMCP'].includes(name))
        ? 2
        : 1;
    case 'fastmcp':
      if (second === 'client') return 1;
      return names.length > 0 && names.every((name) => CLIENT_NAMES.includes(name)) ? 1 : 2;
    case 'fastapps':
      return 2;
    default:
      return 0;
  }
}
