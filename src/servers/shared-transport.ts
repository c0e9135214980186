import { Node, SyntaxKind, type CallExpression } from 'ts-morph';
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
        'SDK 1.26 and later refuse the second request, with or without add-auth, and earlier ones mix up answers.',
    ];
  });
  return [...new Set(notes)];
}

/**
 * A transport of @hono/mcp that serves all requests without sessions tells answers apart by the ids that clients choose,
 * and all of them begin at 0: measured with 0.3.2, one user gets the answer of another.
 * @param call `transport.handleRequest(c)`
 * @returns what is wrong, `undefined` where the transport is of one request, or of one session
 */
export function mixedAnswers(call: CallExpression): string | undefined {
  const receiver = methodCall(call)?.receiver;
  const [declaration] = receiver ? declarationsOf(receiver) : [];
  const [context] = call.getArguments();
  const [parameter] = context ? declarationsOf(unwrap(context)) : [];
  const handler = parameter?.getParent();
  if (!declaration || !handler || declaration.getAncestors().includes(handler)) return undefined;
  const made = valuesOf(declaration).find(isStateless);
  if (!made) return undefined;
  return (
    `one transport of @hono/mcp (line ${made.getStartLineNumber()}) serves all requests, and users would get each ` +
    "other's answers; make a server and a transport for each request"
  );
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
