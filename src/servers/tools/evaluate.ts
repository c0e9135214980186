import { ts } from 'ts-morph';
import { callBuiltin, elementsOf } from './builtins.ts';
import { Declarations } from './declarations.ts';
import type { SourceProgram } from './program.ts';
import { Properties } from './properties.ts';
import { bind, unknown, type Env, type FunctionValue, type Value } from './values.ts';

/** Work allowed for one question; a server whose names need more than this is reported as not resolvable. */
const MAX_STEPS = 20_000;
const MAX_DEPTH = 80;

type Memory = Map<ts.Node, Map<Env, Value[]>>;

/**
 * A small static evaluator: which strings, objects, lists and server objects can an expression be? It follows constants,
 * properties, enums, class fields, imports within the project, parameters to their call sites, loops to their elements
 * and functions to what they return. What it cannot know is an `unknown` with the reason; it never guesses.
 */
export class Evaluator {
  readonly declarations: Declarations;
  readonly properties: Properties;
  #steps = 0;
  #depth = 0;
  /** How often a recursion was cut short: what was worked out meanwhile is a part of the answer only. */
  #cuts = 0;
  readonly #running = new Map<ts.Node, Env[]>();
  readonly #known: Memory = new Map();
  readonly #answers: Memory = new Map();

  constructor(readonly program: SourceProgram) {
    this.declarations = new Declarations(this);
    this.properties = new Properties(this);
  }

