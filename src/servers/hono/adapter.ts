import { findPort } from '../fetch-shared/port.ts';
import { isWorker, transportsOf, uncoveredNotes } from '../fetch-shared/facts.ts';
import type { CodeModel } from '../model.ts';
import { importedNames } from '../syntax/imports.ts';
import { sharedTransportNotes } from '../shared-transport.ts';
import type { Match, ServerAdapter } from '../types.ts';
import type { AppCreation } from './apps.ts';
import { editHono } from './edit.ts';
import { findHonoServer, protectedPaths, type HonoMatch, type McpRoute } from './routes.ts';

/** Hono with the SDK's web-standard transport, with @hono/mcp, or with the node transport behind fetch-to-node. */
export const honoAdapter: ServerAdapter<HonoMatch> = {
  id: 'hono',
  recognise: (model) => (isOnlyWorker(model) ? [] : recogniseHono(model)),
  edit: editHono,
};

/** Are its apps served by Workers and not by Node.js? */
export function isOnlyWorker(model: CodeModel): boolean {
  const isServed = model
    .sourceFiles()
    .some((file) => importedNames(file).some(({ specifier }) => specifier === '@hono/node-server'));
  return isWorker(model) && !isServed;
}

/** Every app whose routes lead to MCP. */
export function recogniseHono(model: CodeModel): Match<HonoMatch>[] {
  const server = findHonoServer(model);
  if (!server) return [];
  const covered = server.routes.flatMap((route) => route.calls);
  const roots = new Map<AppCreation, McpRoute[]>();
  for (const route of server.routes) roots.set(route.root, [...(roots.get(route.root) ?? []), route]);
  return [...roots].map(([root, routes]) => {
    const entry = model.pathOf(root.getSourceFile());
    const calls = routes.flatMap((route) => route.calls);
    const paths = protectedPaths(routes) ?? [];
    const port = findPort(model, entry);
    const inOneFile = calls.every(({ call }) => call.getSourceFile() === root.getSourceFile());
    return {
      entry,
      paths,
      transports: transportsOf(model),
      ...(port === undefined ? {} : { port }),
      confidence: inOneFile ? 2 : 1,
      notes: [
        ...(paths.includes('/')
          ? ['The MCP route is at the root of the app, so the whole app is behind the gate.']
          : []),
        ...sharedTransportNotes(model, calls),
        ...uncoveredNotes(model, server.reach.calls, covered),
      ],
      handle: { root, routes, appOf: server.appOf },
    };
  });
}
