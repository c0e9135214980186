import { Node } from 'ts-morph';
import { ModuleGraph } from '../module-graph.ts';
import { isCode, statementsAround, type StdioProgram } from './program.ts';
import { functionAround } from './start.ts';
import { refuse, type Start } from './types.ts';

/** What a program does for the one client at its other end, and what would hit everybody over HTTP. */
export function checkHazards(start: Start, program: StdioProgram): void {
  const graph = new ModuleGraph(program.model.snapshot);
  const reached = graph.reachableFrom(program.model.pathOf(start.statement.getSourceFile()));
  const isReached = (node: Node): boolean => reached.has(program.model.pathOf(node.getSourceFile()));
  for (const node of program.identifiers.named('stdin').filter(isReached)) {
    const isProcess =
      Node.isPropertyAccessExpression(node.getParent()) && node.getParent()?.getText() === 'process.stdin';
    if (isProcess && !isAfter(node, start)) {
      refuse(`${program.placeOf(node)}: the program follows its standard input, which is closed where it serves HTTP`);
    }
  }
  for (const node of program.identifiers.named('onclose').filter(isReached)) {
    const access = node.getParent();
    const assignment = access?.getParent();
    const isSet = Node.isBinaryExpression(assignment) && assignment.getLeft() === access;
    if (isSet && !isAfter(node, start) && assignment.getRight().getText().includes('process.exit(')) {
      refuse(`${program.placeOf(node)}: a session that ends would end the program for all, with process.exit()`);
    }
  }
}

/** Behind the start in the same function: never reached where HTTP is served. */
function isAfter(node: Node, { statement }: Start): boolean {
  const code = functionAround(statement);
  if (!code || node.getSourceFile() !== statement.getSourceFile() || node.getStart() < statement.getEnd()) return false;
  const list = statementsAround(statement);
  return (
    list?.some((each) => each.getPos() <= node.getPos() && node.getEnd() <= each.getEnd()) === true &&
    !isCode(statement)
  );
}
