import { Node } from 'ts-morph';
import { declarationsOf, methodCall, unwrap } from '../syntax/nodes.ts';
import type { Constants } from '../syntax/constants.ts';

/**
 * What a handler compares: `url` is the request target with its query, `pathname` the path alone, `changed` one of them
 * after something was done to it.
 */
export type PathSource = 'url' | 'pathname' | 'changed';

export interface PathTest {
  source: PathSource;
  /** The paths for which the test is true (or false, when it is negated). */
  paths: string[];
  negated: boolean;
  /** `prefix`: `startsWith`; everything else compares the whole path. */
  exact: boolean;
  /** Other conditions have to hold too. */
  partial: boolean;
}

/** Reads `pathname === '/a' || pathname === '/b'`, `url !== '/a'`, `path.startsWith('/a')`, also within `&&`. */
export function readPathTest(condition: Node, constants: Constants): PathTest | undefined {
  const node = unwrap(condition);
  if (Node.isPrefixUnaryExpression(node) && node.getText().startsWith('!')) {
    const inner = readPathTest(node.getOperand(), constants);
    return inner && !inner.partial ? { ...inner, negated: !inner.negated } : undefined;
  }
  if (Node.isCallExpression(node)) return callTest(node, constants);
  if (Node.isIdentifier(node)) {
    const [declaration] = declarationsOf(node);
    const value = Node.isVariableDeclaration(declaration) ? declaration.getInitializer() : undefined;
    return value && Node.isBinaryExpression(unwrap(value)) ? readPathTest(value, constants) : undefined;
  }
  if (!Node.isBinaryExpression(node)) return undefined;
  switch (node.getOperatorToken().getText()) {
    case '===':
    case '==':
      return comparison(node.getLeft(), node.getRight(), false, constants);
    case '!==':
    case '!=':
      return comparison(node.getLeft(), node.getRight(), true, constants);
    case '||':
    case '&&':
      return combined(node, constants);
    default:
      return undefined;
  }
}

function combined(node: Node, constants: Constants): PathTest | undefined {
  if (!Node.isBinaryExpression(node)) return undefined;
  const isOr = node.getOperatorToken().getText() === '||';
  const left = readPathTest(node.getLeft(), constants);
  const right = readPathTest(node.getRight(), constants);
  if (left && right) {
    // `a || b` of positive tests and `!a && !b` of negative ones list paths; anything else is more than a list.
    if (left.negated !== right.negated || left.negated === isOr || left.exact !== right.exact) return undefined;
    const source = left.source === right.source ? left.source : 'changed';
    return { ...left, source, paths: [...left.paths, ...right.paths], partial: left.partial || right.partial };
  }
  const only = left ?? right;
  return only && !isOr && !only.negated ? { ...only, partial: true } : undefined;
}

function comparison(left: Node, right: Node, negated: boolean, constants: Constants): PathTest | undefined {
  for (const [subject, other] of [[left, right] as const, [right, left] as const]) {
    const source = pathSource(subject);
    const paths = source && constants.strings(other);
    if (source && paths?.every((path) => path.startsWith('/')))
      return { source, paths, negated, exact: true, partial: false };
  }
  return undefined;
}

/** `pathname.startsWith('/mcp')`, `['/mcp', '/sse'].includes(pathname)`. */
function callTest(node: Node, constants: Constants): PathTest | undefined {
  const method = methodCall(node);
  if (!method || !Node.isCallExpression(node)) return undefined;
  const [argument] = node.getArguments();
  if (!argument) return undefined;
  if (method.name === 'startsWith') {
    const source = pathSource(method.receiver);
    const paths = constants.strings(argument);
    return source && paths ? { source, paths, negated: false, exact: false, partial: false } : undefined;
  }
  if (method.name !== 'includes') return undefined;
  const source = pathSource(argument);
  const paths = source && constants.strings(method.receiver);
  return source && paths ? { source, paths, negated: false, exact: true, partial: false } : undefined;
}

/** Is this expression the path of the request? */
export function pathSource(start: Node, depth = 0): PathSource | undefined {
  const node = unwrap(start);
  if (depth > 5) return undefined;
  if (Node.isPropertyAccessExpression(node)) return byName(node.getName());
  if (Node.isBinaryExpression(node) && ['??', '||'].includes(node.getOperatorToken().getText())) {
    return pathSource(node.getLeft(), depth + 1);
  }
  if (Node.isElementAccessExpression(node)) {
    // `req.url.split('?')[0]`
    const split = methodCall(unwrap(node.getExpression()));
    const isQuery = split?.name === 'split' && node.getArgumentExpression()?.getText() === '0';
    return isQuery && pathSource(split.receiver, depth + 1) ? 'pathname' : undefined;
  }
  if (Node.isCallExpression(node)) {
    const method = methodCall(node);
    return method && pathSource(method.receiver, depth + 1) ? 'changed' : undefined;
  }
  if (!Node.isIdentifier(node)) return undefined;
  const [declaration] = declarationsOf(node);
  if (Node.isBindingElement(declaration))
    return byName(declaration.getPropertyNameNode()?.getText() ?? declaration.getName());
  const value = Node.isVariableDeclaration(declaration) ? declaration.getInitializer() : undefined;
  if (value) return pathSource(value, depth + 1);
  return Node.isParameterDeclaration(declaration) ? byName(declaration.getName()) && 'changed' : undefined;
}

function byName(name: string): PathSource | undefined {
  if (name === 'url' || name === 'originalUrl') return 'url';
  return name === 'pathname' || name === 'path' ? 'pathname' : undefined;
}
