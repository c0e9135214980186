import { applyEdits, modify, parseTree, findNodeAtLocation, type FormattingOptions } from 'jsonc-parser';

/** The line ending of a text: that of its first line. */
export function eolOf(text: string): '\n' | '\r\n' {
  const end = text.indexOf('\n');
  return end > 0 && text[end - 1] === '\r' ? '\r\n' : '\n';
}

/** How the text indents: what stands before its first property. */
export function jsonFormat(text: string): FormattingOptions & { indent: string } {
  const first = parseTree(withoutBom(text))?.children?.[0];
  const before = first ? withoutBom(text).slice(0, first.offset) : '';
  const indent = before.slice(before.lastIndexOf('\n') + 1);
  const isOwnLine = before.includes('\n') && indent.trim() === '' && indent !== '';
  const unit = isOwnLine ? indent : '  ';
  return { indent: unit, insertSpaces: !unit.includes('\t'), tabSize: unit.includes('\t') ? 1 : unit.length, eol: eolOf(text) };
}

/** Sets a property of the root object; all other bytes stay. The text must be JSON (a BOM may lead). */
export function setJsonProperty(text: string, name: string, value: unknown): string {
  const { json, bom } = split(text);
  const formattingOptions = jsonFormat(text);
  return bom + applyEdits(json, modify(json, [name], value, { formattingOptions }));
}

/** Takes a property out; the text as it is when there is none, `undefined` when the text is not a JSON object. */
export function removeJsonProperty(text: string, ...path: string[]): string | undefined {
  const { json, bom } = split(text);
  const root = parseTree(json, undefined, { allowTrailingComma: true });
  if (root?.type !== 'object') return undefined;
  if (!findNodeAtLocation(root, path)) return text;
  return bom + applyEdits(json, modify(json, path, undefined, { formattingOptions: jsonFormat(text) }));
}

function split(text: string): { json: string; bom: string } {
  const json = withoutBom(text);
  return { json, bom: text.slice(0, text.length - json.length) };
}

export function withoutBom(text: string): string {
  return text.startsWith('\uFEFF') ? text.slice(1) : text;
}