  /**
   * Starts a new question: the work allowed is counted anew. The answer is kept even when a recursion was cut short on
   * the way: asked from outside again, it would be cut short in the same place.
   */
  ask(expression: ts.Expression, env?: Env): Value[] {
    const known = this.#answers.get(expression)?.get(env);
    if (known) return known;
    this.#steps = 0;
    const values = this.values(expression, env);
    if (this.#depth === 0) remember(this.#answers, expression, env, values);
    return values;
  }

  values(expression: ts.Expression, env: Env): Value[] {
    const known = this.#known.get(expression)?.get(env);
    if (known) return known;
    // The same expression under the same bindings is already being worked out: a recursion, which adds no value.
    const running = this.#running.get(expression) ?? [];
    const isExhausted = this.#steps++ > MAX_STEPS || this.#depth > MAX_DEPTH;
    if (isExhausted || running.includes(env)) {
      this.#cuts++;
      return isExhausted ? unknown(expression, 'too involved to follow') : [];
    }
    const cutsBefore = this.#cuts;
    this.#running.set(expression, [...running, env]);
    this.#depth++;
    try {
      const values = this.#evaluate(expression, env);
      if (this.#cuts === cutsBefore) remember(this.#known, expression, env, values);
      return values;
    } finally {
      this.#depth--;
      this.#running.set(expression, running);
    }
  }

  #evaluate(node: ts.Expression, env: Env): Value[] {
    if (ts.isStringLiteralLike(node)) return [{ kind: 'string', value: node.text, node }];
    if (ts.isIdentifier(node)) return this.declarations.ofName(node, env);
    if (ts.isPropertyAccessExpression(node))
      return this.properties.get(this.values(node.expression, env), node.name.text, node);
    if (ts.isElementAccessExpression(node)) return this.#element(node, env);
    if (ts.isCallExpression(node)) return this.#call(node, env);
    if (ts.isNewExpression(node)) return this.#construct(node, env);
    if (ts.isObjectLiteralExpression(node)) return [{ kind: 'object', node, env }];
    if (ts.isArrayLiteralExpression(node)) return [{ kind: 'list', items: this.#items(node, env) }];
    if (ts.isArrowFunction(node) || ts.isFunctionExpression(node)) return [{ kind: 'function', node, env }];
    if (ts.isClassExpression(node)) return [{ kind: 'class', node }];
    if (ts.isTemplateExpression(node)) return this.#template(node, env);
    if (ts.isBinaryExpression(node)) return this.#binary(node, env);
    if (ts.isConditionalExpression(node))
      return [...this.values(node.whenTrue, env), ...this.values(node.whenFalse, env)];
    if (node.kind === ts.SyntaxKind.ThisKeyword) return this.#self(node);
    if (node.kind === ts.SyntaxKind.NullKeyword) return [];
    const inner = transparent(node);
    return inner ? this.values(inner, env) : unknown(node, 'only known when the program runs');
  }

  /** What a function returns when its parameters are bound to these values. */
  returns(fn: FunctionValue, args: Value[][]): Value[] {
    const env = fn.node.parameters.reduce<Env>((outer, parameter, index) => {
      const values = parameter.dotDotDotToken
        ? [{ kind: 'list' as const, items: args.slice(index).flat() }]
        : args[index];
      return values ? bind(outer, parameter, values) : outer;
    }, fn.env);
    const body = fn.node.body;
    if (!body) return unknown(fn.node, 'a function without a body');
    if (!ts.isBlock(body)) return this.values(body, env);
    return returnedFrom(body).flatMap((expression) => this.values(expression, env));
  }

  /** Values of the arguments of a call, spreads expanded. */
  arguments(call: ts.CallExpression | ts.NewExpression, env: Env): Value[][] {
    return (call.arguments ?? []).flatMap((argument) =>
      ts.isSpreadElement(argument)
        ? this.values(argument.expression, env).flatMap((value) => elementsOf(value).map((item) => [item]))
        : [this.values(argument, env)],
    );
  }

  #items(node: ts.ArrayLiteralExpression, env: Env): Value[] {
    return node.elements.flatMap((element) => {
      if (ts.isOmittedExpression(element)) return [];
      if (ts.isSpreadElement(element)) return this.values(element.expression, env).flatMap(elementsOf);
      return this.values(element, env);
    });
  }

  #element(node: ts.ElementAccessExpression, env: Env): Value[] {
    const holders = this.values(node.expression, env);
    const index = node.argumentExpression;
    if (ts.isNumericLiteral(index)) {
      return holders.flatMap((holder) =>
        holder.kind === 'list' ? holder.items : this.properties.get([holder], index.text, node),
      );
    }
    const keys = this.values(index, env);
    const names = keys.flatMap((key) => (key.kind === 'string' ? [key.value] : []));
    if (names.length > 0) return names.flatMap((name) => this.properties.get(holders, name, node));
    return holders.flatMap((holder) => {
      if (holder.kind === 'list') return holder.items;
      const all = this.properties.entries(holder);
      return all ? all.flatMap((entry) => entry.value) : unknown(node, 'the key is only known when the program runs');
    });
  }

  #call(node: ts.CallExpression, env: Env): Value[] {
    const builtin = callBuiltin(this, node, env);
    if (builtin) return builtin;
    return this.values(node.expression, env).flatMap((callee): Value[] => {
      if (callee.kind === 'function') return this.returns(callee, this.arguments(node, env));
      if (callee.kind === 'external') return [{ kind: 'made', module: callee.module, name: callee.name }];
      if (callee.kind === 'made') return [{ kind: 'made', module: callee.module, name: `${callee.name}()` }];
      return unknown(node, 'what this call returns is not known');
    });
  }

