import type { ToolScopes } from '../types.ts';

/** Where ruff and Black break lines. */
const WIDTH = 88;

/** A string literal of any text, in the quotes that ruff would choose. */
export function pythonString(text: string): string {
  // Python knows every escape of JSON; line separators, control and format characters are escaped, to be seen.
  const escaped = JSON.stringify(text)
    .slice(1, -1)
    .replace(/[\u007f-\u009f\u2028\u2029\ufeff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return text.includes('"') && !text.includes("'") ? `'${escaped.replaceAll('\\"', '"')}'` : `"${escaped}"`;
}

/** `["a", "b"]`, with an item a line where it would not fit behind `lead` on one line. */
export function pythonList(values: readonly string[], lead = '', indent = '    ', eol = '\n'): string {
  const items = values.map(pythonString);
  const line = `[${items.join(', ')}]`;
  // One column is for the comma behind it.
  if (lead.length + line.length < WIDTH || items.length === 0) return line;
  const outer = lead.slice(0, lead.length - lead.trimStart().length);
  return `[${eol}${items.map((item) => `${outer}${indent}${item},${eol}`).join('')}${outer}]`;
}

/** `"search-tasks": ["read:tasks"]` */
export function pythonEntry(
  name: string,
  scopes: readonly string[],
  before = '    ',
  indent = '    ',
  eol = '\n',
): string {
  const key = `${pythonString(name)}: `;
  return key + pythonList(scopes, before + key, indent, eol);
}

/** A dictionary with one entry a line, in the order given. */
export function pythonDict(record: ToolScopes): string {
  const entries = Object.entries(record).map(([name, scopes]) => `    ${pythonEntry(name, scopes)},\n`);
  return entries.length === 0 ? '{}' : `{\n${entries.join('')}}`;
}
