import { staticString } from '../fetch-shared/static-value.ts';
import type { CodeModel } from '../model.ts';
import { nodeServer, notesOf, transportsOf } from '../shared/node-server.ts';
import { findListenPort } from '../shared/ports.ts';
import { distinct, inOrder, type RoutePath } from '../shared/routes.ts';
import type { Match, ServerAdapter } from '../types.ts';
import { editExpress } from './edit.ts';
import { findExpressServers, type ExpressServer } from './routes.ts';

/** The apps of one file that serve MCP. */
export type ExpressMatch = ExpressServer[];

/** Express 4 and 5 and the SDK's `createMcpExpressApp()`, with Streamable HTTP or the legacy SSE transport. */
export const expressAdapter: ServerAdapter<ExpressMatch> = { id: 'express', recognise, edit: editExpress };

function recognise(model: CodeModel): Match<ExpressMatch>[] {
  const server = nodeServer(model);
  const byFile = new Map<string, ExpressMatch>();
  for (const found of findExpressServers(server)) {
    const entry = model.pathOf(found.app.creation.getSourceFile());
    byFile.set(entry, [...(byFile.get(entry) ?? []), found]);
  }
  return [...byFile].map(([entry, servers]) => {
    const routes = inOrder(servers.flatMap((found) => found.routes));
    const sinks = [...new Set(routes.flatMap((route) => route.sinks))];
    const port = findListenPort(model, server.identifiers, entry);
    const inOneFile = sinks.every(({ node }) => model.pathOf(node.getSourceFile()) === entry);
    return {
      entry,
      paths: [...new Set(distinct(routes.map((route) => route.path)).map(displayed))],
      transports: transportsOf(server, sinks),
      ...(port === undefined ? {} : { port }),
      confidence: inOneFile ? 2 : 1,
      notes: notesOf(server, sinks),
      handle: servers,
    };
  });
}

/** For people, a path that the environment can change is shown with its default. */
function displayed({ text, node }: RoutePath): string {
  return text ?? staticString(node) ?? '/mcp';
}
