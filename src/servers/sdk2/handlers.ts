import { Node, type CallExpression, type PropertyAccessExpression, type SourceFile } from 'ts-morph';
import { moduleSpecifiers } from '../../project/modules.ts';
import type { CodeModel } from '../model.ts';
import { identifiersOf } from '../syntax/identifiers.ts';
import { once } from '../syntax/memo.ts';
import { contains } from '../syntax/nodes.ts';
import { Origins } from '../syntax/origins.ts';
import { callOf, callsOfExport, NODE, SERVER, usesOfExport } from './exports.ts';

/**
 * `createMcpHandler(factory)` of SDK 2 makes an object with a method `fetch(request, { authInfo })`; on Node.js it is
 * handed to `toNodeHandler`, which makes a listener `(req, res, body?)` of it.
 */
export const mcpHandlers = once((model: CodeModel): CallExpression[] =>
  callsOfExport(model, SERVER, 'createMcpHandler'),
);

/** What makes a listener of node:http of a handler. It takes the user from `req.auth`. */
export const nodeListeners = once((model: CodeModel): CallExpression[] => callsOfExport(model, NODE, 'toNodeHandler'));

/** `handler.fetch`, handed on as it is: `{ fetch: handler.fetch }`, `export const POST = handler.fetch`. */
export interface McpFetch {
  kind: 'fetch';
  call: PropertyAccessExpression;
}

/** `handler.fetch(request, options?)`: takes what `handleRequest` of the web-standard transport takes. */
interface McpFetchCall {
  kind: 'web';
  call: CallExpression;
}

/** Follows expressions to the handlers that they stand for. */
function handlerOrigins(model: CodeModel): Origins<CallExpression> {
  return new Origins<CallExpression>(identifiersOf(model), {
    created: (node) => mcpHandlers(model).find((handler) => handler === node),
    chains: () => false,
  });
}

/** `export default handler` that no file of the project imports: Bun, Deno and Workers serve what they find there. */
export function servedAsDefault(model: CodeModel): Node[] {
  if (mcpHandlers(model).length === 0) return [];
  const origins = handlerOrigins(model);
  return model.sourceFiles().flatMap((file) => {
    const assigned = file.getExportAssignments().map((node) => node.getExpression());
    const named = file
      .getExportDeclarations()
      .flatMap((declaration) => declaration.getNamedExports())
      .filter((each) => each.getAliasNode()?.getText() === 'default')
      .map((each): Node => each.getNameNode());
    const exported = [...assigned, ...named].filter((node) => origins.of(node).length > 0);
    return exported.length > 0 && !isImported(model, file) ? exported : [];
  });
}

/** Does another file of the project import this one? */
function isImported(model: CodeModel, file: SourceFile): boolean {
  return model
    .sourceFiles()
    .some((other) => moduleSpecifiers(other.getFullText()).some((s) => model.resolve(other.getFilePath(), s) === file));
}

/**
 * Where a handler takes Fetch requests. What stands in the argument of `toNodeHandler` is reached through the listener
 * that this makes, and through nothing else.
 */
export function mcpFetches(model: CodeModel): (McpFetch | McpFetchCall)[] {
  const handlers = mcpHandlers(model);
  if (handlers.length === 0) return [];
  const origins = handlerOrigins(model);
  return identifiersOf(model)
    .named('fetch')
    .flatMap((name): (McpFetch | McpFetchCall)[] => {
      const access = name.getParent();
      if (!Node.isPropertyAccessExpression(access) || access.getNameNode() !== name) return [];
      if (origins.of(access.getExpression()).length === 0 || isInListener(model, access)) return [];
      const call = callOf(access);
      return [call ? { kind: 'web', call } : { kind: 'fetch', call: access }];
    });
}

/** Is this a part of what `toNodeHandler` is given? */
export function isInListener(model: CodeModel, node: Node): boolean {
  return nodeListeners(model).some((listener) => contains(listener, node));
}

/** What of SDK 2 could take requests in a way that is not followed. */
export function unknownEntrances(model: CodeModel): Node[] {
  const listeners = new Set<Node>(nodeListeners(model));
  const handlers = new Set<Node>(mcpHandlers(model));
  const isCalled = (use: Node): boolean => listeners.has(callOf(use) ?? use) || handlers.has(callOf(use) ?? use);
  return [
    ...usesOfExport(model, NODE, 'toNodeHandler').filter((use) => !isCalled(use)),
    ...usesOfExport(model, SERVER, 'createMcpHandler').filter((use) => !isCalled(use)),
    ...usesOfExport(model, SERVER, 'legacyStatelessFallback'),
    ...usesOfExport(model, SERVER, 'PerRequestHTTPServerTransport'),
    // Proposed for the package: a middleware that makes the handler out of sight.
    ...usesOfExport(model, '@modelcontextprotocol/hono', 'mcp'),
  ].filter((use) => !isInType(use));
}

function isInType(node: Node): boolean {
  return node.getFirstAncestor(Node.isTypeNode) !== undefined;
}
