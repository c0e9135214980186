import { Node } from 'ts-morph';
import { declarationsOf, declaredValue, unwrap } from '../syntax/nodes.ts';
import { packageExport } from '../syntax/packages.ts';

const MAX_DEPTH = 6;
const GLOBALS = ['Array', 'Buffer', 'Date', 'JSON', 'Math', 'Object', 'Promise', 'console', 'crypto', 'process'];

/**
 * Does this come from a package or from the language, so that its members are not the project's? What a package is handed
 * it may give back (`container.get('handler')`): only what it makes itself counts.
 */
export function isForeign(start: Node, depth = 0): boolean {
  const node = unwrap(start);
  if (depth > MAX_DEPTH) return false;
  if (packageExport(node)) return true;
  if (Node.isNewExpression(node) || Node.isCallExpression(node))
    return packageExport(node.getExpression()) !== undefined;
  if (Node.isLiteralExpression(node) || Node.isTemplateExpression(node)) return true;
  const name = Node.isPropertyAccessExpression(node) ? node.getNameNode() : node;
  if (!Node.isIdentifier(name) && !Node.isPrivateIdentifier(name)) return false;
  const declarations = declarationsOf(name);
  if (declarations.length === 0) return name === node && GLOBALS.includes(name.getText());
  return declarations.every((declaration) => {
    if (Node.isTyped(declaration) && isPackageType(declaration.getTypeNode())) return true;
    const value = declaredValue(declaration);
    return value !== undefined && isForeign(value, depth + 1);
  });
}

/** `res: Response` with `Response` of a package, `name: string`. */
function isPackageType(type: Node | undefined): boolean {
  if (!type) return false;
  if (['string', 'number', 'boolean'].includes(type.getText())) return true;
  if (!Node.isTypeReference(type)) return false;
  const [name] = [type.getTypeName(), ...type.getTypeName().getDescendants()].filter(Node.isIdentifier);
  const [declaration] = name?.getSymbol()?.getDeclarations() ?? [];
  const from = declaration?.getFirstAncestor(Node.isImportDeclaration)?.getModuleSpecifierValue();
  return from !== undefined && name !== undefined && declarationsOf(name).length === 0;
}
