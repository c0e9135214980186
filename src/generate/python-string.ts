import type { Node } from '../edit/python-parser.ts';

/** Escapes of one letter (Python reference, "String and Bytes literals"). */
const LETTERS: Record<string, string> = {
  '\\': '\\',
  "'": "'",
  '"': '"',
  a: '\u0007',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

/**
 * The text of a string literal, of several beside each other as well. Undefined for anything else: bytes, a formatted
 * string, an escape by the name of a character.
 */
export function decodePythonString(node: Node | null | undefined): string | undefined {
  if (node?.type === 'concatenated_string') {
    const parts = node.namedChildren.filter((child) => child.type !== 'comment').map(decodePythonString);
    return parts.every((part) => part !== undefined) ? parts.join('') : undefined;
  }
  if (node?.type !== 'string') return undefined;
  const [start, ...rest] = node.children;
  const prefix = (start?.text ?? '').replace(/["']+$/, '').toLowerCase();
  if (!['', 'r', 'u'].includes(prefix)) return undefined;
  const raw = rest
    .slice(0, -1)
    .map((part) => part.text)
    .join('');
  return prefix === 'r' ? raw : unescaped(raw);
}

function unescaped(raw: string): string | undefined {
  const pieces: string[] = [];
  for (let at = 0; at < raw.length;) {
    const found = raw[at] === '\\' ? readEscape(raw, at + 1) : { text: raw.charAt(at), end: at + 1 };
    if (!found) return undefined;
    pieces.push(found.text);
    at = found.end;
  }
  return pieces.join('');
}

function readEscape(raw: string, at: number): { text: string; end: number } | undefined {
  const letter = raw.charAt(at);
  const simple = LETTERS[letter];
  if (simple !== undefined) return { text: simple, end: at + 1 };
  if (letter === '\n') return { text: '', end: at + 1 };
  const length = { x: 2, u: 4, U: 8 }[letter];
  const digits = length === undefined ? '' : raw.slice(at + 1, at + 1 + length);
  const code = Number.parseInt(digits, 16);
  if (length === undefined || digits.length !== length || !(code <= 0x10ffff)) return undefined;
  return { text: String.fromCodePoint(code), end: at + 1 + length };
}
