import { Node, type CallExpression } from 'ts-morph';
import type { Splice } from '../edits/file-edit.ts';
import type { FileEdits } from '../edits/file-edits.ts';
import { mixedAnswers } from '../shared-transport.ts';
import { declarationsOf, methodCall, unwrap } from '../syntax/nodes.ts';
import type { TransportCall } from './transport-calls.ts';

/** How one transport call gets the caller's identity. */
type AuthArgument =
  /** Nothing to do: the call has it already, or takes it from Hono's context (@hono/mcp) or the request itself. */
  | { kind: 'none' }
  /** The splices, given the local name of `authOf`. */
  | { kind: 'add'; splices(authOf: string): Splice[] }
  | { kind: 'unclear'; reason: string };

/**
 * Gives every transport call the caller's identity. `authOf(request)` finds it by the very Request object that the gate
 * has seen, so the argument has to be that object and no copy of it.
 * @returns why one of the calls cannot be given it; the edits are of no use then
 */
export function handIdentity(calls: Iterable<TransportCall>, edits: FileEdits): string | undefined {
  for (const transport of calls) {
    const argument = authArgument(transport, edits.strictOptionals);
    if (argument.kind === 'unclear') return argument.reason;
    if (argument.kind === 'none') continue;
    const file = edits.of(transport.call.getSourceFile());
    file.splice(argument.splices(file.import('authOf')));
  }
  return undefined;
}

/** @param strictOptionals the project has `exactOptionalPropertyTypes` */
function authArgument(transport: TransportCall, strictOptionals: boolean): AuthArgument {
  switch (transport.kind) {
    case 'web':
      return webArgument(transport.call);
    case 'node':
      return nodeArgument(transport.call, strictOptionals);
    case 'fetch':
      return fetchArgument(transport.call);
    case 'hono': {
      const reason = mixedAnswers(transport.call);
      return reason === undefined ? { kind: 'none' } : { kind: 'unclear', reason };
    }
    default:
      return { kind: 'none' };
  }
}

/** `handler.fetch` -> `(request) => handler.fetch(request, authOf(request))`, where `protectMcp` around it gives the type. */
function fetchArgument(access: Node): AuthArgument {
  const parent = access.getParent();
  const isFetch = Node.isPropertyAssignment(parent) && parent.getName() === 'fetch';
  const isExport = Node.isVariableDeclaration(parent) && parent.getVariableStatement()?.isExported() === true;
  if (!isFetch && !isExport)
    return { kind: 'unclear', reason: `it cannot be told to whom ${access.getText()} is handed` };
  const [start, end, text] = [access.getStart(), access.getEnd(), access.getText()];
  return {
    kind: 'add',
    splices: (authOf) => [{ start, end, text: `(request) => ${text}(request, ${authOf}(request))` }],
  };
}

/** `handleRequest(request, options?)` of the web-standard transport. */
function webArgument(call: CallExpression): AuthArgument {
  const [request, options] = call.getArguments();
  if (!request || passesIdentity(call)) return { kind: 'none' };
  const seen = requestSeenByGate(request);
  if (!seen) return unclear(request);
  if (!options) return insert(request.getEnd(), (authOf) => `, ${authOf}(${seen})`);
  const { start, end } = { start: options.getStart(), end: options.getEnd() };
  if (!Node.isObjectLiteralExpression(options)) {
    const text = options.getText();
    return { kind: 'add', splices: (authOf) => [{ start, end, text: `{ ...${text}, ...${authOf}(${seen}) }` }] };
  }
  if (options.getProperty('authInfo')) {
    return { kind: 'unclear', reason: 'handleRequest is given an authInfo of its own' };
  }
  const last = options.getProperties().at(-1);
  if (!last) return { kind: 'add', splices: (authOf) => [{ start, end, text: `${authOf}(${seen})` }] };
  return insert(last.getEnd(), (authOf) => `, ...${authOf}(${seen})`);
}

