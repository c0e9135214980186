import { getStaticTOMLValue, parseTOML, type AST } from 'toml-eslint-parser';
import { isRecord } from '../is-record.ts';
import { eolOf } from './json.ts';
import { indentationAt, splice } from './text.ts';

/** A value that can be written. */
export type TomlValue = string | boolean;

/** The document as plain data. @returns `undefined` when it is not TOML */
export function readToml(text: string): Record<string, unknown> | undefined {
  try {
    const data = getStaticTOMLValue(parseTOML(text));
    return isRecord(data) ? data : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Sets keys of a `[table]`; everything else stays byte for byte.
 * @param table name of the table, in parts
 * @returns `undefined` when the document is not TOML, or writes the table in another way than under a header of its own
 */
export function setInTable(
  text: string,
  table: readonly string[],
  values: Readonly<Record<string, TomlValue>>,
): string | undefined {
  const data = readToml(text);
  if (!data) return undefined;
  const eol = eolOf(text);
  const header = tablesOf(text).find(({ resolvedKey }) => sameKey(resolvedKey, table));
  if (!header) return valueAt(data, table) === undefined ? appendTable(text, table, values, eol) : undefined;

  let result = text;
  const missing: [string, TomlValue][] = [];
  for (const [name, value] of Object.entries(values)) {
    // Offsets are of the text as it is now, so it is parsed again after each change.
    const now = tablesOf(result).find(({ resolvedKey }) => sameKey(resolvedKey, table));
    const entry = now?.body.find(({ key }) => sameKey(keyParts(key), [name]));
    if (entry) result = splice(result, entry.value.range[0], entry.value.range[1], literal(value));
    else missing.push([name, value]);
  }
  const end = tablesOf(result).find(({ resolvedKey }) => sameKey(resolvedKey, table));
  return end ? insertEntries(result, end, missing, eol) : undefined;
}

function tablesOf(text: string): AST.TOMLTable[] {
  const [top] = parseTOML(text).body;
  return top.body.filter((node): node is AST.TOMLTable => node.type === 'TOMLTable' && node.kind === 'standard');
}

function keyParts({ keys }: AST.TOMLKey): string[] {
  return keys.map((key) => (key.type === 'TOMLBare' ? key.name : key.value));
}

function sameKey(key: readonly (string | number)[], wanted: readonly string[]): boolean {
  return key.length === wanted.length && wanted.every((part, i) => key[i] === part);
}

function valueAt(data: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((value, key) => (isRecord(value) ? value[key] : undefined), data);
}

function insertEntries(text: string, table: AST.TOMLTable, entries: [string, TomlValue][], eol: string): string {
  if (entries.length === 0) return text;
  const last = table.body.at(-1);
  const after = last?.range[1] ?? text.indexOf(']', table.key.range[1]) + 1;
  const lineEnd = text.indexOf('\n', after);
  const at = lineEnd < 0 ? text.length : lineEnd + 1;
  const indent = indentationAt(text, last?.range[0] ?? table.range[0]);
  const lines = entries.map(([name, value]) => `${indent}${name} = ${literal(value)}${eol}`).join('');
  return splice(text, at, at, (lineEnd < 0 ? eol : '') + lines);
}

function appendTable(
  text: string,
  table: readonly string[],
  values: Readonly<Record<string, TomlValue>>,
  eol: string,
): string {
  const lines = [
    `[${table.join('.')}]`,
    ...Object.entries(values).map(([name, value]) => `${name} = ${literal(value)}`),
  ];
  const joint = text === '' ? '' : text.endsWith('\n') ? eol : eol + eol;
  return text + joint + lines.map((line) => line + eol).join('');
}

/** TOML's basic strings escape as JSON's do. */
const literal = (value: TomlValue): string => JSON.stringify(value);
