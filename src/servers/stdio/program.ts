import { Node } from 'ts-morph';
import { startedFiles } from '../entry-points.ts';
import type { CodeModel } from '../model.ts';
import { ModuleGraph } from '../module-graph.ts';
import { identifiersOf, type Identifiers } from '../syntax/identifiers.ts';
import { isFunctionNode } from '../syntax/nodes.ts';

/** A project whose server is started over stdio. */
export interface StdioProgram {
  model: CodeModel;
  identifiers: Identifiers;
  /** Files that run when the package is started, as far as its manifest says how it is started. */
  runs(path: string): boolean;
  /** `src/index.ts:12` */
  placeOf(node: Node): string;
}

/** @param entry the file that is started, where the person has named it */
export function stdioProgram(model: CodeModel, entry?: string): StdioProgram {
  const graph = new ModuleGraph(model.snapshot);
  const started = entry !== undefined && model.snapshot.files.has(entry) ? [entry] : startedFiles(model.snapshot);
  const reached = new Set(started.flatMap((path) => [...graph.reachableFrom(path)]));
  return {
    model,
    identifiers: identifiersOf(model),
    runs: (path) => reached.size === 0 || reached.has(path),
    placeOf: (node) => model.placeOf(node),
  };
}

/** A function, method, accessor or constructor: its code runs when somebody calls it. */
export function isCode(node: Node): boolean {
  return isFunctionNode(node) || Node.isConstructorDeclaration(node) || Node.isGetAccessorDeclaration(node);
}

/** The statements that a statement stands among; `undefined` for the lone body of an `if` or a loop. */
export function statementsAround(statement: Node): Node[] | undefined {
  const parent = statement.getParent();
  if (Node.isSourceFile(parent) || Node.isBlock(parent)) return parent.getStatements();
  return Node.isCaseClause(parent) || Node.isDefaultClause(parent) ? parent.getStatements() : undefined;
}

/** The innermost statement around a node that stands in a list of statements. */
export function statementOf(node: Node): Node | undefined {
  let current: Node | undefined = node;
  while (current && !(Node.isStatement(current) && statementsAround(current))) current = current.getParent();
  return current;
}

/** The one of these statements that a node is in. */
export function indexIn(statements: readonly Node[], node: Node): number {
  return statements.findIndex(
    (statement) =>
      statement.getSourceFile() === node.getSourceFile() &&
      statement.getPos() <= node.getPos() &&
      node.getEnd() <= statement.getEnd(),
  );
}

/** `process.on(…)` and its like. */
export function isProcessListener(statement: Node): boolean {
  if (!Node.isExpressionStatement(statement)) return false;
  const call = statement.getExpression();
  if (!Node.isCallExpression(call)) return false;
  return ['process.on', 'process.once', 'process.addListener'].includes(call.getExpression().getText());
}
