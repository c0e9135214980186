import { Node } from 'ts-morph';
import type { Transport } from '../../types.ts';
import type { CodeModel } from '../model.ts';
import { importedNames } from './imports.ts';
import { declarationsOf, methodCall, unwrap } from './syntax.ts';
import type { TransportCall } from './transport-calls.ts';

/** Streamable HTTP, and stdio where the same package offers that too. */
export function transportsOf(model: CodeModel): Transport[] {
  const hasStdio = model
    .sourceFiles()
    .some((file) => importedNames(file).some(({ imported }) => imported === 'StdioServerTransport'));
  return hasStdio ? ['streamable-http', 'stdio'] : ['streamable-http'];
}

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

/**
 * Transport calls that no recognised route leads to: a way into the MCP server that was not understood must not go
 * unsaid. Calls of the node transport are the business of the other adapters.
 */
export function uncoveredNotes(model: CodeModel, all: TransportCall[], covered: TransportCall[]): string[] {
  const known = new Set(covered.map(({ call }) => call));
  return all
    .filter(({ kind, call }) => kind !== 'node' && !known.has(call))
    .map(({ call }) => {
      const place = `${model.pathOf(call.getSourceFile())}:${call.getStartLineNumber()}`;
      return `${place} calls an MCP transport too, from where was not understood: make sure that it is behind the gate.`;
    });
}

function isStateless(initializer: Node | undefined): boolean {
  const value = initializer && unwrap(initializer);
  if (!Node.isNewExpression(value)) return false;
  const [options] = value.getArguments();
  if (!options) return true;
  const generator = Node.isObjectLiteralExpression(options) ? options.getProperty('sessionIdGenerator') : undefined;
  return Node.isPropertyAssignment(generator) && generator.getInitializer()?.getText() === 'undefined';
}

/** Workers have neither a file system nor, by default, `process.env`: the generated code does not run there yet. */
export function isWorker(model: CodeModel): boolean {
  const dependencies = model.snapshot.manifest.allDependencies;
  return ['wrangler', '@cloudflare/workers-types'].some((name) => dependencies[name] !== undefined);
}
