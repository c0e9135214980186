import { Node, type CallExpression, type NewExpression } from 'ts-morph';
import type { CodeModel } from '../model.ts';
import { nodeServer, type NodeServer } from '../node-shared/node-server.ts';
import { methodCallsNamed } from '../node-shared/routes.ts';
import { once } from '../syntax/memo.ts';
import { methodCall } from '../syntax/nodes.ts';
import { Origins } from '../syntax/origins.ts';
import { packageExport } from '../syntax/packages.ts';

/** One `new FastMCP(…)` and how it is started. */
export interface FastMcpServer {
  creation: NewExpression;
  /** The objects that `start` is called with; none when it takes all from the command line and the environment. */
  starts: { call: CallExpression; options: Node | undefined }[];
}

/** Every FastMCP server of the project. */
export const fastMcpServers = once((model: CodeModel): FastMcpServer[] => {
  const server = nodeServer(model);
  const creations = server.identifiers.named('FastMCP').flatMap((name) => {
    const parent = name.getParent();
    const made = Node.isPropertyAccessExpression(parent) ? parent.getParent() : parent;
    return Node.isNewExpression(made) && isFastMcp(made) ? [made] : [];
  });
  const origins = creationOrigins(server);
  const calls = methodCallsNamed(['start'], (text) => server.identifiers.named(text));
  return creations.map((creation) => ({
    creation,
    starts: calls
      .filter((call) => origins.of(methodCall(call)!.receiver).includes(creation))
      .map((call) => ({ call, options: call.getArguments()[0] })),
  }));
});

/** Follows expressions to the servers that they stand for. */
export function creationOrigins(server: NodeServer): Origins<NewExpression> {
  return new Origins<NewExpression>(server.identifiers, {
    created: (node) => (Node.isNewExpression(node) && isFastMcp(node) ? node : undefined),
    chains: () => false,
  });
}

function isFastMcp(node: NewExpression): boolean {
  const made = packageExport(node.getExpression());
  return made?.module === 'fastmcp' && made.name === 'FastMCP';
}

/** `class X extends FastMCP`: what its objects do is not known. */
export function derivedClass(model: CodeModel): Node | undefined {
  return nodeServer(model)
    .identifiers.named('FastMCP')
    .find((name) => {
      const clause = name.getParent()?.getParent();
      return Node.isHeritageClause(clause) && packageExport(name)?.module === 'fastmcp' && !isInterface(clause);
    });
}

function isInterface(clause: Node): boolean {
  return Node.isInterfaceDeclaration(clause.getParent());
}
