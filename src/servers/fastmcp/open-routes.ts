import type { CodeModel } from '../model.ts';
import { nodeServer } from '../node-shared/node-server.ts';
import { methodCallsNamed } from '../node-shared/routes.ts';
import { originsOf } from '../own-server/creations.ts';
import { methodCall } from '../syntax/nodes.ts';
import { objectsOf } from '../syntax/objects.ts';
import { Origins } from '../syntax/origins.ts';
import { Node, type CallExpression } from 'ts-morph';
import { propertyValue } from '../syntax/properties.ts';
import { FASTMCP, type FastMcpServer } from './servers.ts';

const VERBS = ['get', 'post', 'put', 'patch', 'delete', 'all', 'head', 'options'];
const PATTERN = /[*:{}?]/;

/**
 * Paths that people have put beside MCP on the server: routes of `server.getApp()`, and the path of its health check.
 * They need no token afterwards either. What fastmcp itself takes for MCP is none of them: `/messages…` reaches a session
 * when no route answers.
 */
export function openRoutes(model: CodeModel, { creation }: FastMcpServer): string[] {
  const server = nodeServer(model);
  const creations = originsOf(server, FASTMCP);
  const apps = new Origins<CallExpression>(server.identifiers, {
    created: (node) =>
      Node.isCallExpression(node) && methodCall(node)?.name === 'getApp' && isOf(node) ? node : undefined,
    chains: (method) => VERBS.includes(method) || method === 'use',
  });
  function isOf(call: Node): boolean {
    return creations.of(methodCall(call)!.receiver).includes(creation);
  }
  const health = objectsOf(creation.getArguments()[0])
    .flatMap((options) => objectsOf(propertyValue(options, 'health')))
    .flatMap((options) => server.constants.strings(propertyValue(options, 'path')) ?? []);
  const routes = methodCallsNamed(VERBS, (text) => server.identifiers.named(text))
    .filter((call) => call.getArguments().length > 1 && apps.of(methodCall(call)!.receiver).length > 0)
    .flatMap((call) => server.constants.strings(call.getArguments()[0]) ?? []);
  return [...new Set([...health, ...routes])].filter((path) => isPlain(path));
}

function isPlain(path: string): boolean {
  const isMcp = ['/mcp', '/sse', '/messages', '/stream'].some((start) => path.startsWith(start));
  return path.startsWith('/') && !PATTERN.test(path) && !isMcp;
}
