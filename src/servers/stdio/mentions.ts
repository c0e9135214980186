import { Node } from 'ts-morph';
import { contains } from '../syntax/nodes.ts';
import { indexIn, isProcessListener, statementsAround, type StdioProgram } from './program.ts';
import { refuse, type Start } from './types.ts';

/** What a server object is asked for without being changed: it may go on at the server of stdio alone. */
const HARMLESS = ['close', 'isConnected', 'onerror'];

/** What a mention of the server stands in. */
export interface Around {
  statements: readonly Node[];
  /** Indexes of the statements that start stdio. */
  reserved: Set<number>;
  start: Start;
  own: Node;
}

/** Which statement of the list has to come along for this mention of the server, if one has to. */
export function placeOfMention(
  mention: Node,
  { statements, reserved, start, own }: Around,
  program: StdioProgram,
): number | 'late' | undefined {
  if (contains(start.statement, mention) || isExportOnly(mention)) return undefined;
  const isHarmless = isHarmlessUse(mention);
  const index = indexIn(statements, mention);
  const begins = statements.indexOf(start.statement);
  const isInStart = index < 0 || reserved.has(index) || (begins >= 0 && index > begins);
  if (!isInStart) {
    const statement = statements[index];
    const isOutside = statement !== undefined && statement !== own && isHarmless && onlyHarmless(statement, mention);
    return isOutside ? undefined : index;
  }
  if (isHarmless) return undefined;
  const isLater =
    mention.getSourceFile() === start.statement.getSourceFile() && mention.getStart() >= start.statement.getEnd();
  if (isLater && isLogging(mention)) return undefined;
  if (!isLater && indexIn(statementsAround(start.statement) ?? [], mention) >= 0) return 'late';
  return refuse(
    isLater
      ? `${program.placeOf(mention)}: the server is changed after stdio is connected`
      : `${program.placeOf(mention)}: the server is handed to code that is not part of making it`,
  );
}

/** `server.close()`, also where a whole statement does nothing else with it. */
function isHarmlessUse(mention: Node): boolean {
  let access = mention.getParent();
  if (Node.isPropertyAccessExpression(access) && access.getName() === 'server') access = access.getParent();
  return Node.isPropertyAccessExpression(access) && HARMLESS.includes(access.getName());
}

/** A word to the client of stdio once it is there. */
function isLogging(mention: Node): boolean {
  let access = mention.getParent();
  if (Node.isPropertyAccessExpression(access) && access.getName() === 'server') access = access.getParent();
  return Node.isPropertyAccessExpression(access) && access.getName() === 'sendLoggingMessage';
}

function onlyHarmless(statement: Node, mention: Node): boolean {
  const isStatementAlone = Node.isFunctionDeclaration(statement) || isProcessListener(statement);
  const text = mention.getText();
  return (
    isStatementAlone &&
    statement
      .getDescendants()
      .filter((node) => Node.isIdentifier(node) && node.getText() === text && node.getSymbol() === mention.getSymbol())
      .every(isHarmlessUse)
  );
}

function isExportOnly(mention: Node): boolean {
  return Node.isExportSpecifier(mention.getParent()) || Node.isExportAssignment(mention.getParent());
}
