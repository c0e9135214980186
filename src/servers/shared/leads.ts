import { Node, type CallExpression } from 'ts-morph';
import { declarationsOf, isFunctionNode, unwrap } from '../fetch-shared/syntax.ts';
import { packageExport } from './packages.ts';
import type { Sink } from './sinks.ts';

/** Tells which sinks a piece of code leads to: those inside it, and those inside functions of the project it names. */
export class Leads {
  readonly sinks: Sink[];
  readonly #named = new Map<Node, Node[]>();
  readonly #reached = new Map<Node, Set<Node>>();

  constructor(sinks: Sink[]) {
    this.sinks = sinks;
  }

  /** Generous where it cannot know: a mention counts as a call. */
  from(node: Node): Sink[] {
    const reached = this.#closure(node);
    return this.sinks.filter((sink) => [...reached].some((code) => contains(code, sink.node)));
  }

  #closure(start: Node): Set<Node> {
    const known = this.#reached.get(start);
    if (known) return known;
    const reached = new Set([start]);
    for (const node of reached) for (const callee of this.#functionsIn(node)) reached.add(callee);
    this.#reached.set(start, reached);
    return reached;
  }

  #functionsIn(node: Node): Node[] {
    const known = this.#named.get(node);
    if (known) return known;
    const functions = namedFunctions(node);
    this.#named.set(node, functions);
    return functions;
  }
}

export function contains(outer: Node, inner: Node): boolean {
  return (
    outer.getSourceFile() === inner.getSourceFile() &&
    outer.getPos() <= inner.getPos() &&
    inner.getEnd() <= outer.getEnd()
  );
}

function namedFunctions(node: Node): Node[] {
  const found = new Set<Node>();
  const look = (identifier: Node): void => {
    if (!Node.isIdentifier(identifier) && !Node.isPrivateIdentifier(identifier)) return;
    for (const declaration of declarationsOf(identifier)) {
      if (contains(node, declaration)) continue;
      for (const code of codeBehind(declaration, identifier)) found.add(code);
    }
  };
  look(node);
  node.forEachDescendant(look);
  return [...found];
}

/** What may run when this declaration is named here. */
function codeBehind(declaration: Node, identifier: Node): Node[] {
  if (Node.isFunctionDeclaration(declaration) || Node.isMethodDeclaration(declaration)) return [declaration];
  if (Node.isGetAccessorDeclaration(declaration)) return [declaration];
  if (Node.isClassDeclaration(declaration)) {
    return Node.isNewExpression(identifier.getParent()) ? declaration.getConstructors() : [];
  }
  if (Node.isExportAssignment(declaration)) return valueCode(declaration.getExpression());
  if (Node.isBindingElement(declaration)) return calledFunctions(declaration);
  const holdsValue =
    Node.isVariableDeclaration(declaration) ||
    Node.isPropertyAssignment(declaration) ||
    Node.isPropertyDeclaration(declaration);
  const value = holdsValue ? declaration.getInitializer() : undefined;
  return value ? valueCode(value) : [];
}

/** Naming what a call has returned does not run that call again, but the function that it may have returned. */
function valueCode(value: Node): Node[] {
  const call = unwrap(value);
  if (!Node.isCallExpression(call)) return [value];
  if (isServerObject(call)) return [];
  const callee = call.getType().isAny() ? [call.getExpression()] : [];
  return [...call.getArguments(), ...callee, ...calledFunctions(call)];
}

/** The project's own functions that a value can be, by its type. */
function calledFunctions(node: Node): Node[] {
  return node
    .getType()
    .getCallSignatures()
    .flatMap((signature) => (signature.compilerSignature.declaration ? [signature.getDeclaration()] : []))
    .filter(isFunctionNode);
}

/** Naming an app or an HTTP server does not run its routes. */
function isServerObject(call: CallExpression): boolean {
  return ['http', 'https', 'express', 'fastify'].includes(packageExport(call.getExpression())?.module ?? '');
}
