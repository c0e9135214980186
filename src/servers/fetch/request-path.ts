import { Node } from 'ts-morph';
import { declarationsOf, unwrap } from '../syntax/nodes.ts';

/** Is this expression the path of the request, as the gate sees it? */
export type IsPath = (node: Node) => boolean;

/**
 * Knows `new URL(request.url).pathname`, and constants made of it, for the request that a handler is given. The path of
 * another URL (a referer, a rewritten one) is not the one that the gate looks at, and must not be taken for it.
 */
export function createPathTest(handler: Node): IsPath {
  if (rewritesPath(handler)) return () => false;
  const isRequest = (node: Node): boolean => {
    const [declaration] = Node.isIdentifier(node) ? declarationsOf(node) : [];
    return Node.isParametered(handler) && declaration !== undefined && handler.getParameters()[0] === declaration;
  };
  const isUrl = (node: Node, depth = 0): boolean => {
    const value = unwrap(node);
    if (Node.isNewExpression(value)) {
      const [source] = value.getArguments();
      if (value.getExpression().getText() !== 'URL' || !Node.isPropertyAccessExpression(source)) return false;
      return source.getName() === 'url' && isRequest(source.getExpression());
    }
    const initializer = depth < 3 ? constantValue(value) : undefined;
    return initializer !== undefined && isUrl(initializer, depth + 1);
  };
  const isPath = (node: Node, depth = 0): boolean => {
    const value = unwrap(node);
    if (Node.isPropertyAccessExpression(value)) return value.getName() === 'pathname' && isUrl(value.getExpression());
    const source = Node.isIdentifier(value) ? destructuredPath(value) : undefined;
    if (source) return isUrl(source);
    const initializer = depth < 3 ? constantValue(value) : undefined;
    return initializer !== undefined && isPath(initializer, depth + 1);
  };
  return (node) => isPath(node);
}

const ASSIGNMENTS = new Set(['=', '+=', '??=', '||=', '&&=']);

/** `url.pathname = …` in the handler. */
function rewritesPath(handler: Node): boolean {
  return handler.getDescendants().some((node) => {
    if (!Node.isBinaryExpression(node) || !ASSIGNMENTS.has(node.getOperatorToken().getText())) return false;
    const left = node.getLeft();
    return Node.isPropertyAccessExpression(left) && ['pathname', 'href'].includes(left.getName());
  });
}

function constantValue(node: Node): Node | undefined {
  const [declaration] = Node.isIdentifier(node) ? declarationsOf(node) : [];
  if (!Node.isVariableDeclaration(declaration) || !Node.isIdentifier(declaration.getNameNode())) return undefined;
  return isConst(declaration) ? declaration.getInitializer() : undefined;
}

/** `const { pathname } = url` -> `url` */
function destructuredPath(node: Node): Node | undefined {
  const [declaration] = declarationsOf(node);
  if (!Node.isBindingElement(declaration) || declaration.getInitializer()) return undefined;
  const property = declaration.getPropertyNameNode()?.getText() ?? declaration.getName();
  const variable = declaration.getFirstAncestor(Node.isVariableDeclaration);
  return property === 'pathname' && variable && isConst(variable) ? variable.getInitializer() : undefined;
}

function isConst(declaration: Node): boolean {
  return (
    Node.isVariableDeclaration(declaration) && declaration.getVariableStatement()?.getDeclarationKind() === 'const'
  );
}
