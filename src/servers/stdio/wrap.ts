import type { Node } from 'ts-morph';
import { endOfLineAfter, indentationAt } from '../../edit/text.ts';
import type { FileEdit } from '../edits/file-edit.ts';
import { linesToIndent } from './indent.ts';

export interface Wrapping {
  /** The line that opens the function. */
  head: string;
  /** What the function returns. */
  name: string;
  /** A function declaration, which no semicolon follows. */
  isFunction: boolean;
  /** The statement behind the function, without its semicolon. */
  then: string;
}

/** Puts a function around neighbouring statements, and one level more of indentation before their lines. */
export function wrapStatements(
  file: FileEdit,
  { statements, first, last, hoisted }: { statements: readonly Node[]; first: number; last: number; hoisted: Node[] },
  { head, name, isFunction, then }: Wrapping,
): void {
  const [begin, end] = [statements[first], statements[last]];
  if (!begin || !end) return;
  const source = begin.getSourceFile();
  const text = source.getFullText();
  const { indent, eol, semicolons } = file.style;
  const base = indentationAt(text, begin.getStart());
  const stop = semicolons ? ';' : '';
  const from = leadOf(begin, text);
  const to = endOfLineAfter(text, end.getEnd()) ?? end.getEnd();
  const gone = hoisted.map((statement) => linesOf(statement, text));
  const moved = gone.map(({ lead, end: until }) => text.slice(lead, until) + eol + eol + base).join('');
  file.splice([{ start: from, end: from, text: `${moved}${head}${eol}${base}${indent}` }]);
  for (const { start, next } of gone) file.splice([{ start, end: next, text: '' }]);
  for (const at of linesToIndent(source, from, to)) {
    if (!gone.some(({ start, next }) => start <= at && at < next)) file.splice([{ start: at, end: at, text: indent }]);
  }
  const closing = [
    `${base}${indent}return ${name}${stop}`,
    `${base}}${isFunction ? '' : stop}`,
    '',
    `${base}${then}${stop}`,
  ];
  file.splice([{ start: to, end: to, text: closing.map((line) => eol + line).join('') }]);
}

/** The lines of a statement with its comments, and the empty one behind them. */
function linesOf(statement: Node, text: string): { start: number; lead: number; end: number; next: number } {
  const lead = leadOf(statement, text);
  const end = endOfLineAfter(text, statement.getEnd()) ?? statement.getEnd();
  const afterBreak = (at: number): number => (text.startsWith('\r\n', at) ? at + 2 : text[at] === '\n' ? at + 1 : at);
  return { start: text.lastIndexOf('\n', lead) + 1, lead, end, next: afterBreak(afterBreak(end)) };
}

/** The comments right above a statement belong to it. */
function leadOf(statement: Node, text: string): number {
  let lead = statement.getStart();
  for (const comment of statement.getLeadingCommentRanges().toReversed()) {
    const gap = text.slice(comment.getEnd(), lead);
    if (gap.split('\n').length > 2) break;
    lead = comment.getPos();
  }
  return lead;
}
