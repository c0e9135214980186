import { Node, type CallExpression, type SourceFile } from 'ts-morph';
import type { CodeModel } from '../model.ts';
import { denoHandlers, handlerName, serverObjects } from '../fetch-shared/server-objects.ts';
import type { Reach } from '../fetch-shared/reach.ts';
import { declarationsOf, isFunctionNode, unwrap } from '../syntax/nodes.ts';
import type { TransportCall } from '../fetch-shared/transport-calls.ts';

/**
 * One function that answers every request of a server: the `fetch` of `export default { fetch }` or `Bun.serve({ fetch })`,
 * the `handler` of `Deno.serve({ handler })`, the argument of `Deno.serve(handler)`.
 */
export interface FetchServer {
  file: SourceFile;
  /** The property, method or argument that has to be wrapped. */
  property: Node;
  /** The function itself, where it is written out in the project. */
  handler: Node | undefined;
  calls: TransportCall[];
}

/** Finds the whole-server handlers that lead to an MCP transport. */
export function findFetchServers(model: CodeModel, reach: Reach): FetchServer[] {
  const found = new Map<Node, FetchServer>();
  const properties = serverObjects(model).flatMap((options) => options.getProperty(handlerName(options)) ?? []);
  for (const property of [...properties, ...denoHandlers(model)]) {
    if (found.has(property)) continue;
    const calls = reach.from(property);
    if (isHandedOn(property, calls)) continue;
    const file = property.getSourceFile();
    if (calls.length > 0) found.set(property, { file, property, handler: handlerOf(property), calls });
  }
  return [...found.values()];
}

/** `fetch: server.fetch`: the object behind it is where the handler is, and is found by itself. */
export function isHandedOn(property: Node, calls: TransportCall[] = []): boolean {
  if (!Node.isPropertyAssignment(property) && !Node.isExpression(property)) return false;
  const value = Node.isExpression(property) ? property : property.getInitializer();
  if (value === undefined || calls.some(({ call }) => call === value)) return false;
  return Node.isPropertyAccessExpression(unwrap(value));
}

/** The function behind the property, where it is written out in the project. */
export function handlerOf(property: Node): Node | undefined {
  if (Node.isMethodDeclaration(property)) return property;
  if (Node.isExpression(property)) return functionBehind(property);
  const value = Node.isPropertyAssignment(property)
    ? property.getInitializer()
    : Node.isShorthandPropertyAssignment(property)
      ? property.getNameNode()
      : undefined;
  return value && functionBehind(value);
}

/** The function an expression stands for; inside `protectMcp(handler, …)` it is the first argument. */
function functionBehind(node: Node): Node | undefined {
  const value = unwrap(node);
  if (isFunctionNode(value)) return value;
  const gate = gateCall(value);
  if (gate) return gate.getArguments()[0] && functionBehind(gate.getArguments()[0]!);
  if (!Node.isIdentifier(value)) return undefined;
  for (const declaration of declarationsOf(value)) {
    if (isFunctionNode(declaration)) return declaration;
    const initializer = Node.isVariableDeclaration(declaration) ? declaration.getInitializer() : undefined;
    if (initializer) return functionBehind(initializer);
  }
  return undefined;
}

/** `protectMcp(…)` as an earlier run has written it. */
export function gateCall(node: Node | undefined): CallExpression | undefined {
  if (!Node.isCallExpression(node)) return undefined;
  const [declaration] = node.getExpression().getSymbol()?.getDeclarations() ?? [];
  const name = Node.isImportSpecifier(declaration) ? declaration.getName() : node.getExpression().getText();
  return name === 'protectMcp' ? node : undefined;
}
