import MagicString from 'magic-string';
import { Node, type SourceFile } from 'ts-morph';
import { ImportPlanner } from './imports.ts';
import { detectStyle, type SourceStyle } from './style.ts';
import { endOfLineAfter, firstCodeCharacter, indentationAt, quoted } from './text.ts';

export interface SplicerOptions {
  /** What `package.json` says, for a file that has neither `import` nor `require` yet. Default `module`. */
  packageType?: 'module' | 'commonjs';
}

/**
 * Inserts text into one source file and leaves every other byte as it is. Nodes are those of the ts-morph file, which
 * must not have been changed; offsets are ts-morph's, which do not count a byte order mark.
 *
 *     const splicer = new SourceSplicer(file, text);
 *     const helper = splicer.addImport('protectMcp', './auth/express.js');
 *     splicer.insertStatementAfter(statement, `${helper}(app, [${splicer.quote('/mcp')}])`);
 *     const after = splicer.toString();
 */
export class SourceSplicer {
  readonly style: SourceStyle;
  readonly #text: string;
  readonly #magic: MagicString;
  readonly #imports: ImportPlanner;
  #firstEdit = Number.POSITIVE_INFINITY;

  /** @param text the file as it is on disk, byte order mark included */
  constructor(file: SourceFile, text: string, options: SplicerOptions = {}) {
    this.style = detectStyle(text, file.getBaseName());
    this.#text = file.getFullText();
    this.#magic = new MagicString(this.#text);
    this.#imports = new ImportPlanner(file, this.style, options.packageType ?? 'module');
  }

  /** A string literal in the quotes of the file. */
  quote(value: string): string {
    return quoted(value, this.style.quote);
  }

  /**
   * Makes `name` of a module available and returns the name it has in this file: an existing import is used, a name that
   * is taken gets a number (`protectMcp as protectMcp2`). CommonJS files get `const { name } = require('…')`.
   */
  addImport(name: string, specifier: string): string {
    return this.#imports.add(name, specifier);
  }

  /**
   * Adds a statement (without its semicolon) as the next one after `statement`, on a line of its own with the same
   * indentation, or on the same line where more code follows there. Multi-line text is indented as a whole.
   * @throws if the statement is not in a list of statements; ask `canInsertAfter` first
   */
  insertStatementAfter(statement: Node, text: string): void {
    if (!canInsertAfter(statement)) throw new Error('a statement cannot be added here');
    const end = statement.getEnd();
    const lineEnd = endOfLineAfter(this.#text, end);
    if (lineEnd === undefined) {
      this.insert(end, ` ${text};`);
      return;
    }
    const indent = indentationAt(this.#text, statement.getStart());
    const lines = text.split('\n').join(`${this.style.eol}${indent}`);
    this.insert(lineEnd, `${this.style.eol}${indent}${lines}${this.#terminator(end)}`);
  }

  /** Adds a statement (without its semicolon) on the line before `statement`, below the comments that belong to it. */
  insertStatementBefore(statement: Node, text: string): void {
    if (!canInsertAfter(statement)) throw new Error('a statement cannot be added here');
    const start = statement.getStart();
    const indent = indentationAt(this.#text, start);
    const lines = text.split('\n').join(`${this.style.eol}${indent}`);
    this.insert(start, `${lines}${this.#terminator(start)}${this.style.eol}${indent}`);
  }

  /** Adds statements at the end of the file; whether the file ends in a newline stays as it was. */
  appendStatement(text: string): void {
    const content = this.#text.trimEnd();
    const lines = text.split('\n').join(this.style.eol);
    this.insert(content.length, `${this.style.eol}${this.style.eol}${lines}${this.style.semicolons ? ';' : ''}`);
  }

  /** `node` -> `before node after`; of nested nodes the inner one has to be wrapped first. */
  wrapExpression(node: Node, before: string, after: string): void {
    this.#touch(node.getStart());
    this.#magic.prependRight(node.getStart(), before);
    this.#magic.appendLeft(node.getEnd(), after);
  }

  /** Adds text at an offset; several at one offset come in the order of the calls. */
  insert(offset: number, text: string): void {
    this.#touch(offset);
    this.#magic.appendLeft(offset, text);
  }

  /** Replaces what stands between two offsets; with an empty text it is removed. */
  replace(start: number, end: number, text: string): void {
    if (start === end) {
      this.insert(start, text);
      return;
    }
    this.#touch(start);
    this.#magic.update(start, end, text);
  }

  /** Has anything been added or replaced? */
  get changed(): boolean {
    return this.#firstEdit !== Number.POSITIVE_INFINITY || this.#imports.pending;
  }

  /** The whole file after all edits, byte order mark included. */
  toString(): string {
    const magic = this.#magic.clone();
    for (const { offset, text } of this.#imports.splices(this.#firstEdit)) magic.prependLeft(offset, text);
    return (this.style.bom ? '\uFEFF' : '') + magic.toString();
  }

  #touch(offset: number): void {
    this.#firstEdit = Math.min(this.#firstEdit, offset);
  }

  /** A semicolon where the file has them, or where the next line would otherwise continue ours. */
  #terminator(end: number): string {
    if (this.style.semicolons) return ';';
    const next = firstCodeCharacter(this.#text, end);
    return next !== undefined && '([`+-/'.includes(next) ? ';' : '';
  }
}

/** Can a statement be put next to this one? Not where it is the whole body of an `if` or a loop. */
export function canInsertAfter(statement: Node): boolean {
  if (!Node.isStatement(statement)) return false;
  const parent = statement.getParent();
  return Node.isSourceFile(parent) || Node.isBlock(parent) || Node.isModuleBlock(parent) || isClause(parent);
}

function isClause(node: Node | undefined): boolean {
  return Node.isCaseClause(node) || Node.isDefaultClause(node);
}
