import type { CodeModel } from '../model.ts';
import { toMatches } from '../node-shared/matches.ts';
import { nodeServer } from '../node-shared/node-server.ts';
import { displayedPaths } from '../node-shared/routes.ts';
import type { ServerAdapter } from '../types.ts';
import { editExpress, settingNotes } from './edit.ts';
import { findExpressServers, type ExpressServer } from './routes.ts';

/** Express 4 and 5 and the SDK's `createMcpExpressApp()`, with Streamable HTTP or the legacy SSE transport. */
export const expressAdapter: ServerAdapter<ExpressServer[]> = {
  id: 'express',
  recognise(model: CodeModel) {
    const server = nodeServer(model);
    return toMatches(server, findExpressServers(server), {
      fileOf: ({ app }) => model.pathOf(app.creation.getSourceFile()),
      sinksOf: ({ routes }) => routes.flatMap((route) => route.sinks),
      pathsOf: (found) => displayedPaths(found.flatMap(({ routes }) => routes)),
      notesOf: (found) => [...rootNotes(found), ...settingNotes(found, server)],
    });
  },
  edit: editExpress,
};

/** Express takes `/` for everything below it, and so does the gate. */
function rootNotes(found: ExpressServer[]): string[] {
  const isRoot = found.some(({ routes }) => routes.some(({ path }) => path.text === '/'));
  return isRoot ? ['The MCP endpoint is the root of the app: the gate asks for a token on all of its routes.'] : [];
}
