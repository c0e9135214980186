import { Node } from 'ts-morph';
import { mcpEventHandlers } from '../event-handlers.ts';
import { expressObjects } from '../express/apps.ts';
import { findExpressServers } from '../express/routes.ts';
import { fastifyObjects } from '../fastify/instances.ts';
import { findFastifyServers } from '../fastify/routes.ts';
import { listeningServers } from '../fastmcp/options.ts';
import { FASTMCP } from '../fastmcp/servers.ts';
import { passesIdentity } from '../fetch-shared/auth-argument.ts';
import { reachOf } from '../fetch-shared/reach.ts';
import { takesIdentity } from '../fetch-shared/transport-calls.ts';
import { findFunctions } from '../functions/functions.ts';
import { functionPlace } from '../functions/places.ts';
import { unreadFunction } from '../functions/unread.ts';
import { findHonoServer } from '../hono/routes.ts';
import { unclearDispatch } from '../json-rpc/doubts.ts';
import { listeningFrameworkServers } from '../mcp-framework/options.ts';
import { MCP_SERVER } from '../mcp-framework/servers.ts';
import type { CodeModel } from '../model.ts';
import { findHttpServers, isWrapped } from '../node-http/listeners.ts';
import { gateOf } from '../own-server/protect.ts';
import { selfHosted } from '../self-hosted/servers.ts';
import { localNames } from '../syntax/imports.ts';
import { programOf } from '../ways/program.ts';
import { existingGate } from './gate-call.ts';
import { nodeServer, type NodeServer } from './node-server.ts';

/** What a run is about to protect: its entry, and what an adapter has found there. */
interface Meant {
  entry: string;
  /** Servers of the Node hosts. */
  servers: readonly unknown[];
  /** Transport calls of the others. */
  calls: readonly Node[];
}

/**
 * One run puts in the gate of one host. A program that serves MCP on another one as well would keep that way open.
 * @returns why the run is refused, `undefined` when everything else has its gate
 */
export function ungatedElsewhere(model: CodeModel, { entry, servers, calls }: Meant): string | undefined {
  const isInProgram = programOf(model, entry);
  const unclear = unclearDispatch(model, isInProgram);
  if (unclear !== undefined) return unclear;
  const served = nodeHosts(nodeServer(model)).find(
    ({ found, at, isGated }) => isInProgram(at.getSourceFile()) && !servers.includes(found) && !isGated(),
  );
  if (served) return sentence(model, served.at, served.host);
  const functions = findFunctions(model);
  const own = functions.find((found) => !servers.includes(found) && !isWrapped(found.handler));
  if (own) return sentence(model, own.handler, 'a function of its host');
  // What the program itself serves has been looked at above.
  const unread = unreadFunction(model, functions, ({ node }) => isInProgram(node.getSourceFile()));
  if (unread !== undefined) return unread;
  const [event] = mcpEventHandlers(model);
  if (event) return sentence(model, event, 'h3');
  const sinks = new Set(nodeServer(model).sinks.map(({ node }): Node => node));
  const call = reachOf(model).calls.find(
    (each) =>
      !sinks.has(each.call) &&
      !calls.includes(each.call) &&
      (isInProgram(each.call.getSourceFile()) || isOpenFunction(model, each.call)) &&
      !(takesIdentity(each) ? passesIdentity(each.call) : isBehindHonoGate(model, each.call)),
  );
  return call && sentence(model, call.call, 'Fetch requests');
}

/** A module of handlers of Requests that its host serves by itself. */
function isOpenFunction(model: CodeModel, call: Node): boolean {
  const file = call.getSourceFile();
  const isGated = localNames(file, ({ imported }) => imported === 'protectMcp').size > 0;
  return !isGated && functionPlace(model.pathOf(file), model.snapshot) !== undefined;
}

function sentence(model: CodeModel, at: Node, host: string): string {
  const place = model.placeOf(at);
  return `${place} serves MCP as well, on ${host}, and would stay open: put a gate there by hand first`;
}

interface Served {
  host: string;
  found: unknown;
  at: Node;
  isGated(): boolean;
}

/** Every server of a Node host that leads to MCP. */
function nodeHosts(server: NodeServer): Served[] {
  const express = findExpressServers(server).map((found): Served => {
    const { creation } = found.app;
    const isApp = (node: Node): boolean =>
      expressObjects(server)
        .of(node)
        .some((each) => each.creation === creation);
    return {
      host: 'Express',
      found,
      at: creation,
      isGated: () => existingGate(server, 'express', isApp) !== undefined,
    };
  });
  const fastify = findFastifyServers(server).map((found): Served => {
    const { creation } = found;
    const isApp = (node: Node): boolean =>
      fastifyObjects(server)
        .of(node)
        .some((each) => each.creation === creation);
    return {
      host: 'Fastify',
      found,
      at: creation,
      isGated: () => existingGate(server, 'fastify', isApp) !== undefined,
    };
  });
  const http = findHttpServers(server).map((found): Served => ({
    host: 'node:http',
    found,
    at: found.call,
    isGated: () => isWrapped(found.listener),
  }));
  return [...express, ...fastify, ...http, ...ownServers(server)];
}

/** Servers of frameworks that make their HTTP server themselves. */
function ownServers({ model }: NodeServer): Served[] {
  return [
    { host: 'fastmcp', kind: FASTMCP, servers: listeningServers(model) },
    { host: 'mcp-framework', kind: MCP_SERVER, servers: listeningFrameworkServers(model) },
    ...selfHosted(model).map((found) => ({ host: found.framework.id, kind: found.creator, servers: [found] })),
  ].flatMap(({ host, kind, servers }) =>
    servers.map((found) => ({
      host,
      found,
      at: found.creation,
      isGated: () => gateOf(model, host, kind, found.creation) !== undefined,
    })),
  );
}

/** The app that leads to this call is one that `protectMcp` has been called on. */
function isBehindHonoGate(model: CodeModel, call: Node): boolean {
  const server = findHonoServer(model);
  const roots = (server?.routes ?? []).filter(({ calls }) => calls.some((each) => each.call === call));
  const gated = model.sourceFiles().flatMap((file) => {
    const names = localNames(file, ({ imported, specifier }) => imported === 'protectMcp' && specifier.startsWith('.'));
    if (names.size === 0) return [];
    return file
      .getDescendants()
      .filter(Node.isCallExpression)
      .filter((each) => names.has(each.getExpression().getText()))
      .flatMap((each) => each.getArguments()[0] ?? [])
      .flatMap((app) => server?.appOf(app)?.creation ?? []);
  });
  return roots.length > 0 && roots.every(({ root }) => gated.includes(root));
}
