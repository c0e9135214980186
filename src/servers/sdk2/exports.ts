import { Node, type CallExpression } from 'ts-morph';
import type { CodeModel } from '../model.ts';
import { identifiersOf } from '../syntax/identifiers.ts';
import { packageExport } from '../syntax/packages.ts';

export const SERVER = '@modelcontextprotocol/server';
export const NODE = '@modelcontextprotocol/node';
/** The older SSE transport, and with it the authorization server, live on in a package of their own. */
export const LEGACY = '@modelcontextprotocol/server-legacy';

/** Every expression that stands for an export of a package, under whatever name: `name`, `alias`, `namespace.name`. */
export function usesOfExport(model: CodeModel, module: string, name: string): Node[] {
  const isMentioned = [...model.snapshot.files.values()].some((text) => text.includes(module) && text.includes(name));
  if (!isMentioned) return [];
  const identifiers = identifiersOf(model);
  const names = new Set([name, ...identifiers.taken(name).map(({ local }) => local)]);
  return [...names]
    .flatMap((each) => identifiers.named(each))
    .flatMap((identifier) => {
      const parent = identifier.getParent();
      if (isDeclared(identifier)) return [];
      const isMember = Node.isPropertyAccessExpression(parent) && parent.getNameNode() === identifier;
      const expression = isMember ? parent : identifier;
      const made = packageExport(expression);
      return made?.module === module && made.name === name ? [expression] : [];
    });
}

/** The calls of an export of a package. */
export function callsOfExport(model: CodeModel, module: string, name: string): CallExpression[] {
  return usesOfExport(model, module, name).flatMap((callee) => callOf(callee) ?? []);
}

/** The call that this is the callee of. */
export function callOf(callee: Node): CallExpression | undefined {
  const call = callee.getParent();
  return Node.isCallExpression(call) && call.getExpression() === callee ? call : undefined;
}

/** Where an import or a variable gets its name. */
function isDeclared(identifier: Node): boolean {
  const parent = identifier.getParent();
  return (
    Node.isImportSpecifier(parent) ||
    Node.isImportClause(parent) ||
    Node.isBindingElement(parent) ||
    (Node.isVariableDeclaration(parent) && parent.getNameNode() === identifier)
  );
}
