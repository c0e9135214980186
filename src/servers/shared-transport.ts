import semver from 'semver';
import { Node, SyntaxKind, type CallExpression } from 'ts-morph';
import { MCP_SDK } from '../project/packages.ts';
import type { TransportCall } from './fetch-shared/transport-calls.ts';
import type { CodeModel } from './model.ts';
import { declarationsOf, methodCall, unwrap } from './syntax/nodes.ts';

/**
 * One stateless transport for all requests answers the first and fails on the second (SDK 1.26 and later): the server
 * is broken before anything is changed, and a person should hear it from us and not from a client.
 */
export function sharedTransportNotes(model: CodeModel, calls: TransportCall[]): string[] {
  const notes = calls.flatMap(({ kind, call }) => {
    const receiver = methodCall(call)?.receiver;
    const [declaration] = receiver && kind !== 'hono' ? declarationsOf(receiver) : [];
    if (!Node.isVariableDeclaration(declaration)) return [];
    const isModuleLevel = Node.isSourceFile(declaration.getVariableStatement()?.getParent());
    if (!isModuleLevel || !isStateless(declaration.getInitializer())) return [];
    const file = declaration.getSourceFile();
    return [
      `${model.pathOf(file)}:${declaration.getStartLineNumber()}: one stateless transport serves all requests; ` +
        'SDK 1.26 and later refuse the second request, with or without add-auth.',
    ];
  });
  return [...new Set(notes)];
}

/** From here on the SDK refuses the second request to a stateless transport. */
const FIRST_UNSHARED = '1.26.0';

/**
 * A transport that serves all requests without sessions tells answers apart by the ids that clients choose, and all of
 * them begin at 0: measured with @hono/mcp 0.3.2 and SDK 1.25, one user gets the answer of another.
 * @param call `transport.handleRequest(c)` of @hono/mcp
 * @returns what is wrong, `undefined` where the transport is of one request, or of one session
 */
export function mixedAnswers(call: CallExpression): string | undefined {
  const made = sharedTransport(call);
  return made && `one transport of @hono/mcp (line ${made.getStartLineNumber()}) ${MIXED}`;
}

/** The same for transports of the SDK, where the project has a version that takes a second request. */
export function mixedAnswersOfSdk(model: CodeModel, calls: CallExpression[]): string | undefined {
  const version = semver.coerce(model.snapshot.versionOf(MCP_SDK));
  if (!version || !semver.lt(version, FIRST_UNSHARED)) return undefined;
  const made = calls.flatMap((call) => sharedTransport(call) ?? [])[0];
  return made && `one transport of ${MCP_SDK} ${version.version} (${model.placeOf(made)}) ${MIXED}`;
}

const MIXED =
  "serves all requests, and users would get each other's answers; make a server and a transport for each request";

/** The stateless transport that is made outside of the function that is given the request. */
function sharedTransport(call: CallExpression): Node | undefined {
  const receiver = methodCall(call)?.receiver;
  const [declaration] = receiver ? declarationsOf(lastNameOf(receiver)) : [];
  const [request] = call.getArguments();
  const [parameter] = request ? declarationsOf(rootOf(request)) : [];
  const handler = parameter?.getParent();
  if (!declaration || !handler || declaration.getAncestors().includes(handler)) return undefined;
  return valuesOf(declaration).find(isStateless);
}

/** `this.transport` -> `transport` */
function lastNameOf(node: Node): Node {
  const value = unwrap(node);
  return Node.isPropertyAccessExpression(value) ? value.getNameNode() : value;
}

/** `request.raw` -> `request` */
function rootOf(node: Node): Node {
  const value = unwrap(node);
  return Node.isPropertyAccessExpression(value) ? rootOf(value.getExpression()) : value;
}

/** What a variable or field is given where it is declared, and later on in its file. */
function valuesOf(declaration: Node): Node[] {
  const initializer = Node.isInitializerExpressionGetable(declaration) ? declaration.getInitializer() : undefined;
  if (initializer) return [initializer];
  return declaration
    .getSourceFile()
    .getDescendantsOfKind(SyntaxKind.BinaryExpression)
    .flatMap((assignment) => {
      const target = assignment.getLeft();
      const name = Node.isPropertyAccessExpression(target) ? target.getNameNode() : target;
      return declarationsOf(name).includes(declaration) ? [assignment.getRight()] : [];
    });
}

function isStateless(initializer: Node | undefined): boolean {
  const value = initializer && unwrap(initializer);
  if (!Node.isNewExpression(value)) return false;
  const [options] = value.getArguments();
  if (!options) return true;
  if (!Node.isObjectLiteralExpression(options) || options.getProperties().some(Node.isSpreadAssignment)) return false;
  const generator = options.getProperty('sessionIdGenerator');
  return !generator || (Node.isPropertyAssignment(generator) && generator.getInitializer()?.getText() === 'undefined');
}
