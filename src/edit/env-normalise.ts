import { parseEnv } from './env-parse.ts';

/**
 * Writes the values of a `.env` text so that every reader takes them alike: plain line ends, no blanks around a value,
 * no quotes that belong to nothing. Comments and all other lines stay.
 * @param names the variables whose values are cleaned
 */
export function normaliseEnv(text: string, names: readonly string[]): string {
  const plain = text.replaceAll('\r\n', '\n');
  let result = plain;
  for (const pair of parseEnv(plain).toReversed()) {
    if (!names.includes(pair.name)) continue;
    const lineEnd = plain.indexOf('\n', pair.valueStart);
    const rest = plain.slice(pair.valueEnd, lineEnd < 0 ? plain.length : lineEnd);
    // A comment behind the value stays; blanks do not.
    const end = rest.trim() === '' ? pair.valueEnd + rest.length : pair.valueEnd;
    result = result.slice(0, pair.valueStart) + unquoted(pair.value.trim()) + result.slice(end);
  }
  return result;
}

function unquoted(value: string): string {
  const first = value[0];
  const isQuoted = value.length > 1 && (first === '"' || first === "'") && value.endsWith(first);
  if (isQuoted) return value.slice(1, -1).trim();
  return first === '"' || first === "'" ? value.slice(1).trim() : value;
}
