import { Node } from 'ts-morph';
import { declarationsOf, unwrap } from './nodes.ts';

const MAX_DEPTH = 8;

/**
 * The value an expression has when the environment says nothing: literals, constants, properties of constant objects,
 * and the default of `process.env.X ?? default`, `||` and `cond ? … : default`. `undefined` when it is not that plain.
 */
function staticValue(node: Node | undefined, depth = 0): string | number | undefined {
  if (!node || depth > MAX_DEPTH) return undefined;
  const value = unwrap(node);
  const next = (inner: Node | undefined): string | number | undefined => staticValue(inner, depth + 1);
  if (Node.isStringLiteral(value) || Node.isNoSubstitutionTemplateLiteral(value)) return value.getLiteralValue();
  if (Node.isNumericLiteral(value)) return value.getLiteralValue();
  if (Node.isTemplateExpression(value)) return templateValue(value, next);
  if (Node.isBinaryExpression(value)) {
    const operator = value.getOperatorToken().getText();
    const left = next(value.getLeft());
    const right = next(value.getRight());
    if (operator === '??' || operator === '||') return left ?? right;
    return operator === '+' && typeof left === 'string' && right !== undefined ? left + String(right) : undefined;
  }
  if (Node.isConditionalExpression(value)) return next(value.getWhenTrue()) ?? next(value.getWhenFalse());
  if (Node.isCallExpression(value)) return conversion(value, next);
  if (Node.isIdentifier(value) || Node.isPropertyAccessExpression(value)) return declaredValue(value, next);
  return undefined;
}

/** The string among them; a number is none. */
export function staticString(node: Node | undefined): string | undefined {
  const value = staticValue(node);
  return typeof value === 'string' ? value : undefined;
}

/** A port number, also one that is written as a string. */
export function staticPort(node: Node | undefined): number | undefined {
  const port = Number(staticValue(node) ?? Number.NaN);
  return Number.isInteger(port) && port > 0 && port < 65_536 ? port : undefined;
}

type Next = (inner: Node | undefined) => string | number | undefined;

function templateValue(node: Node, next: Next): string | undefined {
  if (!Node.isTemplateExpression(node)) return undefined;
  let text = node.getHead().getLiteralText();
  for (const span of node.getTemplateSpans()) {
    const part = next(span.getExpression());
    if (part === undefined) return undefined;
    text += String(part) + span.getLiteral().getLiteralText();
  }
  return text;
}

/** `Number(x)`, `parseInt(x, 10)`, `Number.parseInt(x)`, `String(x)`. */
function conversion(node: Node, next: Next): string | number | undefined {
  if (!Node.isCallExpression(node)) return undefined;
  const value = next(node.getArguments()[0]);
  if (value === undefined) return undefined;
  switch (node.getExpression().getText()) {
    case 'Number':
    case 'parseInt':
    case 'Number.parseInt':
      return Number(value);
    case 'String':
      return String(value);
    default:
      return undefined;
  }
}

function declaredValue(node: Node, next: Next): string | number | undefined {
  const name = Node.isPropertyAccessExpression(node) ? node.getNameNode() : node;
  for (const declaration of declarationsOf(name)) {
    if (Node.isVariableDeclaration(declaration) && isConstant(declaration)) return next(declaration.getInitializer());
    if (Node.isPropertyAssignment(declaration) || Node.isEnumMember(declaration))
      return next(declaration.getInitializer());
    if (Node.isPropertyDeclaration(declaration) && declaration.isReadonly()) return next(declaration.getInitializer());
  }
  return undefined;
}

function isConstant(node: Node): boolean {
  return Node.isVariableDeclaration(node) && node.getVariableStatement()?.getDeclarationKind() === 'const';
}
