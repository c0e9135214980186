import { Node, SyntaxKind, type CallExpression } from 'ts-morph';
import { expressObjects } from '../express/apps.ts';
import { findExpressServers, routeCalls } from '../express/routes.ts';
import { fastifyObjects } from '../fastify/instances.ts';
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
  if (missed)
    return `at ${placeOf(missed.node, server)} requests enter the MCP server, and the route that leads there could not be found`;
  const strange = strangeRoute(server);
  return (
    strange && `at ${placeOf(strange, server)} a route leads to the MCP server, and on which app could not be found`
  );
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
