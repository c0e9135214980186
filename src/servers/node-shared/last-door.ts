import { Node, SyntaxKind } from 'ts-morph';
import type { FileEdits } from '../edits/file-edits.ts';
import { localNames } from '../syntax/imports.ts';
import { isFunctionNode, unwrap } from '../syntax/nodes.ts';
import type { Sink } from './sinks.ts';

/**
 * `if (!admitted(req, res)) return;` before the statement that hands a request to the transport: whoever may lead one
 * there, what has not passed the gate ends here.
 * @returns why it cannot be done
 */
function insertLastDoor(sink: Sink, edits: FileEdits): string | undefined {
  const { node } = sink;
  const statement = statementOf(node);
  const request = requestOf(sink);
  if (!statement || !request) return 'there is no place for a check before it';
  if (hasLastDoor(statement)) return undefined;
  if (returnsValue(statement)) return 'the function around it has to return something';
  const file = node.getSourceFile();
  const admitted = edits.importFrom('admitted', 'admitted', file);
  edits.of(file).insertBefore(statement, `if (!${admitted}(${request.req}, ${request.res})) return`);
  return undefined;
}

/**
 * The checks that a server needs beside its gate.
 * @returns why one of them cannot be put in
 */
export function insertLastDoors({ loose }: { loose: Map<Sink, string> }, edits: FileEdits): string | undefined {
  for (const [sink, place] of loose) {
    const reason = insertLastDoor(sink, edits);
    if (reason)
      return `at ${place} code may lead to the MCP server in a way that the gate does not see, and at line ${sink.node.getStartLineNumber()} ${reason}`;
  }
  return undefined;
}

/** What the edits are for, with the places that made a check necessary. */
export function whyWithDoors(why: string, { loose }: { loose: Map<Sink, string> }): string {
  const places = [...new Set(loose.values())];
  if (places.length === 0) return why;
  return `${why}, and a check before the transport: at ${places.join(', ')} code may lead there around the gate`;
}

/** The statement that a call is in, if it is one in a list and in the same function. */
function statementOf(node: Node): Node | undefined {
  const isBoundary = (each: Node): boolean => Node.isStatement(each) || isFunctionNode(each);
  const statement = node.getFirstAncestor(isBoundary);
  const parent = statement?.getParent();
  const isListed = Node.isBlock(parent) || Node.isCaseClause(parent) || Node.isDefaultClause(parent);
  return statement && Node.isStatement(statement) && isListed && !isFunctionNode(statement) ? statement : undefined;
}

/** The request and its response as the call names them. A name can be written twice, a call cannot. */
function requestOf({ kind, node, isListener }: Sink): { req: string; res: string } | undefined {
  if (isListener || !(Node.isCallExpression(node) || Node.isNewExpression(node))) return undefined;
  const [first, second] = node.getArguments();
  if (!first || !second || !isName(second) || (kind !== 'stream' && !isName(first))) return undefined;
  const res = unwrap(second).getText();
  return { req: kind === 'stream' ? `${res}.req` : unwrap(first).getText(), res };
}

function isName(node: Node): boolean {
  const value = unwrap(node);
  if (Node.isPropertyAccessExpression(value)) return isName(value.getExpression());
  return Node.isIdentifier(value) || Node.isThisExpression(value);
}

/** The check of an earlier run, before the statement. */
function hasLastDoor(statement: Node): boolean {
  const isOurs = ({ imported, specifier }: { imported: string; specifier: string }): boolean =>
    imported === 'admitted' && specifier.startsWith('.');
  const names = localNames(statement.getSourceFile(), isOurs);
  const previous = statement.getPreviousSibling();
  const condition = Node.isIfStatement(previous) ? previous.getExpression() : undefined;
  const call = Node.isPrefixUnaryExpression(condition) ? condition.getOperand() : undefined;
  return Node.isCallExpression(call) && names.has(call.getExpression().getText());
}

const NOTHING = ['void', 'any', 'unknown', 'undefined'];

/** A function whose type says what it returns cannot just return. */
function returnsValue(statement: Node): boolean {
  const code = statement.getFirstAncestor(isFunctionNode);
  const type = Node.isReturnTyped(code) ? code.getReturnTypeNode() : undefined;
  if (!type) return false;
  const words = [type, ...type.getDescendants()].map((node) => node.getText());
  return !words.some((word) => NOTHING.includes(word)) || code?.getKind() === SyntaxKind.GetAccessor;
}
