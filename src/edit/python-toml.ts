import { parseTOML, type AST } from 'toml-eslint-parser';
import { eolOf } from './json.ts';
import { indentationAt, quoted, splice } from './text.ts';

/** A place in a TOML file that lists dependencies. */
export type Section =
  /** `dependencies = ["mcp>=1.2"]` */
  | { kind: 'list'; path: string[]; node: AST.TOMLArray }
  /** `[tool.poetry.dependencies]` with `mcp = "^1.2"` */
  | { kind: 'table'; path: string[]; node: AST.TOMLTable };

/** Every list and every table of a document under the keys that lead to it. @throws ParseError of the parser */
export function sectionsOf(text: string): Section[] {
  const [top] = parseTOML(text).body;
  const found: Section[] = [];
  const visit = (entries: readonly AST.TOMLKeyValue[], path: string[]): void => {
    for (const entry of entries) {
      const own = [...path, ...keyOf(entry)];
      if (entry.value.type === 'TOMLArray') found.push({ kind: 'list', path: own, node: entry.value });
      if (entry.value.type === 'TOMLInlineTable') visit(entry.value.body, own);
    }
  };
  visit(
    top.body.filter((node): node is AST.TOMLKeyValue => node.type === 'TOMLKeyValue'),
    [],
  );
  for (const node of top.body) {
    if (node.type !== 'TOMLTable' || node.kind !== 'standard') continue;
    const path = node.resolvedKey.map(String);
    found.push({ kind: 'table', path, node });
    visit(node.body, path);
  }
  return found;
}

/** The parts of a key: `a."b c"` -> `a`, `b c`. */
export function keyOf({ key }: AST.TOMLKeyValue): string[] {
  return key.keys.map((part) => (part.type === 'TOMLBare' ? part.name : part.value));
}

/** A string in a document, with what stands between its quotes. */
export interface TomlString {
  value: string;
  range: [number, number];
}

/** The strings of a list, in order; other elements are left out. */
export function stringsOf(list: AST.TOMLArray): TomlString[] {
  return list.elements.flatMap((element) => stringOf(element) ?? []);
}

export function stringOf(node: AST.TOMLContentNode): TomlString | undefined {
  if (node.type !== 'TOMLValue' || node.kind !== 'string') return undefined;
  return { value: node.value, range: [node.range[0], node.range[1]] };
}

/** Gives a string another value, in the quotes it has. */
export function replaceString(text: string, { range }: TomlString, value: string): string {
  return splice(text, range[0], range[1], literal(value, text[range[0]] === "'" ? "'" : '"'));
}

/** A string literal. What is in single quotes is taken as it is, so that a single quote cannot be in it. */
export function literal(value: string, quote: "'" | '"'): string {
  return quote === "'" && !value.includes("'") ? `'${value}'` : quoted(value, '"');
}

/** The quote that the strings of a file begin with, `"` where they do not say. */
export function quoteOf(text: string, strings: readonly TomlString[]): "'" | '"' {
  const single = strings.filter(({ range }) => text[range[0]] === "'").length;
  return single * 2 > strings.length ? "'" : '"';
}

/**
 * Puts an element into a list the way its neighbours stand: on a line of its own where they are, with a comma after the
 * last one where they have it. Comments stay with what they are about.
 * @param index of the element that it goes before
 */
export function insertIntoList(text: string, list: AST.TOMLArray, index: number, element: string): string {
  const eol = eolOf(text);
  const [open, close] = [list.range[0], list.range[1] - 1];
  const previous = list.elements[index - 1];
  const isInline = !text.slice(open, close).includes('\n');
  if (!previous) {
    const [first] = list.elements;
    if (!first) return intoEmpty(text, list, element);
    if (isInline) return splice(text, first.range[0], first.range[0], `${element}, `);
    if (!text.slice(open, first.range[0]).includes('\n'))
      return splice(text, open + 1, open + 1, `${element},${eol}${indentationAt(text, open)}    `);
    const at = lineEnd(text, open + 1);
    return splice(text, at, at, `${eol}${indentationAt(text, first.range[0])}${element},`);
  }
  const comma = commaAfter(text, previous.range[1], close);
  const isLast = index >= list.elements.length;
  const after = comma === undefined ? previous.range[1] : comma + 1;
  const end = restIsEmpty(text, after);
  // Something else stands behind it on its line: the next element, or the bracket.
  if (isInline || end === undefined) {
    const glue = isInline ? ' ' : `${eol}${indentationAt(text, previous.range[0])}`;
    if (comma === undefined) return splice(text, after, after, `,${glue}${element}`);
    return splice(text, after, after, `${isLast && !isInline ? glue : ' '}${element},`);
  }
  const line = `${eol}${indentationAt(text, previous.range[0])}${element}${comma === undefined ? '' : ','}`;
  const withLine = splice(text, end, end, line);
  return comma === undefined ? splice(withLine, after, after, ',') : withLine;
}

function intoEmpty(text: string, list: AST.TOMLArray, element: string): string {
  const [open, close] = [list.range[0], list.range[1] - 1];
  const inside = text.slice(open + 1, close);
  if (!inside.includes('\n')) return splice(text, open + 1, close, element);
  const indent = `${indentationAt(text, open)}    `;
  const start = text.lastIndexOf('\n', close) + 1;
  const isOwnLine = text.slice(start, close).trim() === '';
  return splice(text, isOwnLine ? start : close, isOwnLine ? start : close, `${indent}${element},${eolOf(text)}`);
}

/** The comma behind an element, if one comes before the end; comments may stand in between. */
function commaAfter(text: string, from: number, close: number): number | undefined {
  for (let at = from; at < close; at++) {
    if (text[at] === ',') return at;
    if (text[at] === '#') at = lineEnd(text, at) - 1;
    else if (!' \t\r\n'.includes(text[at] ?? '')) return undefined;
  }
  return undefined;
}

/** The end of the line, when only white space and a comment are left of it. */
function restIsEmpty(text: string, from: number): number | undefined {
  const end = lineEnd(text, from);
  const rest = text.slice(from, end).trim();
  return rest === '' || rest.startsWith('#') ? end : undefined;
}

/** The offset of the line break. */
export function lineEnd(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  if (end < 0) return text.length;
  return text[end - 1] === '\r' && end > from ? end - 1 : end;
}

/** Puts a line into a table, behind its entry `index - 1` or at its top. */
export function insertIntoTable(text: string, table: AST.TOMLTable, index: number, line: string): string {
  const previous = table.body[index - 1];
  const at = lineEnd(text, previous?.range[1] ?? text.indexOf(']', table.key.range[1]) + 1);
  const indent = indentationAt(text, (previous ?? table.body[0])?.range[0] ?? table.range[0]);
  return splice(text, at, at, `${eolOf(text)}${indent}${line}`);
}

/** Where a name goes among others: in its place when they are sorted, else behind the last. */
export function sortedIndex(names: readonly string[], name: string): number {
  const isSorted = names.length > 1 && names.every((each, i) => i === 0 || (names[i - 1] ?? '') <= each);
  const after = isSorted ? names.findIndex((each) => each > name) : -1;
  return after < 0 ? names.length : after;
}