/** `handleRequest(req, res, body?)` of the node transport, with `req` made from a Request by fetch-to-node. */
function nodeArgument(call: CallExpression, strictOptionals: boolean): AuthArgument {
  const [req] = call.getArguments();
  if (!req || passesIdentity(call)) return { kind: 'none' };
  const source = Node.isIdentifier(req) ? declarationsOf(req).map(convertedRequest).find(Boolean) : undefined;
  const seen = source && requestSeenByGate(source);
  if (!seen) return unclear(req);
  const sure = strictOptionals ? '!' : '';
  return {
    kind: 'add',
    splices: (authOf) => [
      {
        start: req.getStart(),
        end: req.getEnd(),
        text: `Object.assign(${req.getText()}, { auth: ${authOf}(${seen}).authInfo${sure} })`,
      },
    ],
  };
}

/** `const { req, res } = toReqRes(request)` -> `request`. */
function convertedRequest(declaration: Node): Node | undefined {
  const variable = Node.isBindingElement(declaration)
    ? declaration.getFirstAncestor(Node.isVariableDeclaration)
    : declaration;
  if (!Node.isVariableDeclaration(variable)) return undefined;
  const initializer = variable.getInitializer();
  const value = initializer && unwrap(initializer);
  if (!Node.isCallExpression(value) || value.getExpression().getText() !== 'toReqRes') return undefined;
  return value.getArguments()[0];
}

/** Follows `request`, `c.req.raw`, `request.clone()` and `new Request(request, …)` back to the incoming Request. */
function requestSeenByGate(node: Node, depth = 0): string | undefined {
  if (depth > 4) return undefined;
  const value = unwrap(node);
  if (Node.isPropertyAccessExpression(value)) return value.getText().endsWith('.req.raw') ? value.getText() : undefined;
  if (Node.isIdentifier(value)) return requestBehindName(value, depth);
  if (Node.isNewExpression(value) && value.getExpression().getText() === 'Request') {
    const [first] = value.getArguments();
    return first && requestSeenByGate(first, depth + 1);
  }
  const method = methodCall(value);
  return method?.name === 'clone' ? requestSeenByGate(method.receiver, depth + 1) : undefined;
}

function requestBehindName(identifier: Node, depth: number): string | undefined {
  const [declaration] = declarationsOf(identifier);
  if (!declaration || isReassigned(declaration, identifier.getText())) return undefined;
  if (Node.isParameterDeclaration(declaration) && Node.isIdentifier(declaration.getNameNode())) {
    return identifier.getText();
  }
  if (!Node.isVariableDeclaration(declaration)) return undefined;
  const initializer = declaration.getInitializer();
  const seen = initializer && requestSeenByGate(initializer, depth + 1);
  if (!seen) return undefined;
  // `const request = c.req.raw` is the object itself; `const copy = request.clone()` is not, so its source is named.
  const isSameObject = Node.isPropertyAccessExpression(unwrap(initializer)) || Node.isIdentifier(unwrap(initializer));
  return isSameObject ? identifier.getText() : seen;
}

/** `request = new Request(…)`: from there on the name holds another object than the gate saw. */
function isReassigned(declaration: Node, name: string): boolean {
  const scope = declaration.getFirstAncestor(
    (node) => Node.isBodyable(node) || Node.isBlock(node) || Node.isSourceFile(node),
  );
  return (scope?.getDescendants() ?? []).some(
    (node) =>
      Node.isBinaryExpression(node) && node.getOperatorToken().getText() === '=' && node.getLeft().getText() === name,
  );
}

/** Does the transport get `authOf(request)` here, which throws for a request that has not passed the gate? */
export function passesIdentity(call: Node): boolean {
  return call.getDescendants().some((node) => Node.isCallExpression(node) && isAuthOf(node.getExpression()));
}

function isAuthOf(callee: Node): boolean {
  const declaration = callee.getSymbol()?.getDeclarations()[0];
  return Node.isImportSpecifier(declaration) ? declaration.getName() === 'authOf' : callee.getText() === 'authOf';
}

function insert(at: number, text: (authOf: string) => string): AuthArgument {
  return { kind: 'add', splices: (authOf) => [{ start: at, end: at, text: text(authOf) }] };
}

function unclear(argument: Node): AuthArgument {
  return { kind: 'unclear', reason: `it cannot be told which request \`${argument.getText()}\` is` };
}
