import { Node } from 'ts-morph';
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

function isStateless(initializer: Node | undefined): boolean {
  const value = initializer && unwrap(initializer);
  if (!Node.isNewExpression(value)) return false;
  const [options] = value.getArguments();
  if (!options) return true;
  const generator = Node.isObjectLiteralExpression(options) ? options.getProperty('sessionIdGenerator') : undefined;
  return Node.isPropertyAssignment(generator) && generator.getInitializer()?.getText() === 'undefined';
}
