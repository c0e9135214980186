import { Node, type CallExpression } from 'ts-morph';
import { findDispatches } from '../json-rpc/dispatches.ts';
import { quotedAccesses } from '../syntax/quoted.ts';
import { declarationsOf, isFunctionNode, lastName, unwrap } from '../syntax/nodes.ts';
import type { CodeModel } from '../model.ts';
import type { Identifiers } from '../syntax/identifiers.ts';
import { packageExport } from '../syntax/packages.ts';
import { LEGACY, NODE } from '../sdk2/exports.ts';
import { nodeListeners } from '../sdk2/handlers.ts';

/** A place where a Node request enters an MCP transport of the SDK. */
export interface Sink {
  /** `streamable` handles all methods of one path; `stream` opens the legacy SSE stream, `post` takes its messages. */
  kind: 'streamable' | 'stream' | 'post';
  node: Node;
  /** What the call makes is a listener `(req, res)`: requests enter where that is called. */
  isListener?: true;
}

const SDK = '@modelcontextprotocol/sdk/';
const STREAMABLE = [`${SDK}server/streamableHttp`, NODE];
const WEB = 'WebStandardStreamableHTTPServerTransport';
const SSE = [`${SDK}server/sse`, LEGACY];

/**
 * Every call that hands `(req, res)` to a transport of the SDK or makes a listener that does, and what stands for one in
 * a server that is written by hand.
 */
export function findSinks(model: CodeModel, identifiers: Identifiers): Sink[] {
  const mentions = (...texts: string[]): boolean =>
    [...model.snapshot.files.values()].some((file) => texts.some((text) => file.includes(text)));
  const sinks: Sink[] = nodeListeners(model).map((node) => ({ kind: 'streamable', node, isListener: true }));
  if (mentions(...STREAMABLE)) {
    const webToo = mentions(WEB);
    for (const call of methodCalls(identifiers, 'handleRequest')) {
      if (isNodeForm(call, webToo)) sinks.push({ kind: 'streamable', node: call });
    }
  }
  if (mentions(...SSE)) {
    for (const node of identifiers.named('SSEServerTransport').map((name) => name.getParent())) {
      const made = Node.isNewExpression(node) ? packageExport(node.getExpression())?.module : undefined;
      if (Node.isNewExpression(node) && SSE.some((module) => made?.startsWith(module))) {
        sinks.push({ kind: 'stream', node });
      }
    }
    for (const name of ['handlePostMessage', 'handleMessage']) {
      for (const call of methodCalls(identifiers, name))
        if (isRequestAndResponse(call)) sinks.push({ kind: 'post', node: call });
    }
  }
  return [...sinks, ...findDispatches(model).map(({ call }) => byHand(call))];
}

/** A server that is written by hand tells messages apart, or opens the older transport's stream with a text. */
function byHand(node: Node): Sink {
  return { kind: Node.isStringLiteral(node) || Node.isTemplateExpression(node) ? 'stream' : 'streamable', node };
}

/** `x.name(…)` where `name` is not a method of the project's own. */
function methodCalls(identifiers: Identifiers, name: string): CallExpression[] {
  return identifiers.named(name).flatMap((identifier) => {
    const access = identifier.getParent();
    const call = access?.getParent();
    const isCall =
      Node.isPropertyAccessExpression(access) && Node.isCallExpression(call) && call.getExpression() === access;
    return isCall && access.getNameNode() === identifier && declarationsOf(identifier).length === 0 ? [call] : [];
  });
}

/** Where a transport's method is taken without being called there: whoever gets it can lead requests in. */
export function takenMethods(model: CodeModel, identifiers: Identifiers): Node[] {
  const uses = (...modules: string[]): boolean =>
    [...model.snapshot.files.values()].some((text) => modules.some((module) => text.includes(module)));
  if (!uses(...STREAMABLE, WEB, ...SSE)) return [];
  return ['handleRequest', 'handlePostMessage'].flatMap((name) => [
    ...identifiers.named(name).filter(isTaken),
    ...model.sourceFiles().flatMap((file) => quotedAccesses(file).get(name) ?? []),
  ]);
}

/** `transport.handleRequest` as a value, `const { handleRequest } = transport`. */
function isTaken(name: Node): boolean {
  const parent = name.getParent();
  if (Node.isBindingElement(parent)) {
    const isProperty = (parent.getPropertyNameNode() ?? parent.getNameNode()) === name;
    const value = parent.getFirstAncestor(Node.isVariableDeclaration)?.getInitializer();
    return isProperty && value !== undefined && Node.isNewExpression(unwrap(value));
  }
  if (!Node.isPropertyAccessExpression(parent) || parent.getNameNode() !== name) return false;
  const call = parent.getParent();
  const isCalled = Node.isCallExpression(call) && call.getExpression() === parent;
  return !isCalled && declarationsOf(name).length === 0 && !isForeignModule(parent.getExpression());
}

/** `bind` of a package's own function of that name, which is none of a transport's. */
function isForeignModule(receiver: Node): boolean {
  const module = packageExport(receiver)?.module;
  return module !== undefined && !module.startsWith('@modelcontextprotocol/');
}

/** `handleRequest(req, res, …)`; the Fetch form takes a Request and at most options. */
function isNodeForm(call: CallExpression, webToo: boolean): boolean {
  if (!isRequestAndResponse(call) || comesFromFetch(call)) return false;
  return !webToo || call.getArguments().length > 2 || looksLikeResponse(call.getArguments()[1]);
}

function isRequestAndResponse(call: CallExpression): boolean {
  const [, response] = call.getArguments();
  return response !== undefined && !Node.isObjectLiteralExpression(response);
}

function looksLikeResponse(node: Node | undefined): boolean {
  const name =
    node &&
    (lastName(node) === 'raw' && Node.isPropertyAccessExpression(node)
      ? lastName(node.getExpression())
      : lastName(node));
  return (
    name !== undefined &&
    ['res', 'response', 'reply', 'resp', 'outgoing'].some((word) => name.toLowerCase().endsWith(word))
  );
}

/** `const { req, res } = toReqRes(request)`: a Fetch server that feeds the Node transport. */
function comesFromFetch(call: CallExpression): boolean {
  return declarationsOf(call.getArguments()[1]!).some((declaration) => {
    if (!Node.isBindingElement(declaration)) return false;
    const value = declaration.getFirstAncestor(Node.isVariableDeclaration)?.getInitializer();
    return Node.isCallExpression(value) && packageExport(value.getExpression())?.module === 'fetch-to-node';
  });
}

/** The innermost function around a node. */
export function enclosingFunction(node: Node): Node | undefined {
  return node.getFirstAncestor((ancestor) => isFunctionNode(ancestor) || Node.isConstructorDeclaration(ancestor));
}
