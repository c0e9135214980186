import { packageOf, SDK_2 } from '../../project/packages.ts';
import type { ProjectSnapshot } from '../../project/snapshot.ts';
import type { ModuleGraph } from '../module-graph.ts';

/** What opens an endpoint for HTTP although its package is the one that everything is imported from. */
const HTTP_NAMES = ['createMcpHandler', 'WebStandardStreamableHTTPServerTransport'];

/**
 * What a project imports of SDK 2, by where SDK 1 has the same: `@modelcontextprotocol/server/stdio` -> `server/stdio`.
 * There the subpath tells what it is; in SDK 2 most things come from one package.
 */
export function sdk2Imports(snapshot: ProjectSnapshot, graph: ModuleGraph): string[] {
  return [...snapshot.files].flatMap(([path, text]) =>
    graph
      .specifiers(path)
      .filter((specifier) => SDK_2.includes(packageOf(specifier) ?? ''))
      .flatMap((specifier) => subpaths(specifier, text)),
  );
}

function subpaths(specifier: string, text: string): string[] {
  switch (specifier) {
    case '@modelcontextprotocol/server':
      return HTTP_NAMES.some((name) => text.includes(name)) ? ['server', 'server/streamableHttp'] : ['server'];
    case '@modelcontextprotocol/server/stdio':
      return ['server/stdio'];
    case '@modelcontextprotocol/node':
      return ['server/streamableHttp'];
    case '@modelcontextprotocol/server-legacy':
    case '@modelcontextprotocol/server-legacy/sse':
      return ['server/sse'];
    default:
      return ['server'];
  }
}
