import type { CodeModel } from '../model.ts';
import { recogniseOwnServers } from '../own-server/recognise.ts';
import type { OwnServer } from '../own-server/creations.ts';
import type { ServerAdapter } from '../types.ts';
import { editMcpFramework } from './edit.ts';
import { listeningFrameworkServers, serverOptions } from './options.ts';
import { mcpFrameworkAuth, mcpFrameworkRefusal } from './own-auth.ts';

/** mcp-framework, which makes its HTTP servers itself. The entry is where the MCPServer object is created. */
export const mcpFrameworkAdapter: ServerAdapter<OwnServer[]> = {
  id: 'mcp-framework',
  recognise: (model: CodeModel) =>
    recogniseOwnServers(model, listeningFrameworkServers(model), {
      optionsOf: (server) => serverOptions(model, server),
      isStarted: ({ calls }) => calls.length > 0,
    }),
  edit: editMcpFramework,
  ownAuth: mcpFrameworkAuth,
  refuse: mcpFrameworkRefusal,
};
