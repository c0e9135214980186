import MagicString from 'magic-string';
import type { PyNode } from './python-tree.ts';

/** Changes to one Python file, spliced into its text; every other byte stays. */
export class PythonSplicer {
  readonly #root: PyNode;
  readonly #text: string;
  readonly #out: MagicString;
  readonly #eol: string;

  constructor(root: PyNode, text: string) {
    this.#root = root;
    this.#text = text;
    this.#out = new MagicString(text);
    const crlf = text.split('\r\n').length - 1;
    this.#eol = crlf > (text.split('\n').length - 1) / 2 ? '\r\n' : '\n';
  }

  /** The quote that the file uses, `"` where it does not say. */
  get quote(): "'" | '"' {
    const starts = [...this.#root.below()]
      .filter((node) => node.type === 'string_start')
      .map((node) => node.text.at(-1));
    const single = starts.filter((sign) => sign === "'").length;
    return single > starts.length / 2 ? "'" : '"';
  }

  /** A statement of its own on the line after `statement`, which must stand alone on its lines. */
  insertAfter(statement: PyNode, line: string): void {
    this.#insertLine(statement.end, this.#indentOf(statement) + line);
  }

  /** Does a statement share its lines with another one, as in `if x: a = 1` or `a = 1; b = 2`? */
  static standsAlone(statement: PyNode): boolean {
    const lineStart = statement.source.lastIndexOf('\n', statement.start - 1) + 1;
    const before = statement.source.slice(lineStart, statement.start).replace('\uFEFF', '');
    const siblings = statement.parent?.parts ?? [];
    const next = siblings[siblings.indexOf(statement) + 1];
    return (
      before.trim() === '' && (next === undefined || statement.source.slice(statement.end, next.start).includes('\n'))
    );
  }

  wrap(node: PyNode, before: string, after: string): void {
    this.#out.appendLeft(node.start, before);
    this.#out.appendRight(node.end, after);
  }

  insert(offset: number, text: string): void {
    this.#out.appendLeft(offset, text);
  }

  /**
   * An import line. It goes behind the imports at the top of the file (after the docstring and `from __future__`), but
   * behind a change of `sys.path` that comes before `user`, as the import may need that.
   * @param isApart put an empty line in between, as the imports above are those of packages
   */
  addImport(line: string, user: PyNode, isApart: (lastImport: PyNode) => boolean): void {
    const statements = this.#root.parts;
    const top = statements.find((each) => each.start <= user.start && user.end <= each.end);
    const before = top ? statements.slice(0, statements.indexOf(top)) : statements;
    const path = before.findLastIndex((each) => !isImport(each) && touchesSysPath(each));
    const later = before.slice(path + 1).filter((each) => isPlainImport(each));
    const after = path >= 0 ? (later.at(-1) ?? before[path]) : lastOfImports(statements, top);
    if (!after) {
      const first = statements[0];
      return this.insert(first?.start ?? 0, `${line}${this.#eol}`);
    }
    this.#insertLine(after.end, isPlainImport(after) && !isApart(after) ? line : `${this.#eol}${line}`);
  }

  toString(): string {
    return this.#out.toString();
  }

  /** After the line that holds `offset`, its trailing comment included. */
  #insertLine(offset: number, line: string): void {
    const end = this.#text.indexOf('\n', offset);
    if (end < 0) this.#out.appendRight(this.#text.length, `${this.#eol}${line}`);
    else this.#out.appendRight(end + 1, `${line}${this.#eol}`);
  }

  #indentOf(statement: PyNode): string {
    const start = this.#text.lastIndexOf('\n', statement.start - 1) + 1;
    return this.#text.slice(start, statement.start).replace('\uFEFF', '');
  }
}

function isPlainImport(node: PyNode): boolean {
  return node.type === 'import_statement' || node.type === 'import_from_statement';
}

/** Also imports that are tried, and those for the type checker only. */
function isImport(node: PyNode): boolean {
  if (isPlainImport(node) || node.type === 'future_import_statement') return true;
  if (node.type !== 'try_statement' && node.type !== 'if_statement') return false;
  return [...node.below()].some((each) => isPlainImport(each)) && !touchesSysPath(node);
}

function touchesSysPath(node: PyNode): boolean {
  return [...node.below()].some((each) => each.type === 'attribute' && each.text === 'sys.path');
}

function isDocstring(node: PyNode): boolean {
  return node.type === 'expression_statement' && node.parts[0]?.type === 'string';
}

/** The last import of the block at the top, or what comes before the first statement that is none. */
function lastOfImports(statements: PyNode[], user: PyNode | undefined): PyNode | undefined {
  let last: PyNode | undefined;
  for (const statement of statements) {
    if (statement === user || (!isImport(statement) && !isDocstring(statement))) break;
    last = statement;
  }
  return last;
}
