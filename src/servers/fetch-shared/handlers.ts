import {
  Node,
  type ExportDeclaration,
  type ExportSpecifier,
  type FunctionDeclaration,
  type SourceFile,
  type VariableDeclaration,
} from 'ts-morph';
import type { Reach } from './reach.ts';
import type { TransportCall } from './transport-calls.ts';
import { declarationsOf } from '../syntax/nodes.ts';

const HTTP_METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;
export type HttpMethod = (typeof HTTP_METHODS)[number];

/** A module's export that answers one HTTP method, by the form it is written in. */
export type ExportedHandler = { method: HttpMethod } &
  /** `export async function POST(request) { … }` */
  (
    | { form: 'function'; node: FunctionDeclaration }
    /** `export const POST = …` */
    | { form: 'const'; node: VariableDeclaration }
    /** `export const { GET, POST } = …` */
    | { form: 'destructured'; node: VariableDeclaration }
    /** `export { handler as POST }`, with or without `from` */
    | { form: 'specifier'; node: ExportSpecifier; declaration: ExportDeclaration }
  );

/** The HTTP methods that a module exports handlers for, as Next.js and Vercel functions read them. */
export function exportedHandlers(file: SourceFile): ExportedHandler[] {
  const found: ExportedHandler[] = [];
  for (const node of file.getFunctions()) {
    const method = asMethod(node.getName());
    if (method && node.isExported()) found.push({ method, form: 'function', node });
  }
  for (const statement of file.getVariableStatements()) {
    if (!statement.isExported()) continue;
    for (const node of statement.getDeclarations()) found.push(...variableHandlers(node));
  }
  for (const declaration of file.getExportDeclarations()) {
    if (declaration.isTypeOnly()) continue;
    for (const node of declaration.getNamedExports()) {
      const method = asMethod(node.getAliasNode()?.getText() ?? node.getName());
      if (method) found.push({ method, form: 'specifier', node, declaration });
    }
  }
  return found;
}

function variableHandlers(node: VariableDeclaration): ExportedHandler[] {
  const name = node.getNameNode();
  if (Node.isObjectBindingPattern(name)) {
    return name.getElements().flatMap((element): ExportedHandler[] => {
      const method = asMethod(element.getName());
      return method ? [{ method, form: 'destructured', node }] : [];
    });
  }
  const method = asMethod(name.getText());
  return method ? [{ method, form: 'const', node }] : [];
}

function asMethod(name: string | undefined): HttpMethod | undefined {
  return HTTP_METHODS.find((method) => method === name);
}

/** The transport calls a handler leads to. */
export function callsOf(handler: ExportedHandler, reach: Reach): TransportCall[] {
  if (handler.form === 'specifier') {
    return declarationsOf(handler.node.getNameNode()).flatMap((declaration) => reach.from(declaration));
  }
  return reach.from(handler.node);
}
