import { Node, type SourceFile } from 'ts-morph';

/** `name`, or `name2`, `name3`… when the file uses that name for something else; `others` are taken as well. */
export function freeName(file: SourceFile, name: string, others: Iterable<string>): string {
  const taken = new Set(others);
  file.forEachDescendant((node) => {
    if (Node.isIdentifier(node) && !isMemberName(node)) taken.add(node.getText());
  });
  for (let number = 1; ; number++) {
    const candidate = number === 1 ? name : `${name}${number}`;
    if (!taken.has(candidate)) return candidate;
  }
}

function isMemberName(node: Node): boolean {
  const parent = node.getParent();
  if (Node.isPropertyAccessExpression(parent) || Node.isPropertyAssignment(parent))
    return parent.getNameNode() === node;
  return Node.isMethodDeclaration(parent) || Node.isPropertyDeclaration(parent) || Node.isPropertySignature(parent);
}
