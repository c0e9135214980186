import type { Node } from 'ts-morph';
import { findExpressServers } from '../express/routes.ts';
import { findFastifyServers } from '../fastify/routes.ts';
import { findHttpServers } from '../node-http/listeners.ts';
import type { NodeServer } from './node-server.ts';

/**
 * Says which place hands requests to a transport without a route that leads there: a gate that does not know all ways is
 * none. Only the files of the server at hand count; what stands elsewhere may be another server, or code nobody runs.
 * @returns the reason not to touch the file, `undefined` when everything is covered
 */
export function uncovered(server: NodeServer, entry: string): string | undefined {
  const servers = [...findExpressServers(server), ...findFastifyServers(server)];
  const covered = new Set([
    ...servers.flatMap(({ routes }) => routes.flatMap((route) => route.sinks)),
    ...findHttpServers(server).flatMap(({ sinks }) => sinks),
  ]);
  const files = new Set([...covered].map(({ node }) => node.getSourceFile()));
  const missed = server.sinks.find(
    (sink) =>
      !covered.has(sink) &&
      (files.has(sink.node.getSourceFile()) || server.model.pathOf(sink.node.getSourceFile()) === entry),
  );
  if (!missed) return undefined;
  const place = `${server.model.pathOf(missed.node.getSourceFile())}:${missed.node.getStartLineNumber()}`;
  return `at ${place} requests enter the MCP server, and the route that leads there could not be found`;
}

/** Which files serve MCP on which of the Node hosts. */
export function servedFiles(server: NodeServer): { host: string; file: string }[] {
  const of = (host: string, nodes: Node[]): { host: string; file: string }[] =>
    nodes.map((node) => ({ host, file: server.model.pathOf(node.getSourceFile()) }));
  return [
    ...of(
      'express',
      findExpressServers(server).map(({ app }) => app.creation),
    ),
    ...of(
      'fastify',
      findFastifyServers(server).map(({ creation }) => creation),
    ),
    ...of(
      'node-http',
      findHttpServers(server).map(({ call }) => call),
    ),
  ];
}
