import { Node } from 'ts-morph';

/** Where the lines between two offsets begin; lines within a template text and empty ones are left out. */
export function linesToIndent(source: Node, from: number, to: number): number[] {
  const text = source.getFullText();
  const literals = source
    .getDescendants()
    .filter(
      (node) =>
        Node.isNoSubstitutionTemplateLiteral(node) ||
        Node.isTemplateHead(node) ||
        Node.isTemplateMiddle(node) ||
        Node.isTemplateTail(node),
    );
  const starts: number[] = [];
  for (let at = text.indexOf('\n', from); at >= 0 && at < to; at = text.indexOf('\n', at + 1)) {
    const line = at + 1;
    const isBlank = text[line] === '\n' || text.startsWith('\r\n', line);
    if (!isBlank && !literals.some((node) => node.getStart() < line && line < node.getEnd())) starts.push(line);
  }
  return starts;
}
