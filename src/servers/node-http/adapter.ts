import type { CodeModel } from '../model.ts';
import { readHandler } from '../node-shared/guards.ts';
import { toMatches } from '../node-shared/matches.ts';
import { nodeServer, type NodeServer } from '../node-shared/node-server.ts';
import type { ServerAdapter } from '../types.ts';
import { editNodeHttp } from './edit.ts';
import { findHttpServers, type HttpListener } from './listeners.ts';

/** `http.createServer(listener)` with a listener that tells paths apart by itself. */
export const nodeHttpAdapter: ServerAdapter<HttpListener[]> = {
  id: 'node-http',
  recognise(model: CodeModel) {
    const server = nodeServer(model);
    return toMatches(server, findHttpServers(server), {
      fileOf: ({ call }) => model.pathOf(call.getSourceFile()),
      sinksOf: ({ sinks }) => sinks,
      pathsOf: (found) => pathsOf(found, server),
      notesOf: (found) => closedNotes(found, server),
    });
  },
  edit: editNodeHttp,
};

/** A listener that tests no path takes MCP on all of them. The legacy paths come last. */
function pathsOf(found: HttpListener[], server: NodeServer): string[] {
  const paths = found.flatMap(({ listener }) => readHandler(listener, server).mcp);
  const isLegacy = (path: string): number => Number(/sse|message/i.test(path));
  return paths.length > 0 ? paths.sort((a, b) => isLegacy(a) - isLegacy(b)) : ['/mcp'];
}

/** What people could reach without a token so far, and cannot be kept open safely. */
function closedNotes(found: HttpListener[], server: NodeServer): string[] {
  const closed = [...new Set(found.flatMap(({ listener }) => readHandler(listener, server).closed))];
  if (closed.length === 0) return [];
  return [
    `The gate asks for a token on every path of this listener, so on ${closed.join(', ')} too. It is safe to name a ` +
      'path in `open` once no request for it can fall through to MCP.',
  ];
}
