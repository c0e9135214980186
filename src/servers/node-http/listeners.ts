import { Node, type CallExpression, type NewExpression } from 'ts-morph';
import { localNames } from '../syntax/imports.ts';
import { methodCall, unwrap } from '../syntax/nodes.ts';
import { findExpressServers } from '../express/routes.ts';
import { findFastifyServers } from '../fastify/routes.ts';
import { once } from '../syntax/memo.ts';
import type { NodeServer } from '../node-shared/node-server.ts';
import { Origins } from '../syntax/origins.ts';
import { packageExport } from '../syntax/packages.ts';
import { methodCallsNamed } from '../node-shared/routes.ts';
import type { Sink } from '../node-shared/sinks.ts';

/** A request listener of `node:http` or `node:https` that leads to MCP. */
export interface HttpListener {
  /** `createServer(listener)`, `new Server(listener)` or `server.on('request', listener)`. */
  call: Creation;
  listener: Node;
  sinks: Sink[];
}

/** Every request listener that leads to MCP, those left out that are the app of a framework. */
export const findHttpServers = once((server: NodeServer): HttpListener[] => {
  const framework = new Set(
    [...findExpressServers(server), ...findFastifyServers(server)].flatMap(({ routes }) =>
      routes.flatMap((route) => route.sinks),
    ),
  );
  return candidates(server).flatMap(({ call, listener }) => {
    const sinks = server.leads.from(listener).filter((sink) => !framework.has(sink));
    return sinks.length > 0 ? [{ call, listener, sinks }] : [];
  });
});

function candidates(server: NodeServer): { call: Creation; listener: Node }[] {
  if (server.sinks.length === 0) return [];
  const creations = new Origins<Creation>(server.identifiers, {
    created: (node) => (isCreation(node) ? node : undefined),
    chains: (method) => ['listen', 'on', 'once', 'setTimeout'].includes(method),
  });
  const created = ['createServer', 'Server']
    .flatMap((text) => server.identifiers.named(text))
    .flatMap((name) => {
      const parent = name.getParent();
      const callee = Node.isPropertyAccessExpression(parent) ? parent : name;
      const call = callee.getParent();
      return isCreation(call) && call.getExpression() === callee ? [call] : [];
    });
  const listening = methodCallsNamed(['on', 'addListener'], (text) => server.identifiers.named(text)).filter(
    (call) =>
      server.constants.string(call.getArguments()[0]) === 'request' &&
      creations.of(methodCall(call)!.receiver).length > 0,
  );
  return [...created, ...listening].flatMap((call) => {
    const listener = call.getArguments().at(-1);
    return listener && !Node.isObjectLiteralExpression(listener) ? [{ call, listener }] : [];
  });
}

type Creation = CallExpression | NewExpression;

/** `createServer(…)`, `new Server(…)` and `Server(…)`, which are the same. */
function isCreation(node: Node | undefined): node is Creation {
  if (!Node.isCallExpression(node) && !Node.isNewExpression(node)) return false;
  const made = packageExport(node.getExpression());
  return ['createServer', 'Server'].includes(made?.name ?? '') && ['http', 'https'].includes(made?.module ?? '');
}

/** The `protectMcp(…)` of an earlier run. What is open is the person's to decide from then on. */
export function isWrapped(listener: Node): boolean {
  const call = unwrap(listener);
  if (!Node.isCallExpression(call)) return false;
  const gates = localNames(
    call.getSourceFile(),
    ({ imported, specifier }) => imported === 'protectMcp' && specifier.startsWith('.'),
  );
  return gates.has(call.getExpression().getText());
}
