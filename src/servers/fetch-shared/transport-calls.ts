import { Node, type CallExpression, type SourceFile } from 'ts-morph';
import type { Dispatch } from '../json-rpc/dispatches.ts';
import type { CodeModel } from '../model.ts';
import { importedNames } from '../syntax/imports.ts';
import { isInListener, type McpFetch } from '../sdk2/handlers.ts';
import { NODE, SERVER } from '../sdk2/exports.ts';
import { declarationsOf, lastName, methodCall, unwrap } from '../syntax/nodes.ts';
import type { HandlerCall } from './handler-calls.ts';

/**
 * What `handleRequest` of the transport takes: `web` a Request (SDK), `hono` Hono's context (@hono/mcp), `node` the
 * (req, res) of node:http (SDK), which Fetch servers feed through fetch-to-node.
 */
export type TransportKind = 'web' | 'hono' | 'node';

/** Where requests enter an MCP server: `handleRequest` of a transport, or what stands for one. */
export type TransportCall = HandledRequest | McpFetch | HandlerCall | Dispatch;

/** `transport.handleRequest(…)` */
interface HandledRequest {
  kind: TransportKind;
  call: CallExpression;
}

/** Does it take the caller's identity as an argument, and so serve nothing that has not passed the gate? */
export function takesIdentity(entrance: TransportCall): entrance is HandledRequest | McpFetch {
  return ['web', 'node', 'fetch'].includes(entrance.kind);
}

const SDK = '@modelcontextprotocol/sdk/';
const WEB = 'WebStandardStreamableHTTPServerTransport';
const MAX_DEPTH = 6;

/** Finds every `transport.handleRequest(…)` of the project, where requests enter the MCP server. */
export function findTransportCalls(model: CodeModel): HandledRequest[] {
  const classes = new Map(model.sourceFiles().map((file) => [file, transportClasses(file)]));
  const inUse = new Set([...classes.values()].flatMap((local) => [...local.values()]));
  if (inUse.size === 0) return [];
  const found: HandledRequest[] = [];
  for (const file of model.sourceFiles()) {
    if (!file.getFullText().includes('handleRequest')) continue;
    file.forEachDescendant((node) => {
      if (!Node.isCallExpression(node) || node.getArguments().length === 0) return;
      const method = methodCall(node);
      if (method?.name !== 'handleRequest') return;
      const kind = kindOfReceiver(method.receiver, classes) ?? guessKind(method.receiver, inUse, node);
      if (kind && !isInListener(model, node)) found.push({ kind, call: node });
    });
  }
  return found;
}

/** The transport classes a file imports, by local name. */
function transportClasses(file: SourceFile): Map<string, TransportKind> {
  const classes = new Map<string, TransportKind>();
  for (const { local, imported, specifier } of importedNames(file)) {
    const isSdk = specifier.startsWith(SDK);
    if (imported === WEB && (isSdk || specifier === SERVER)) classes.set(local, 'web');
    if (imported === 'StreamableHTTPServerTransport' && isSdk) classes.set(local, 'node');
    if (imported === 'NodeStreamableHTTPServerTransport' && specifier === NODE) classes.set(local, 'node');
    if (imported === 'StreamableHTTPTransport' && specifier === '@hono/mcp') classes.set(local, 'hono');
  }
  return classes;
}

type Classes = Map<SourceFile, Map<string, TransportKind>>;

/** Follows the receiver to `new Transport(…)`, to a type that names the class, or into the map that keeps transports. */
function kindOfReceiver(receiver: Node, classes: Classes, depth = 0): TransportKind | undefined {
  if (depth > MAX_DEPTH) return undefined;
  const node = unwrap(receiver);
  if (Node.isNewExpression(node)) {
    const own = classes.get(node.getSourceFile())?.get(node.getExpression().getText());
    return (
      own ??
      node
        .getTypeArguments()
        .map((argument) => namedKind(argument, classes))
        .find(Boolean)
    );
  }
  if (Node.isElementAccessExpression(node)) return kindOfReceiver(node.getExpression(), classes, depth + 1);
  if (Node.isBinaryExpression(node)) {
    return kindOfReceiver(node.getLeft(), classes, depth + 1) ?? kindOfReceiver(node.getRight(), classes, depth + 1);
  }
  if (Node.isCallExpression(node)) {
    const method = methodCall(node);
    return kindOfReceiver(method?.name === 'get' ? method.receiver : node.getExpression(), classes, depth + 1);
  }
  const name = Node.isPropertyAccessExpression(node) ? node.getNameNode() : node;
  if (!Node.isIdentifier(name)) return undefined;
  return firstOf(declarationsOf(name), (declaration) => declaredKind(declaration, classes, depth + 1));
}

/** By the declared type, the initial value, what a function returns, or what a map is filled with. */
function declaredKind(declaration: Node, classes: Classes, depth: number): TransportKind | undefined {
  const typeNode = Node.isReturnTyped(declaration)
    ? declaration.getReturnTypeNode()
    : Node.isTyped(declaration)
      ? declaration.getTypeNode()
      : undefined;
  const byType = typeNode && namedKind(typeNode, classes);
  if (byType) return byType;
  const values = [
    ...(Node.isInitializerExpressionGetable(declaration) ? [declaration.getInitializer()] : []),
    ...(Node.isFunctionDeclaration(declaration) ? returnedValues(declaration) : []),
    ...storedValues(declaration),
  ];
  return firstOf(values, (value) => value && kindOfReceiver(value, classes, depth));
}

function returnedValues(declaration: Node): (Node | undefined)[] {
  return declaration
    .getDescendants()
    .filter(Node.isReturnStatement)
    .map((statement) => statement.getExpression());
}

/** `transport = new …`, `sessions.set(id, transport)`, `sessions[id] = transport`, in the file that declares it. */
function storedValues(declaration: Node): Node[] {
  if (!Node.isVariableDeclaration(declaration) && !Node.isPropertyDeclaration(declaration)) return [];
  const isIt = (node: Node): boolean => {
    const name = Node.isPropertyAccessExpression(node) ? node.getNameNode() : node;
    return name.getText() === declaration.getName() && declarationsOf(name).includes(declaration);
  };
  return declaration
    .getSourceFile()
    .getDescendants()
    .flatMap((node) => {
      if (Node.isBinaryExpression(node) && node.getOperatorToken().getText() === '=') {
        const left = node.getLeft();
        return isIt(Node.isElementAccessExpression(left) ? left.getExpression() : left) ? [node.getRight()] : [];
      }
      const method = methodCall(node);
      if (method?.name !== 'set' || !Node.isCallExpression(node) || !isIt(method.receiver)) return [];
      const [, value] = node.getArguments();
      return value ? [value] : [];
    });
}

function firstOf<T>(nodes: T[], kind: (node: T) => TransportKind | undefined): TransportKind | undefined {
  for (const node of nodes) {
    const found = kind(node);
    if (found) return found;
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
  const looksNode =
    second !== undefined && Node.isIdentifier(second) && /^(res|response|reply|outgoing)$/.test(second.getText());
  if (looksNode) return inUse.has('node') ? 'node' : undefined;
  if (inUse.has('web') && inUse.has('hono')) return first && isContextName(first) ? 'hono' : 'web';
  return inUse.has('web') ? 'web' : inUse.has('hono') ? 'hono' : undefined;
}

function isContextName(node: Node): boolean {
  return Node.isIdentifier(node) && ['c', 'ctx', 'context'].includes(node.getText());
}
