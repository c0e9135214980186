/** One `NAME=value` of a `.env` text. Offsets count UTF-16 units. */
export interface EnvPair {
  name: string;
  /** As a server would read it. */
  value: string;
  /** From the start of its line to the start of the next. */
  start: number;
  end: number;
  /** The value as written, with its quotes. */
  valueStart: number;
  valueEnd: number;
  quote?: string;
  /** A quote opens and never closes: readers take the rest of the line, quote included. */
  isUnterminated: boolean;
  /** Counts from 1. */
  line: number;
}

const NAME = /^[A-Za-z_][\w.-]*/;
const QUOTES = ['"', "'", '`'];

/** The pairs of a `.env` text as dotenv and `node --env-file` read them; all other lines are passed over. */
export function parseEnv(text: string): EnvPair[] {
  const pairs: EnvPair[] = [];
  let at = text.startsWith('\uFEFF') ? 1 : 0;
  let line = 1;
  while (at < text.length) {
    const pair = readPair(text, at, line);
    if (pair) pairs.push(pair);
    const next = pair ? pair.end : afterLine(text, at);
    line += text.slice(at, next).split('\n').length - 1;
    at = next;
  }
  return pairs;
}

function readPair(text: string, start: number, line: number): EnvPair | undefined {
  let at = skipBlanks(text, start);
  if (text.startsWith('export', at) && skipBlanks(text, at + 6) > at + 6) at = skipBlanks(text, at + 6);
  const name = NAME.exec(text.slice(at, afterLine(text, at)))?.[0];
  if (name === undefined) return undefined;
  at = skipBlanks(text, at + name.length);
  if (text[at] !== '=') return undefined;
  const afterSign = at + 1;
  const valueStart = skipBlanks(text, afterSign);
  const quote = text[valueStart];
  if (quote !== undefined && QUOTES.includes(quote)) {
    const close = closingQuote(text, valueStart, quote);
    if (close !== undefined) {
      const inner = text.slice(valueStart + 1, close);
      const value = quote === '"' ? inner.replaceAll('\\n', '\n') : inner;
      const end = afterLine(text, close);
      return { name, value, start, end, valueStart, valueEnd: close + 1, quote, isUnterminated: false, line };
    }
    const rest = unquoted(text, valueStart);
    return { name, ...rest, start, end: afterLine(text, valueStart), valueStart, quote, isUnterminated: true, line };
  }
  const rest = unquoted(text, valueStart);
  // An empty value starts right after the sign, so that a comment behind it keeps its distance.
  const from = rest.value === '' ? afterSign : valueStart;
  const valueEnd = rest.value === '' ? afterSign : rest.valueEnd;
  const end = afterLine(text, afterSign);
  return { name, value: rest.value, start, end, valueStart: from, valueEnd, isUnterminated: false, line };
}

/** Up to the end of the line or a comment; blanks around do not count. */
function unquoted(text: string, start: number): { value: string; valueEnd: number } {
  const raw = text.slice(start, afterLine(text, start));
  const comment = raw.indexOf('#');
  const value = (comment === -1 ? raw : raw.slice(0, comment)).trim();
  return { value, valueEnd: start + value.length };
}

/** A quote behind a backslash does not close (dotenv). */
function closingQuote(text: string, open: number, quote: string): number | undefined {
  for (let at = text.indexOf(quote, open + 1); at !== -1; at = text.indexOf(quote, at + 1)) {
    if (text[at - 1] !== '\\') return at;
  }
  return undefined;
}

function skipBlanks(text: string, at: number): number {
  let next = at;
  while (text[next] === ' ' || text[next] === '\t') next += 1;
  return next;
}

function afterLine(text: string, at: number): number {
  const end = text.indexOf('\n', at);
  return end === -1 ? text.length : end + 1;
}
