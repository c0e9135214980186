import type { PyNode } from '../../edit/python-tree.ts';
import { calledName, keyword, positional, receiver } from './calls.ts';
import type { PyProgram } from './program.ts';
import { scopeOf, type Binding } from './scopes.ts';
import { decoratorsOf } from './origins.ts';

const DEPTH = 12;
/** How far a string is followed. Each expression is read once only, so that this bounds the stack, not the time. */
const LONGEST = 60;
const MOST = 2000;
const ESCAPES: Record<string, string> = { n: '\n', t: '\t', r: '\r', '\\': '\\', "'": "'", '"': '"' };

/** Values that can be read off the source without running it. */
export class Constants {
  readonly #program: PyProgram;
  /** What was read already; `undefined` also for what is being read, so that a circle ends. */
  readonly #known = new Map<PyNode, string[] | undefined>();

  constructor(program: PyProgram) {
    this.#program = program;
  }

  /** The one string that an expression is. */
  string(node: PyNode | undefined): string | undefined {
    const all = node && this.strings(node);
    return all?.length === 1 ? all[0] : undefined;
  }

  /** Every string that an expression can be; `undefined` where that cannot be told. */
  strings(node: PyNode, depth = 0): string[] | undefined {
    if (this.#known.has(node)) return this.#known.get(node);
    if (depth > LONGEST) return undefined;
    this.#known.set(node, undefined);
    this.#known.set(node, this.#read(node, depth));
    return this.#known.get(node);
  }

  #read(node: PyNode, depth: number): string[] | undefined {
    switch (node.type) {
      case 'string':
        return this.#literal(node, depth);
      case 'concatenated_string':
        return joined(node.parts.map((part) => this.strings(part, depth + 1)));
      case 'parenthesized_expression':
        return node.parts[0] && this.strings(node.parts[0], depth + 1);
      case 'conditional_expression':
        return all([node.parts[0], node.parts[2]].map((part) => part && this.strings(part, depth + 1)));
      case 'boolean_operator':
        return all([node.child('left'), node.child('right')].map((part) => part && this.strings(part, depth + 1)));
      case 'binary_operator':
        return this.#sum(node, depth);
      case 'identifier':
        return this.#values(node, (value) => this.strings(value, depth + 1), depth);
      case 'attribute':
        return this.#attribute(node, depth);
      case 'call':
        return this.#call(node, depth);
      default:
        return undefined;
    }
  }

