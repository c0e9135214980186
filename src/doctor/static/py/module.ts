import type { Place, Report } from '../report.ts';
import type { Deployment } from '../types.ts';
import { below, type Node } from './parser.ts';

export interface PyFile {
  path: string;
  text: string;
  root: Node;
  /** Local name -> what it was imported as: `jwt`, `mcp.server.fastmcp.FastMCP`. */
  imports: Map<string, string>;
  /** Value of each name that is assigned at the top. */
  constants: Map<string, Node>;
}

/** What the rules for Python look at. */
export interface PyCode {
  files: PyFile[];
  report: Report;
  deployment: Deployment;
  resource: string | undefined;
  env(name: string): string | undefined;
  versionOf(name: string): string | undefined;
  readText(path: string): string | undefined;
  /** Functions and classes of the project, by name. */
  definitions: Map<string, { file: PyFile; node: Node }[]>;
}

/** A call, with what is called under its full name. */
export interface Call {
  file: PyFile;
  node: Node;
  /** `jwt.decode`, `mcp.server.fastmcp.FastMCP`, `app.mount`. */
  name: string;
  /** `decode` of `jwt.decode`. */
  last: string;
  args: Node[];
  kwargs: Map<string, Node>;
  hasSplat: boolean;
}

export const place = (file: PyFile, node: Node): Place => ({ file: file.path, line: node.startPosition.row + 1 });

export function readModule(path: string, text: string, root: Node): PyFile {
  const imports = new Map<string, string>();
  const constants = new Map<string, Node>();
  for (const node of below(root)) {
    if (node.type === 'import_statement')
      for (const each of node.childrenForFieldName('name')) addImport(imports, each, '');
    if (node.type === 'import_from_statement') {
      const module = node.childForFieldName('module_name')?.text ?? '';
      for (const each of node.childrenForFieldName('name')) addImport(imports, each, `${module}.`);
    }
    if (node.type !== 'assignment') continue;
    const name = node.childForFieldName('left');
    const value = node.childForFieldName('right');
    if (name?.type === 'identifier' && value && !constants.has(name.text)) constants.set(name.text, value);
  }
  return { path, text, root, imports, constants };
}

function addImport(imports: Map<string, string>, node: Node, prefix: string): void {
  const original = node.type === 'aliased_import' ? (node.childForFieldName('name')?.text ?? '') : node.text;
  const alias = node.type === 'aliased_import' ? node.childForFieldName('alias')?.text : undefined;
  if (alias !== undefined || prefix !== '') imports.set(alias ?? original, prefix + original);
  else imports.set(original.split('.')[0] ?? original, original.split('.')[0] ?? original);
}

/** The full name of `a.b.c`, with imports followed; empty for what is no name. */
export function dotted(file: PyFile, node: Node | null): string {
  if (!node) return '';
  if (node.type === 'identifier') return file.imports.get(node.text) ?? node.text;
  if (node.type !== 'attribute') return '';
  const holder = dotted(file, node.childForFieldName('object'));
  const name = node.childForFieldName('attribute')?.text ?? '';
  return holder === '' ? `….${name}` : `${holder}.${name}`;
}

export function callOf(file: PyFile, node: Node): Call | undefined {
  if (node.type !== 'call') return undefined;
  const name = dotted(file, node.childForFieldName('function'));
  const list = node.childForFieldName('arguments')?.namedChildren ?? [];
  const kwargs = new Map<string, Node>();
  for (const each of list) {
    const key = each.type === 'keyword_argument' ? each.childForFieldName('name')?.text : undefined;
    const value = each.childForFieldName('value');
    if (key !== undefined && value) kwargs.set(key, value);
  }
  const args = list.filter(
    ({ type }) => !['keyword_argument', 'comment', 'dictionary_splat', 'list_splat'].includes(type),
  );
  const hasSplat = list.some(({ type }) => type === 'dictionary_splat');
  return { file, node, name, last: name.slice(name.lastIndexOf('.') + 1), args, kwargs, hasSplat };
}

export const callsIn = (file: PyFile, node: Node = file.root): Call[] =>
  below(node).flatMap((each) => callOf(file, each) ?? []);

