import {
  Node,
  SyntaxKind,
  type BinaryExpression,
  type ElementAccessExpression,
  type ObjectLiteralExpression,
  type PropertyAccessExpression,
} from 'ts-morph';
import type { Identifiers } from './identifiers.ts';
import { declarationsOf, declaredValue, methodCall, unwrap } from './nodes.ts';

/** The object literals that an expression can be. */
export function objectsOf(node: Node | undefined, depth = 0): ObjectLiteralExpression[] {
  const value = node && unwrap(node);
  if (!value || depth > 5) return [];
  if (Node.isObjectLiteralExpression(value)) return [value];
  const next = (inner: Node): ObjectLiteralExpression[] => objectsOf(inner, depth + 1);
  if (Node.isConditionalExpression(value)) return [value.getWhenTrue(), value.getWhenFalse()].flatMap(next);
  if (Node.isIdentifier(value)) return declarationsOf(value).flatMap((each) => next(declaredValue(each) ?? each));
  return [];
}

/** Is something put into an object after it has been made? `options.path = …`, `Object.assign(options, …)`. */
export function isChangedLater(object: ObjectLiteralExpression, identifiers: Identifiers): boolean {
  const declaration = wrapping(object).getParent();
  if (!Node.isVariableDeclaration(declaration)) return false;
  return identifiers.references(declaration, declaration.getName()).some(isChange);
}

const GROWING = ['push', 'unshift', 'splice'];

function isChange(name: Node): boolean {
  let target = wrapping(name);
  for (let parent = target.getParent(); isAccessOf(parent, target); parent = target.getParent())
    target = wrapping(parent);
  const parent = target.getParent();
  if (Node.isBinaryExpression(parent)) return parent.getLeft() === target && isAssignment(parent);
  if (!Node.isCallExpression(parent)) return false;
  const method = methodCall(parent);
  if (parent.getExpression() === target) return method !== undefined && GROWING.includes(method.name);
  return parent.getArguments()[0] === target && ['Object', 'Reflect'].includes(method?.receiver.getText() ?? '');
}

function isAssignment(node: BinaryExpression): boolean {
  const kind = node.getOperatorToken().getKind();
  return kind >= SyntaxKind.FirstAssignment && kind <= SyntaxKind.LastAssignment;
}

function isAccessOf(node: Node | undefined, target: Node): node is PropertyAccessExpression | ElementAccessExpression {
  const isAccess = Node.isPropertyAccessExpression(node) || Node.isElementAccessExpression(node);
  return isAccess && node.getExpression() === target;
}

/** The other way round than `unwrap`: `x` -> `(x as T)`. */
function wrapping(node: Node): Node {
  const parent = node.getParent();
  return parent && unwrap(parent) !== parent && unwrap(parent) === unwrap(node) ? wrapping(parent) : node;
}
