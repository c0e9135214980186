import { eolOf } from './json.ts';

/** The metadata that a script carries in comments (PEP 723), as TOML, and the lines it stands on. */
export interface ScriptBlock {
  toml: string;
  /** First and last line of the TOML, counted from 0: between `# /// script` and `# ///`. */
  first: number;
  last: number;
}

/** Finds the `# /// script` block of a Python file. A block that is not closed is none. */
export function scriptBlock(text: string): ScriptBlock | undefined {
  const lines = text.split('\n').map((line) => line.replace(/\r$/, '').replace(/^\uFEFF/, ''));
  const open = lines.findIndex((line) => line.trimEnd() === '# /// script');
  if (open < 0) return undefined;
  // The block ends with the last `# ///` of the comment lines that follow without a gap.
  let end = open + 1;
  while (isComment(lines[end])) end++;
  const close = lines.slice(open + 1, end).findLastIndex((line) => line.trimEnd() === '# ///');
  if (close < 0) return undefined;
  const body = lines.slice(open + 1, open + 1 + close);
  return {
    toml: body.map(uncommented).join('\n') + (body.length > 0 ? '\n' : ''),
    first: open + 1,
    last: open + close,
  };
}

/** Writes changed TOML back into the comments; lines that did not change keep their bytes. */
export function withScriptBlock(text: string, block: ScriptBlock, toml: string): string {
  const lines = text.split('\n');
  const eol = eolOf(text) === '\r\n' ? '\r' : '';
  const old = linesOf(block.toml);
  const now = linesOf(toml);
  let same = 0;
  while (same < Math.min(old.length, now.length) && old[same] === now[same]) same++;
  let tail = 0;
  while (tail < Math.min(old.length, now.length) - same && old.at(-1 - tail) === now.at(-1 - tail)) tail++;
  const changed = now.slice(same, now.length - tail).map((line) => (line === '' ? '#' : `# ${line}`) + eol);
  lines.splice(block.first + same, old.length - same - tail, ...changed);
  return lines.join('\n');
}

function isComment(line: string | undefined): boolean {
  return line !== undefined && (line === '#' || line.startsWith('# '));
}

function uncommented(line: string): string {
  return line.slice(2);
}

function linesOf(toml: string): string[] {
  const lines = toml.split('\n').map((line) => line.replace(/\r$/, ''));
  return lines.at(-1) === '' ? lines.slice(0, -1) : lines;
}
