import { Node, ts, type SourceFile } from 'ts-morph';
import { declarationsOf } from '../fetch-shared/syntax.ts';
import type { CodeModel } from '../model.ts';

/**
 * All identifiers of the project by their text. The syntax trees are walked once and as the compiler's own nodes; only
 * what is asked for becomes a ts-morph node, which keeps large projects fast.
 */
export class Identifiers {
  readonly #places = new Map<string, { file: SourceFile; node: ts.Node }[]>();
  /** Exported name -> the names that importing files give it. */
  readonly #aliases = new Map<string, Set<string>>();
  readonly #nodes = new Map<string, Node[]>();

  constructor(model: CodeModel) {
    for (const file of model.sourceFiles()) this.#read(file);
  }

  /** Every identifier that is spelled so. */
  named(text: string): Node[] {
    const known = this.#nodes.get(text);
    if (known) return known;
    const nodes = (this.#places.get(text) ?? []).flatMap(
      ({ file, node }) => file.getDescendantAtPos(node.getStart(file.compilerNode)) ?? [],
    );
    this.#nodes.set(text, nodes);
    return nodes;
  }

  /** The same as the compiler's nodes, which cost nothing. */
  spelled(text: string): ts.Node[] {
    return (this.#places.get(text) ?? []).map(({ node }) => node);
  }

  /** The declarations of that name, anywhere. */
  declaredAs(text: string): ts.Node[] {
    return this.spelled(text)
      .map((node) => node.parent)
      .filter((parent) => 'name' in parent && (parent.name as ts.Node | undefined)?.getText() === text);
  }

  /** Every mention of what is declared here, in all files, the declaration's own name left out. */
  references(declaration: Node, name: string): Node[] {
    const names = this.alsoCalled(name);
    if (name === 'default' || isDefaultExport(declaration, name))
      for (const alias of this.#aliases.get('default') ?? []) names.add(alias);
    return [...names]
      .flatMap((each) => this.named(each))
      .filter((node) => !isNameOf(node, declaration) && !isImportOrExport(node))
      .filter((node) => declarationsOf(node).includes(declaration));
  }

  /** A name and all names that it is given where it is imported, exported or taken out of an object. */
  alsoCalled(name: string): Set<string> {
    const names = new Set([name]);
    for (const each of names) for (const alias of this.#aliases.get(each) ?? []) names.add(alias);
    return names;
  }

  #read(file: SourceFile): void {
    const visit = (node: ts.Node): void => {
      if (ts.isIdentifier(node) || ts.isPrivateIdentifier(node)) {
        const places = this.#places.get(node.text) ?? [];
        places.push({ file, node });
        this.#places.set(node.text, places);
      }
      this.#readAlias(node);
      ts.forEachChild(node, visit);
    };
    visit(file.compilerNode);
  }

  #readAlias(node: ts.Node): void {
    if (ts.isImportSpecifier(node) || ts.isExportSpecifier(node) || ts.isBindingElement(node)) {
      if (node.propertyName && ts.isIdentifier(node.propertyName) && ts.isIdentifier(node.name)) {
        this.#alias(node.propertyName.text, node.name.text);
      }
    }
    if (ts.isImportClause(node) && node.name) this.#alias('default', node.name.text);
    if (ts.isVariableDeclaration(node) && ts.isIdentifier(node.name) && isRequireCall(node.initializer)) {
      this.#alias('default', node.name.text);
    }
  }

  #alias(name: string, local: string): void {
    this.#aliases.set(name, (this.#aliases.get(name) ?? new Set()).add(local));
  }
}

function isRequireCall(node: ts.Node | undefined): boolean {
  return node !== undefined && ts.isCallExpression(node) && node.expression.getText() === 'require';
}

function isNameOf(node: Node, declaration: Node): boolean {
  return node.getParent() === declaration && 'getNameNode' in declaration && declarationName(declaration) === node;
}

function declarationName(declaration: Node): Node | undefined {
  return Node.hasName(declaration) || Node.isBindingElement(declaration) ? declaration.getNameNode() : undefined;
}

function isImportOrExport(node: Node): boolean {
  const parent = node.getParent();
  return Node.isImportSpecifier(parent) || Node.isExportSpecifier(parent) || Node.isImportClause(parent);
}

/** `export default x`, `export default function x`, `module.exports = x`. */
function isDefaultExport(declaration: Node, name: string): boolean {
  if (Node.isFunctionDeclaration(declaration) && declaration.isDefaultExport()) return true;
  return declaration
    .getSourceFile()
    .getStatements()
    .some((statement) => {
      if (Node.isExportAssignment(statement)) return statement.getExpression().getText() === name;
      if (!Node.isExpressionStatement(statement)) return false;
      const assignment = statement.getExpression();
      return (
        Node.isBinaryExpression(assignment) &&
        assignment.getLeft().getText() === 'module.exports' &&
        assignment.getRight().getText() === name
      );
    });
}
