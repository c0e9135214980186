import { Node } from 'ts-morph';
import { findTransportCalls, type TransportCall } from './transport-calls.ts';
import { declarationsOf } from './syntax.ts';
import type { CodeModel } from '../model.ts';

/** Tells which transport calls a piece of code leads to, through the project's own functions. */
export interface Reach {
  calls: TransportCall[];
  /** Every transport call inside `node` or in a function that it names, directly or not. */
  from(node: Node): TransportCall[];
}

export function createReach(model: CodeModel): Reach {
  const known = reaches.get(model) ?? findReach(model);
  reaches.set(model, known);
  return known;
}

/** Several adapters ask the same of one model. */
const reaches = new WeakMap<CodeModel, Reach>();

function findReach(model: CodeModel): Reach {
  const calls = findTransportCalls(model);
  const named = new Map<Node, Node[]>();

  const namedIn = (node: Node): Node[] => {
    const known = named.get(node);
    if (known) return known;
    const functions = namedFunctions(node);
    named.set(node, functions);
    return functions;
  };

  function from(start: Node): TransportCall[] {
    const reached = new Set([start]);
    for (const node of reached) {
      for (const callee of namedIn(node)) reached.add(callee);
    }
    return calls.filter(({ call }) => [...reached].some((node) => contains(node, call)));
  }
  return { calls, from: (node) => (calls.length === 0 ? [] : from(node)) };
}

function contains(outer: Node, inner: Node): boolean {
  return (
    outer.getSourceFile() === inner.getSourceFile() && outer.getPos() <= inner.getPos() && inner.getEnd() <= outer.getEnd()
  );
}

/** Functions of the project whose names occur in `node`, as callee or as value. */
function namedFunctions(node: Node): Node[] {
  const identifiers = Node.isIdentifier(node) ? [node] : node.getDescendants().filter(Node.isIdentifier);
  const found = new Set<Node>();
  for (const identifier of identifiers) {
    for (const declaration of declarationsOf(identifier)) {
      if (contains(node, declaration)) continue;
      const body = functionBehind(declaration);
      if (body) found.add(body);
    }
  }
  return [...found];
}

function functionBehind(declaration: Node): Node | undefined {
  if (Node.isFunctionDeclaration(declaration) || Node.isMethodDeclaration(declaration)) return declaration;
  if (Node.isExportAssignment(declaration)) return declaration.getExpression();
  const holdsValue = Node.isVariableDeclaration(declaration) || Node.isPropertyAssignment(declaration) || Node.isPropertyDeclaration(declaration);
  return holdsValue ? declaration.getInitializer() : undefined;
}
