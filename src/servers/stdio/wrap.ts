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
  { statements, first, last }: { statements: readonly Node[]; first: number; last: number },
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
  file.splice([{ start: from, end: from, text: `${head}${eol}${base}${indent}` }]);
  for (const at of linesToIndent(source, from, to)) file.splice([{ start: at, end: at, text: indent }]);
  const closing = [
    `${base}${indent}return ${name}${stop}`,
    `${base}}${isFunction ? '' : stop}`,
    '',
    `${base}${then}${stop}`,
  ];
  file.splice([{ start: to, end: to, text: closing.map((line) => eol + line).join('') }]);
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
