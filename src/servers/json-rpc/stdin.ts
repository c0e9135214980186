import { Node } from 'ts-morph';
import type { CodeModel } from '../model.ts';
import { identifiersOf } from '../syntax/identifiers.ts';
import { declarationsOf, methodCall, unwrap } from '../syntax/nodes.ts';
import { packageExport } from '../syntax/packages.ts';
import { readDispatches } from './dispatches.ts';

/**
 * Where a server that is written by hand reads messages from its standard input, beside those that come over HTTP: the
 * process that started it writes there, and no request of the network gets in that way.
 */
export function stdinReaders(model: CodeModel): Node[] {
  if (readDispatches(model).length === 0) return [];
  const identifiers = identifiersOf(model);
  const starts = [
    ...identifiers.named('stdin').map((name) => name.getParent()),
    ...identifiers.named('createInterface'),
  ];
  const sources = starts.flatMap((start) => start?.getFirstAncestor(Node.isVariableDeclaration) ?? []);
  const names = sources.flatMap((source) => identifiers.references(source, source.getName()));
  const uses = [...identifiers.named('stdin').flatMap((name) => name.getParent() ?? []), ...names];
  return uses.filter((use) => isStdin(use)).flatMap((use) => readerOf(use) ?? []);
}

/** `process.stdin`, `createInterface({ input: process.stdin })`, and names of those. */
function isStdin(start: Node, depth = 0): boolean {
  const node = unwrap(start);
  if (depth > 3) return false;
  if (node.getText() === 'process.stdin') return true;
  if (Node.isCallExpression(node)) {
    const made = packageExport(node.getExpression());
    const [options] = node.getArguments();
    const isReadline = made?.module === 'readline' && made.name === 'createInterface';
    return isReadline && options !== undefined && options.getText().includes('process.stdin');
  }
  const [declaration] = Node.isIdentifier(node) ? declarationsOf(node) : [];
  const value = Node.isVariableDeclaration(declaration) ? declaration.getInitializer() : undefined;
  return value !== undefined && isStdin(value, depth + 1);
}

/** `stdin.on('data', …)`, `for await (const line of lines)`. */
function readerOf(use: Node): Node | undefined {
  const parent = use.getParent();
  if (Node.isForOfStatement(parent) && parent.getExpression() === use) return parent;
  const call = parent?.getParent();
  const method = call && methodCall(call);
  return method?.receiver === use && ['on', 'once', 'addListener'].includes(method.name) ? call : undefined;
}
