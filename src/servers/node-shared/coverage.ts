import { Node, SyntaxKind, type CallExpression } from 'ts-morph';
import { expressObjects } from '../express/apps.ts';
import { findExpressServers, routeCalls } from '../express/routes.ts';
import { fastifyObjects } from '../fastify/instances.ts';
import { findFastifyServers } from '../fastify/routes.ts';
import { findHttpServers } from '../node-http/listeners.ts';
import type { Match } from '../types.ts';
import { programOf } from '../ways/program.ts';
import { strangeWay } from '../ways/strange-way.ts';
import type { NodeServer } from './node-server.ts';

/**
 * Says which place hands requests to a transport without a route that leads there: a gate that does not know all ways is
 * none. Only the files of the server at hand count; what stands elsewhere may be another server, or code nobody runs.
 * @returns the reason not to touch the file, `undefined` when everything is covered
 */
export function uncovered(server: NodeServer, match: Match<unknown[]>): string | undefined {
  const servers = [...findExpressServers(server), ...findFastifyServers(server)];
  const covered = new Set([
    ...servers.flatMap(({ routes }) => routes.flatMap((route) => route.sinks)),
    ...findHttpServers(server).flatMap(({ sinks }) => sinks),
  ]);
  const files = new Set([...covered].map(({ node }) => node.getSourceFile()));
  const missed = server.sinks.find(
    (sink) =>
      !covered.has(sink) &&
      (files.has(sink.node.getSourceFile()) || server.model.pathOf(sink.node.getSourceFile()) === match.entry),
  );
  if (missed)
    return `at ${placeOf(missed.node, server)} requests enter the MCP server, and the route that leads there could not be found`;
  const strange = strangeRoute(server);
  if (strange)
    return `at ${placeOf(strange, server)} a route leads to the MCP server, and on which app could not be found`;
  const way = strangeWayOf(server, match);
  return way && `at ${placeOf(way, server)} there is another way to the MCP server, which the gate might not see`;
}

/** What the run puts behind the gate, and what stands in other files on another host, of which people are told. */
function strangeWayOf(server: NodeServer, { entry, handle }: Match<unknown[]>): Node | undefined {
  const { model, identifiers } = server;
  const isElsewhere = (node: Node): boolean => model.pathOf(node.getSourceFile()) !== entry;
  const isMeant = (found: unknown, node: Node): boolean => handle.includes(found) || isElsewhere(node);
  const express = findExpressServers(server).filter((found) => isMeant(found, found.app.creation));
  const fastify = findFastifyServers(server).filter((found) => isMeant(found, found.creation));
  const http = findHttpServers(server).filter((found) => isMeant(found, found.call));
  return strangeWay({
    identifiers,
    sinks: server.sinks.map(({ node }) => node),
    recognised: [
      ...[...express, ...fastify].flatMap(({ routes }) => routes.flatMap(({ handlers }) => handlers)),
      ...express.flatMap(({ mounted }) => [...mounted]),
      ...http.map(({ listener }) => listener),
    ],
    routers: express.flatMap(({ inner }) => [...inner].map(({ creation }) => creation)),
    isInProgram: programOf(model, entry),
  });
}

/** A route to MCP on an object that is neither Express nor Fastify, as far as one can see: a way around the gate. */
function strangeRoute(server: NodeServer): Node | undefined {
  const express = expressObjects(server);
  const fastify = fastifyObjects(server);
  const leads = (nodes: Node[]): boolean => nodes.some((node) => server.leads.from(node).length > 0);
  const onUnknown = routeCalls(server).find(
    ({ receiver, handlers }) =>
      leads(handlers) && express.of(receiver).length === 0 && fastify.of(receiver).length === 0,
  );
  return onUnknown?.call ?? computedCalls(server).find((call) => leads(call.getArguments()));
}

/** `app[method](path, handler)` */
function computedCalls(server: NodeServer): CallExpression[] {
  const files = new Set(server.sinks.map(({ node }) => node.getSourceFile()));
  return [...files].flatMap((file) =>
    file
      .getDescendantsOfKind(SyntaxKind.CallExpression)
      .filter((call) => Node.isElementAccessExpression(call.getExpression()) && call.getArguments().length > 1),
  );
}

function placeOf(node: Node, server: NodeServer): string {
  return `${server.model.pathOf(node.getSourceFile())}:${node.getStartLineNumber()}`;
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
