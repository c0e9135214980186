import { Node, type CallExpression } from 'ts-morph';
import { Origins } from '../syntax/origins.ts';
import { packageExport } from '../syntax/packages.ts';
import type { NodeServer } from '../node-shared/node-server.ts';

/** `mcp` is the SDK's `createMcpExpressApp()`. */
export interface ExpressObject {
  kind: 'app' | 'mcp' | 'router';
  creation: CallExpression;
}

/** Where the versions of the SDK keep `createMcpExpressApp`. */
const SDK_MODULES = ['@modelcontextprotocol/sdk/server/express', '@modelcontextprotocol/express'];

export const VERBS = ['all', 'get', 'post', 'put', 'patch', 'delete', 'options', 'head'] as const;
const CHAINED = new Set<string>([...VERBS, 'use', 'set', 'enable', 'disable', 'engine', 'param']);

/** Follows expressions to the Express apps and routers that they stand for. */
export function expressObjects(server: NodeServer): Origins<ExpressObject> {
  const known = new Map<Node, ExpressObject>();
  return new Origins(server.identifiers, {
    created(node) {
      if (!Node.isCallExpression(node)) return undefined;
      const kind = kindOf(node);
      if (!kind) return undefined;
      const object = known.get(node) ?? { kind, creation: node };
      known.set(node, object);
      return object;
    },
    chains: (method) => CHAINED.has(method),
  });
}

function kindOf(call: CallExpression): ExpressObject['kind'] | undefined {
  const made = packageExport(call.getExpression());
  if (made?.module === 'express') {
    if (made.name === 'Router') return 'router';
    return made.name === 'default' || made.name === '*' ? 'app' : undefined;
  }
  const isSdk = SDK_MODULES.some((module) => made?.module.startsWith(module));
  return isSdk && made?.name === 'createMcpExpressApp' ? 'mcp' : undefined;
}
