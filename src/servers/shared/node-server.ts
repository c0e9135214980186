import type { Transport } from '../../types.ts';
import { sharedTransportNotes } from '../fetch-shared/facts.ts';
import { Node } from 'ts-morph';
import type { CodeModel } from '../model.ts';
import { Constants } from './constants.ts';
import { Identifiers } from './identifiers.ts';
import { Leads } from './leads.ts';
import { once } from './memo.ts';
import { findSinks, type Sink } from './sinks.ts';

/** What the three Node adapters want to know of a project; found out once for each model. */
export interface NodeServer {
  model: CodeModel;
  identifiers: Identifiers;
  constants: Constants;
  sinks: Sink[];
  leads: Leads;
}

export const nodeServer = once((model: CodeModel): NodeServer => {
  const identifiers = new Identifiers(model);
  const sinks = findSinks(model, identifiers);
  return { model, identifiers, constants: new Constants(identifiers), sinks, leads: new Leads(sinks, identifiers) };
});

/** The transports behind some sinks, and stdio where the package offers that too. */
export function transportsOf(server: NodeServer, sinks: Sink[]): Transport[] {
  const transports: Transport[] = [];
  if (sinks.some(({ kind }) => kind === 'streamable')) transports.push('streamable-http');
  if (sinks.some(({ kind }) => kind !== 'streamable')) transports.push('sse');
  if (server.identifiers.named('StdioServerTransport').length > 0) transports.push('stdio');
  return transports;
}

/** What a person should know before the gate is blamed for it. */
export function notesOf(server: NodeServer, sinks: Sink[]): string[] {
  const calls = sinks.flatMap(({ kind, node }) =>
    kind === 'streamable' && Node.isCallExpression(node) ? [{ kind: 'node' as const, call: node }] : [],
  );
  return sharedTransportNotes(server.model, calls);
}
