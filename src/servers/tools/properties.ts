import { ts } from 'ts-morph';
import type { Evaluator } from './evaluate.ts';
import { unknown, type ObjectValue, type Value } from './values.ts';

/** Looks properties up in values: object literals, enums, modules, classes and their instances, things from packages. */
export class Properties {
  constructor(private readonly evaluator: Evaluator) {}

  /** What `holder.name` can be. `at` is the expression to blame when it cannot be known. */
  get(holders: Value[], name: string, at: ts.Node): Value[] {
    return holders.flatMap((holder) => this.#one(holder, name, at));
  }

  #one(holder: Value, name: string, at: ts.Node): Value[] {
    switch (holder.kind) {
      case 'object':
        return this.#ofObject(holder, name, at);
      case 'enum':
        return holder.node.members.flatMap((member) => (keyOf(member.name) === name ? this.#enumMember(member) : []));
      case 'module':
        return this.#ofModule(holder.symbol, name, at);
      case 'class':
        return this.#ofClass(holder.node, name, at, true);
      case 'instance':
        return this.#ofInstance(holder, name, at);
      case 'external':
        return [
          {
            kind: 'external',
            module: holder.module,
            name: holder.name === '*' || holder.name === 'default' ? name : `${holder.name}.${name}`,
          },
        ];
      case 'made':
        return [{ kind: 'made', module: holder.module, name: `${holder.name}.${name}` }];
      case 'map':
        return holder.entries.flatMap((entry) =>
          entry.key.some((key) => key.kind === 'string' && key.value === name) ? entry.value : [],
        );
      case 'request':
        return name === 'params' ? [{ kind: 'params' }] : [];
      case 'params':
        return name === 'name' ? [{ kind: 'tool-name' }] : [];
      case 'list':
        return /^\d+$/.test(name)
          ? holder.items.slice(Number(name), Number(name) + 1)
          : unknown(at, 'a list has no such property');
      case 'unknown':
        return [holder];
      default:
        return unknown(at, 'only known when the program runs');
    }
  }

  /** Pairs of key and value of an object, map or enum; `undefined` when they are not all known. */
  entries(holder: Value): { key: Value[]; value: Value[] }[] | undefined {
    if (holder.kind === 'map') return holder.entries;
    if (holder.kind === 'enum') {
      return holder.node.members.map((member) => ({
        key: [stringAt(member.name, keyOf(member.name))],
        value: this.#enumMember(member),
      }));
    }
    if (holder.kind === 'module') {
      return this.evaluator.program.checker.getExportsOfModule(holder.symbol).map((symbol) => ({
        key: [stringAt(symbol.declarations?.[0] ?? holder.symbol.declarations?.[0], symbol.name)],
        value: this.#ofModule(holder.symbol, symbol.name, symbol.declarations?.[0] as ts.Node),
      }));
    }
    return holder.kind === 'object' ? this.#objectEntries(holder) : undefined;
  }

  keys(holder: Value, at: ts.Node): Value[] {
    const entries = this.entries(holder);
    return entries ? entries.flatMap((entry) => entry.key) : unknown(at, 'its keys are not known');
  }

  #objectEntries(holder: ObjectValue): { key: Value[]; value: Value[] }[] {
    return holder.node.properties.flatMap((property) => {
      if (ts.isSpreadAssignment(property)) {
        return this.evaluator.values(property.expression, holder.env).flatMap(
          (value) =>
            this.entries(value) ?? [
              {
                key: unknown(property, 'what is spread here is not known'),
                value: unknown(property, 'what is spread here is not known'),
              },
            ],
        );
      }
      const value = this.#member(property, holder);
      const key = this.#key(property.name, holder).map((k): Value =>
        k.kind === 'string' && value[0] ? { ...k, owner: value[0] } : k,
      );
      return [{ key, value }];
    });
  }

