import { ts, type Node, type SourceFile } from 'ts-morph';
import { once } from './memo.ts';

/** `x['name']` of a file, by name. */
export const quotedAccesses = once((file: SourceFile): Map<string, Node[]> => {
  const found = new Map<string, Node[]>();
  const visit = (node: ts.Node): void => {
    if (ts.isElementAccessExpression(node) && ts.isStringLiteralLike(node.argumentExpression)) {
      const access = file.getDescendantAtPos(node.argumentExpression.getStart(file.compilerNode))?.getParent();
      const name = node.argumentExpression.text;
      if (access) found.set(name, [...(found.get(name) ?? []), access]);
    }
    ts.forEachChild(node, visit);
  };
  visit(file.compilerNode);
  return found;
});