export const allCalls = ({ files }: PyCode): Call[] => files.flatMap((file) => callsIn(file));

/** The value behind a name: of an argument, what was assigned to the constant. */
export function valueOf(file: PyFile, node: Node | undefined): Node | undefined {
  let at = node;
  for (let hops = 0; at && hops < 5; hops++) {
    if (at.type === 'await' || at.type === 'parenthesized_expression') at = at.namedChildren[0];
    else if (at.type === 'identifier' && file.constants.has(at.text)) at = file.constants.get(at.text);
    else return at;
  }
  return at;
}

/** The text of a string, `…` for what is put into it; undefined for what is no string. */
export function textOf(file: PyFile, node: Node | undefined): string | undefined {
  const value = valueOf(file, node);
  if (value?.type === 'concatenated_string')
    return value.namedChildren.map((each) => textOf(file, each) ?? '').join('');
  if (value?.type !== 'string') return undefined;
  return value.namedChildren
    .map((each) => (each.type === 'string_content' ? each.text : each.type === 'interpolation' ? '…' : ''))
    .join('');
}

export function textsOf(file: PyFile, node: Node | undefined): string[] | undefined {
  const value = valueOf(file, node);
  if (!value || !['list', 'tuple', 'set'].includes(value.type)) {
    const text = textOf(file, value);
    return text === undefined ? undefined : [text];
  }
  const texts = value.namedChildren.map((each) => textOf(file, each));
  return texts.every((text) => text !== undefined) ? texts : undefined;
}

/** An entry of a dictionary. */
export function entry(file: PyFile, dictionary: Node | undefined, key: string): Node | undefined {
  const value = valueOf(file, dictionary);
  if (value?.type !== 'dictionary') return undefined;
  const pair = value.namedChildren.find(
    (each) => each.type === 'pair' && textOf(file, each.childForFieldName('key') ?? undefined) === key,
  );
  return pair?.childForFieldName('value') ?? undefined;
}

/** The variable behind an expression: `os.environ["X"]`, `os.getenv("X", …)`, `os.environ.get("X")`. */
export function envNameOf(file: PyFile, node: Node | undefined): string | undefined {
  const value = valueOf(file, node);
  if (!value) return undefined;
  if (value.type === 'boolean_operator') return envNameOf(file, value.childForFieldName('left') ?? undefined);
  if (value.type === 'subscript' && dotted(file, value.childForFieldName('value')) === 'os.environ') {
    return textOf(file, value.childForFieldName('subscript') ?? undefined);
  }
  const call = callOf(file, value);
  return call && ['os.getenv', 'os.environ.get'].includes(call.name) ? textOf(file, call.args[0]) : undefined;
}

/** The function or class that a node stands in. */
export function around(node: Node, type: 'function_definition' | 'class_definition'): Node | undefined {
  for (let at = node.parent; at; at = at.parent) if (at.type === type) return at;
  return undefined;
}

/** A function and those of the project that it calls. */
export function reach(code: PyCode, file: PyFile, start: Node, depth = 2): { file: PyFile; node: Node }[] {
  const found = new Map<number, { file: PyFile; node: Node }>([[start.id, { file, node: start }]]);
  let frontier = [{ file, node: start }];
  for (let step = 0; step < depth; step++) {
    const next = frontier
      .flatMap((each) => callsIn(each.file, each.node))
      .flatMap(({ last }) => code.definitions.get(last) ?? []);
    frontier = next.filter(({ node }) => !found.has(node.id));
    for (const each of frontier) found.set(each.node.id, each);
  }
  return [...found.values()];
}

/** Does a text with one of these words (in lower case) stand in this code? */
export const says = (node: Node, words: readonly string[]): boolean =>
  below(node).some((each) => {
    if (each.type !== 'string_content') return false;
    const text = each.text.toLowerCase();
    return words.some((word) => text.includes(word));
  });

export const names = (node: Node, wanted: readonly string[]): boolean =>
  below(node).some((each) => each.type === 'identifier' && wanted.includes(each.text));

export const anywhere = ({ files }: PyCode, test: (root: Node) => boolean): boolean =>
  files.some(({ root }) => test(root));
