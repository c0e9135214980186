import { ts } from 'ts-morph';
import type { SourceProgram } from './program.ts';

/**
 * Which code can run when the entry is started: its own statements and exports, the modules it imports, and every
 * function or class that reached code mentions. Generous where it cannot know (a mention counts as a call), so that no
 * tool is lost; but a function nobody mentions, and a module nobody imports, registers nothing.
 * @param entries files that are started; all their exports count as used
 */
export function reachableCode(program: SourceProgram, entries: ts.SourceFile[]): (node: ts.Node) => boolean {
  const dormant = dormantByName(program.files);
  const reached = new Set<ts.Node>();
  const queue: ts.Node[] = [];
  const add = (node: ts.Node | undefined): void => {
    if (node && !reached.has(node)) {
      reached.add(node);
      queue.push(node);
    }
  };
  for (const entry of entries) {
    add(entry);
    for (const statement of entry.statements) if (isDormant(statement) && isExported(statement)) add(statement);
  }

  const visit = (node: ts.Node): void => {
    if (isDormant(node) && !reached.has(node)) return;
    if (isTypeOnly(node)) return;
    if (ts.isStringLiteralLike(node) && isModuleSpecifier(node)) add(program.fileOf(node));
    // Members are told by their name alone: to ask the compiler for the type of every expression takes seconds.
    if (ts.isIdentifier(node) && isMember(node)) dormant.get(node.text)?.forEach(add);
    else if (ts.isIdentifier(node) && dormant.has(node.text)) {
      for (const declaration of program.symbolOf(node)?.declarations ?? [])
        if (isDormant(declaration)) add(declaration);
    }
    ts.forEachChild(node, visit);
  };
  for (let node = queue.pop(); node; node = queue.pop()) ts.forEachChild(node, visit);

  return (node) => {
    for (let at: ts.Node | undefined = node; at; at = at.parent) {
      if ((isDormant(at) || ts.isSourceFile(at)) && !reached.has(at)) return false;
    }
    return true;
  };
}

/** Dormant code by every name it can be mentioned by: its own and those that imports give it. */
function dormantByName(files: ts.SourceFile[]): Map<string, ts.Node[]> {
  const names = new Map<string, ts.Node[]>();
  const visit = (node: ts.Node): void => {
    const name = (node as ts.NamedDeclaration).name;
    if (isDormant(node) && name && ts.isIdentifier(name)) names.set(name.text, [...(names.get(name.text) ?? []), node]);
    // What an alias stands for is asked of the compiler at the mention.
    if (isAlias(node) && name && ts.isIdentifier(name) && !names.has(name.text)) names.set(name.text, []);
    ts.forEachChild(node, visit);
  };
  for (const file of files) visit(file);
  return names;
}

function isAlias(node: ts.Node): boolean {
  return (
    ts.isImportClause(node) ||
    ts.isImportSpecifier(node) ||
    ts.isNamespaceImport(node) ||
    ts.isImportEqualsDeclaration(node)
  );
}

/** `holder.name`, and `name` in `const { name } = holder`. */
function isMember(node: ts.Identifier): boolean {
  const parent = node.parent;
  if (ts.isBindingElement(parent)) return (parent.propertyName ?? parent.name) === node;
  return ts.isPropertyAccessExpression(parent) && parent.name === node;
}

/** Code that does nothing until somebody names it: declared functions and classes, variables that hold a function. */
function isDormant(node: ts.Node): boolean {
  if (ts.isFunctionDeclaration(node) || ts.isClassDeclaration(node)) return true;
  if (!ts.isVariableDeclaration(node) || !node.initializer) return false;
  return ts.isArrowFunction(node.initializer) || ts.isFunctionExpression(node.initializer);
}

function isExported(node: ts.Node): boolean {
  return (
    ts.canHaveModifiers(node) && (ts.getModifiers(node)?.some((m) => m.kind === ts.SyntaxKind.ExportKeyword) ?? false)
  );
}

function isTypeOnly(node: ts.Node): boolean {
  if (ts.isTypeNode(node) && !ts.isExpressionWithTypeArguments(node)) return true;
  if (ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node)) return true;
  if (ts.isImportDeclaration(node)) return node.importClause?.isTypeOnly ?? false;
  return ts.isImportClause(node) || (ts.isExportDeclaration(node) && node.isTypeOnly);
}

function isModuleSpecifier(node: ts.StringLiteralLike): boolean {
  const parent = node.parent;
  if (ts.isImportDeclaration(parent) || ts.isExportDeclaration(parent) || ts.isExternalModuleReference(parent))
    return true;
  if (!ts.isCallExpression(parent) || parent.arguments[0] !== node) return false;
  return (
    parent.expression.kind === ts.SyntaxKind.ImportKeyword ||
    (ts.isIdentifier(parent.expression) && parent.expression.text === 'require')
  );
}
