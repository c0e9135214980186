import type { CodeModel } from '../model.ts';
import { recogniseOwnServers } from '../own-server/recognise.ts';
import type { ServerAdapter } from '../types.ts';
import { editFastMcp } from './edit.ts';
import { fastMcpAuth, fastMcpRefusal } from './own-auth.ts';
import { listeningServers, startOptions } from './options.ts';
import type { FastMcpServer } from './servers.ts';

/** fastmcp, which makes its HTTP server itself. The entry is where the FastMCP object is created. */
export const fastMcpAdapter: ServerAdapter<FastMcpServer[]> = {
  id: 'fastmcp',
  recognise: (model: CodeModel) =>
    recogniseOwnServers(model, listeningServers(model), {
      optionsOf(server) {
        const options = startOptions(model, server);
        return { ...options, paths: [options.endpoint, '/sse', '/messages'] };
      },
      isStarted: ({ starts }) => starts.length > 0,
    }),
  edit: editFastMcp,
  ownAuth: fastMcpAuth,
  refuse: fastMcpRefusal,
};