  #construct(node: ts.NewExpression, env: Env): Value[] {
    const collection = ts.isIdentifier(node.expression) ? node.expression.text : '';
    const first = node.arguments?.[0];
    if (collection === 'Set')
      return [{ kind: 'list', items: first ? this.values(first, env).flatMap(elementsOf) : [] }];
    if (collection === 'Map') {
      const pairs = first ? this.values(first, env).flatMap(elementsOf) : [];
      return [
        {
          kind: 'map',
          entries: pairs.flatMap((pair) => {
            const [key, ...rest] = elementsOf(pair);
            return key ? [{ key: [key], value: rest }] : [];
          }),
        },
      ];
    }
    return this.values(node.expression, env).flatMap((callee): Value[] => {
      if (callee.kind === 'class') return [{ kind: 'instance', of: callee.node, exact: true }];
      if (callee.kind === 'external') return [{ kind: 'made', module: callee.module, name: callee.name }];
      return unknown(node, 'what is constructed here is not known');
    });
  }

  #self(node: ts.Expression): Value[] {
    const holder = thisContainer(node);
    const parent = holder.parent as ts.Node | undefined;
    if (parent && ts.isClassLike(parent)) {
      const isStatic =
        ts.canHaveModifiers(holder) && ts.getModifiers(holder)?.some((m) => m.kind === ts.SyntaxKind.StaticKeyword);
      return [isStatic ? { kind: 'class', node: parent } : { kind: 'instance', of: parent, exact: false }];
    }
    if (parent && ts.isObjectLiteralExpression(parent)) return [{ kind: 'object', node: parent, env: undefined }];
    return unknown(node, '`this` is only known when the program runs');
  }

  #template(node: ts.TemplateExpression, env: Env): Value[] {
    let heads: Value[] = [{ kind: 'string', value: node.head.text, node }];
    for (const span of node.templateSpans) {
      heads = join(node, join(node, heads, this.values(span.expression, env)), [
        { kind: 'string', value: span.literal.text, node },
      ]);
    }
    return heads;
  }

  #binary(node: ts.BinaryExpression, env: Env): Value[] {
    switch (node.operatorToken.kind) {
      case ts.SyntaxKind.PlusToken:
        return join(node, this.values(node.left, env), this.values(node.right, env));
      case ts.SyntaxKind.BarBarToken:
      case ts.SyntaxKind.QuestionQuestionToken:
        return [...this.values(node.left, env), ...this.values(node.right, env)];
      case ts.SyntaxKind.AmpersandAmpersandToken:
      case ts.SyntaxKind.EqualsToken:
      case ts.SyntaxKind.QuestionQuestionEqualsToken:
      case ts.SyntaxKind.CommaToken:
        return this.values(node.right, env);
      default:
        return unknown(node, 'only known when the program runs');
    }
  }
}

function remember(memory: Memory, expression: ts.Expression, env: Env, values: Value[]): void {
  const byEnv = memory.get(expression) ?? new Map<Env, Value[]>();
  memory.set(expression, byEnv.set(env, values));
}

/** The method, field, function or file whose `this` is meant: arrow functions have none of their own. */
function thisContainer(node: ts.Node): ts.Node {
  let at: ts.Node = node.parent;
  while (ts.isArrowFunction(at) || !(ts.isFunctionLike(at) || ts.isClassElement(at) || ts.isSourceFile(at)))
    at = at.parent;
  return at;
}

/** Wrappers that do not change the value: parentheses, casts, `satisfies`, `!`, `await`. */
function transparent(node: ts.Expression): ts.Expression | undefined {
  if (ts.isParenthesizedExpression(node) || ts.isAsExpression(node) || ts.isSatisfiesExpression(node))
    return node.expression;
  if (ts.isNonNullExpression(node) || ts.isTypeAssertionExpression(node) || ts.isAwaitExpression(node))
    return node.expression;
  return undefined;
}

function join(node: ts.Node, left: Value[], right: Value[]): Value[] {
  return left.flatMap((a) =>
    right.flatMap((b): Value[] => {
      if (a.kind !== 'string') return a.kind === 'unknown' ? [a] : unknown(node, 'a part of the text is not known');
      if (b.kind !== 'string') return b.kind === 'unknown' ? [b] : unknown(node, 'a part of the text is not known');
      const value: Value = { ...a, ...b, kind: 'string', value: a.value + b.value, node };
      return [value];
    }),
  );
}

/** Expressions a block returns, functions inside it left alone. */
function returnedFrom(body: ts.Block): ts.Expression[] {
  const found: ts.Expression[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionLike(node) || ts.isClassLike(node)) return;
    if (ts.isReturnStatement(node) && node.expression) found.push(node.expression);
    ts.forEachChild(node, visit);
  };
  ts.forEachChild(body, visit);
  return found;
}
