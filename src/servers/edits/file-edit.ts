import type { ArrayLiteralExpression, Node, SourceFile } from 'ts-morph';
import type { SourceStyle } from '../../edit/style.ts';
import { freeName } from '../../edit/free-name.ts';
import { SourceSplicer } from '../../edit/typescript.ts';

/** A replacement in the source: `text` stands for the characters from `start` to `end`. */
export interface Splice {
  start: number;
  end: number;
  text: string;
}

/** The changes to one file: the splicer, with the generated module that is imported and what goes to the end. */
export class FileEdit {
  readonly before: string;
  readonly #file: SourceFile;
  readonly #splicer: SourceSplicer;
  readonly #specifier: string;
  readonly #appended: string[] = [];
  readonly #given = new Set<string>();

  constructor(file: SourceFile, text: string, specifier: string, packageType: 'module' | 'commonjs') {
    this.before = text;
    this.#file = file;
    this.#specifier = specifier;
    this.#splicer = new SourceSplicer(file, text, { packageType });
  }

  get style(): SourceStyle {
    return this.#splicer.style;
  }

  /** Imports a name of the generated module. @returns its local name, an alias where the name is taken */
  import(name: string, specifier = this.#specifier): string {
    return this.#splicer.addImport(name, specifier);
  }

  /** `wanted`, or with a number behind it when the file uses that name already. */
  freeName(wanted: string): string {
    const name = freeName(this.#file, wanted, this.#given);
    this.#given.add(name);
    return name;
  }

  splice(splices: Splice[]): void {
    for (const { start, end, text } of splices) this.#splicer.replace(start, end, text);
  }

  wrap(node: Node, before: string, after: string): void {
    this.#splicer.wrapExpression(node, before, after);
  }

  /** Strings at the end of a list; none leave it untouched. */
  appendElements(list: ArrayLiteralExpression, values: string[]): void {
    if (values.length === 0) return;
    const text = values.map((value) => this.quote(value)).join(', ');
    const last = list.getElements().at(-1);
    const at = last?.getEnd() ?? list.getStart() + '['.length;
    this.splice([{ start: at, end: at, text: last ? `, ${text}` : text }]);
  }

  /** A statement on a line of its own behind `statement`. */
  insertAfter(statement: Node, text: string): void {
    this.#splicer.insertStatementAfter(statement, text);
  }

  /** A statement on the line before `statement`. */
  insertBefore(statement: Node, text: string): void {
    this.#splicer.insertStatementBefore(statement, text);
  }

  /** A statement at the end of the file; all of them stand together, apart from the rest by an empty line. */
  append(text: string): void {
    this.#appended.push(text);
  }

  quote(text: string): string {
    return this.#splicer.quote(text);
  }

  /** The file after all changes; to be asked for once, at the end. */
  finish(): string {
    const end = this.#splicer.style.semicolons ? ';' : '';
    if (this.#appended.length > 0) this.#splicer.appendStatement(this.#appended.join(`${end}\n`));
    this.#appended.length = 0;
    return this.#splicer.toString();
  }
}
