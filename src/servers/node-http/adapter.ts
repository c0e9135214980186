import type { CodeModel } from '../model.ts';
import { readHandler } from '../shared/guards.ts';
import { nodeServer, notesOf, transportsOf } from '../shared/node-server.ts';
import { findListenPort } from '../shared/ports.ts';
import type { Match, ServerAdapter } from '../types.ts';
import { editNodeHttp } from './edit.ts';
import { findHttpServers, type HttpListener } from './listeners.ts';

/** `http.createServer(listener)` with a listener that tells paths apart by itself. */
export const nodeHttpAdapter: ServerAdapter<HttpListener[]> = { id: 'node-http', recognise, edit: editNodeHttp };

function recognise(model: CodeModel): Match<HttpListener[]>[] {
  const server = nodeServer(model);
  const byFile = new Map<string, HttpListener[]>();
  for (const found of findHttpServers(server)) {
    const entry = model.pathOf(found.call.getSourceFile());
    byFile.set(entry, [...(byFile.get(entry) ?? []), found]);
  }
  return [...byFile].map(([entry, listeners]) => {
    const sinks = [...new Set(listeners.flatMap((found) => found.sinks))];
    const paths = [...new Set(listeners.flatMap(({ listener }) => readHandler(listener, server).mcp))];
    const port = findListenPort(model, server.identifiers, entry);
    const inOneFile = sinks.every(({ node }) => model.pathOf(node.getSourceFile()) === entry);
    return {
      entry,
      // A listener that tests no path takes MCP on all of them.
      paths: paths.length > 0 ? inOrder(paths) : ['/mcp'],
      transports: transportsOf(server, sinks),
      ...(port === undefined ? {} : { port }),
      confidence: inOneFile ? 2 : 1,
      notes: notesOf(server, sinks),
      handle: listeners,
    };
  });
}

/** The legacy paths come last. */
function inOrder(paths: string[]): string[] {
  const isLegacy = (path: string): number => Number(/sse|message/i.test(path));
  return paths.sort((a, b) => isLegacy(a) - isLegacy(b));
}
