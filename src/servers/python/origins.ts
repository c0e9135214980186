import type { PyNode } from '../../edit/python-tree.ts';
import { argumentFor } from './calls.ts';
import { elementsOf } from './elements.ts';
import { isHook, unique, type Origin } from './origin.ts';
import type { PyProgram } from './program.ts';
import { scopeOf, type Binding } from './scopes.ts';
import { kindOf } from './servers.ts';

const DEPTH = 24;
const MOST_STEPS = 2000;

/** Follows names, attributes, calls and imports back to where a value was made. */
export class Origins {
  readonly #program: PyProgram;
  readonly #known = new Map<PyNode, Origin[]>();
  readonly #knownWhileIndexing = new Map<PyNode, Origin[]>();
  readonly #open = new Set<PyNode>();
  readonly #externalBases = new Map<PyNode, string[]>();
  readonly #assignments = new Map<PyNode, PyNode[]>();
  #cuts = 0;
  #steps = 0;
  #callers: Map<PyNode, PyNode[]> | undefined;
  #isIndexing = false;

  constructor(program: PyProgram) {
    this.#program = program;
  }

  /** Everything an expression can be, as far as it can be told. */
  of(node: PyNode, depth = 0): Origin[] {
    const cache = this.#isIndexing ? this.#knownWhileIndexing : this.#known;
    const known = cache.get(node);
    if (known) return known;
    if (depth > DEPTH || this.#open.has(node) || (this.#open.size > 0 && this.#steps > MOST_STEPS)) {
      this.#cuts++;
      return [];
    }
    const cuts = this.#cuts;
    this.#steps = this.#open.size === 0 ? 0 : this.#steps + 1;
    this.#open.add(node);
    const found = unique(this.#read(node, depth + 1));
    this.#open.delete(node);
    // What was cut short on the way is whole only for who asked first; after many steps, near enough has to do.
    if (this.#cuts === cuts || this.#open.size === 0 || this.#steps > MOST_STEPS) cache.set(node, found);
    return found;
  }

  #read(node: PyNode, depth: number): Origin[] {
    switch (node.type) {
      case 'identifier':
        return this.#program
          .sourceOf(node)
          .scopes.lookUp(node)
          .flatMap((binding) => this.#ofBinding(binding, depth));
      case 'attribute': {
        const [object, name] = [node.child('object'), node.child('attribute')];
        return object && name ? this.of(object, depth).flatMap((o) => this.#member(o, name.text, depth)) : [];
      }
      case 'call': {
        const callee = node.child('function');
        return callee ? this.of(callee, depth).flatMap((origin) => this.#called(origin, node, depth)) : [];
      }
      case 'await':
      case 'parenthesized_expression':
      case 'type':
      case 'named_expression':
      case 'as_pattern':
        return node.parts.slice(-1).flatMap((part) => this.of(part, depth));
      case 'conditional_expression': {
        const [yes, , no] = node.parts;
        return [yes, no].flatMap((part) => (part ? this.of(part, depth) : []));
      }
      case 'boolean_operator':
        return node.parts.flatMap((part) => this.of(part, depth));
      case 'subscript':
        return node.all('value').flatMap((of) => this.#elements(of, depth));
      default:
        return [];
    }
  }

  #ofBinding(binding: Binding, depth: number): Origin[] {
    switch (binding.kind) {
      case 'import':
        return this.#imported(binding, depth);
      case 'value':
      case 'with':
        return this.of(binding.node, depth);
      case 'function':
      case 'class':
        return [{ kind: binding.kind, node: binding.node }];
      case 'parameter':
        return this.#parameter(binding, depth);
      case 'element':
        return this.#elements(binding.of, depth);
    }
  }

  #elements(of: PyNode, depth: number): Origin[] {
    return elementsOf(this.#program, of).flatMap((part) => this.of(part, depth));
  }

  #imported({ module, name, node }: Binding & { kind: 'import' }, depth: number): Origin[] {
    const { path } = this.#program.sourceOf(node);
    const { modules } = this.#program;
    const file = modules.resolve(path, module);
    if (name !== undefined && kindOf(`${module}.${name}`)) return [external(`${module}.${name}`)];
    if (name === undefined) return [file === undefined ? external(module) : { kind: 'module', path: file }];
    const inside = modules.resolve(path, module.endsWith('.') ? `${module}${name}` : `${module}.${name}`);
    if (file !== undefined) {
      const found = this.#ofModule(file, name, depth);
      if (found.length > 0) return found;
    }
    if (inside !== undefined) return [{ kind: 'module', path: inside }];
    return file === undefined ? [external(`${module}.${name}`)] : [];
  }

  #ofModule(path: string, name: string, depth: number): Origin[] {
    if (depth > DEPTH) {
      this.#cuts++;
      return [];
    }
    const source = this.#program.source(path);
    return source?.scopes.of(source.tree.root, name).flatMap((binding) => this.#ofBinding(binding, depth + 1)) ?? [];
  }

  #member(base: Origin, name: string, depth: number): Origin[] {
    switch (base.kind) {
      case 'external':
        return [external(`${base.name}.${name}`)];
      case 'module': {
        const found = this.#ofModule(base.path, name, depth);
        const dir = base.path.endsWith('/__init__.py') ? base.path.slice(0, -'__init__.py'.length) : undefined;
        const inside = dir === undefined ? undefined : this.#program.modules.resolve(`${dir}x.py`, `.${name}`);
        return found.length === 0 && inside !== undefined ? [{ kind: 'module', path: inside }] : found;
      }
      case 'class':
      case 'instance':
        return this.#ofClass(base.node, name, depth) ?? [{ kind: 'member', base, name }];
      case 'function':
        return [];
      default:
        return [{ kind: 'member', base, name }];
    }
  }

  /** An attribute of a class: set in its body, by a method through `self`, or in a class that it extends. */
  #ofClass(node: PyNode, name: string, depth: number): Origin[] | undefined {
    const { scopes } = this.#program.sourceOf(node);
    const bindings = scopes.of(node, name);
    const set = this.setThroughSelf(node, name);
    if (bindings.length > 0 || set.length > 0) {
      const property = bindings.flatMap((b) => (b.kind === 'function' && isProperty(b.node) ? [b.node] : []));
      if (property.length > 0) return property.flatMap((fn) => this.#returns(fn, depth));
      return [...bindings.flatMap((b) => this.#ofBinding(b, depth)), ...set.flatMap((value) => this.of(value, depth))];
    }
    for (const base of this.bases(node, depth))
      if (base.kind === 'class' && base.node !== node) return this.#ofClass(base.node, name, depth);
    return undefined;
  }

  /** The values of `self.name = value` in the methods of a class. */
  setThroughSelf(node: PyNode, name: string): PyNode[] {
    const known = this.#assignments.get(node) ?? node.below().filter((each) => each.type === 'assignment');
    this.#assignments.set(node, known);
    return known.flatMap((each) => {
      const [left, right] = [each.child('left'), each.child('right')];
      if (each.type !== 'assignment' || left?.type !== 'attribute' || !right) return [];
      return left.child('object')?.text === 'self' && left.child('attribute')?.text === name ? [right] : [];
    });
  }

  bases(node: PyNode, depth = 0): Origin[] {
    return node.child('superclasses')?.parts.flatMap((part) => this.of(baseName(part), depth)) ?? [];
  }

  /** The external classes that a class extends, over all steps. */
  externalBases(node: PyNode): string[] {
    const known = this.#externalBases.get(node);
    if (known) return known;
    this.#externalBases.set(node, []); // For classes that extend each other.
    const found = this.bases(node).flatMap((base) => {
      if (base.kind === 'external') return [base.name];
      return base.kind === 'class' ? this.externalBases(base.node) : [];
    });
    this.#externalBases.set(node, [...new Set(found)]);
    return this.#externalBases.get(node) ?? [];
  }

  #called(callee: Origin, call: PyNode, depth: number): Origin[] {
    switch (callee.kind) {
      case 'external': {
        const [given] = call.child('arguments')?.parts ?? [];
        if (given && isHook(callee.name)) return this.of(given, depth);
        return [{ kind: 'result', of: callee.name, call }];
      }
      case 'class': {
        const externals = this.externalBases(callee.node);
        const instance: Origin = { kind: 'instance', node: callee.node };
        return [...externals.map((of): Origin => ({ kind: 'result', of, call })), instance];
      }
      case 'function':
        return this.#returns(callee.node, depth);
      case 'member':
        return [{ kind: 'returned', base: callee.base, name: callee.name, call }];
      default:
        return [];
    }
  }

  #returns(fn: PyNode, depth: number): Origin[] {
    return [...fn.below()]
      .filter((node) => (node.type === 'return_statement' || node.type === 'yield') && scopeOf(node) === fn)
      .flatMap((node) => node.parts.flatMap((part) => this.of(part, depth)));
  }

  #parameter({ node, of: fn, index }: Binding & { kind: 'parameter' }, depth: number): Origin[] {
    const around = scopeOf(fn);
    if (index === 0 && around.type === 'class_definition' && !isStatic(fn)) return [{ kind: 'instance', node: around }];
    const given = this.callersOf(fn).flatMap((call) => {
      const value = argumentFor(call, node, around.type === 'class_definition' ? index - 1 : index);
      return value ? this.of(value, depth) : [];
    });
    return given.length > 0 ? given : node.all('type').flatMap((type) => this.#annotated(type, depth));
  }

  #annotated(type: PyNode, depth: number): Origin[] {
    const names = [...type.below()].filter((each) => each.type === 'identifier' || each.type === 'attribute');
    for (const name of names) {
      const found = this.of(name, depth).flatMap((origin): Origin[] => {
        if (origin.kind === 'external') return [{ kind: 'typed', of: origin.name }];
        return origin.kind === 'class' ? [{ kind: 'instance', node: origin.node }] : [];
      });
      if (found.length > 0) return found;
    }
    return [];
  }

  /** The calls of a function of the project, in all files; of a class for its `__init__`. */
  callersOf(fn: PyNode): PyNode[] {
    if (this.#isIndexing) return [];
    this.#callers ??= this.#indexCalls();
    return this.#callers.get(fn) ?? [];
  }

  #indexCalls(): Map<PyNode, PyNode[]> {
    const callers = new Map<PyNode, PyNode[]>();
    const open = [...this.#open];
    this.#open.clear();
    this.#isIndexing = true;
    for (const { calls } of this.#program.sources) {
      for (const call of calls) {
        const callee = call.child('function');
        for (const origin of callee ? this.of(callee) : []) {
          const fn =
            origin.kind === 'class' ? this.#init(origin.node) : origin.kind === 'function' ? origin.node : undefined;
          if (fn) callers.set(fn, [...(callers.get(fn) ?? []), call]);
        }
      }
    }
    this.#isIndexing = false;
    for (const node of open) this.#open.add(node);
    return callers;
  }

  #init(node: PyNode): PyNode | undefined {
    const [init] = this.#program.sourceOf(node).scopes.of(node, '__init__');
    return init?.kind === 'function' ? init.node : undefined;
  }
}

function external(name: string): Origin {
  return { kind: 'external', name };
}

/** `Generic[T]` -> `Generic` */
function baseName(node: PyNode): PyNode {
  return node.type === 'subscript' ? (node.child('value') ?? node) : node;
}

export function decoratorsOf(definition: PyNode): PyNode[] {
  if (definition.parent?.type !== 'decorated_definition') return [];
  return definition.parent.children
    .filter((child) => child.type === 'decorator')
    .flatMap((child) => child.parts.slice(0, 1));
}

function isProperty(fn: PyNode): boolean {
  return decoratorsOf(fn).some(({ text }) => text === 'property' || text.endsWith('cached_property'));
}

function isStatic(fn: PyNode): boolean {
  return decoratorsOf(fn).some(({ text }) => text === 'staticmethod');
}
