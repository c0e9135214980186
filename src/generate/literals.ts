import type { ToolScopes } from '../types.ts';

/** Notation of the file that literals go into. */
export interface LiteralStyle {
  quote: "'" | '"';
  indent: string;
}

const TEMPLATE_STYLE: LiteralStyle = { quote: "'", indent: '  ' };

/** A string literal of any text. What could end the literal, its line or the file's encoding is escaped. */
export function stringLiteral(text: string, { quote } = TEMPLATE_STYLE): string {
  // JSON knows all escapes that matter, but for the quote, and line ends that older JavaScript does not allow.
  const escaped = JSON.stringify(text)
    .slice(1, -1)
    .replace(/[\u007f-\u009f\u2028\u2029\ufeff]/g, unicodeEscape);
  return quote === '"' ? `"${escaped}"` : `'${escaped.replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;
}

function unicodeEscape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** The key of a property, quoted where it has to be. `__proto__` would set the prototype, unless it is computed. */
function propertyKey(name: string, style = TEMPLATE_STYLE): string {
  if (name === '__proto__') return `[${stringLiteral(name, style)}]`;
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : stringLiteral(name, style);
}

/** `['a', 'b']` */
export function listLiteral(values: readonly string[], style = TEMPLATE_STYLE): string {
  return `[${values.map((value) => stringLiteral(value, style)).join(', ')}]`;
}

/** `'search-tasks': ['read:tasks']` */
export function entryLiteral(name: string, scopes: readonly string[], style = TEMPLATE_STYLE): string {
  return `${propertyKey(name, style)}: ${listLiteral(scopes, style)}`;
}

/** An object literal with one entry a line, in the order given. */
export function recordLiteral(record: ToolScopes, style = TEMPLATE_STYLE): string {
  const entries = Object.entries(record).map(
    ([name, scopes]) => `${style.indent}${entryLiteral(name, scopes, style)},\n`,
  );
  return entries.length === 0 ? '{}' : `{\n${entries.join('')}}`;
}
