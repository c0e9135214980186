import type { PyNode } from '../../edit/python-tree.ts';

/** What gives a name its meaning. */
export type Binding =
  | { kind: 'import'; module: string; name?: string; node: PyNode }
  | { kind: 'value'; node: PyNode }
  /** One of the elements of an iterable, of a dictionary its keys or its values. */
  | { kind: 'element'; of: PyNode; isValue?: true }
  | { kind: 'with'; node: PyNode }
  | { kind: 'function' | 'class'; node: PyNode }
  | { kind: 'parameter'; node: PyNode; of: PyNode; index: number };

type Names = Map<string, Binding[]>;

const PATTERNS = new Set(['pattern_list', 'tuple_pattern']);
const SCOPES = new Set(['module', 'function_definition', 'class_definition', 'lambda']);

/** The names of one file, each in the module, function or class that it belongs to. */
export class Scopes {
  readonly #names = new Map<PyNode, Names>();
  readonly #globals = new Map<PyNode, Set<string>>();

  constructor(readonly root: PyNode) {
    this.#names.set(root, new Map());
    for (const node of root.below()) this.#read(node);
  }

  /** What a name means where it stands. Functions do not see the names of the class around them. */
  lookUp(identifier: PyNode): Binding[] {
    let isInner = false;
    for (const scope of scopesAround(identifier)) {
      const found =
        scope.type === 'class_definition' && isInner ? undefined : this.#names.get(scope)?.get(identifier.text);
      if (found) return found;
      if (scope.type !== 'class_definition') isInner = true;
    }
    return [];
  }

  /** The names of a class body or of the module. */
  of(scope: PyNode, name: string): Binding[] {
    return this.#names.get(scope)?.get(name) ?? [];
  }

  #add(scope: PyNode, name: string, binding: Binding): void {
    if (scope !== this.root && this.#globalsOf(scope).has(name)) return this.#add(this.root, name, binding);
    const names = this.#names.get(scope) ?? new Map<string, Binding[]>();
    this.#names.set(scope, names);
    const known = names.get(name);
    if (known) known.push(binding);
    else names.set(name, [binding]);
  }

  #globalsOf(scope: PyNode): Set<string> {
    const known = this.#globals.get(scope);
    if (known) return known;
    const statements = [...scope.below()].filter((node) => node.type === 'global_statement');
    const names = new Set(statements.flatMap((node) => node.parts.map((part) => part.text)));
    this.#globals.set(scope, names);
    return names;
  }

  #read(node: PyNode): void {
    if (node.type === 'import_statement') return this.#readImport(node);
    if (node.type === 'import_from_statement') return this.#readImportFrom(node);
    if (node.type === 'function_definition' || node.type === 'class_definition') return this.#readDefinition(node);
    if (node.type === 'lambda') return this.#readParameters(node);
    const scope = scopeOf(node);
    if (node.type === 'assignment') {
      const [left, right] = [node.child('left'), node.child('right')];
      if (left && right) this.#readAssignment(scope, left, lastRight(right));
    } else if (node.type === 'named_expression') {
      const [name, value] = [node.child('name'), node.child('value')];
      if (name && value) this.#add(scope, name.text, { kind: 'value', node: value });
    } else if (node.type === 'for_statement' || node.type === 'for_in_clause') {
      const [left, right] = [node.child('left'), node.child('right')];
      if (left && right) this.#readLoop(scope, left, right);
    } else if (node.type === 'as_pattern' && node.parent?.type === 'with_item') {
      const [value, alias] = [node.parts[0], node.child('alias')];
      if (value && alias) this.#add(scope, alias.text, { kind: 'with', node: value });
    }
  }

  /** `a = x`, and `a, b = x, y`. */
  #readAssignment(scope: PyNode, left: PyNode, right: PyNode): void {
    if (left.type === 'identifier') return this.#add(scope, left.text, { kind: 'value', node: right });
    const isEach = PATTERNS.has(left.type) && ['expression_list', 'tuple', 'list'].includes(right.type);
    if (!isEach || left.parts.length !== right.parts.length) return;
    for (const [index, target] of left.parts.entries())
      if (right.parts[index]) this.#readAssignment(scope, target, right.parts[index]);
  }

  /** `for x in y`, and `for key, value in y.items()`. */
  #readLoop(scope: PyNode, left: PyNode, right: PyNode): void {
    if (left.type === 'identifier') return this.#add(scope, left.text, { kind: 'element', of: right });
    const callee = right.type === 'call' ? right.child('function') : undefined;
    const of = callee?.child('attribute')?.text === 'items' ? callee.child('object') : undefined;
    const [key, value] = left.parts;
    if (!of || !PATTERNS.has(left.type)) return;
    if (key?.type === 'identifier') this.#add(scope, key.text, { kind: 'element', of });
    if (value?.type === 'identifier') this.#add(scope, value.text, { kind: 'element', of, isValue: true });
  }

  #readImport(node: PyNode): void {
    for (const part of node.all('name')) {
      const alias = part.child('alias');
      const module = (part.child('name') ?? part).text;
      const [top = module] = module.split('.');
      this.#add(scopeOf(node), alias?.text ?? top, { kind: 'import', module: alias ? module : top, node });
    }
  }

  #readImportFrom(node: PyNode): void {
    const module = node.child('module_name')?.text ?? '';
    for (const part of node.all('name')) {
      const name = (part.child('name') ?? part).text;
      this.#add(scopeOf(node), part.child('alias')?.text ?? name, { kind: 'import', module, name, node });
    }
  }

  #readDefinition(node: PyNode): void {
    const kind = node.type === 'class_definition' ? 'class' : 'function';
    const name = node.child('name');
    if (name) this.#add(scopeOf(node), name.text, { kind, node });
    this.#readParameters(node);
  }

  #readParameters(node: PyNode): void {
    for (const [index, parameter] of (node.child('parameters')?.parts ?? []).entries()) {
      const name = parameterName(parameter);
      if (name) this.#add(node, name, { kind: 'parameter', node: parameter, of: node, index });
    }
  }
}

/** `x`, `x: T`, `x = 1`, `x: T = 1` -> `x`. */
export function parameterName(parameter: PyNode): string | undefined {
  if (parameter.type === 'identifier') return parameter.text;
  return (parameter.child('name') ?? parameter.parts.find((part) => part.type === 'identifier'))?.text;
}

/** `a = b = value` binds both to the value. */
function lastRight(right: PyNode): PyNode {
  const next = right.type === 'assignment' ? right.child('right') : undefined;
  return next ? lastRight(next) : right;
}

/** The function, class or module in which a statement puts its names. */
export function scopeOf(node: PyNode): PyNode {
  for (const around of node.around()) if (SCOPES.has(around.type)) return around;
  return node;
}

/** Decorators, defaults and annotations of a definition belong to what is around it. */
function* scopesAround(node: PyNode): Generator<PyNode> {
  let inner = node;
  for (const around of node.around()) {
    const isOutside = inner.field === 'superclasses' || inner.field === 'return_type' || inner.field === 'name';
    if (SCOPES.has(around.type) && !isOutside) yield around;
    inner = around;
  }
}
