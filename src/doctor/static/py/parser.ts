import type { Node } from '../../../edit/python-parser.ts';

export { pythonParser, type Node } from '../../../edit/python-parser.ts';

/** Every node below, in the order of the source; read once, as the checks ask again and again. */
export function below(node: Node): Node[] {
  const known = flat.get(node.id);
  if (known) return known;
  const found: Node[] = [];
  const visit = (at: Node): void => {
    for (const child of at.namedChildren) {
      found.push(child);
      visit(child);
    }
  };
  visit(node);
  flat.set(node.id, found);
  return found;
}

const flat = new Map<number, Node[]>();

/** Ids are those of the parser's memory, which the next file uses again. */
export function forget(): void {
  flat.clear();
}
