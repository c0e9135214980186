import { Node, ts, type CallExpression, type SourceFile } from 'ts-morph';
import { declarationsOf } from './nodes.ts';
import type { CodeModel } from '../model.ts';
import { once } from './memo.ts';

/** A name that a file gives to an export or property of something else. */
export interface Taken {
  file: ts.SourceFile;
  local: string;
  /** `export { name as local }` */
  reexported: boolean;
}

/**
 * All identifiers of the project by their text. The syntax trees are walked once and as the compiler's own nodes; only
 * what is asked for becomes a ts-morph node, which keeps large projects fast.
 */
export class Identifiers {
  readonly #places = new Map<string, { file: SourceFile; node: ts.Node }[]>();
  readonly #taken = new Map<string, Taken[]>();
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

  /** Every call of something by one of these names: `name(…)`, `namespace.name(…)`. */
  calls(names: Iterable<string>): CallExpression[] {
    const calls = [...new Set(names)]
      .flatMap((name) => this.named(name))
      .flatMap((name) => {
        const parent = name.getParent();
        const callee = Node.isPropertyAccessExpression(parent) && parent.getNameNode() === name ? parent : name;
        const call = callee.getParent();
        return Node.isCallExpression(call) && call.getExpression() === callee ? [call] : [];
      });
    return [...new Set(calls)];
  }

  /** Every identifier that is spelled so, as the compiler's nodes, which cost nothing. */
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
    const names = new Set([name]);
    const withAliases = (): void => {
      for (const each of names) for (const { local } of this.taken(each)) names.add(local);
    };
    withAliases();
    if (name === 'default' || isDefaultExport(declaration, name)) names.add('default');
    withAliases();
    return [...names]
      .flatMap((each) => this.named(each))
      .filter((node) => !isNameOf(node, declaration) && !isImportOrExport(node))
      .filter((node) => declarationsOf(node).includes(declaration));
  }

  /** Where an export or property is taken by name: imports, re-exports, `const { name } = …`. */
  taken(name: string): Taken[] {
    return this.#taken.get(name) ?? [];
  }

  #read(file: SourceFile): void {
    const visit = (node: ts.Node): void => {
      if (ts.isIdentifier(node) || ts.isPrivateIdentifier(node)) {
        const places = this.#places.get(node.text) ?? [];
        places.push({ file, node });
        this.#places.set(node.text, places);
      }
      this.#readTaken(node, file);
      ts.forEachChild(node, visit);
    };
    visit(file.compilerNode);
  }

  #readTaken(node: ts.Node, file: SourceFile): void {
    const add = (name: string, local: string, reexported = false): void => {
      this.#taken.set(name, [...this.taken(name), { file: file.compilerNode, local, reexported }]);
    };
    if (ts.isImportSpecifier(node) || ts.isExportSpecifier(node)) {
      add((node.propertyName ?? node.name).text, node.name.text, ts.isExportSpecifier(node));
    } else if (ts.isBindingElement(node) && ts.isIdentifier(node.name)) {
      const property = node.propertyName ?? node.name;
      if (ts.isIdentifier(property)) add(property.text, node.name.text);
    } else if (ts.isImportClause(node) && node.name) {
      add('default', node.name.text);
    } else if (ts.isVariableDeclaration(node) && ts.isIdentifier(node.name) && isRequireCall(node.initializer)) {
      add('default', node.name.text);
    }
  }
}

/** The identifiers of a model, read once for all adapters. */
export const identifiersOf = once((model: CodeModel): Identifiers => new Identifiers(model));

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
