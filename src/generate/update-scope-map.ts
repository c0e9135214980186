import MagicString from 'magic-string';
import { Node, ts, type ArrayLiteralExpression, type Expression, type ObjectLiteralExpression } from 'ts-morph';
import { CliError } from '../errors.ts';
import { detectStyle, type SourceStyle } from '../edit/style.ts';
import { indentationAt } from '../edit/text.ts';
import type { ScopeMap, ToolScopes } from '../types.ts';
import { entryLiteral, listLiteral, stringLiteral } from './literals.ts';
import { keyOf, parseScopes, valueOf } from './read-scope-map.ts';

export interface ScopeMapEdit {
  /** Tools that are new in the map. */
  add: ToolScopes;
  /** Tools whose scopes are replaced. */
  set: ToolScopes;
  /** Tools that become public. */
  addPublic: string[];
}

/**
 * Splices changes into a scope map's file. Everything else in it stays byte for byte, in the file's own style.
 * @param existing the file as it is
 * @param scopes the map as it shall be, for the snippet when the file is not understood
 * @throws CliError `manual-step` when the constants are not literals
 */
export function updateScopeMap(existing: string, scopes: ScopeMap, change: ScopeMapEdit): string {
  const style = detectStyle(existing, 'scopes.ts');
  const file = parseScopes(style.bom ? existing.slice(1) : existing);
  const text = new MagicString(file.getFullText());
  const tools = valueOf(file, 'TOOL_SCOPES');
  const publicTools = valueOf(file, 'PUBLIC_TOOLS');
  if (!Node.isObjectLiteralExpression(tools)) throw notUnderstood('TOOL_SCOPES', scopes);

  for (const [name, needed] of Object.entries(change.set)) {
    text.overwrite(...rangeOf(scopesOf(tools, name) ?? fail('TOOL_SCOPES', scopes)), listLiteral(needed, style));
  }
  const added = Object.entries(change.add).map(([name, needed]) => entryLiteral(name, needed, style));
  append(text, tools, added, style, true);
  if (change.addPublic.length > 0) {
    if (!Node.isArrayLiteralExpression(publicTools)) throw notUnderstood('PUBLIC_TOOLS', scopes);
    const names = change.addPublic.map((name) => stringLiteral(name, style));
    append(text, publicTools, names, style, false);
  }
  return (style.bom ? '\uFEFF' : '') + text.toString();
}

function scopesOf(tools: ObjectLiteralExpression, name: string): Expression | undefined {
  const property = tools.getProperties().findLast((candidate) => keyOf(candidate) === name);
  return Node.isPropertyAssignment(property) ? property.getInitializer() : undefined;
}

/** Adds items at the end of an object or list, on lines of their own when those before are. */
function append(
  text: MagicString,
  container: ObjectLiteralExpression | ArrayLiteralExpression,
  items: string[],
  style: SourceStyle,
  breakWhenEmpty: boolean,
): void {
  if (items.length === 0) return;
  const node = container.compilerNode;
  const members = ts.isObjectLiteralExpression(node) ? node.properties : node.elements;
  const last = members.at(-1);
  const source = text.original;
  const isOnLines = last
    ? source.slice(node.getStart(), last.getStart()).includes('\n')
    : breakWhenEmpty || source.slice(node.getStart(), node.getEnd()).includes('\n');
  const lead = isOnLines ? style.eol + (last ? indentationAt(source, last.getStart()) : style.indent) : ' ';
  if (!last) {
    // Before the closing bracket, behind comments if there are any.
    const inside = source.slice(node.getStart() + 1, node.getEnd() - 1);
    const at = node.getStart() + 1 + inside.trimEnd().length;
    const body = isOnLines ? items.map((item) => `${lead}${item},`).join('') : items.join(', ');
    text.appendLeft(at, body + (isOnLines && !inside.slice(inside.trimEnd().length).includes('\n') ? style.eol : ''));
    return;
  }
  if (!members.hasTrailingComma) text.appendLeft(last.getEnd(), ',');
  const comments = ts.getTrailingCommentRanges(source, members.hasTrailingComma ? members.end : last.getEnd());
  const at = comments?.at(-1)?.end ?? (members.hasTrailingComma ? members.end : last.getEnd());
  const end = members.hasTrailingComma || isOnLines ? ',' : '';
  text.appendLeft(at, items.map((item) => lead + item).join(',') + end);
}

function rangeOf(node: Node): [number, number] {
  return [node.getStart(), node.getEnd()];
}

function fail(name: string, scopes: ScopeMap): never {
  throw notUnderstood(name, scopes);
}

function notUnderstood(name: string, scopes: ScopeMap): CliError {
  const snippet = Object.entries(scopes.toolScopes).map(([tool, needed]) => `${entryLiteral(tool, needed)},\n`);
  return new CliError(
    'manual-step',
    `${name} in the scopes file is not a plain literal, so it cannot be brought up to date.`,
    'Enter the tools and their scopes by hand.',
    { manual: [{ what: 'Enter the tools and their scopes in the scopes file.', snippet: snippet.join('') }] },
  );
}
