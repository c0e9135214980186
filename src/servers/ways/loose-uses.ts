import { Node, type ClassDeclaration } from 'ts-morph';
import { declarationsOf } from '../syntax/nodes.ts';
import { quotedAccesses } from '../syntax/quoted.ts';
import { isForeign } from './foreign.ts';
import type { KnownWays } from './known.ts';
import { usesOf } from './uses.ts';

/**
 * Every expression that may be a member of this name although the compiler cannot tell: `map.get('x').answer`,
 * `handlers[id].answer`, `handler.answer` behind an interface, `x['answer']`, `const { answer } = x`. Rather too many than
 * too few.
 */
export function looseUses(member: Node, name: string, { identifiers, model, isInProgram }: KnownWays): Node[] {
  if (name.startsWith('#')) return [];
  const accesses = identifiers.named(name).flatMap((node) => {
    const parent = node.getParent();
    const isMember = Node.isPropertyAccessExpression(parent) && parent.getNameNode() === node;
    return isMember && !isForeign(parent.getExpression()) && mayMean(node, member) ? [parent] : [];
  });
  const bound = identifiers.named(name).flatMap((node) => {
    const element = node.getParent();
    const isBound = Node.isBindingElement(element) && (element.getPropertyNameNode() ?? element.getNameNode()) === node;
    return isBound && !comesFromPackage(element) ? usesOf(element, identifiers) : [];
  });
  const quoted = model.sourceFiles().flatMap((file) => quotedAccesses(file).get(name) ?? []);
  return [...accesses, ...bound, ...quoted].filter((node) => isInProgram(node.getSourceFile()));
}

/** Not what is known to be it, and not what is known to be another. */
function mayMean(name: Node, member: Node): boolean {
  const declarations = declarationsOf(name);
  if (declarations.includes(member)) return false;
  return declarations.every((other) => isSignature(other) || isInherited(other, member));
}

function isSignature(declaration: Node): boolean {
  if (Node.isMethodDeclaration(declaration)) return declaration.isAbstract() || !declaration.getBody();
  if (Node.isPropertyDeclaration(declaration)) return declaration.getInitializer() === undefined;
  return Node.isMethodSignature(declaration) || Node.isPropertySignature(declaration);
}

/** A method of a class that the class of the member extends. */
function isInherited(other: Node, member: Node): boolean {
  const base = other.getParent();
  const own = member.getParent();
  return Node.isClassDeclaration(base) && Node.isClassDeclaration(own) && ancestorsOf(own).includes(base);
}

function ancestorsOf(start: ClassDeclaration): ClassDeclaration[] {
  const found = [start];
  for (const each of found) {
    const parent = each.getExtends()?.getExpression();
    const bases = parent ? declarationsOf(parent).filter(Node.isClassDeclaration) : [];
    found.push(...bases.filter((base) => !found.includes(base)));
  }
  return found.slice(1);
}

function comesFromPackage(element: Node): boolean {
  const variable = element.getFirstAncestor(Node.isVariableDeclaration);
  const value = variable?.getInitializer();
  return value !== undefined && isForeign(value);
}
