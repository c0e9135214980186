import { staticString } from '../fetch-shared/static-value.ts';
import type { CodeModel } from '../model.ts';
import { nodeServer, notesOf, transportsOf } from '../shared/node-server.ts';
import { findListenPort } from '../shared/ports.ts';
import { distinct, inOrder } from '../shared/routes.ts';
import type { Match, ServerAdapter } from '../types.ts';
import { editFastify } from './edit.ts';
import { findFastifyServers, type FastifyServer } from './routes.ts';

/** Fastify with MCP on routes of its own or of its plugins. */
export const fastifyAdapter: ServerAdapter<FastifyServer[]> = { id: 'fastify', recognise, edit: editFastify };

function recognise(model: CodeModel): Match<FastifyServer[]>[] {
  const server = nodeServer(model);
  const byFile = new Map<string, FastifyServer[]>();
  for (const found of findFastifyServers(server)) {
    const entry = model.pathOf(found.creation.getSourceFile());
    byFile.set(entry, [...(byFile.get(entry) ?? []), found]);
  }
  return [...byFile].map(([entry, servers]) => {
    const routes = inOrder(servers.flatMap((found) => found.routes));
    const sinks = [...new Set(routes.flatMap((route) => route.sinks))];
    const port = findListenPort(model, server.identifiers, entry);
    const inOneFile = sinks.every(({ node }) => model.pathOf(node.getSourceFile()) === entry);
    const paths = distinct(routes.map((route) => route.path)).map(
      ({ text, node }) => text ?? staticString(node) ?? '/mcp',
    );
    return {
      entry,
      paths: paths.length > 0 ? [...new Set(paths)] : ['/mcp'],
      transports: transportsOf(server, sinks),
      ...(port === undefined ? {} : { port }),
      confidence: inOneFile ? 2 : 1,
      notes: notesOf(server, sinks),
      handle: servers,
    };
  });
}
