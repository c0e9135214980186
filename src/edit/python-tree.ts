import type { TreeCursor } from 'web-tree-sitter';
import { pythonParser } from './python-parser.ts';

/**
 * A node of a Python syntax tree. A plain copy of tree-sitter's: it outlives the parser's memory, knows its parent, and
 * the same node is the same object. Offsets are those of the JavaScript string.
 */
export class PyNode {
  readonly children: PyNode[] = [];

  constructor(
    readonly source: string,
    readonly type: string,
    readonly start: number,
    readonly end: number,
    readonly isNamed: boolean,
    /** The grammar's name for its place in the parent: `function`, `left`, `body` … */
    readonly field: string | undefined,
    readonly parent: PyNode | undefined,
    readonly row: number,
  ) {}

  get text(): string {
    return this.source.slice(this.start, this.end);
  }

  /** Named children that are code. */
  get parts(): PyNode[] {
    return this.children.filter((child) => child.isNamed && child.type !== 'comment');
  }

  child(field: string): PyNode | undefined {
    return this.children.find((child) => child.field === field);
  }

  all(field: string): PyNode[] {
    return this.children.filter((child) => child.field === field);
  }

  /** Every node below, in the order of the source. */
  below(into: PyNode[] = []): PyNode[] {
    for (const child of this.children) {
      into.push(child);
      child.below(into);
    }
    return into;
  }

  /** The nodes around, innermost first. */
  *around(): Generator<PyNode> {
    for (let node = this.parent; node; node = node.parent) yield node;
  }

  within(type: string): PyNode | undefined {
    for (const node of this.around()) if (node.type === type) return node;
    return undefined;
  }
}

export interface PyTree {
  root: PyNode;
  /** Line of the first place that is no Python, counted from 1. */
  errorLine?: number;
}

/** Parses one file. Every text yields a tree; what is no Python in it is told by `errorLine`. */
export async function parsePython(text: string): Promise<PyTree> {
  const tree = (await pythonParser()).parse(text);
  if (!tree) throw new Error('The Python parser gave up.');
  try {
    const cursor = tree.walk();
    const errors: number[] = [];
    const root = copy(cursor, text, undefined, errors);
    cursor.delete();
    const [first] = errors.sort((a, b) => a - b);
    return first === undefined ? { root } : { root, errorLine: first + 1 };
  } finally {
    tree.delete();
  }
}

function copy(cursor: TreeCursor, text: string, parent: PyNode | undefined, errors: number[]): PyNode {
  const row = cursor.startPosition.row;
  const node = new PyNode(
    text,
    cursor.nodeType,
    cursor.startIndex,
    cursor.endIndex,
    cursor.nodeIsNamed,
    cursor.currentFieldName ?? undefined,
    parent,
    row,
  );
  if (cursor.nodeType === 'ERROR' || cursor.nodeIsMissing) errors.push(row);
  if (cursor.gotoFirstChild()) {
    do node.children.push(copy(cursor, text, node, errors));
    while (cursor.gotoNextSibling());
    cursor.gotoParent();
  }
  return node;
}
