import { Node } from 'ts-morph';

/** Does nothing come after this statement? */
export function endsFlow(statement: Node): boolean {
  if (Node.isReturnStatement(statement) || Node.isThrowStatement(statement)) return true;
  if (Node.isBlock(statement)) {
    const last = statement.getStatements().at(-1);
    return last !== undefined && endsFlow(last);
  }
  if (!Node.isIfStatement(statement)) return false;
  const otherwise = statement.getElseStatement();
  return otherwise !== undefined && endsFlow(statement.getThenStatement()) && endsFlow(otherwise);
}
