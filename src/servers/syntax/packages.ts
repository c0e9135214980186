import { Node, SyntaxKind } from 'ts-morph';
import { bareSpecifier } from '../../project/packages.ts';
import { loadedModule } from './imports.ts';
import { unwrap } from './nodes.ts';

/** An export of a package: `default` for the default export or the CommonJS module, `*` for the namespace. */
export interface PackageExport {
  module: string;
  name: string;
}

/**
 * What an expression takes from a package: `express` -> { express, default }, `http.createServer` -> { http,
 * createServer }, `require('express')` -> { express, default }. Only the module specifier tells packages apart: many
 * export the same names. `node:` is left out of module names.
 */
export function packageExport(node: Node): PackageExport | undefined {
  const expression = unwrap(node);
  const loaded = loadedModule(expression);
  if (loaded !== undefined) return { module: bare(loaded), name: 'default' };
  if (Node.isPropertyAccessExpression(expression)) {
    const object = packageExport(expression.getExpression());
    if (!object || (object.name !== 'default' && object.name !== '*')) return undefined;
    return { module: object.module, name: expression.getName() };
  }
  if (!Node.isIdentifier(expression)) return undefined;
  for (const declaration of expression.getSymbol()?.getDeclarations() ?? []) {
    const found = importedBy(declaration);
    if (found) return found;
  }
  return undefined;
}

function importedBy(declaration: Node): PackageExport | undefined {
  if (Node.isImportSpecifier(declaration)) {
    return named(declaration.getImportDeclaration().getModuleSpecifierValue(), declaration.getName());
  }
  const clause = Node.isNamespaceImport(declaration) ? declaration.getParent() : declaration;
  if (Node.isImportClause(clause)) {
    const name = Node.isNamespaceImport(declaration) ? '*' : 'default';
    return named(clause.getFirstAncestorByKindOrThrow(SyntaxKind.ImportDeclaration).getModuleSpecifierValue(), name);
  }
  if (Node.isImportEqualsDeclaration(declaration)) {
    const reference = declaration.getModuleReference();
    const module = Node.isExternalModuleReference(reference) ? reference.getExpression() : undefined;
    return Node.isStringLiteral(module) ? named(module.getLiteralValue(), 'default') : undefined;
  }
  if (Node.isBindingElement(declaration)) {
    const module = moduleOf(declaration.getFirstAncestor(Node.isVariableDeclaration)?.getInitializer());
    return module === undefined
      ? undefined
      : named(module, declaration.getPropertyNameNode()?.getText() ?? declaration.getName());
  }
  if (!Node.isVariableDeclaration(declaration)) return undefined;
  const value = declaration.getInitializer();
  return value && (moduleOf(value) !== undefined || Node.isPropertyAccessExpression(unwrap(value)))
    ? packageExport(value)
    : undefined;
}

function moduleOf(node: Node | undefined): string | undefined {
  return node && loadedModule(unwrap(node));
}

function named(specifier: string, name: string): PackageExport | undefined {
  return specifier.startsWith('.') ? undefined : { module: bare(specifier), name };
}

function bare(specifier: string): string {
  return specifier.startsWith('node:') ? specifier.slice('node:'.length) : bareSpecifier(specifier);
}
