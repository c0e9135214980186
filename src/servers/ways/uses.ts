import { Node, type SourceFile } from 'ts-morph';
import type { Identifiers } from '../syntax/identifiers.ts';
import { loadedModule } from '../syntax/imports.ts';
import { declarationsOf } from '../syntax/nodes.ts';

/** Every expression that stands for what is declared here: `name`, `this.name`, `module.name`. */
export function usesOf(declaration: Node, identifiers: Identifiers): Node[] {
  const name = nameOf(declaration);
  if (name === undefined) return [];
  if (isLoaded(declaration)) return usesOfLocal(declaration.getSourceFile(), name, identifiers);
  return identifiers.references(declaration, name).flatMap(expressionOf);
}

/** `const x = require('./x')`: to the compiler the name stands for the module, and not for the variable. */
function isLoaded(declaration: Node): boolean {
  const variable = Node.isVariableDeclaration(declaration)
    ? declaration
    : declaration.getFirstAncestor(Node.isVariableDeclaration);
  const isBinding = Node.isVariableDeclaration(declaration) || Node.isBindingElement(declaration);
  return isBinding && loadedModule(variable?.getInitializer()) !== undefined;
}

/** Every expression of a file that is this name, wherever it is declared there. */
export function usesOfLocal(file: SourceFile, name: string, identifiers: Identifiers): Node[] {
  return identifiers.named(name).filter((node) => node.getSourceFile() === file && !isName(node));
}

/** The name of an import, a declaration, a member or a property, or a part of a type. */
function isName(node: Node): boolean {
  const parent = node.getParent();
  if (Node.isPropertyAccessExpression(parent) || Node.isPropertyAssignment(parent))
    return parent.getNameNode() === node;
  if (Node.isVariableDeclaration(parent)) return parent.getNameNode() === node;
  return (
    Node.isBindingElement(parent) ||
    Node.isImportClause(parent) ||
    Node.isNamespaceImport(parent) ||
    Node.isImportSpecifier(parent) ||
    Node.isExportSpecifier(parent) ||
    Node.isImportEqualsDeclaration(parent) ||
    Node.isTypeReference(parent) ||
    Node.isQualifiedName(parent) ||
    Node.isTypeQuery(parent)
  );
}

/**
 * Every expression that may stand for a property of an object literal. An object that went through code without types
 * loses its trail, so the name alone counts there.
 */
export function usesOfProperty(property: Node, identifiers: Identifiers): Node[] {
  const name = nameOf(property);
  if (name === undefined) return [];
  const members = identifiers.named(name).filter((node) => {
    const parent = node.getParent();
    const isMember = Node.isPropertyAccessExpression(parent) && parent.getNameNode() === node;
    if (!isMember) return false;
    const declarations = declarationsOf(node);
    return declarations.includes(property) || (declarations.length === 0 && isHandedOn(parent));
  });
  const bound = identifiers.named(name).flatMap((node) => {
    const element = node.getParent();
    const isBound = Node.isBindingElement(element) && (element.getPropertyNameNode() ?? element.getNameNode()) === node;
    return isBound && declarationsOf(node).length > 0 ? usesOf(element, identifiers) : [];
  });
  return [...new Set([...members.flatMap(expressionOf), ...bound, ...usesOf(property, identifiers)])];
}

/** An argument: what is called by a name that everybody uses (`x.handle()`) would be too many. */
function isHandedOn(access: Node): boolean {
  const call = access.getParent();
  return Node.isCallExpression(call) && call.getExpression() !== access;
}

function nameOf(declaration: Node): string | undefined {
  if (Node.isExportAssignment(declaration)) return 'default';
  if (Node.isFunctionDeclaration(declaration) || Node.isClassDeclaration(declaration))
    return declaration.getName() ?? 'default';
  return Node.isBindingElement(declaration) || Node.isNamed(declaration) || Node.hasName(declaration)
    ? declaration.getName()
    : undefined;
}

/** The name with the object before its dot; nothing where the name stands in types or names an export. */
function expressionOf(name: Node): Node[] {
  const parent = name.getParent();
  if (Node.isTypeReference(parent) || Node.isTypeQuery(parent) || Node.isExportSpecifier(parent)) return [];
  if (Node.isExpressionWithTypeArguments(parent) || Node.isImportEqualsDeclaration(parent)) return [];
  const isMember = Node.isPropertyAccessExpression(parent) && parent.getNameNode() === name;
  return [isMember ? parent : name];
}
