import { ts } from 'ts-morph';
import { annotationsOf } from './annotations.ts';
import { elementsOf } from './builtins.ts';
import type { Evaluator } from './evaluate.ts';
import type { Findings } from './findings.ts';
import { serverKind } from './mcp-objects.ts';
import { reasonOf } from './registrations.ts';
import { bind, type Env, type FunctionValue, type Value } from './values.ts';

const LIST = ['ListToolsRequestSchema', 'tools/list'];
const CALL = ['CallToolRequestSchema', 'tools/call'];

/** `server.setRequestHandler(ListToolsRequestSchema | CallToolRequestSchema, handler)` of the low-level server. */
export function collectHandler(evaluator: Evaluator, call: ts.CallExpression, findings: Findings): void {
  const callee = call.expression;
  if (!ts.isPropertyAccessExpression(callee) || callee.name.text !== 'setRequestHandler') return;
  const [schema, handler] = call.arguments;
  if (!schema || !handler) return;
  const method = schemaName(evaluator, schema);
  if (!LIST.includes(method) && !CALL.includes(method)) return;
  if (serverKind(evaluator, callee.expression) === 'no') return;

  const functions = evaluator.ask(handler, undefined).filter((value) => value.kind === 'function');
  if (functions.length === 0) findings.unresolved(handler, 'the handler is not known');
  for (const fn of functions) {
    if (LIST.includes(method)) collectListed(evaluator, fn, handler, findings);
    else new CallHandler(evaluator, findings).collect(fn);
  }
}

function schemaName(evaluator: Evaluator, schema: ts.Expression): string {
  for (const value of evaluator.ask(schema, undefined)) {
    if (value.kind === 'string') return value.value;
    if (value.kind === 'external') return value.name.slice(value.name.lastIndexOf('.') + 1);
  }
  return '';
}

/** What the list handler returns: `{ tools: [{ name, … }] }`. */
function collectListed(evaluator: Evaluator, fn: FunctionValue, at: ts.Expression, findings: Findings): void {
  const answers = evaluator.returns(fn, []);
  collectDescriptors(evaluator, evaluator.properties.get(answers, 'tools', at), at, findings);
}

/** The tools of lists of descriptors. @param at the expression to blame for what is not known */
export function collectDescriptors(evaluator: Evaluator, lists: Value[], at: ts.Expression, findings: Findings): void {
  for (const list of lists) {
    if (list.kind === 'unknown') findings.unresolved(list.node, list.reason);
    for (const descriptor of list.kind === 'list' ? list.items : []) {
      if (descriptor.kind === 'unknown') {
        findings.unresolved(descriptor.node, descriptor.reason);
        continue;
      }
      const names = evaluator.properties.get([descriptor], 'name', at);
      if (names.length === 0)
        findings.unresolved('node' in descriptor ? descriptor.node : at, 'the descriptor has no name that is known');
      for (const name of names) {
        if (name.kind === 'string')
          findings.tool({ owner: descriptor, ...name }, name.node, annotationsOf(evaluator, [descriptor], at));
        else findings.unresolved(name.kind === 'unknown' ? name.node : at, reasonOf(name));
      }
    }
  }
}

/** Finds what a `tools/call` handler compares the requested name with: switch, if-chain, table, list of descriptors. */
export class CallHandler {
  readonly #visited = new Set<ts.Node>();

  constructor(
    private readonly evaluator: Evaluator,
    private readonly findings: Findings,
  ) {}

  collect(fn: FunctionValue): void {
    this.collectFrom(fn, [{ kind: 'request' }]);
  }

  /** A function whose first parameter is this. */
  collectFrom(fn: FunctionValue, first: Value[]): void {
    const [parameter] = fn.node.parameters;
    if (parameter) this.#walk(fn, bind(fn.env, parameter, first));
  }

  /** Code in which `env` says what stands for the request. */
  collectIn(code: ts.Node, env: Env): void {
    const visit = (node: ts.Node): void => {
      this.#inspect(node, env);
      ts.forEachChild(node, visit);
    };
    visit(code);
  }

  #walk(fn: FunctionValue, env: Env): void {
    if (this.#visited.has(fn.node) || !fn.node.body) return;
    this.#visited.add(fn.node);
    this.collectIn(fn.node.body, env);
  }

  #inspect(node: ts.Node, env: Env): void {
    if (ts.isSwitchStatement(node) && this.#isName(node.expression, env)) {
      for (const clause of node.caseBlock.clauses) if (ts.isCaseClause(clause)) this.#names(clause.expression, env);
    } else if (ts.isBinaryExpression(node) && isEquality(node.operatorToken.kind)) {
      if (this.#isName(node.left, env)) this.#names(node.right, env);
      else if (this.#isName(node.right, env)) this.#names(node.left, env);
    } else if (
      ts.isBinaryExpression(node) &&
      node.operatorToken.kind === ts.SyntaxKind.InKeyword &&
      this.#isName(node.left, env)
    ) {
      this.#keys(this.evaluator.ask(node.right, env));
    } else if (ts.isElementAccessExpression(node) && this.#isName(node.argumentExpression, env)) {
      this.#keys(this.evaluator.ask(node.expression, env));
    } else if (ts.isCallExpression(node)) {
      this.#call(node, env);
    }
  }

  #call(node: ts.CallExpression, env: Env): void {
    const [first] = node.arguments;
    const callee = node.expression;
    const byName =
      first !== undefined &&
      ts.isPropertyAccessExpression(callee) &&
      ['get', 'has', 'includes'].includes(callee.name.text);
    if (byName && this.#isName(first, env)) {
      const holders = this.evaluator.ask(callee.expression, env);
      this.#keys(holders);
      for (const value of holders.flatMap((holder) => (holder.kind === 'list' ? elementsOf(holder) : [])))
        this.#found(value, first);
      return;
    }
    // The name may be handed on: `return this.dispatch(request.params.name, …)`.
    const args = node.arguments.map((argument) =>
      ts.isSpreadElement(argument) ? [] : this.evaluator.ask(argument, env),
    );
    if (!args.some((values) => values.some((value) => ['request', 'params', 'tool-name'].includes(value.kind)))) return;
    for (const target of this.evaluator.ask(callee, env)) {
      if (target.kind !== 'function') continue;
      const inner = target.node.parameters.reduce<Env>(
        (outer, p, i) => (args[i] ? bind(outer, p, args[i]) : outer),
        target.env,
      );
      this.#walk(target, inner);
    }
  }

  #isName(expression: ts.Expression, env: Env): boolean {
    return this.evaluator.ask(expression, env).some((value) => value.kind === 'tool-name');
  }

  #names(expression: ts.Expression, env: Env): void {
    for (const value of this.evaluator.ask(expression, env)) this.#found(value, expression);
  }

  #keys(holders: Value[]): void {
    for (const holder of holders) {
      for (const key of this.evaluator.properties.entries(holder)?.flatMap((entry) => entry.key) ?? []) {
        if (key.kind === 'string') this.#found(key, key.node);
      }
    }
  }

  #found(value: Value, at: ts.Node): void {
    if (value.kind === 'string') this.findings.tool(value, at);
  }
}

/** `!==` names a tool as well: `if (name !== 'echo') throw …` */
function isEquality(kind: ts.SyntaxKind): boolean {
  return [
    ts.SyntaxKind.EqualsEqualsEqualsToken,
    ts.SyntaxKind.EqualsEqualsToken,
    ts.SyntaxKind.ExclamationEqualsEqualsToken,
    ts.SyntaxKind.ExclamationEqualsToken,
  ].includes(kind);
}
