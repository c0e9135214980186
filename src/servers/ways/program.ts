import { ts, type SourceFile } from 'ts-morph';
import type { CodeModel } from '../model.ts';
import { ModuleGraph } from '../module-graph.ts';
import { once } from '../syntax/memo.ts';

/**
 * Tells the files of every program that the entry is a part of. A program that loads modules whose names it works out
 * while it runs may load any.
 */
export function programOf(model: CodeModel, entry: string): (file: SourceFile) => boolean {
  const graph = new ModuleGraph(model.snapshot);
  const files = new Set([...graph.startedBy(entry)].flatMap((path) => [...graph.reachableFrom(path)]));
  const isOpen = model.sourceFiles().some((file) => files.has(model.pathOf(file)) && loadsByComputedName(file));
  return (file) => isOpen || files.has(model.pathOf(file));
}

/** `await import(path)`, `require(name)`. */
const loadsByComputedName = once((file: SourceFile): boolean => {
  const visit = (node: ts.Node): boolean => {
    const isLoad =
      ts.isCallExpression(node) &&
      (node.expression.kind === ts.SyntaxKind.ImportKeyword ||
        (ts.isIdentifier(node.expression) && node.expression.text === 'require'));
    const [name] = isLoad ? node.arguments : [];
    if (name && !ts.isStringLiteralLike(name)) return true;
    return ts.forEachChild(node, (child) => visit(child) || undefined) ?? false;
  };
  const text = file.getFullText();
  return (text.includes('import(') || text.includes('require(')) && visit(file.compilerNode);
});
