import { Node, SyntaxKind, type CallExpression } from 'ts-morph';
import { expressObjects } from '../express/apps.ts';
import { findExpressServers, routeCalls } from '../express/routes.ts';
import { fastifyObjects } from '../fastify/instances.ts';
import { findFastifyServers } from '../fastify/routes.ts';
import { findFunctions } from '../functions/functions.ts';
import { findHttpServers } from '../node-http/listeners.ts';
import { stdinReaders } from '../json-rpc/stdin.ts';
import { mixedAnswersOfSdk } from '../shared-transport.ts';
import { unseenEntrance } from '../unseen-entrance.ts';
import type { Match } from '../types.ts';
import { programOf } from '../ways/program.ts';
import { fromListener, fromPlugin, fromRouter, fromSink, strangeWay } from '../ways/strange-way.ts';
import type { NodeServer } from './node-server.ts';
import { ungatedElsewhere } from './other-hosts.ts';
import type { McpRoute } from './routes.ts';
import { rewrittenUrl } from './rewritten-urls.ts';
import { takenMethods, type Sink } from './sinks.ts';

/** What has to be known before a gate is put in: why it cannot be, or where it is not enough. */
export type Coverage =
  | { refused: string }
  /** Sinks that need a check of their own: code may lead there that the gate does not see, at the place that is named. */
  | { loose: Map<Sink, string> };

/**
 * Says which place hands requests to a transport without a route that leads there: a gate that does not know all ways is
 * none. Only the files of the server at hand count; what stands elsewhere may be another server, or code nobody runs.
 * @returns the reason not to touch the file, `undefined` when everything is covered
 */
export function coverageOf(server: NodeServer, match: Match<unknown[]>): Coverage {
  const missed = missedSink(server, match);
  if (missed) {
    const place = server.model.placeOf(missed.node);
    return {
      refused: `at ${place} requests enter the MCP server, and the route that leads there could not be found`,
    };
  }
  const elsewhere = ungatedElsewhere(server.model, {
    entry: match.entry,
    servers: [...match.handle, ...findFunctions(server.model)],
    calls: [],
  });
  if (elsewhere) return { refused: elsewhere };
  const unseen = unseenEntrance(server.model, match.entry);
  if (unseen) return { refused: unseen };
  const isInProgram = programOf(server.model, match.entry);
  const taken = takenMethods(server.model, server.identifiers).find((node) => isInProgram(node.getSourceFile()));
  if (taken) {
    const place = server.model.placeOf(taken);
    return { refused: `at ${place} a method of the transport is handed on, and it cannot be told to whom` };
  }
  const calls = server.sinks.flatMap(({ node }) => (Node.isCallExpression(node) ? [node] : []));
  const mixed = mixedAnswersOfSdk(
    server.model,
    calls.filter((call) => isInProgram(call.getSourceFile())),
  );
  if (mixed) return { refused: mixed };
  const path = pathSession(server);
  if (path) {
    return {
      refused: `sessions of the older SSE transport are named in the path ${path}, where the gate cannot tell whose they are`,
    };
  }
  const strange = strangeRoute(server);
  if (strange) {
    const place = server.model.placeOf(strange);
    return { refused: `at ${place} a route leads to the MCP server, and on which app could not be found` };
  }
  return waysAround(server, match);
}

/** `/messages/:sessionId`: the gate knows the session of a message by `?sessionId=`, as the SDK writes it. */
function pathSession(server: NodeServer): string | undefined {
  const routes = [...findExpressServers(server), ...findFastifyServers(server)].flatMap((found) => found.routes);
  const isPattern = (text: string): boolean => text.includes(':') || text.includes('*');
  return routes
    .filter(
      ({ sinks }) => sinks.some(({ kind }) => kind === 'post') && sinks.every(({ kind }) => kind !== 'streamable'),
    )
    .map(({ path }) => path.text ?? '')
    .find(isPattern);
}

/** A transport of this server that no route leads to. */
function missedSink(server: NodeServer, match: Match<unknown[]>): Sink | undefined {
  const servers = [...findExpressServers(server), ...findFastifyServers(server)];
  const covered = new Set([
    ...servers.flatMap(({ routes }) => routes.flatMap((route) => route.sinks)),
    ...findHttpServers(server).flatMap(({ sinks }) => sinks),
  ]);
  const files = new Set([...covered].map(({ node }) => node.getSourceFile()));
  return server.sinks.find(
    (sink) =>
      !covered.has(sink) &&
      (files.has(sink.node.getSourceFile()) || server.model.pathOf(sink.node.getSourceFile()) === match.entry),
  );
}

/** What the run puts behind the gate, and what stands in other files and has one. */
function waysAround(server: NodeServer, { entry, handle }: Match<unknown[]>): Coverage {
  const { model, identifiers } = server;
  const isElsewhere = (node: Node): boolean => model.pathOf(node.getSourceFile()) !== entry;
  const isMeant = (found: unknown, node: Node): boolean => handle.includes(found) || isElsewhere(node);
  const express = findExpressServers(server).filter((found) => isMeant(found, found.app.creation));
  const fastify = findFastifyServers(server).filter((found) => isMeant(found, found.creation));
  const http = findHttpServers(server).filter((found) => isMeant(found, found.call));
  const known = {
    model,
    identifiers,
    recognised: [
      ...stdinReaders(model),
      ...[...express, ...fastify].flatMap(({ routes }) => routes.flatMap(({ handlers }) => handlers)),
      ...express.flatMap(({ mounted }) => [...mounted]),
      ...fastify.flatMap(({ registered }) => [...registered]),
      ...http.map(({ listener }) => listener),
    ],
    isInProgram: programOf(model, entry),
  };
  const inner = express.flatMap((found) => [...found.inner].map((router) => ({ router, sinks: sinksOf(found) })));
  const starts = [
    ...server.sinks.map((sink) => ({
      start: sink.isListener ? fromListener(sink.node) : fromSink(sink.node),
      sinks: [sink],
    })),
    ...fastify.flatMap((found) =>
      [...found.plugins].map((plugin) => ({ start: fromPlugin(plugin), sinks: sinksOf(found) })),
    ),
    ...inner.map(({ router, sinks }) => ({ start: fromRouter(router.creation), sinks })),
  ];
  const rewriting = rewrittenUrl(server, known.isInProgram);
  const loose = new Map<Sink, string>(
    rewriting ? server.sinks.map((sink) => [sink, server.model.placeOf(rewriting)]) : [],
  );
  for (const { start, sinks } of starts) {
    const way = strangeWay(start, known);
    if (!way) continue;
    const place = server.model.placeOf(way.node);
    if (way.isCertain)
      return { refused: `at ${place} there is another way to the MCP server, which the gate might not see` };
    for (const sink of sinks) loose.set(sink, place);
  }
  return { loose };
}

function sinksOf({ routes }: { routes: McpRoute[] }): Sink[] {
  return routes.flatMap((route) => route.sinks);
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
