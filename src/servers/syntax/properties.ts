import { Node, type ObjectLiteralExpression } from 'ts-morph';

/** The value of a property, `{ port }` and `{ 'port': 1 }` included; a method or getter is its own value. */
export function propertyValue(object: ObjectLiteralExpression, name: string): Node | undefined {
  const property = object.getProperty(name) ?? object.getProperty((each) => nameOf(each) === name);
  if (Node.isPropertyAssignment(property)) return property.getInitializer();
  if (Node.isMethodDeclaration(property) || Node.isGetAccessorDeclaration(property)) return property;
  return Node.isShorthandPropertyAssignment(property) ? property.getNameNode() : undefined;
}

/** A name in quotes as it is without them. */
function nameOf(property: Node): string | undefined {
  const name =
    Node.isPropertyNamed(property) || Node.isMethodDeclaration(property) ? property.getNameNode() : undefined;
  if (Node.isStringLiteral(name)) return name.getLiteralValue();
  const computed = Node.isComputedPropertyName(name) ? name.getExpression() : undefined;
  return Node.isStringLiteral(computed) ? computed.getLiteralValue() : undefined;
}

/** `{ [name]: … }`: a property whose name only the running program knows. */
export function hasComputedName(object: ObjectLiteralExpression): boolean {
  return object.getProperties().some((property) => {
    const name = Node.isSpreadAssignment(property) ? undefined : property.getNameNode();
    return Node.isComputedPropertyName(name) && !Node.isStringLiteral(name.getExpression());
  });
}
