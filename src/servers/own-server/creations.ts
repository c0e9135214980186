import { Node, type CallExpression, type NewExpression } from 'ts-morph';
import type { CodeModel } from '../model.ts';
import { nodeServer, type NodeServer } from '../node-shared/node-server.ts';
import { methodCallsNamed } from '../node-shared/routes.ts';
import type { Identifiers } from '../syntax/identifiers.ts';
import { methodCall } from '../syntax/nodes.ts';
import { Origins } from '../syntax/origins.ts';
import { packageExport } from '../syntax/packages.ts';
import { programOf } from '../ways/program.ts';
import { handedOn, mentionsOf } from './mentions.ts';

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
  const creations = creationsOf(server.identifiers, kind);
  const origins = originsOf(server, kind);
  const calls = methodCallsNamed(methods, (text) => server.identifiers.named(text));
  return creations.map((creation) => ({
    creation,
    calls: calls.filter((call) => origins.of(methodCall(call)!.receiver).includes(creation)),
  }));
}

/** Every `new X(…)`, or `x(…)` of a function, under whatever name it has been imported. */
export function creationsOf(identifiers: Identifiers, kind: ServerClass): Creation[] {
  return mentionsOf(identifiers, kind).flatMap((mention) => {
    const made = mention.getParent();
    return made && isCreation(made, kind) ? [made] : [];
  });
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
  return mentionsOf(nodeServer(model).identifiers, kind).find((name) => {
    const clause = name.getParent()?.getParent();
    return Node.isHeritageClause(clause) && !isInterface(clause);
  });
}

/** @returns why the servers of a program are not all to be seen */
export function unseenServers(model: CodeModel, entry: string, kinds: ServerClass[]): string | undefined {
  const isInProgram = programOf(model, entry);
  for (const kind of kinds) {
    const at = handedOn(model, kind, isInProgram);
    if (at) return `${model.placeOf(at)} hands ${kind.name} on, and what is made of it is not seen`;
  }
  return undefined;
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
