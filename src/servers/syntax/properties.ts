import { Node, type ObjectLiteralExpression } from 'ts-morph';

/** The value of a property, `{ port }` included; a method is its own value. */
export function propertyValue(object: ObjectLiteralExpression, name: string): Node | undefined {
  const property = object.getProperty(name);
  if (Node.isPropertyAssignment(property)) return property.getInitializer();
  if (Node.isMethodDeclaration(property)) return property;
  return Node.isShorthandPropertyAssignment(property) ? property.getNameNode() : undefined;
}
