import { Node, type ObjectLiteralExpression } from 'ts-morph';
import { declarationsOf, declaredValue, unwrap } from './nodes.ts';

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
