import { Node, type CallExpression, type NewExpression } from 'ts-morph';
import type { CodeModel } from '../model.ts';
import { nodeServer, type NodeServer } from '../node-shared/node-server.ts';
import { methodCallsNamed } from '../node-shared/routes.ts';
import { methodCall } from '../syntax/nodes.ts';
import { Origins } from '../syntax/origins.ts';
import { packageExport } from '../syntax/packages.ts';

/** The class of a framework that makes its HTTP server itself. */
export interface ServerClass {
  module: string;
  name: string;
  /** A function that makes the server. */
  isFunction?: true;
  /** Its methods return the server. */
  isFluent?: true;
}

export type Creation = NewExpression | CallExpression;

/** One `new FastMCP(…)`, and what is called on it. */
export interface OwnServer {
  creation: Creation;
  calls: CallExpression[];
}

/**
 * Every server object of a framework in the project.
 * @param methods names of the methods whose calls are wanted
 */
export function ownServers(model: CodeModel, kind: ServerClass, methods: string[]): OwnServer[] {
  const server = nodeServer(model);
  const creations = server.identifiers.named(kind.name).flatMap((name) => {
    const parent = name.getParent();
    const made = Node.isPropertyAccessExpression(parent) ? parent.getParent() : parent;
    return made && isCreation(made, kind) ? [made] : [];
  });
  const origins = originsOf(server, kind);
  const calls = methodCallsNamed(methods, (text) => server.identifiers.named(text));
  return creations.map((creation) => ({
    creation,
    calls: calls.filter((call) => origins.of(methodCall(call)!.receiver).includes(creation)),
  }));
}

/** Follows expressions to the servers that they stand for. */
export function originsOf(server: NodeServer, kind: ServerClass): Origins<Creation> {
  return new Origins<Creation>(server.identifiers, {
    created: (node) => (isCreation(node, kind) ? node : undefined),
    chains: () => kind.isFluent === true,
  });
}

/** `class X extends FastMCP`: what its objects do is not known. */
export function derivedClass(model: CodeModel, kind: ServerClass): Node | undefined {
  return nodeServer(model)
    .identifiers.named(kind.name)
    .find((name) => {
      const clause = name.getParent()?.getParent();
      return Node.isHeritageClause(clause) && packageExport(name)?.module === kind.module && !isInterface(clause);
    });
}

function isCreation(node: Node, { module, name, isFunction }: ServerClass): node is Creation {
  if (!Node.isNewExpression(node) && !Node.isCallExpression(node)) return false;
  if (Node.isCallExpression(node) !== (isFunction === true)) return false;
  const made = packageExport(node.getExpression());
  return made?.module === module && made.name === name;
}

function isInterface(clause: Node): boolean {
  return Node.isInterfaceDeclaration(clause.getParent());
}
