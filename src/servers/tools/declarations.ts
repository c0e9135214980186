import { ts } from 'ts-morph';
import { elementsOf, isListCallback } from './builtins.ts';
import type { Evaluator } from './evaluate.ts';
import { lookup, unknown, type Env, type FunctionNode, type Value } from './values.ts';

/** The values of declared things: variables, parameters, imports, functions, classes. */
export class Declarations {
  constructor(private readonly evaluator: Evaluator) {}

  ofName(node: ts.Identifier, env: Env): Value[] {
    if (node.text === 'undefined') return [];
    const symbol = this.evaluator.program.symbolOf(node);
    return symbol ? this.ofSymbol(symbol, node, env) : unknown(node, `${node.text} is not declared in the project`);
  }

  ofSymbol(symbol: ts.Symbol, at: ts.Node, env: Env): Value[] {
    const external = this.evaluator.program.externalOf(symbol);
    if (external) return [{ kind: 'external', ...external }];
    const declaration = symbol.valueDeclaration ?? symbol.declarations?.[0];
    return declaration
      ? this.ofDeclaration(declaration, symbol, at, env)
      : unknown(at, 'it is not declared in the project');
  }

  ofDeclaration(declaration: ts.Node, symbol: ts.Symbol, at: ts.Node, env: Env): Value[] {
    if (ts.isVariableDeclaration(declaration)) return this.#variable(declaration, symbol, env);
    if (ts.isParameter(declaration)) return this.ofParameter(declaration, env);
    if (ts.isBindingElement(declaration)) return this.#binding(declaration, env);
    if (ts.isFunctionDeclaration(declaration) || ts.isMethodDeclaration(declaration))
      return [{ kind: 'function', node: declaration, env }];
    if (ts.isClassLike(declaration)) return [{ kind: 'class', node: declaration }];
    if (ts.isEnumDeclaration(declaration)) return [{ kind: 'enum', node: declaration }];
    if (ts.isSourceFile(declaration)) return [{ kind: 'module', symbol }];
    if (ts.isExportAssignment(declaration)) return this.evaluator.values(declaration.expression, undefined);
    if (ts.isPropertyAssignment(declaration)) return this.evaluator.values(declaration.initializer, env);
    if (ts.isShorthandPropertyAssignment(declaration)) return this.ofName(declaration.name, env);
    return this.#commonJs(declaration) ?? unknown(at, 'its declaration is of a kind that is not followed');
  }

