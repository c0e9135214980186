import type { CodeModel } from '../model.ts';
import { nodeServer, type NodeServer } from '../node-shared/node-server.ts';
import { findListenPort } from '../node-shared/ports.ts';
import type { Match, ServerAdapter } from '../types.ts';
import { nestApps, usesOfMcpNest, type NestApp } from './apps.ts';
import { editNest } from './edit.ts';
import { nestAuth, nestRefusal } from './own-auth.ts';
import { nestPaths } from './paths.ts';

/** NestJS with `@rekog/mcp-nest`, version 1 and 2. The entry is where the application is created. */
export const nestAdapter: ServerAdapter<NestApp> = {
  id: 'nest',
  recognise(model: CodeModel) {
    const server = nodeServer(model);
    return nestApps(model).flatMap((app): Match<NestApp>[] => {
      const entry = model.pathOf(app.creation.getSourceFile());
      const { paths, transports } = nestPaths(app, server);
      if (paths.length === 0) return [];
      const port = findListenPort(model, server.identifiers, entry);
      return [
        {
          entry,
          paths,
          transports,
          ...(port === undefined ? {} : { port }),
          confidence: 1,
          notes: ownScopes(server),
          handle: app,
        },
      ];
    });
  },
  edit: editNest,
  ownAuth: nestAuth,
  refuse: nestRefusal,
};

/** What mcp-nest checks itself, by what it finds in `request.user`. */
function ownScopes(server: NodeServer): string[] {
  return ['ToolScopes', 'ToolRoles', 'ToolGuards']
    .flatMap((name) => usesOfMcpNest(server, name))
    .map(
      (node) => `${server.model.placeOf(node)}: @${node.getText()} asks besides the scope map; a caller needs both.`,
    );
}
