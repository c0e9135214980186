import { Node, type ParameterDeclaration } from 'ts-morph';
import { outermost } from '../edits/place.ts';
import { declarationsOf, declaredValue, isFunctionNode, unwrap } from '../syntax/nodes.ts';
import type { KnownWays } from './known.ts';
import { usesOf } from './uses.ts';

/** The project's own functions and constructors that a callee stands for. */
export function functionsBehind(callee: Node): Node[] {
  const expression = unwrap(callee);
  const name = Node.isPropertyAccessExpression(expression) ? expression.getNameNode() : expression;
  return declarationsOf(name).flatMap((declaration) => {
    if (Node.isClassDeclaration(declaration)) return declaration.getConstructors();
    const value = declaredValue(declaration) ?? declaration;
    const code = unwrap(value);
    return isFunctionNode(code) ? [code] : [];
  });
}

/** The parameter that takes an argument, the rest of them included; `undefined` where there is none. */
export function parameterFor(code: Node, index: number): ParameterDeclaration | undefined {
  const parameters = Node.isParametered(code) ? code.getParameters() : [];
  const last = parameters.at(-1);
  return parameters[index] ?? (last?.isRestParameter() ? last : undefined);
}

/** A function returns a value here: the calls of that function, or mentions of it that may be calls. */
export function callsOfReturning(place: Node, { identifiers }: KnownWays): Node[] {
  const isCode = (node: Node): boolean => isFunctionNode(node) || Node.isGetAccessorDeclaration(node);
  const code = Node.isReturnStatement(place) ? place.getFirstAncestor(isCode) : place;
  if (!code) return [];
  if (Node.isGetAccessorDeclaration(code)) return usesOf(code, identifiers);
  const holder = outermost(code).getParent();
  const isValue = Node.isArrowFunction(code) || Node.isFunctionExpression(code);
  if (isValue && !Node.isVariableDeclaration(holder) && !Node.isPropertyDeclaration(holder)) return [code];
  return usesOf(isValue && holder ? holder : code, identifiers).map((use) => {
    const call = outermost(use).getParent();
    return Node.isCallExpression(call) && unwrap(call.getExpression()) === use ? call : use;
  });
}
