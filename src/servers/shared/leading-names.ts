import { ts } from 'ts-morph';
import type { Identifiers } from './identifiers.ts';
import type { Sink } from './sinks.ts';

/**
 * Every name that can stand for code that leads to a sink: the names of what the sinks stand in, of what those names
 * stand in, and so on. By spelling alone, so it is too many rather than too few; asking the type checker is expensive,
 * and no other name has to be asked about.
 */
export function namesThatMayLead(sinks: Sink[], identifiers: Identifiers): Set<string> {
  const names = new Set<string>();
  const add = (node: ts.Node): void => {
    for (let at: ts.Node | undefined = node; at; at = at.parent) {
      const name = nameOf(at);
      if (name !== undefined) for (const each of identifiers.alsoCalled(name)) names.add(each);
      if (isDefaultExport(at)) for (const each of identifiers.alsoCalled('default')) names.add(each);
    }
    for (const parameter of parametersFor(node, identifiers)) names.add(parameter);
  };
  for (const { node } of sinks) add(node.compilerNode);
  for (const name of names) for (const mention of identifiers.spelled(name)) add(mention);
  return names;
}

function nameOf(node: ts.Node): string | undefined {
  const isDeclaration =
    ts.isFunctionLike(node) ||
    ts.isVariableDeclaration(node) ||
    ts.isPropertyAssignment(node) ||
    ts.isPropertyDeclaration(node) ||
    ts.isClassDeclaration(node);
  const name = isDeclaration ? node.name : ts.isShorthandPropertyAssignment(node) ? node.name : undefined;
  if (!name) return undefined;
  return ts.isIdentifier(name) || ts.isPrivateIdentifier(name) || ts.isStringLiteral(name) ? name.text : undefined;
}

function isDefaultExport(node: ts.Node): boolean {
  if (ts.isExportAssignment(node)) return true;
  if (ts.isBinaryExpression(node)) return node.left.getText().endsWith('exports');
  return (
    ts.isFunctionDeclaration(node) &&
    (node.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.DefaultKeyword) ?? false)
  );
}

/** Handed to a function of the project, code goes by the name of the parameter there. */
function parametersFor(node: ts.Node, identifiers: Identifiers): string[] {
  const call = node.parent;
  if (!ts.isCallExpression(call) && !ts.isNewExpression(call)) return [];
  const index = call.arguments?.findIndex((argument) => argument === node) ?? -1;
  const callee = ts.isPropertyAccessExpression(call.expression) ? call.expression.name : call.expression;
  if (index < 0 || !ts.isIdentifier(callee)) return [];
  return identifiers.declaredAs(callee.text).flatMap((declaration) => {
    const parameter = parametersOf(declaration)?.[index]?.name;
    return parameter && ts.isIdentifier(parameter) ? [parameter.text] : [];
  });
}

function parametersOf(declaration: ts.Node): readonly ts.ParameterDeclaration[] | undefined {
  const value =
    ts.isVariableDeclaration(declaration) || ts.isPropertyDeclaration(declaration)
      ? declaration.initializer
      : declaration;
  const owner = value && ts.isClassDeclaration(value) ? value.members.find(ts.isConstructorDeclaration) : value;
  return owner && ts.isFunctionLike(owner) ? (owner.parameters as readonly ts.ParameterDeclaration[]) : undefined;
}
