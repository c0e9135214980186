import { Node, type Block, type IfStatement, type Statement, type SwitchStatement } from 'ts-morph';
import { endsFlow } from '../syntax/flow.ts';
import { staticString } from '../syntax/static-value.ts';
import { methodCall, unwrap } from '../syntax/nodes.ts';
import { createPathTest, type IsPath } from './request-path.ts';

/** What a handler's own tests of the path say. */
export interface PathTests {
  /** Paths that lead to the MCP server. */
  mcp: string[];
  /** Paths that are answered without ever getting there, whatever the method. */
  open: string[];
}

/**
 * Reads `if (pathname === '/health') return …` and its relatives in a whole-server handler. A path counts as open only
 * if a test of nothing but the path, in the handler's main line, always ends the handler, and if nothing before it can
 * have led that path to the MCP server. Everything else stays behind the gate.
 * @param reaches does this piece of code lead to the MCP server?
 */
export function readPathTests(handler: Node | undefined, reaches: (node: Node) => boolean): PathTests {
  const isBodied = Node.isBodied(handler) || Node.isBodyable(handler);
  const body = isBodied ? handler.getBody() : undefined;
  if (!handler || !Node.isBlock(body)) return { mcp: [], open: [] };
  const reader = new Reader(createPathTest(handler), reaches);
  reader.read(body);
  return reader.result();
}

class Reader {
  readonly #mcp = new Set<string>();
  readonly #open = new Set<string>();
  /** Paths that begin so may have been led to the MCP server. */
  readonly #prefixes: string[] = [];
  /** From here on a request for any path may have been led to the MCP server already. */
  #isSure = true;
  readonly #isPath: IsPath;
  readonly #reaches: (node: Node) => boolean;

  constructor(isPath: IsPath, reaches: (node: Node) => boolean) {
    this.#isPath = isPath;
    this.#reaches = reaches;
  }

  result(): PathTests {
    const open = [...this.#open].filter((path) => !this.#mcp.has(path));
    return { mcp: [...new Set([...this.#mcp].map(withoutSlash))], open };
  }

  /** The statements that every request passes, those of a `try` around them included. */
  read(block: Block): void {
    for (const statement of block.getStatements()) this.#readStatement(statement);
  }

  #readStatement(statement: Statement): void {
    if (Node.isTryStatement(statement)) {
      // What is caught may come from any path.
      const others = [statement.getCatchClause(), statement.getFinallyBlock()];
      if (others.some((other) => other && this.#reaches(other))) this.#isSure = false;
      this.read(statement.getTryBlock());
    } else if (Node.isIfStatement(statement)) this.#readIf(statement);
    else if (Node.isSwitchStatement(statement)) this.#readSwitch(statement);
    else if (this.#reaches(statement)) this.#isSure = false;
  }

  #readIf(statement: IfStatement): void {
    const condition = unwrap(statement.getExpression());
    const then = statement.getThenStatement();
    const otherwise = statement.getElseStatement();
    const equal = this.#pathsEqual(condition);
    if (this.#reaches(condition)) this.#isSure = false;
    if (this.#reaches(then)) this.#noteWayIn(condition);
    else if (equal && endsFlow(then)) this.#noteOpen(equal);
    else if (endsFlow(then)) for (const path of this.#named(condition, '!==')) this.#mcp.add(path);
    if (Node.isIfStatement(otherwise)) this.#readIf(otherwise);
    else if (otherwise && this.#reaches(otherwise)) this.#isSure = false;
  }

  /** `if (pathname === '/mcp' && …)` lets only that path in; a condition that no path has to meet lets any in. */
  #noteWayIn(condition: Node): void {
    for (const path of this.#named(condition, '===')) this.#mcp.add(path);
    for (const prefix of this.#prefixesNamed(condition)) this.#mcp.add(prefix);
    const guard = conjuncts(condition).find((part) => this.#pathsEqual(part) ?? this.#prefix(part));
    if (!guard) this.#isSure = false;
    else this.#prefixes.push(...(this.#prefix(guard) ?? []));
  }

  #readSwitch(statement: SwitchStatement): void {
    if (!this.#isPath(statement.getExpression())) {
      if (this.#reaches(statement)) this.#isSure = false;
      return;
    }
    let labels: string[] = [];
    let isOther = false;
    for (const clause of statement.getClauses()) {
      const label = Node.isCaseClause(clause) ? staticString(clause.getExpression()) : undefined;
      if (label === undefined) isOther = true;
      else labels.push(label);
      const statements = clause.getStatements();
      if (statements.length === 0) continue;
      const last = statements.at(-1);
      if (this.#reaches(clause)) {
        for (const path of labels) this.#mcp.add(path);
        if (isOther) this.#isSure = false;
      } else if (last && endsFlow(last)) this.#noteOpen(labels);
      labels = [];
      isOther = false;
    }
  }

  #noteOpen(paths: string[]): void {
    if (!this.#isSure) return;
    for (const path of paths) if (!this.#prefixes.some((prefix) => path.startsWith(prefix))) this.#open.add(path);
  }

  /** `pathname === '/a'`, also several with `||`; `undefined` when anything else is tested too. */
  #pathsEqual(condition: Node): string[] | undefined {
    const node = unwrap(condition);
    if (!Node.isBinaryExpression(node)) return undefined;
    if (node.getOperatorToken().getText() === '||') {
      const left = this.#pathsEqual(node.getLeft());
      const right = this.#pathsEqual(node.getRight());
      return left && right ? [...left, ...right] : undefined;
    }
    const literal = this.#compared(node, '===');
    return literal === undefined ? undefined : [literal];
  }

  /** `pathname.startsWith('/mcp')` */
  #prefix(node: Node): string[] | undefined {
    const call = unwrap(node);
    const method = methodCall(call);
    if (method?.name !== 'startsWith' || !this.#isPath(method.receiver) || !Node.isCallExpression(call))
      return undefined;
    const prefix = staticString(call.getArguments()[0]);
    return prefix === undefined ? undefined : [prefix];
  }

  #named(condition: Node, operator: '===' | '!=='): string[] {
    return [condition, ...condition.getDescendants()].flatMap((node) => this.#compared(node, operator) ?? []);
  }

  #prefixesNamed(condition: Node): string[] {
    return [condition, ...condition.getDescendants()].flatMap((node) => this.#prefix(node) ?? []);
  }

  #compared(node: Node, operator: '===' | '!=='): string | undefined {
    if (!Node.isBinaryExpression(node) || node.getOperatorToken().getText() !== operator) return undefined;
    const [left, right] = [node.getLeft(), node.getRight()];
    const literal = this.#isPath(left) ? staticString(right) : this.#isPath(right) ? staticString(left) : undefined;
    return literal?.startsWith('/') ? literal : undefined;
  }
}

/** The parts of `a && b && c`: all of them have to hold. */
function conjuncts(condition: Node): Node[] {
  const node = unwrap(condition);
  if (!Node.isBinaryExpression(node) || node.getOperatorToken().getText() !== '&&') return [node];
  return [...conjuncts(node.getLeft()), ...conjuncts(node.getRight())];
}

function withoutSlash(path: string): string {
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
}
