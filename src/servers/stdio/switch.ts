import { Node } from 'ts-morph';
import { indentationAt } from '../../edit/text.ts';
import type { FileEdit } from '../edits/file-edit.ts';
import { linesToIndent } from './indent.ts';
import { isCode, type StdioProgram } from './program.ts';
import { functionAround } from './start.ts';
import { refuse, type Start } from './types.ts';

export interface Switch {
  /** What says that HTTP is wanted: `process.argv.includes('--http')`. */
  condition: string;
  /** How the new module is named from the file that starts the server. */
  specifier: string;
  /** Node runs this file as it is, and it uses `require`. */
  requires: boolean;
}

/**
 * Lets what starts stdio run only where HTTP is not asked for. The module that serves HTTP is loaded there alone, so that
 * stdio is what it was.
 * @param factory expression that makes a server
 */
export function insertSwitch(
  start: Start,
  factory: string,
  settings: Switch,
  file: FileEdit,
  program: StdioProgram,
): void {
  const { statement } = start;
  const code = functionAround(statement);
  const lines = serving(factory, settings, mayAwait(statement, code), file);
  if (code && mayReturn(code)) {
    const [first, offset] = firstOfStdio(statement);
    const text = [`if (${settings.condition}) {`, ...body([...lines, 'return'], file), '}', ''];
    insertLines(file, first, offset, text);
    return;
  }
  if (Node.isVariableStatement(statement)) {
    refuse(`${program.placeOf(statement)}: what starts stdio is used further on`);
  }
  const [from, to] = [statement.getStart(), statement.getEnd()];
  const { indent, eol } = file.style;
  insertLines(file, statement, from, [`if (${settings.condition}) {`, ...body(lines, file), '} else {', indent]);
  for (const at of linesToIndent(statement.getSourceFile(), from, to)) {
    file.splice([{ start: at, end: at, text: indent }]);
  }
  const base = indentationAt(statement.getSourceFile().getFullText(), from);
  file.splice([{ start: to, end: to, text: `${eol}${base}}` }]);
}

function body(lines: string[], { style }: FileEdit): string[] {
  return lines.map((line) => style.indent + line + (style.semicolons ? ';' : ''));
}

/** Lines before a statement, in its indentation; the last of them is the beginning of the statement's own line. */
function insertLines(file: FileEdit, statement: Node, offset: number, lines: string[]): void {
  const base = indentationAt(statement.getSourceFile().getFullText(), statement.getStart());
  file.splice([{ start: offset, end: offset, text: lines.join(file.style.eol + base) }]);
}

/** The transport that is made right before belongs to stdio too, and so do the comments on it. */
function firstOfStdio(statement: Node): [first: Node, offset: number] {
  const before = statement.getPreviousSibling();
  const isTransport = Node.isVariableStatement(before) && before.getText().includes('new StdioServerTransport(');
  const first = isTransport ? before : statement;
  return [first, first.getLeadingCommentRanges()[0]?.getPos() ?? first.getStart()];
}

function serving(factory: string, { specifier, requires }: Switch, mayWait: boolean, file: FileEdit): string[] {
  const module = file.quote(specifier);
  if (requires) return [`require(${module}).serveHttp(${factory})`];
  if (mayWait) return [`const { serveHttp } = await import(${module})`, `serveHttp(${factory})`];
  return [`void import(${module}).then(({ serveHttp }) => serveHttp(${factory}))`];
}

/** In an async function, or at the top of a module that awaits already. */
function mayAwait(statement: Node, code: Node | undefined): boolean {
  if (code) return Node.isAsyncable(code) && code.isAsync();
  return [statement, ...statement.getDescendants()].some(
    (node) => Node.isAwaitExpression(node) && node.getFirstAncestor(isCode) === undefined,
  );
}

/** A function whose result nobody can be waiting for. */
function mayReturn(code: Node): boolean {
  if (Node.isConstructorDeclaration(code) || Node.isGetAccessorDeclaration(code)) return false;
  return !code
    .getDescendants()
    .some((node) => Node.isReturnStatement(node) && node.getExpression() && node.getFirstAncestor(isCode) === code);
}