  #ofObject(holder: ObjectValue, name: string, at: ts.Node): Value[] {
    let found: Value[] = [];
    for (const property of holder.node.properties) {
      if (ts.isSpreadAssignment(property)) {
        const spread = this.get(this.evaluator.values(property.expression, holder.env), name, at);
        // What is spread in from outside the project may or may not bring the property: what is known counts.
        if (found.length === 0 || spread.some((value) => value.kind !== 'unknown')) found = spread;
        continue;
      }
      const matches = this.#key(property.name, holder).some((key) => key.kind === 'string' && key.value === name);
      if (matches) found = this.#member(property, holder);
    }
    return found.map((value) => (value.kind === 'string' && !value.owner ? { ...value, owner: holder } : value));
  }

  #member(property: Exclude<ts.ObjectLiteralElementLike, ts.SpreadAssignment>, holder: ObjectValue): Value[] {
    if (ts.isPropertyAssignment(property)) return this.evaluator.values(property.initializer, holder.env);
    if (ts.isShorthandPropertyAssignment(property))
      return this.evaluator.declarations.ofName(property.name, holder.env);
    if (ts.isGetAccessor(property))
      return this.evaluator.returns({ kind: 'function', node: property, env: holder.env }, []);
    return [{ kind: 'function', node: property, env: holder.env }];
  }

  #key(name: ts.PropertyName, holder: ObjectValue): Value[] {
    if (ts.isComputedPropertyName(name)) return this.evaluator.values(name.expression, holder.env);
    return [stringAt(name, keyOf(name))];
  }

  #enumMember(member: ts.EnumMember): Value[] {
    return member.initializer
      ? this.evaluator.values(member.initializer, undefined)
      : unknown(member, 'the enum member is a number');
  }

  #ofModule(module: ts.Symbol, name: string, at: ts.Node): Value[] {
    const { checker } = this.evaluator.program;
    const found = checker.getExportsOfModule(module).find((symbol) => symbol.name === name);
    // `require()` and interop: `default` of a CommonJS module is the module itself.
    const assigned = module.exports?.get('export=' as ts.__String);
    if (!found && assigned) {
      const whole = this.evaluator.declarations.ofSymbol(this.evaluator.program.unalias(assigned), at, undefined);
      return name === 'default' ? whole : this.get(whole, name, at);
    }
    return found
      ? this.evaluator.declarations.ofSymbol(this.evaluator.program.unalias(found), at, undefined)
      : unknown(at, `the module does not export ${name}`);
  }

  #ofInstance(holder: Extract<Value, { kind: 'instance' }>, name: string, at: ts.Node): Value[] {
    const own = this.#ofClass(holder.of, name, at, false);
    if (holder.exact) return own;
    const derived = this.#derived(holder.of).flatMap((node) =>
      declares(node, name) ? this.#ofClass(node, name, at, false) : [],
    );
    // An abstract or empty field is filled by the classes derived from it.
    return derived.length > 0 ? [...own.filter((value) => value.kind !== 'unknown'), ...derived] : own;
  }

  #ofClass(node: ts.ClassLikeDeclaration, name: string, at: ts.Node, isStatic: boolean): Value[] {
    const found = node.members.flatMap((member) =>
      isStaticMember(member) === isStatic ? this.#classMember(member, name) : [],
    );
    const constructor = isStatic ? undefined : node.members.find(ts.isConstructorDeclaration);
    const parameter = constructor?.parameters.find(
      (p) => ts.isParameterPropertyDeclaration(p, constructor) && ts.isIdentifier(p.name) && p.name.text === name,
    );
    if (parameter) found.push(...this.evaluator.declarations.ofParameter(parameter, undefined));
    if (found.length > 0) return found;
    const assigned = this.#assignedTo(node, name);
    if (assigned.length > 0) return assigned;
    const base = node.heritageClauses?.find((clause) => clause.token === ts.SyntaxKind.ExtendsKeyword)?.types[0];
    if (!base) return unknown(at, `the class has no ${name} whose value is known`);
    return this.evaluator.values(base.expression, undefined).flatMap((value): Value[] => {
      if (value.kind === 'class') return this.#ofClass(value.node, name, at, isStatic);
      if (value.kind === 'external') return [{ kind: 'made', module: value.module, name: `${value.name}.${name}` }];
      return unknown(at, 'the class it derives from is not known');
    });
  }

  #classMember(member: ts.ClassElement, name: string): Value[] {
    if (!member.name || keyOf(member.name) !== name) return [];
    if (ts.isGetAccessor(member)) return this.evaluator.returns({ kind: 'function', node: member, env: undefined }, []);
    if (ts.isMethodDeclaration(member)) return [{ kind: 'function', node: member, env: undefined }];
    if (!ts.isPropertyDeclaration(member)) return [];
    const symbol = this.evaluator.program.symbolOf(member.name);
    const initial = member.initializer ? this.evaluator.values(member.initializer, undefined) : [];
    const assigned = symbol
      ? this.evaluator.declarations.assignments(symbol).flatMap((e) => this.evaluator.values(e, undefined))
      : [];
    const values = [...initial, ...assigned];
    if (!values.some((value) => value.kind !== 'unknown')) {
      return this.evaluator.declarations.ofType(member.type) ?? values;
    }
    return symbol ? this.evaluator.declarations.withMutations(symbol, values, undefined) : values;
  }

  /** JavaScript classes declare fields by assigning them: `this.server = new McpServer(…)`. */
  #assignedTo(node: ts.ClassLikeDeclaration, name: string): Value[] {
    return this.evaluator.program.named(name).flatMap((mention) => {
      const target = mention.parent;
      const isField = ts.isPropertyAccessExpression(target) && target.expression.kind === ts.SyntaxKind.ThisKeyword;
      const parent = target.parent;
      if (!isField || !ts.isBinaryExpression(parent) || parent.left !== target) return [];
      return containingClass(target) === node ? this.evaluator.values(parent.right, undefined) : [];
    });
  }

  #derived(base: ts.ClassLikeDeclaration): ts.ClassLikeDeclaration[] {
    const symbol = base.name && this.evaluator.program.symbolOf(base.name);
    if (!symbol) return [];
    return this.evaluator.program.mentions(symbol).flatMap((mention) => {
      const clause = mention.parent.parent as ts.Node | undefined;
      if (!clause || !ts.isHeritageClause(clause) || clause.token !== ts.SyntaxKind.ExtendsKeyword) return [];
      return [clause.parent as ts.ClassLikeDeclaration, ...this.#derived(clause.parent as ts.ClassLikeDeclaration)];
    });
  }
}

function stringAt(node: ts.Node | undefined, value: string | undefined): Value {
  return { kind: 'string', value: value ?? '', node: node as ts.Node };
}

function keyOf(name: ts.PropertyName | ts.MemberName): string | undefined {
  if (
    ts.isIdentifier(name) ||
    ts.isPrivateIdentifier(name) ||
    ts.isStringLiteralLike(name) ||
    ts.isNumericLiteral(name)
  )
    return name.text;
  return undefined;
}

function declares(node: ts.ClassLikeDeclaration, name: string): boolean {
  return node.members.some((member) => member.name && keyOf(member.name) === name);
}

function isStaticMember(member: ts.ClassElement): boolean {
  return (
    ts.canHaveModifiers(member) &&
    (ts.getModifiers(member)?.some((m) => m.kind === ts.SyntaxKind.StaticKeyword) ?? false)
  );
}

function containingClass(node: ts.Node): ts.ClassLikeDeclaration | undefined {
  for (let at: ts.Node | undefined = node.parent; at; at = at.parent) if (ts.isClassLike(at)) return at;
  return undefined;
}
