import { applyEdits, findNodeAtLocation, modify, parseTree, type Node } from 'jsonc-parser';
import { splice } from './text.ts';

/** The line ending of a text: that of its first line. */
export function eolOf(text: string): '\n' | '\r\n' {
  const end = text.indexOf('\n');
  return end > 0 && text[end - 1] === '\r' ? '\r\n' : '\n';
}

/** One level of indentation in a JSON text: what stands before its first property. */
export function jsonIndent(text: string): string {
  const json = withoutBom(text);
  const first = parseTree(json)?.children?.[0];
  const before = first ? json.slice(0, first.offset) : '';
  const indent = before.slice(before.lastIndexOf('\n') + 1);
  return before.includes('\n') && indent !== '' && indent.trim() === '' ? indent : '  ';
}

/** The root of a JSON text (a BOM may lead, a comma may trail), `undefined` when it is not an object. */
export function jsonRoot(text: string): Node | undefined {
  const root = parseTree(withoutBom(text), undefined, { allowTrailingComma: true });
  return root?.type === 'object' ? root : undefined;
}

/**
 * Sets a property of the root object, in the file's own indentation; all other bytes stay.
 * @throws TypeError when the text is not a JSON object
 */
export function setJsonProperty(text: string, name: string, value: unknown): string {
  const { json, bom } = split(text);
  const root = jsonRoot(text);
  if (!root) throw new TypeError('not a JSON object');
  const indent = jsonIndent(text);
  const isInline = !json.includes('\n');
  const body = isInline
    ? JSON.stringify(value)
    : JSON.stringify(value, null, indent).replaceAll('\n', eolOf(text) + indent);
  const present = findNodeAtLocation(root, [name]);
  if (present) return bom + splice(json, present.offset, present.offset + present.length, body);
  const property = `${JSON.stringify(name)}: ${body}`;
  return bom + insertProperty(json, root, property, root.children?.length ?? 0, { indent, closing: '' });
}

/** Takes a property out; the text as it is when there is none, `undefined` when the text is not a JSON object. */
export function removeJsonProperty(text: string, ...path: string[]): string | undefined {
  const { json, bom } = split(text);
  const root = jsonRoot(text);
  if (!root) return undefined;
  return findNodeAtLocation(root, path) ? bom + applyEdits(json, modify(json, path, undefined, {})) : text;
}

/**
 * Puts a property into an object the way its neighbours stand: same indentation, same line breaks.
 * (`modify` of jsonc-parser would format the neighbours too.)
 * @param json without BOM
 * @param index of the property that it goes before
 * @param style indentation of the property and of the closing brace, for an object that is empty
 */
export function insertProperty(
  json: string,
  object: Node,
  property: string,
  index: number,
  style: { indent: string; closing: string },
): string {
  const next = object.children?.[index];
  const previous = object.children?.[index - 1];
  if (next) return splice(json, next.offset, next.offset, `${property},${spaceBefore(json, next)}`);
  if (previous) {
    const end = previous.offset + previous.length;
    return splice(json, end, end, `,${spaceBefore(json, previous)}${property}`);
  }
  const eol = eolOf(json);
  const isInline = !json.trim().includes('\n') && !json.endsWith('\n');
  const body = isInline ? `{ ${property} }` : `{${eol}${style.indent}${property}${eol}${style.closing}}`;
  return splice(json, object.offset, object.offset + object.length, body);
}

/** The text without the byte order mark that may lead it. */
export function withoutBom(text: string): string {
  return text.startsWith('\uFEFF') ? text.slice(1) : text;
}

/** A text and the BOM that leads it, if one does. */
export function split(text: string): { json: string; bom: string } {
  const json = withoutBom(text);
  return { json, bom: text.slice(0, text.length - json.length) };
}

function spaceBefore(json: string, node: Node): string {
  let start = node.offset;
  while (start > 0 && /\s/.test(json[start - 1] ?? '')) start -= 1;
  return json.slice(start, node.offset);
}
