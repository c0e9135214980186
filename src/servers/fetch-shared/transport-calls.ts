import { Node, type CallExpression, type SourceFile } from 'ts-morph';
import type { CodeModel } from '../model.ts';
import { importedNames } from './imports.ts';
import { declarationsOf, lastName, methodCall, unwrap } from './syntax.ts';

/**
 * What `handleRequest` of the transport takes: `web` a Request (SDK), `hono` Hono's context (@hono/mcp), `node` the
 * (req, res) of node:http (SDK), which Fetch servers feed through fetch-to-node.
 */
export type TransportKind = 'web' | 'hono' | 'node';

export interface TransportCall {
  kind: TransportKind;
  call: CallExpression;
}

const SDK = '@modelcontextprotocol/sdk/';

/** Finds every `transport.handleRequest(…)` of the project, where requests enter the MCP server. */
export function findTransportCalls(model: CodeModel): TransportCall[] {
  const classes = new Map(model.sourceFiles().map((file) => [file, transportClasses(file)]));
  const inUse = new Set([...classes.values()].flatMap((local) => [...local.values()]));
  if (inUse.size === 0) return [];
  const found: TransportCall[] = [];
  for (const file of model.sourceFiles()) {
    file.forEachDescendant((node) => {
      if (!Node.isCallExpression(node) || node.getArguments().length === 0) return;
      const method = methodCall(node);
      if (method?.name !== 'handleRequest') return;
      const kind = kindOfReceiver(method.receiver, classes) ?? guessKind(method.receiver, inUse, node);
      if (kind) found.push({ kind, call: node });
    });
  }
  return found;
}

/** The transport classes a file imports, by local name. */
export function transportClasses(file: SourceFile): Map<string, TransportKind> {
  const classes = new Map<string, TransportKind>();
  for (const { local, imported, specifier } of importedNames(file)) {
    if (imported === 'WebStandardStreamableHTTPServerTransport' && specifier.startsWith(SDK)) classes.set(local, 'web');
    if (imported === 'StreamableHTTPServerTransport' && specifier.startsWith(SDK)) classes.set(local, 'node');
    if (imported === 'StreamableHTTPTransport' && specifier === '@hono/mcp') classes.set(local, 'hono');
  }
  return classes;
}

type Classes = Map<SourceFile, Map<string, TransportKind>>;

/** Follows the receiver to `new Transport(…)` or to a type that names the class. */
function kindOfReceiver(receiver: Node, classes: Classes, depth = 0): TransportKind | undefined {
  if (depth > 4) return undefined;
  const node = unwrap(receiver);
  if (Node.isNewExpression(node)) return classes.get(node.getSourceFile())?.get(node.getExpression().getText());
  const name = Node.isPropertyAccessExpression(node) ? node.getNameNode() : node;
  if (!Node.isIdentifier(name)) return undefined;
  for (const declaration of declarationsOf(name)) {
    const typeNode = Node.isTyped(declaration) ? declaration.getTypeNode() : undefined;
    const byType = typeNode && namedKind(typeNode, classes);
    if (byType) return byType;
    const initializer = Node.isInitializerExpressionGetable(declaration) ? declaration.getInitializer() : undefined;
    const byValue = initializer && kindOfReceiver(initializer, classes, depth + 1);
    if (byValue) return byValue;
  }
  return undefined;
}

function namedKind(typeNode: Node, classes: Classes): TransportKind | undefined {
  const local = classes.get(typeNode.getSourceFile());
  const names = [typeNode, ...typeNode.getDescendants()].map((node) => local?.get(node.getText()));
  return names.find((kind) => kind !== undefined);
}

/**
 * Kept in maps and records a transport loses its trail. If it is called a transport, and the number of arguments fits
 * just one of the kinds this project uses, that is the one.
 */
function guessKind(receiver: Node, inUse: Set<TransportKind>, call: CallExpression): TransportKind | undefined {
  if (!lastName(unwrap(receiver))?.toLowerCase().endsWith('transport')) return undefined;
  const [first, second] = call.getArguments();
  const looksNode = second !== undefined && Node.isIdentifier(second) && /^(res|response|reply|outgoing)$/.test(second.getText());
  if (looksNode) return inUse.has('node') ? 'node' : undefined;
  if (inUse.has('web') && inUse.has('hono')) return first && isContextName(first) ? 'hono' : 'web';
  return inUse.has('web') ? 'web' : inUse.has('hono') ? 'hono' : undefined;
}

function isContextName(node: Node): boolean {
  return Node.isIdentifier(node) && ['c', 'ctx', 'context'].includes(node.getText());
}
