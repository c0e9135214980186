import { Node, ts } from 'ts-morph';
import { declarationsOf, unwrap } from '../syntax/nodes.ts';
import type { Evaluator } from '../tools/evaluate.ts';
import type { Findings } from '../tools/findings.ts';
import { CallHandler, collectDescriptors } from '../tools/handlers.ts';
import { bind, type Env, type Value } from '../tools/values.ts';
import type { ReadDispatch } from './dispatches.ts';

const MAX_DEPTH = 6;

/** The tools of a server that is written by hand: what it lists, and what it compares the requested name with. */
export function collectDispatched(evaluator: Evaluator, dispatch: ReadDispatch, findings: Findings): void {
  const env = bindings(dispatch.subject);
  for (const { method, code } of dispatch.branches) {
    const nodes = code.map(({ compilerNode }) => compilerNode);
    if (method === 'tools/list') new ListBranch(evaluator, findings).collect(nodes, env);
    if (method !== 'tools/call') continue;
    const calls = new CallHandler(evaluator, findings);
    for (const node of nodes) collectCalled(evaluator, calls, node, env);
  }
}

/** A handler in a table is a function of the parameters; other branches are code that sees the whole message. */
function collectCalled(evaluator: Evaluator, calls: CallHandler, node: ts.Node, env: Env): void {
  const functions = ts.isExpression(node) || ts.isMethodDeclaration(node) ? functionsOf(evaluator, node, env) : [];
  for (const fn of functions) calls.collectFrom(fn, [{ kind: 'params' }]);
  if (functions.length === 0) calls.collectIn(node, env);
}

function functionsOf(evaluator: Evaluator, node: ts.Node, env: Env): Extract<Value, { kind: 'function' }>[] {
  if (ts.isMethodDeclaration(node)) return [{ kind: 'function', node, env }];
  return evaluator.ask(node as ts.Expression, env).filter((value) => value.kind === 'function');
}

/** Finds `tools: […]` in the answer to `tools/list`, and in the functions that make it. */
class ListBranch {
  readonly #visited = new Set<ts.Node>();

  constructor(
    private readonly evaluator: Evaluator,
    private readonly findings: Findings,
  ) {}

  collect(nodes: ts.Node[], env: Env, depth = 0): void {
    const visit = (node: ts.Node): void => {
      if (ts.isPropertyAssignment(node) && nameOf(node) === 'tools') this.#list(node.initializer, env);
      else if (ts.isShorthandPropertyAssignment(node) && node.name.text === 'tools') this.#list(node.name, env);
      else if (ts.isCallExpression(node)) this.#follow(node.expression, env, depth);
      // A handler that a table only names.
      else if (ts.isIdentifier(node) && nodes.includes(node)) this.#follow(node, env, depth);
      ts.forEachChild(node, visit);
    };
    nodes.forEach(visit);
  }

  #follow(callee: ts.Expression, env: Env, depth: number): void {
    if (depth > MAX_DEPTH) return;
    for (const value of this.evaluator.ask(callee, env)) {
      if (value.kind !== 'function' || !value.node.body || this.#visited.has(value.node)) continue;
      this.#visited.add(value.node);
      this.collect([value.node.body], value.env, depth + 1);
    }
  }

  #list(expression: ts.Expression, env: Env): void {
    const values = this.evaluator.ask(expression, env);
    // `capabilities: { tools: {} }` is no list of tools.
    const lists = values.filter(({ kind }) => kind === 'list' || kind === 'unknown');
    collectDescriptors(this.evaluator, lists, expression, this.findings);
  }
}

function nameOf(property: ts.PropertyAssignment): string | undefined {
  return ts.isIdentifier(property.name) || ts.isStringLiteralLike(property.name) ? property.name.text : undefined;
}

/** What stands for the message where its method is `subject`: `message` in `message.method`, and `params` beside it. */
function bindings(subject: Node | undefined, depth = 0): Env {
  const node = subject && unwrap(subject);
  if (!node || depth > MAX_DEPTH) return undefined;
  if (Node.isPropertyAccessExpression(node)) return bindMessage(node.getExpression());
  if (Node.isBinaryExpression(node)) return bindings(node.getLeft(), depth + 1);
  if (Node.isCallExpression(node)) return bindings(node.getArguments()[0], depth + 1);
  if (!Node.isIdentifier(node)) return undefined;
  const [declaration] = declarationsOf(node);
  if (Node.isVariableDeclaration(declaration)) return bindings(declaration.getInitializer(), depth + 1);
  if (Node.isBindingElement(declaration)) return bindPattern(declaration);
  if (!Node.isParameterDeclaration(declaration)) return undefined;
  const owner = declaration.getParent();
  const others = Node.isParametered(owner) ? owner.getParameters() : [];
  return others.reduce<Env>(
    (env, each) => (each.getName() === 'params' ? bind(env, each.compilerNode, [{ kind: 'params' }]) : env),
    undefined,
  );
}

/** `const { id, method, params } = await request.json()` */
function bindPattern(element: Node): Env {
  const pattern = element.getParent();
  if (!Node.isObjectBindingPattern(pattern)) return undefined;
  const holder = pattern.getParent();
  const source = Node.isVariableDeclaration(holder) ? holder.getInitializer() : undefined;
  const env = source ? bindMessage(source) : undefined;
  return pattern.getElements().reduce<Env>((outer, each) => {
    const name = each.getPropertyNameNode()?.getText() ?? each.getName();
    return name === 'params' ? bindParams(outer, each) : outer;
  }, env);
}

/** `params` itself, or what `params: { name, arguments: args }` takes it apart into. */
function bindParams(env: Env, element: Node): Env {
  if (!Node.isBindingElement(element)) return env;
  const name = element.getNameNode();
  if (!Node.isObjectBindingPattern(name)) return bind(env, element.compilerNode, [{ kind: 'params' }]);
  return name.getElements().reduce<Env>((outer, each) => {
    const property = each.getPropertyNameNode()?.getText() ?? each.getName();
    return property === 'name' ? bind(outer, each.compilerNode, [{ kind: 'tool-name' }]) : outer;
  }, env);
}

/** `message`, or `req.body`: then `req` is an object that has the message as its `body`. */
function bindMessage(message: Node, value: Value = { kind: 'request' }, depth = 0): Env {
  const node = unwrap(message);
  if (depth > MAX_DEPTH) return undefined;
  if (Node.isBinaryExpression(node)) return bindMessage(node.getLeft(), value, depth + 1);
  if (Node.isPropertyAccessExpression(node)) {
    const key: Value = { kind: 'string', value: node.getName(), node: node.compilerNode };
    const holder: Value = { kind: 'map', entries: [{ key: [key], value: [value] }] };
    return bindMessage(node.getExpression(), holder, depth + 1);
  }
  const [declaration] = Node.isIdentifier(node) ? declarationsOf(node) : [];
  return declaration ? bind(undefined, declaration.compilerNode, [value]) : undefined;
}
