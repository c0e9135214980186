import { Node, ts, type CallExpression } from 'ts-morph';
import { contains, declarationsOf, declaredValue, isFunctionNode, unwrap } from '../syntax/nodes.ts';
import { argumentsFor } from '../syntax/constants.ts';
import { outermost } from '../edits/place.ts';
import { LeadingNames } from './leading-names.ts';
import type { Identifiers } from '../syntax/identifiers.ts';
import { packageExport } from '../syntax/packages.ts';
import type { Sink } from './sinks.ts';

/** Tells which sinks a piece of code leads to: those inside it, and those inside functions of the project it names. */
export class Leads {
  readonly sinks: Sink[];
  readonly #named = new Map<Node, Node[]>();
  readonly #reached = new Map<Node, Set<Node>>();

  readonly #identifiers: Identifiers;
  readonly #names: LeadingNames;

  constructor(sinks: Sink[], identifiers: Identifiers) {
    this.sinks = sinks;
    this.#identifiers = identifiers;
    this.#names = new LeadingNames(sinks, identifiers);
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
    const functions = this.#namedFunctions(node);
    this.#named.set(node, functions);
    return functions;
  }

  #namedFunctions(node: Node): Node[] {
    const found = new Set<Node>();
    for (const identifier of this.#mentionsIn(node)) {
      for (const declaration of declarationsOf(identifier)) {
        if (contains(node, declaration)) continue;
        for (const code of this.#codeBehind(declaration, identifier)) found.add(code);
      }
    }
    return [...found];
  }

  /** What may run when this declaration is named here: the listener that a call has made, or code of the project. */
  #codeBehind(declaration: Node, identifier: Node): Node[] {
    const listeners = this.sinks.filter(({ isListener, node }) => isListener === true && isValueOf(node, declaration));
    if (listeners.length > 0) return listeners.map(({ node }) => node);
    return codeBehind(declaration, identifier, this.#identifiers);
  }

  /** The identifiers in a piece of code whose names may lead to a sink. */
  #mentionsIn(node: Node): Node[] {
    const file = node.getSourceFile();
    const found: Node[] = [];
    const visit = (each: ts.Node): void => {
      const isName = ts.isIdentifier(each) || ts.isPrivateIdentifier(each);
      if (isName && this.#names.has(each))
        found.push(file.getDescendantAtPos(each.getStart(file.compilerNode)) ?? node);
      ts.forEachChild(each, visit);
    };
    visit(node.compilerNode);
    return found;
  }
}

/** `const x = made`, `x = made`, `this.x = made`, and `const { x } = …` of an object that has `x: made`. */
function isValueOf(made: Node, declaration: Node): boolean {
  const value = declaredValue(declaration);
  if (value && unwrap(value) === made) return true;
  const parent = outermost(made).getParent();
  if (Node.isBinaryExpression(parent) && parent.getOperatorToken().getText() === '=') {
    const target = parent.getLeft();
    const name = Node.isPropertyAccessExpression(target) ? target.getNameNode() : target;
    return declarationsOf(name).includes(declaration);
  }
  const bound = Node.isBindingElement(declaration)
    ? (declaration.getPropertyNameNode()?.getText() ?? declaration.getName())
    : undefined;
  return Node.isPropertyAssignment(parent) && parent.getName() === bound;
}

/** What may run when this declaration is named here. */
function codeBehind(declaration: Node, identifier: Node, identifiers: Identifiers): Node[] {
  if (Node.isParameterDeclaration(declaration))
    return argumentsFor(declaration, identifiers).flatMap((value) => value ?? []);
  if (Node.isFunctionDeclaration(declaration) || Node.isMethodDeclaration(declaration)) return [declaration];
  if (Node.isGetAccessorDeclaration(declaration)) return [declaration];
  if (Node.isClassDeclaration(declaration)) {
    return Node.isNewExpression(identifier.getParent()) ? declaration.getConstructors() : [];
  }
  if (Node.isBindingElement(declaration)) return calledFunctions(declaration);
  const value = declaredValue(declaration);
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

const SERVER_PACKAGES = [
  'http',
  'https',
  'express',
  'fastify',
  '@modelcontextprotocol/express',
  '@modelcontextprotocol/fastify',
];

/** Naming an app or an HTTP server does not run its routes. */
function isServerObject(call: CallExpression): boolean {
  return SERVER_PACKAGES.includes(packageExport(call.getExpression())?.module ?? '');
}
