import { CliError } from '../errors.ts';
import type { EnvVar } from '../types.ts';
import { parseEnv, type EnvPair } from './env-parse.ts';
import { eolOf } from './json.ts';
import { splice } from './text.ts';

export interface SetEnvOptions {
  /** Names that add-auth has written before: their values may be replaced. */
  owned?: readonly string[] | undefined;
  /** Its name, for people. */
  file?: string | undefined;
  /** What to do with a key of the user's that has another value. */
  onConflict?: 'keep' | 'replace' | undefined;
}

export interface SetEnvResult {
  text: string;
  /** Names that were not there. */
  added: string[];
  /** Names that got another value. */
  changed: string[];
  /** Names of the user's that keep another value than we wanted. */
  conflicts: string[];
}

const HEADING = '# MCP server login (add-auth)';

/**
 * Puts keys into the text of a `.env` file. Every byte that is not one of those values stays: comments, odd lines,
 * `export`, quotes, line endings, a missing last newline.
 * @param text `undefined` when there is no file
 * @throws CliError `unparsable-env` when a quote that never ends would swallow what we write
 */
export function setEnv(text: string | undefined, vars: readonly EnvVar[], options: SetEnvOptions = {}): SetEnvResult {
  const { file = '.env' } = options;
  const result: SetEnvResult = { text: text ?? '', added: [], changed: [], conflicts: [] };
  const missing: EnvVar[] = [];
  for (const wanted of vars) {
    const pair = parseEnv(result.text).findLast(({ name }) => name === wanted.name);
    if (!pair) {
      missing.push(wanted);
      continue;
    }
    if (pair.isUnterminated) throw unterminated(pair, file);
    if (pair.value === wanted.value) continue;
    if (options.onConflict !== 'replace' && !options.owned?.includes(wanted.name)) {
      result.conflicts.push(wanted.name);
      continue;
    }
    result.text = splice(result.text, pair.valueStart, pair.valueEnd, encodeValue(wanted));
    result.changed.push(wanted.name);
  }
  if (missing.length > 0) result.text = insert(result.text, missing, { file, owned: options.owned ?? [] });
  result.added = missing.map(({ name }) => name);
  return result;
}

/** The names that a `.env` text sets, in order. */
export function envNames(text: string): string[] {
  return [...new Set(parseEnv(text).map(({ name }) => name))];
}

/** The value of a key as a server would read it, `undefined` when it is not set. */
export function envValue(text: string, name: string): string | undefined {
  return parseEnv(text).findLast((pair) => pair.name === name)?.value;
}

/**
 * Takes keys out again, with the comment lines that came with them and the empty line that set them apart.
 * @param comments whole comment lines that are ours
 */
export function removeEnv(text: string, names: readonly string[], comments: readonly string[] = []): string {
  const pairs = parseEnv(text).filter(({ name }) => names.includes(name));
  const ranges = pairs.map(({ start, end }) => ({ start, end }));
  for (const line of linesOf(text)) {
    if (comments.includes(line.text) && !pairs.some((pair) => pair.start <= line.start && line.start < pair.end)) {
      ranges.push({ start: line.start, end: line.end });
    }
  }
  ranges.sort((a, b) => a.start - b.start);
  let result = '';
  let at = 0;
  for (const range of ranges) {
    result += text.slice(at, range.start);
    at = range.end;
  }
  const rest = text.slice(at);
  return closeGap(result, rest, ranges.length > 0);
}

function closeGap(head: string, rest: string, hasGap: boolean): string {
  const isRestBlank = rest === '' || rest.startsWith('\n') || rest.startsWith('\r\n');
  if (!hasGap || !isRestBlank) return head + rest;
  const last = linesOf(head).at(-1);
  return last?.text === '' && last.end > last.start ? head.slice(0, last.start) + rest : head + rest;
}

function insert(
  text: string,
  vars: readonly EnvVar[],
  { file, owned }: { file: string; owned: readonly string[] },
): string {
  const eol = eolOf(text);
  const pairs = parseEnv(text);
  const lines = vars.flatMap((wanted) => [...commentOf(wanted), `${wanted.name}=${encodeValue(wanted)}`]);
  assertNotSwallowed(pairs, lines.join(''), file);

  const ours = pairs.findLast(({ name }) => owned.includes(name));
  const hasOwnBlock = ours !== undefined;
  const at = ours ? ours.end : text.length;
  const head = text.slice(0, at);
  const isBom = head === '\uFEFF';
  const block = hasOwnBlock ? lines : [HEADING, ...lines];
  const joint = head === '' || isBom || head.endsWith('\n') ? '' : eol;
  const gap = hasOwnBlock || head === '' || isBom || linesOf(head).at(-1)?.text === '' ? '' : eol;
  return head + joint + gap + block.map((line) => line + eol).join('') + text.slice(at);
}

function commentOf({ comment }: EnvVar): string[] {
  return comment === undefined ? [] : comment.split('\n').map((line) => `# ${line}`);
}

const PLAIN = /^[\w./:@%+,=-]*$/;

/** Quotes a value when readers of `.env` files (dotenv, node --env-file, a shell) would otherwise disagree about it. */
function encodeValue({ name, value }: EnvVar): string {
  if (PLAIN.test(value)) return value;
  const text = value.replaceAll('\r\n', '\n');
  if (!/["\\$`]/.test(text)) return `"${text.replaceAll('\n', '\\n')}"`;
  const quote = ["'", '`', '"'].find((candidate) => !text.includes(candidate));
  if (quote !== undefined && !text.includes('\n')) return quote + text + quote;
  throw new CliError(
    'unparsable-env',
    `The value of ${name} cannot be written into a .env file: it mixes quotes in a way that readers disagree about.`,
    `Set ${name} by hand, then run again.`,
  );
}

function assertNotSwallowed(pairs: readonly EnvPair[], text: string, file: string): void {
  const open = pairs.find((pair) => pair.isUnterminated && pair.quote !== undefined && text.includes(pair.quote));
  if (open) throw unterminated(open, file);
}

function unterminated({ name, line }: EnvPair, file: string): CliError {
  return new CliError(
    'unparsable-env',
    `Line ${line} of ${file} opens a quote for ${name} that never ends.`,
    'Close the quote, then run again.',
  );
}

function linesOf(text: string): { text: string; start: number; end: number }[] {
  let start = 0;
  return text
    .split(/(?<=\n)/)
    .filter((line) => line !== '')
    .map((line) => {
      const from = start;
      start += line.length;
      return { text: line.replace(/\r?\n$/, '').replace(/^\uFEFF/, ''), start: from, end: start };
    });
}
