import MagicString from 'magic-string';
import type { Node } from '../edit/python-parser.ts';
import { indentationAt } from '../edit/text.ts';
import { CliError } from '../errors.ts';
import type { ScopeMap } from '../types.ts';
import { pythonEntry, pythonList, pythonString } from './python-literals.ts';
import { membersOf, pairOf, valueOf, withPythonFile } from './python-scope-map.ts';
import type { ScopeMapEdit } from './update-scope-map.ts';

const BOM = '\uFEFF';

/**
 * Splices changes into a scope map of Python. Everything else in it stays byte for byte.
 * @param existing the file as it is
 * @param scopes the map as it shall be, for the snippet when the file is not understood
 * @throws CliError `manual-step` when the constants are not literals
 */
export async function updatePythonScopeMap(existing: string, scopes: ScopeMap, change: ScopeMapEdit): Promise<string> {
  const bom = existing.startsWith(BOM) ? BOM : '';
  const body = existing.slice(bom.length);
  const eol = body.includes('\r\n') ? '\r\n' : '\n';
  return withPythonFile(body, (file) => {
    const text = new MagicString(body);
    const tools = valueOf(file, 'TOOL_SCOPES');
    if (tools?.type !== 'dictionary') throw notUnderstood('TOOL_SCOPES', scopes);
    for (const [name, needed] of Object.entries(change.set)) {
      const value = membersOf(tools)
        .map(pairOf)
        .findLast((pair) => pair?.name === name)?.value;
      if (!value) throw notUnderstood('TOOL_SCOPES', scopes);
      text.overwrite(value.startIndex, value.endIndex, pythonList(needed));
    }
    append(text, tools, eol, (before, indent) =>
      Object.entries(change.add).map(([name, needed]) => pythonEntry(name, needed, before, indent, eol)),
    );
    if (change.addPublic.length > 0) {
      const open = valueOf(file, 'PUBLIC_TOOLS');
      if (open?.type !== 'list') throw notUnderstood('PUBLIC_TOOLS', scopes);
      append(text, open, eol, () => change.addPublic.map(pythonString));
    }
    return bom + text.toString();
  });
}

/** Adds items at the end of a dictionary or list, on lines of their own when those before are. */
function append(
  text: MagicString,
  container: Node,
  eol: string,
  itemsOf: (before: string, indent: string) => string[],
): void {
  const source = text.original;
  const last = membersOf(container).at(-1);
  const outer = indentationAt(source, container.startIndex);
  const before = last && isOnLines(container, last) ? indentationAt(source, last.startIndex) : `${outer}    `;
  const items = itemsOf(before, before.slice(outer.length) || '    ');
  if (items.length === 0) return;
  const close = container.endIndex - 1;
  if (!last) {
    const isOneLine = container.type === 'list' && !container.text.includes('\n');
    const at = container.startIndex + 1 + source.slice(container.startIndex + 1, close).trimEnd().length;
    if (isOneLine) return void text.appendLeft(at, items.join(', '));
    const end = source.slice(at, close).includes('\n') ? '' : eol + outer;
    return void text.appendLeft(at, items.map((item) => `${eol}${before}${item},`).join('') + end);
  }
  const comma = container.children.find((child) => child.type === ',' && child.startIndex >= last.endIndex);
  if (!comma) text.appendLeft(last.endIndex, ',');
  const end = comma?.endIndex ?? last.endIndex;
  if (!isOnLines(container, last)) {
    return void text.appendLeft(end, items.map((item) => ` ${item}`).join(',') + (comma ? ',' : ''));
  }
  const comment = container.namedChildren.find(
    (child) => child.type === 'comment' && child.startPosition.row === last.endPosition.row && child.startIndex >= end,
  );
  text.appendLeft(comment?.endIndex ?? end, items.map((item) => `${eol}${before}${item},`).join(''));
}

function isOnLines(container: Node, last: Node): boolean {
  return last.startPosition.row > container.startPosition.row;
}

function notUnderstood(name: string, scopes: ScopeMap): CliError {
  const snippet = Object.entries(scopes.toolScopes).map(([tool, needed]) => `${pythonEntry(tool, needed)},\n`);
  return new CliError(
    'manual-step',
    `${name} in the scopes file is not a plain literal, so it cannot be brought up to date.`,
    'Enter the tools and their scopes by hand.',
    { manual: [{ what: 'Enter the tools and their scopes in the scopes file.', snippet: snippet.join('') }] },
  );
}
