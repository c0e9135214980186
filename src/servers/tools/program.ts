import { ts } from 'ts-morph';
import { bareSpecifier } from '../../project/packages.ts';
import type { CodeModel } from '../model.ts';
import type { FunctionNode } from './values.ts';

export type NameNode = ts.Identifier | ts.PrivateIdentifier;

/**
 * The compiler's view of a code model: symbols, and two indexes (identifiers and calls by name) that make
 * "who mentions this" cheap.
 */
export class SourceProgram {
  readonly checker: ts.TypeChecker;
  readonly files: ts.SourceFile[];
  #identifiers: Map<string, NameNode[]> | undefined;
  readonly #mentions = new Map<unknown, NameNode[]>();

  constructor(readonly model: CodeModel) {
    this.checker = model.project.getTypeChecker().compilerObject;
    this.files = model.sourceFiles().map((file) => file.compilerNode);
  }

  /** Path relative to the project root and line (from 1) of a node. */
  locate(node: ts.Node): { file: string; line: number } {
    const source = node.getSourceFile();
    const line = source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1;
    const file = this.model.project.getSourceFile(source.fileName);
    return { file: file ? this.model.pathOf(file) : source.fileName, line };
  }

  /** The symbol behind a name, imports within the project followed to the end. */
  symbolOf(name: ts.Node): ts.Symbol | undefined {
    const parent = name.parent as ts.Node | undefined;
    const symbol =
      parent && ts.isShorthandPropertyAssignment(parent) && parent.name === name
        ? this.checker.getShorthandAssignmentValueSymbol(parent)
        : this.checker.getSymbolAtLocation(name);
    return symbol && this.unalias(symbol);
  }

  /** Follows imports and re-exports; an import from a package stays what it is. */
  unalias(symbol: ts.Symbol): ts.Symbol {
    if (!(symbol.flags & ts.SymbolFlags.Alias)) return symbol;
    const target = this.checker.getAliasedSymbol(symbol);
    return target.declarations ? target : symbol;
  }

  /**
   * Where an imported name comes from when that is not a file of the project: module specifier and export name
   * (`default`, or `*` for the whole module).
   */
  externalOf(symbol: ts.Symbol): { module: string; name: string } | undefined {
    let at: ts.Symbol | undefined = symbol;
    for (let hops = 0; at && hops < 20; hops++) {
      const declaration: ts.Declaration | undefined = at.declarations?.[0];
      if (!declaration || !(at.flags & ts.SymbolFlags.Alias)) return undefined;
      const imported = importOf(declaration);
      if (imported && !this.fileOf(imported.specifier)) {
        return { module: bareSpecifier(imported.specifier.text), name: imported.name };
      }
      at = this.#immediate(at);
    }
    return undefined;
  }

  #immediate(symbol: ts.Symbol): ts.Symbol | undefined {
    // Public since TypeScript 2.x in practice, though not in the declarations.
    const checker = this.checker as ts.TypeChecker & {
      getImmediateAliasedSymbol?(s: ts.Symbol): ts.Symbol | undefined;
    };
    return checker.getImmediateAliasedSymbol?.(symbol);
  }

  /** The project's file that a module specifier means. */
  fileOf(specifier: ts.StringLiteralLike): ts.SourceFile | undefined {
    return this.model.resolve(specifier.getSourceFile().fileName, specifier.text)?.compilerNode;
  }

  /** Every mention of a name in the program, checked to mean the given symbol. */
  mentions(symbol: ts.Symbol): NameNode[] {
    const key = identity(symbol);
    const known = this.#mentions.get(key);
    if (known) return known;
    const found = this.named(nameOf(symbol)).filter((identifier) => {
      const other = this.symbolOf(identifier);
      return other !== undefined && identity(other) === key;
    });
    this.#mentions.set(key, found);
    return found;
  }

  /** Mentions of a plain name, whatever it means. */
  named(name: string): NameNode[] {
    this.#identifiers ??= indexIdentifiers(this.files);
    return this.#identifiers.get(name) ?? [];
  }

  /** Calls of a function or method that go by its own name. */
  callsOf(fn: FunctionNode): (ts.CallExpression | ts.NewExpression)[] {
    const owner = ts.isConstructorDeclaration(fn) ? fn.parent : declarationOf(fn);
    const name = owner && (owner as ts.NamedDeclaration).name;
    if (!name) return [];
    const symbol = this.symbolOf(name);
    if (!symbol) return [];
    return this.mentions(symbol).flatMap((mention) => {
      const callee =
        ts.isPropertyAccessExpression(mention.parent) && mention.parent.name === mention ? mention.parent : mention;
      const call = callee.parent;
      const calls = ts.isCallExpression(call) || ts.isNewExpression(call);
      return calls && call.expression === callee ? [call] : [];
    });
  }
}

/** What gives a function its name: itself, or the variable, property or class field that holds it. */
function declarationOf(fn: FunctionNode): ts.Node | undefined {
  if (!ts.isArrowFunction(fn) && !ts.isFunctionExpression(fn)) return fn;
  let parent: ts.Node = fn.parent;
  while (ts.isParenthesizedExpression(parent) || ts.isAsExpression(parent) || ts.isSatisfiesExpression(parent))
    parent = parent.parent;
  const holds = ts.isVariableDeclaration(parent) || ts.isPropertyAssignment(parent) || ts.isPropertyDeclaration(parent);
  return holds ? parent : undefined;
}

/** The module specifier and exported name behind an import (or re-export) declaration. */
function importOf(declaration: ts.Declaration): { specifier: ts.StringLiteral; name: string } | undefined {
  if (ts.isImportSpecifier(declaration)) {
    return literal(
      declaration.parent.parent.parent.moduleSpecifier,
      (declaration.propertyName ?? declaration.name).text,
    );
  }
  if (ts.isImportClause(declaration)) return literal(declaration.parent.moduleSpecifier, 'default');
  if (ts.isNamespaceImport(declaration)) return literal(declaration.parent.parent.moduleSpecifier, '*');
  if (ts.isExportSpecifier(declaration)) {
    return literal(declaration.parent.parent.moduleSpecifier, (declaration.propertyName ?? declaration.name).text);
  }
  if (ts.isImportEqualsDeclaration(declaration) && ts.isExternalModuleReference(declaration.moduleReference)) {
    return literal(declaration.moduleReference.expression, '*');
  }
  return undefined;
}

function literal(
  specifier: ts.Expression | undefined,
  name: string,
): { specifier: ts.StringLiteral; name: string } | undefined {
  return specifier && ts.isStringLiteral(specifier) ? { specifier, name } : undefined;
}

/** Members of classes get a symbol for each instantiation of the class; what they share is the declaration. */
function identity(symbol: ts.Symbol): unknown {
  return symbol.valueDeclaration ?? symbol.declarations?.[0] ?? symbol;
}

/** The name in the source: a default export's symbol is called `default`, a private field's is mangled. */
function nameOf(symbol: ts.Symbol): string {
  const name = symbol.declarations
    ?.map((declaration) => (declaration as ts.NamedDeclaration).name)
    .find((n) => n !== undefined);
  return name && (ts.isIdentifier(name) || ts.isPrivateIdentifier(name)) ? name.text : symbol.name;
}

function indexIdentifiers(files: ts.SourceFile[]): Map<string, NameNode[]> {
  const index = new Map<string, NameNode[]>();
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node) || ts.isPrivateIdentifier(node)) {
      const list = index.get(node.text);
      if (list) list.push(node);
      else index.set(node.text, [node]);
    }
    ts.forEachChild(node, visit);
  };
  for (const file of files) visit(file);
  return index;
}
