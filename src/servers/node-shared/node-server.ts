import type { Transport } from '../../types.ts';
import semver from 'semver';
import { SERVER } from '../sdk2/exports.ts';
import { sharedTransportNotes } from '../shared-transport.ts';
import { declarationsOf, methodCall } from '../syntax/nodes.ts';
import { Node } from 'ts-morph';
import type { CodeModel } from '../model.ts';
import { Constants } from '../syntax/constants.ts';
import { identifiersOf, type Identifiers } from '../syntax/identifiers.ts';
import { Leads } from './leads.ts';
import { once } from '../syntax/memo.ts';
import { packageExport } from '../syntax/packages.ts';
import { enclosingFunction, findSinks, type Sink } from './sinks.ts';

/** What the three Node adapters want to know of a project; found out once for each model. */
export interface NodeServer {
  model: CodeModel;
  identifiers: Identifiers;
  constants: Constants;
  sinks: Sink[];
  leads: Leads;
}

export const nodeServer = once((model: CodeModel): NodeServer => {
  const identifiers = identifiersOf(model);
  const sinks = findSinks(model, identifiers);
  return { model, identifiers, constants: new Constants(identifiers), sinks, leads: new Leads(sinks, identifiers) };
});

/** The transports behind some sinks, and stdio where the package offers that too. */
export function transportsOf(server: NodeServer, sinks: Sink[]): Transport[] {
  const transports: Transport[] = [];
  if (sinks.some(({ kind }) => kind === 'streamable')) transports.push('streamable-http');
  if (sinks.some(({ kind }) => kind !== 'streamable')) transports.push('sse');
  const hasStdio = ['StdioServerTransport', 'serveStdio'].some((name) => server.identifiers.named(name).length > 0);
  if (hasStdio) transports.push('stdio');
  return transports;
}

/** What a person should know before the gate is blamed for it. */
export function notesOf(server: NodeServer, sinks: Sink[]): string[] {
  const calls = sinks.flatMap(({ kind, node }) =>
    kind === 'streamable' && Node.isCallExpression(node) ? [{ kind: 'node' as const, call: node }] : [],
  );
  return [...sharedTransportNotes(server.model, calls), ...sharedServerNotes(server, sinks)];
}

/** One server object that every request or session connects again: SDK 1.26 and later refuse that. */
function sharedServerNotes(server: NodeServer, sinks: Sink[]): string[] {
  const version = semver.coerce(server.model.snapshot.versionOf('@modelcontextprotocol/sdk'));
  if (version && semver.lt(version, '1.26.0')) return [];
  const functions = new Set(sinks.flatMap(({ node }) => enclosingFunction(node) ?? []));
  const calls = [...functions].flatMap((code) => code.getDescendants().filter(Node.isCallExpression));
  const notes = calls.flatMap((call) => {
    const method = methodCall(call);
    if (method?.name !== 'connect' || !isSharedServer(method.receiver)) return [];
    const place = server.model.placeOf(call);
    return [
      `${place}: every request or session connects the same server object; SDK 1.26 and later refuse the second one, ` +
        'with or without add-auth.',
    ];
  });
  return [...new Set(notes)];
}

/** A variable at the top of a file that holds a server. */
function isSharedServer(receiver: Node): boolean {
  const [declaration] = declarationsOf(receiver);
  if (!Node.isVariableDeclaration(declaration)) return false;
  const isTopLevel = Node.isSourceFile(declaration.getVariableStatement()?.getParent());
  const made = declaration.getInitializer();
  if (!isTopLevel || !Node.isNewExpression(made)) return false;
  const module = packageExport(made.getExpression())?.module ?? '';
  return module === SERVER || module.startsWith('@modelcontextprotocol/sdk/server/');
}