  /** `exports.x = …` and `module.exports = …` are declarations in JavaScript files. */
  #commonJs(declaration: ts.Node): Value[] | undefined {
    const assignment = ts.isBinaryExpression(declaration) ? declaration : declaration.parent;
    const isExport =
      assignment && ts.isBinaryExpression(assignment) && assignment.operatorToken.kind === ts.SyntaxKind.EqualsToken;
    return isExport ? this.evaluator.values(assignment.right, undefined) : undefined;
  }

  #variable(declaration: ts.VariableDeclaration, symbol: ts.Symbol, env: Env): Value[] {
    const bound = lookup(env, declaration);
    if (bound) return bound;
    const loop = declaration.parent.parent;
    if (ts.isForOfStatement(loop)) return this.evaluator.values(loop.expression, env).flatMap(elementsOf);
    if (ts.isForInStatement(loop)) {
      return this.evaluator
        .values(loop.expression, env)
        .flatMap((value) => this.evaluator.properties.keys(value, loop.expression));
    }
    const initial = declaration.initializer ? this.evaluator.values(declaration.initializer, env) : [];
    const values = this.withMutations(symbol, [...initial, ...this.#assigned(symbol, env)], env);
    if (values.some((value) => value.kind !== 'unknown')) return values;
    return (
      this.ofType(declaration.type) ?? (values.length > 0 ? values : unknown(declaration, 'it is never given a value'))
    );
  }

  /** What later assignments (`x = …`) put into a variable or field. */
  #assigned(symbol: ts.Symbol, env: Env): Value[] {
    const declaration = symbol.valueDeclaration;
    const isConstant =
      declaration && ts.isVariableDeclaration(declaration) && declaration.parent.flags & ts.NodeFlags.Const;
    if (isConstant) return [];
    return this.assignments(symbol).flatMap((expression) => this.evaluator.values(expression, env));
  }

  assignments(symbol: ts.Symbol): ts.Expression[] {
    return this.evaluator.program.mentions(symbol).flatMap((mention) => {
      const target =
        ts.isPropertyAccessExpression(mention.parent) && mention.parent.name === mention ? mention.parent : mention;
      const parent = target.parent;
      const assigns =
        ts.isBinaryExpression(parent) &&
        parent.left === target &&
        [
          ts.SyntaxKind.EqualsToken,
          ts.SyntaxKind.QuestionQuestionEqualsToken,
          ts.SyntaxKind.BarBarEqualsToken,
        ].includes(parent.operatorToken.kind);
      return assigns ? [parent.right] : [];
    });
  }

  /** Adds what is put into a collection after its declaration: `list.push(x)`, `set.add(x)`, `map.set(key, x)`, `table[key] = x`. */
  withMutations(symbol: ts.Symbol, values: Value[], env: Env): Value[] {
    if (!values.some((value) => value.kind === 'list' || value.kind === 'map' || value.kind === 'object'))
      return values;
    const added: Value[] = [];
    const entries: { key: Value[]; value: Value[] }[] = [];
    for (const mention of this.evaluator.program.mentions(symbol)) {
      const holder =
        ts.isPropertyAccessExpression(mention.parent) && mention.parent.name === mention ? mention.parent : mention;
      const use = holder.parent;
      if (
        ts.isPropertyAccessExpression(use) &&
        use.expression === holder &&
        ts.isCallExpression(use.parent) &&
        use.parent.expression === use
      ) {
        const args = ['push', 'unshift', 'add', 'set'].includes(use.name.text)
          ? this.evaluator.arguments(use.parent, env)
          : [];
        if (use.name.text === 'set') entries.push({ key: args[0] ?? [], value: args[1] ?? [] });
        else added.push(...args.flat());
      } else if (ts.isElementAccessExpression(use) && use.expression === holder && isAssigned(use)) {
        const keys = this.evaluator.values(use.argumentExpression, env);
        entries.push({ key: keys, value: this.evaluator.values(use.parent.right, env) });
      }
    }
    return values.flatMap((value): Value[] => {
      if (value.kind === 'list' && added.length > 0) return [{ kind: 'list', items: [...value.items, ...added] }];
      if (value.kind === 'map' && entries.length > 0) return [{ kind: 'map', entries: [...value.entries, ...entries] }];
      if (value.kind === 'object' && entries.length > 0) {
        return [{ kind: 'map', entries: [...(this.evaluator.properties.entries(value) ?? []), ...entries] }];
      }
      return [value];
    });
  }

  /** A parameter: bound by the call that is being followed, else what every call of the function hands over. */
  ofParameter(parameter: ts.ParameterDeclaration, env: Env): Value[] {
    const bound = lookup(env, parameter);
    if (bound) return bound;
    const typed = this.ofType(parameter.type);
    if (typed) return typed;
    const fn = parameter.parent as FunctionNode;
    const index = fn.parameters.indexOf(parameter);
    const callback = this.#ofCallback(fn, index, env);
    if (callback) return callback;

    const calls = this.evaluator.program.callsOf(fn);
    if (calls.length === 0) {
      return [
        ...this.#default(parameter),
        ...unknown(parameter, 'it is a parameter that no call in the project fills'),
      ];
    }
    return calls.flatMap((call): Value[] => {
      const args = this.evaluator.arguments(call, undefined);
      if (parameter.dotDotDotToken) return [{ kind: 'list', items: args.slice(index).flat() }];
      return args[index]?.map((value) => seenAt(value, call)) ?? this.#default(parameter);
    });
  }

  #default(parameter: ts.ParameterDeclaration): Value[] {
    return parameter.initializer ? this.evaluator.values(parameter.initializer, undefined) : [];
  }

  /** `list.forEach((element, index) => …)`: the first parameter is every element. */
  #ofCallback(fn: FunctionNode, index: number, env: Env): Value[] | undefined {
    const call = fn.parent;
    if (!ts.isCallExpression(call) || !call.arguments.includes(fn as ts.Expression)) return undefined;
    if (!ts.isPropertyAccessExpression(call.expression)) return undefined;
    const method = call.expression.name.text;
    if (!isListCallback(method)) return undefined;
    const holders = this.evaluator.values(call.expression.expression, env);
    if (holders.some((holder) => holder.kind === 'map')) {
      return holders.flatMap((holder) =>
        holder.kind === 'map' ? holder.entries.flatMap((e) => (index === 0 ? e.value : e.key)) : [],
      );
    }
    const position = method === 'reduce' ? index - 1 : index;
    if (position !== 0) return unknown(fn, 'it is an index or accumulator');
    return holders.flatMap(elementsOf);
  }

  /** A declared type that is a class of a package or of the project: `server: McpServer`. */
  ofType(type: ts.TypeNode | undefined): Value[] | undefined {
    if (!type || !ts.isTypeReferenceNode(type)) return undefined;
    const last = ts.isQualifiedName(type.typeName) ? type.typeName.right : type.typeName;
    const raw = this.evaluator.program.checker.getSymbolAtLocation(last);
    const symbol = raw && this.evaluator.program.unalias(raw);
    if (!symbol) return undefined;
    const external = this.evaluator.program.externalOf(symbol);
    if (external)
      return external.name === 'Server' || external.name === 'McpServer' ? [{ kind: 'made', ...external }] : undefined;
    const declared = symbol.valueDeclaration;
    if (declared && ts.isClassLike(declared)) return [{ kind: 'instance', of: declared, exact: false }];
    const alias = symbol.declarations?.find(ts.isTypeAliasDeclaration);
    return alias ? this.ofType(alias.type) : undefined;
  }

  /** `const { a: b = … } = source`, `([key, value]) => …` */
  #binding(element: ts.BindingElement, env: Env): Value[] {
    const bound = lookup(env, element);
    if (bound) return bound;
    const pattern = element.parent;
    const source = this.#bindingSource(pattern.parent, env);
    if (ts.isArrayBindingPattern(pattern)) {
      const index = pattern.elements.indexOf(element);
      return source.flatMap((value) =>
        value.kind === 'list'
          ? value.items[index]
            ? [value.items[index]]
            : []
          : unknown(element, 'what it is taken from is not known'),
      );
    }
    const key = element.propertyName ?? element.name;
    const name = ts.isIdentifier(key) || ts.isStringLiteral(key) ? key.text : undefined;
    if (name === undefined || element.dotDotDotToken)
      return unknown(element, 'it is taken apart in a way that is not followed');
    const taken = this.evaluator.properties.get(source, name, element);
    return element.initializer ? [...taken, ...this.evaluator.values(element.initializer, env)] : taken;
  }

  #bindingSource(declaration: ts.VariableDeclaration | ts.ParameterDeclaration | ts.BindingElement, env: Env): Value[] {
    if (ts.isBindingElement(declaration)) return this.#binding(declaration, env);
    if (ts.isParameter(declaration)) return this.ofParameter(declaration, env);
    const loop = declaration.parent.parent;
    if (ts.isForOfStatement(loop)) return this.evaluator.values(loop.expression, env).flatMap(elementsOf);
    return declaration.initializer ? this.evaluator.values(declaration.initializer, env) : [];
  }
}

function isAssigned(node: ts.Expression): node is ts.ElementAccessExpression & { parent: ts.BinaryExpression } {
  const parent = node.parent;
  return (
    ts.isBinaryExpression(parent) && parent.left === node && parent.operatorToken.kind === ts.SyntaxKind.EqualsToken
  );
}

function seenAt(value: Value, call: ts.Node): Value {
  return value.kind === 'string' && !value.site ? { ...value, site: call } : value;
}
