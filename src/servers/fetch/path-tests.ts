import { Node, type Block, type IfStatement, type Statement, type SwitchStatement } from 'ts-morph';
import { staticString } from '../fetch-shared/static-value.ts';
import { declarationsOf, methodCall, unwrap } from '../fetch-shared/syntax.ts';

/** What a handler's own tests of the path say. */
export interface PathTests {
  /** Paths that lead to the MCP server. */
  mcp: string[];
  /** Paths that are answered without ever getting there, whatever the method. */
  open: string[];
}

/**
 * Reads `if (pathname === '/health') return …` and its relatives in a whole-server handler. A path counts as open only if
 * a test of nothing but the path, in the handler's main line, always ends the handler: otherwise a request for that path
 * could fall through to the MCP server, and it stays behind the gate.
 * @param reaches does this piece of code lead to the MCP server?
 */
export function readPathTests(handler: Node | undefined, reaches: (node: Node) => boolean): PathTests {
  const tests: PathTests = { mcp: [], open: [] };
  const body = handler && Node.isBodyable(handler) ? handler.getBody() : Node.isArrowFunction(handler) ? handler.getBody() : undefined;
  if (!Node.isBlock(body)) return tests;
  for (const statement of mainLine(body)) {
    if (Node.isIfStatement(statement)) readIf(statement, tests, reaches);
    if (Node.isSwitchStatement(statement)) readSwitch(statement, tests, reaches);
  }
  return { mcp: unique(tests.mcp), open: unique(tests.open).filter((path) => !tests.mcp.includes(path)) };
}

/** The statements that every request passes, those of a `try` around them included. */
function mainLine(block: Block): Statement[] {
  return block.getStatements().flatMap((statement) => (Node.isTryStatement(statement) ? mainLine(statement.getTryBlock()) : [statement]));
}

function readIf(statement: IfStatement, tests: PathTests, reaches: (node: Node) => boolean): void {
  const condition = unwrap(statement.getExpression());
  const then = statement.getThenStatement();
  const otherwise = statement.getElseStatement();
  const equal = pathsEqual(condition);
  if (reaches(then)) tests.mcp.push(...pathsNamed(condition));
  else if (equal && alwaysReturns(then)) tests.open.push(...equal);
  else if (!equal && alwaysReturns(then)) tests.mcp.push(...pathsExcluded(condition));
  if (equal && Node.isIfStatement(otherwise)) readIf(otherwise, tests, reaches);
}

function readSwitch(statement: SwitchStatement, tests: PathTests, reaches: (node: Node) => boolean): void {
  if (!isPath(statement.getExpression())) return;
  let labels: string[] = [];
  for (const clause of statement.getClauses()) {
    if (!Node.isCaseClause(clause)) continue;
    const label = staticString(clause.getExpression());
    if (label !== undefined) labels.push(label);
    if (clause.getStatements().length === 0) continue;
    const last = clause.getStatements().at(-1);
    if (reaches(clause)) tests.mcp.push(...labels);
    else if (last && alwaysReturns(last)) tests.open.push(...labels);
    labels = [];
  }
}

/** `pathname === '/a'`, also several with `||`; `undefined` when anything else is tested too. */
function pathsEqual(condition: Node): string[] | undefined {
  const node = unwrap(condition);
  if (!Node.isBinaryExpression(node)) return undefined;
  const operator = node.getOperatorToken().getText();
  if (operator === '||') {
    const left = pathsEqual(node.getLeft());
    const right = pathsEqual(node.getRight());
    return left && right ? [...left, ...right] : undefined;
  }
  const literal = operator === '===' ? comparedPath(node.getLeft(), node.getRight()) : undefined;
  return literal === undefined ? undefined : [literal];
}

/** Every path that a condition names: equal, or as the start. */
function pathsNamed(condition: Node): string[] {
  return [condition, ...condition.getDescendants()].flatMap((node) => {
    if (Node.isBinaryExpression(node) && node.getOperatorToken().getText() === '===') {
      return comparedPath(node.getLeft(), node.getRight()) ?? [];
    }
    const method = methodCall(node);
    if (method?.name !== 'startsWith' || !isPath(method.receiver) || !Node.isCallExpression(node)) return [];
    return staticString(node.getArguments()[0]) ?? [];
  });
}

/** `pathname !== '/mcp'` before the way out. */
function pathsExcluded(condition: Node): string[] {
  return [condition, ...condition.getDescendants()].flatMap((node) => {
    if (!Node.isBinaryExpression(node) || node.getOperatorToken().getText() !== '!==') return [];
    return comparedPath(node.getLeft(), node.getRight()) ?? [];
  });
}

function comparedPath(left: Node, right: Node): string | undefined {
  const literal = isPath(left) ? staticString(right) : isPath(right) ? staticString(left) : undefined;
  return literal?.startsWith('/') ? literal : undefined;
}

/** `url.pathname`, or a constant made of it alone. */
function isPath(node: Node, depth = 0): boolean {
  const value = unwrap(node);
  if (Node.isPropertyAccessExpression(value)) return value.getName() === 'pathname';
  if (!Node.isIdentifier(value) || depth > 3) return false;
  const [declaration] = declarationsOf(value);
  if (Node.isBindingElement(declaration)) return (declaration.getPropertyNameNode()?.getText() ?? declaration.getName()) === 'pathname';
  if (!Node.isVariableDeclaration(declaration)) return false;
  const initializer = declaration.getInitializer();
  return initializer !== undefined && isPath(initializer, depth + 1);
}

function alwaysReturns(statement: Node): boolean {
  if (Node.isReturnStatement(statement) || Node.isThrowStatement(statement)) return true;
  const last = Node.isBlock(statement) ? statement.getStatements().at(-1) : undefined;
  return last !== undefined && alwaysReturns(last);
}

function unique(values: string[]): string[] {
  return [...new Set(values)];
}