  #literal(node: PyNode, depth: number): string[] | undefined {
    const [prefix = ''] = node.children.map((child) => (child.type === 'string_start' ? child.text : ''));
    const isRaw = prefix.toLowerCase().includes('r');
    let texts: string[] | undefined = [''];
    for (const part of node.children) {
      if (part.type === 'string_content') texts = joined([texts, [isRaw ? part.text : unescaped(part)]]);
      if (part.type === 'interpolation') {
        const [value] = part.parts;
        texts = joined([texts, value && part.parts.length === 1 ? this.strings(value, depth + 1) : undefined]);
      }
    }
    return texts;
  }

  #sum(node: PyNode, depth: number): string[] | undefined {
    if (node.child('operator')?.text !== '+') return undefined;
    return joined([node.child('left'), node.child('right')].map((part) => part && this.strings(part, depth + 1)));
  }

  #values(name: PyNode, read: (value: PyNode) => string[] | undefined, depth: number): string[] | undefined {
    const bindings = this.#bindings(name);
    if (bindings.length === 0) return undefined;
    return all(
      bindings.map((binding) => {
        if (binding.kind === 'value') return read(binding.node);
        if (binding.kind === 'element') {
          const values = binding.isValue ? this.#dictionary(binding.of)?.parts : undefined;
          const elements = values?.flatMap((pair) => pair.child('value') ?? []) ?? this.elements(binding.of, depth + 1);
          return elements && all(elements.map((element) => read(element)));
        }
        if (binding.kind === 'parameter') return this.#ofParameter(binding, read);
        return undefined;
      }),
    );
  }

  /** What the callers hand over, with the default where they do not; without a caller it is an option of a command. */
  #ofParameter(
    { node, of: fn, index }: Binding & { kind: 'parameter' },
    read: (value: PyNode) => string[] | undefined,
  ): string[] | undefined {
    const fallback = node.child('value');
    const isMethod = scopeOf(fn).type === 'class_definition';
    const name = node.type === 'identifier' ? node.text : (node.child('name') ?? node.parts[0])?.text;
    const given = this.#program.origins
      .callersOf(fn)
      .map((call) => (name && keyword(call, name)) || positional(call)[isMethod ? index - 1 : index] || fallback);
    if (given.length === 0) return undefined;
    return all(given.map((value) => value && read(value)));
  }

  /** What a name was bound to, through imports. */
  #bindings(name: PyNode): Binding[] {
    const source = this.#program.sourceOf(name);
    return source.scopes.lookUp(name).flatMap((binding): Binding[] => {
      if (binding.kind !== 'import' || binding.name === undefined) return [binding];
      const file = this.#program.modules.resolve(source.path, binding.module);
      const target = file === undefined ? undefined : this.#program.source(file);
      return target?.scopes.of(target.tree.root, binding.name) ?? [binding];
    });
  }

  /** `Names.LIST.value`, `args.transport`, `widget.identifier`. */
  #attribute(node: PyNode, depth: number): string[] | undefined {
    const [object, name] = [node.child('object'), node.child('attribute')?.text];
    if (!object || name === undefined) return undefined;
    if (name === 'value' && object.type === 'attribute') return this.strings(object, depth + 1);
    for (const origin of this.#program.origins.of(object)) {
      if (origin.kind === 'class' || origin.kind === 'instance') {
        const { scopes } = this.#program.sourceOf(origin.node);
        const values = scopes.of(origin.node, name).flatMap((b) => (b.kind === 'value' ? [b.node] : []));
        if (values.length > 0) return all(values.map((value) => this.strings(value, depth + 1)));
      }
      if (origin.kind === 'module') {
        const target = this.#program.source(origin.path);
        const values = target?.scopes.of(target.tree.root, name).flatMap((b) => (b.kind === 'value' ? [b.node] : []));
        if (values && values.length > 0) return all(values.map((value) => this.strings(value, depth + 1)));
      }
    }
    if (object.type === 'identifier') {
      const ofElements = this.#values(object, (v) => this.#argumentOf(v, name, depth), depth);
      if (ofElements) return ofElements;
    }
    const choices = this.#option(node, name)?.choices;
    return choices && all(choices.parts.map((value) => this.strings(value, depth + 1)));
  }

  /** Of `Widget(identifier="x")` the argument `identifier`. */
  #argumentOf(value: PyNode, name: string, depth: number): string[] | undefined {
    const given = value.type === 'call' ? keyword(value, name) : undefined;
    return given && this.strings(given, depth + 1);
  }

  /** Default and choices of a command-line option: `parser.add_argument("--port", default=8000)`. */
  #option(node: PyNode, name: string): { choices: PyNode | undefined; fallback: PyNode | undefined } | undefined {
    const { calls } = this.#program.sourceOf(node);
    const option = calls.find(
      (call) => calledName(call) === 'add_argument' && positional(call).some((flag) => optionName(flag) === name),
    );
    return option && { choices: keyword(option, 'choices'), fallback: keyword(option, 'default') };
  }

  /** `str(x)`, `x.lower()`. What the environment holds is not known. */
  #call(node: PyNode, depth: number): string[] | undefined {
    const name = calledName(node) ?? '';
    const object = receiver(node);
    if (['lower', 'strip', 'rstrip', 'casefold'].includes(name) && object) {
      return this.strings(object, depth + 1)?.map((text) => (name === 'lower' ? text.toLowerCase() : text.trim()));
    }
    if (['str', 'cast'].includes(name)) {
      const last = positional(node).at(-1);
      return last && this.strings(last, depth + 1);
    }
    return undefined;
  }

  /** The elements of a list, tuple or set that is written down, also by name. */
  elements(node: PyNode, depth = 0): PyNode[] | undefined {
    if (depth > DEPTH) return undefined;
    if (['list', 'tuple', 'set'].includes(node.type)) {
      return node.parts.some((part) => part.type.endsWith('splat')) ? undefined : node.parts;
    }
    if (node.type === 'dictionary') return node.parts.flatMap((pair) => pair.child('key') ?? []);
    if (node.type === 'call') {
      const [object, name] = [receiver(node), calledName(node)];
      const dictionary =
        object && ['keys', 'values', 'items'].includes(name ?? '') ? this.#dictionary(object) : undefined;
      if (dictionary && name === 'values') return dictionary.parts.flatMap((pair) => pair.child('value') ?? []);
      if (dictionary && name === 'keys') return this.elements(dictionary, depth + 1);
    }
    if (node.type !== 'identifier') return undefined;
    const values = this.#bindings(node).flatMap((binding) => (binding.kind === 'value' ? [binding.node] : []));
    return values.length === 1 && values[0] ? this.elements(values[0], depth + 1) : undefined;
  }

  #dictionary(node: PyNode): PyNode | undefined {
    if (node.type === 'dictionary') return node;
    if (node.type !== 'identifier') return undefined;
    const [binding] = this.#bindings(node);
    return binding?.kind === 'value' && binding.node.type === 'dictionary' ? binding.node : undefined;
  }

  /** A whole number: written down, or the fallback of a setting that is read at start. */
  number(node: PyNode | undefined, depth = 0): number | undefined {
    if (!node || depth > DEPTH) return undefined;
    switch (node.type) {
      case 'integer':
        return Number.isSafeInteger(Number(node.text)) ? Number(node.text) : undefined;
      case 'string': {
        const text = this.string(node) ?? '';
        return text !== '' && Number.isSafeInteger(Number(text)) ? Number(text) : undefined;
      }
      case 'parenthesized_expression':
        return this.number(node.parts[0], depth + 1);
      case 'boolean_operator':
        return this.number(node.child('left'), depth + 1) ?? this.number(node.child('right'), depth + 1);
      case 'call': {
        const isRead = ['int', 'getenv', 'get', 'env', 'Field', 'Option', 'Argument'].includes(calledName(node) ?? '');
        const given = positional(node).at(-1);
        return isRead ? this.number(keyword(node, 'default') ?? given, depth + 1) : undefined;
      }
      case 'identifier':
        return this.#numberOf(node, depth);
      case 'attribute': {
        const name = node.child('attribute')?.text ?? '';
        return this.#setting(node, name, depth) ?? this.number(this.#option(node, name)?.fallback, depth + 1);
      }
      default:
        return undefined;
    }
  }

  #numberOf(name: PyNode, depth: number): number | undefined {
    for (const binding of this.#bindings(name)) {
      const found =
        binding.kind === 'value'
          ? this.number(binding.node, depth + 1)
          : binding.kind === 'parameter'
            ? (this.number(binding.node.child('value'), depth + 1) ?? this.#clickOption(binding.of, name.text, depth))
            : undefined;
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** `settings.port` where `port: int = 8000` stands in a class of the project. */
  #setting(node: PyNode, name: string, depth: number): number | undefined {
    const object = node.child('object');
    for (const origin of object ? this.#program.origins.of(object) : []) {
      const [binding] =
        origin.kind === 'instance' || origin.kind === 'class'
          ? this.#program.sourceOf(origin.node).scopes.of(origin.node, name)
          : [];
      const found = binding?.kind === 'value' ? this.number(binding.node, depth + 1) : undefined;
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** `@click.option("--port", default=3000)` above a function with that parameter. */
  #clickOption(fn: PyNode, name: string, depth: number): number | undefined {
    const option = decoratorsOf(fn).find(
      (each) => each.type === 'call' && positional(each).some((flag) => optionName(flag) === name),
    );
    return option && this.number(keyword(option, 'default'), depth + 1);
  }
}

/** `"--log-level"` -> `log_level` */
function optionName(flag: PyNode): string | undefined {
  const text = flag.parts.find((part) => part.type === 'string_content')?.text;
  return text?.startsWith('--') ? text.slice(2).replaceAll('-', '_') : undefined;
}

function unescaped(content: PyNode): string {
  let text = '';
  let at = content.start;
  for (const escape of content.parts) {
    text += content.source.slice(at, escape.start) + (ESCAPES[escape.text[1] ?? ''] ?? escape.text);
    at = escape.end;
  }
  return text + content.source.slice(at, content.end);
}

function all<T>(parts: (T[] | undefined)[]): T[] | undefined {
  if (parts.length === 0 || parts.some((part) => part === undefined)) return undefined;
  const found = [...new Set(parts.flatMap((part) => part ?? []))];
  return found.length > MOST ? undefined : found;
}

function joined(parts: (string[] | undefined)[]): string[] | undefined {
  let texts = [''];
  for (const part of parts) {
    if (!part || texts.length * part.length > MOST) return undefined;
    texts = texts.flatMap((text) => part.map((more) => text + more));
  }
  return texts;
}
