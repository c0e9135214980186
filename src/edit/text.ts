/** The text with `insertion` in place of the characters from `start` to `end`. */
export function splice(text: string, start: number, end: number, insertion: string): string {
  return text.slice(0, start) + insertion + text.slice(end);
}

/** The white space at the start of the line that holds `offset`. */
export function indentationAt(text: string, offset: number): string {
  const start = text.lastIndexOf('\n', offset - 1) + 1;
  let end = start;
  while (text[end] === ' ' || text[end] === '\t') end++;
  return text.slice(start, end);
}

/** A string literal, escaped for the quote that is used. */
export function quoted(value: string, quote: "'" | '"'): string {
  const json = JSON.stringify(value);
  return quote === '"' ? json : `'${json.slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;
}

/**
 * The offset of the line break (or the end of the text) after `end`, if only white space and comments come before it; a
 * comment that goes on over several lines is left behind.
 */
export function endOfLineAfter(text: string, end: number): number | undefined {
  let offset = end;
  for (;;) {
    while (text[offset] === ' ' || text[offset] === '\t') offset++;
    if (offset >= text.length || text[offset] === '\n' || text.startsWith('\r\n', offset)) return offset;
    if (text.startsWith('//', offset)) {
      const lineBreak = text.indexOf('\n', offset);
      if (lineBreak < 0) return text.length;
      return text[lineBreak - 1] === '\r' ? lineBreak - 1 : lineBreak;
    }
    if (!text.startsWith('/*', offset)) return undefined;
    const close = text.indexOf('*/', offset + 2);
    if (close < 0 || text.slice(offset, close).includes('\n')) return undefined;
    offset = close + 2;
  }
}

/** The first character after `offset` that is neither white space nor comment. */
export function firstCodeCharacter(text: string, start: number): string | undefined {
  let offset = start;
  for (;;) {
    while (offset < text.length && ' \t\r\n'.includes(text[offset] ?? '')) offset++;
    const isBlock = text.startsWith('/*', offset);
    if (!isBlock && !text.startsWith('//', offset)) return text[offset];
    const close = isBlock ? text.indexOf('*/', offset + 2) + 2 : text.indexOf('\n', offset);
    if (close <= offset) return undefined;
    offset = close;
  }
}
