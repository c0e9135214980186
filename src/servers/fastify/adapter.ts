import type { CodeModel } from '../model.ts';
import { toMatches } from '../node-shared/matches.ts';
import { nodeServer } from '../node-shared/node-server.ts';
import { displayedPaths } from '../node-shared/routes.ts';
import type { ServerAdapter } from '../types.ts';
import { editFastify } from './edit.ts';
import { findFastifyServers, type FastifyServer } from './routes.ts';

/** Fastify with MCP on routes of its own or of its plugins. */
export const fastifyAdapter: ServerAdapter<FastifyServer[]> = {
  id: 'fastify',
  recognise(model: CodeModel) {
    const server = nodeServer(model);
    return toMatches(server, findFastifyServers(server), {
      fileOf: ({ creation }) => model.pathOf(creation.getSourceFile()),
      sinksOf: ({ routes }) => routes.flatMap((route) => route.sinks),
      pathsOf: (found) => displayedPaths(found.flatMap(({ routes }) => routes)),
      notesOf: () => [],
    });
  },
  edit: editFastify,
};
