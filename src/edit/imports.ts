import { Node, ts, type ObjectBindingPattern, type SourceFile, type Statement } from 'ts-morph';
import { freeName } from './free-name.ts';
import type { SourceStyle } from './style.ts';
import { endOfLineAfter, quoted } from './text.ts';

/** Text to be inserted at an offset. */
export interface Insertion {
  offset: number;
  text: string;
}

/** Collects what a file has to import and says, at the end, which text goes where. */
export class ImportPlanner {
  readonly #file: SourceFile;
  readonly #style: SourceStyle;
  readonly #commonJs: boolean;
  /** Specifier -> imported name -> local name, of what is not imported yet. */
  readonly #wanted = new Map<string, Map<string, string>>();

  constructor(file: SourceFile, style: SourceStyle, packageType: 'module' | 'commonjs') {
    this.#file = file;
    this.#style = style;
    this.#commonJs = isCommonJs(file, packageType);
  }

  get pending(): boolean {
    return this.#wanted.size > 0;
  }

  /** @returns the name under which `name` can be used in the file */
  add(name: string, specifier: string): string {
    const wanted = this.#wanted.get(specifier) ?? new Map<string, string>();
    const known = wanted.get(name) ?? localNameOf(this.#file, name, specifier);
    if (known !== undefined) return known;
    const others = [...this.#wanted.values()].flatMap((names) => [...names.values()]);
    const local = freeName(this.#file, name, others);
    this.#wanted.set(specifier, wanted.set(name, local));
    return local;
  }

  /** @param firstUse offset of the first edit: a `require` has to come before it */
  splices(firstUse: number): Insertion[] {
    const found: Insertion[] = [];
    const statements: string[] = [];
    for (const [specifier, names] of this.#wanted) {
      const list = [...names].map(([name, local]) => this.#binding(name, local)).join(', ');
      const last = this.#commonJs ? undefined : lastNamedImport(this.#file, specifier);
      if (last) found.push({ offset: last.getEnd(), text: `, ${list}` });
      else statements.push(this.#statement(list, specifier));
    }
    if (statements.length > 0) found.push(this.#place(statements, firstUse));
    return found;
  }

  #binding(name: string, local: string): string {
    if (name === local) return name;
    return this.#commonJs ? `${name}: ${local}` : `${name} as ${local}`;
  }

  #statement(list: string, specifier: string): string {
    const module = quoted(specifier, this.#commonJs ? this.#style.quote : this.#style.importQuote);
    const end = this.#style.semicolons ? ';' : '';
    return this.#commonJs ? `const { ${list} } = require(${module})${end}` : `import { ${list} } from ${module}${end}`;
  }

  #place(statements: string[], firstUse: number): Insertion {
    const { eol } = this.#style;
    const text = this.#file.getFullText();
    const anchor = this.#commonJs ? lastRequire(this.#file, firstUse) : lastImport(this.#file);
    if (anchor) {
      const end = anchor.getEnd();
      return { offset: endOfLineAfter(text, end) ?? end, text: eol + statements.join(eol) };
    }
    const directive = lastDirective(this.#file);
    if (directive) {
      const end = directive.getEnd();
      return { offset: endOfLineAfter(text, end) ?? end, text: eol + eol + statements.join(eol) };
    }
    return { offset: startOfCode(this.#file), text: statements.join(eol) + eol + eol };
  }
}

/** Is this a CommonJS script? A file without `import` and `require` is what its ending and its package say. */
function isCommonJs(file: SourceFile, packageType: 'module' | 'commonjs'): boolean {
  const name = file.getBaseName();
  if (name.endsWith('.cjs')) return true;
  if (!name.endsWith('.js') && !name.endsWith('.jsx')) return false;
  const isModule = file.getStatements().some((node) => Node.isImportDeclaration(node) || isExport(node));
  if (isModule) return false;
  return file.getStatements().some(isRequire) || packageType === 'commonjs';
}

function isExport(node: Node): boolean {
  return (
    Node.isExportDeclaration(node) ||
    Node.isExportAssignment(node) ||
    (Node.isModifierable(node) && node.hasModifier(ts.SyntaxKind.ExportKeyword))
  );
}

/** The name a file gives to an export of a module that it imports already. */
function localNameOf(file: SourceFile, name: string, specifier: string): string | undefined {
  for (const declaration of file.getImportDeclarations()) {
    if (declaration.getModuleSpecifierValue() !== specifier || declaration.isTypeOnly()) continue;
    const named = declaration.getNamedImports().find((element) => element.getName() === name && !element.isTypeOnly());
    if (named) return named.getAliasNode()?.getText() ?? name;
  }
  for (const pattern of requiredPatterns(file, specifier)) {
    const element = pattern
      .getElements()
      .find((each) => (each.getPropertyNameNode()?.getText() ?? each.getName()) === name);
    if (element) return element.getName();
  }
  return undefined;
}

function requiredPatterns(file: SourceFile, specifier: string): ObjectBindingPattern[] {
  return file.getVariableDeclarations().flatMap((declaration) => {
    const pattern = declaration.getNameNode();
    const call = declaration.getInitializer();
    if (!Node.isObjectBindingPattern(pattern) || !Node.isCallExpression(call)) return [];
    const [argument] = call.getArguments();
    const isIt = call.getExpression().getText() === 'require' && Node.isStringLiteral(argument);
    return isIt && argument.getLiteralValue() === specifier ? [pattern] : [];
  });
}

/** The last of the names that an import statement takes from the module, to be extended. */
function lastNamedImport(file: SourceFile, specifier: string): Node | undefined {
  return file
    .getImportDeclarations()
    .filter((declaration) => declaration.getModuleSpecifierValue() === specifier && !declaration.isTypeOnly())
    .flatMap((declaration) => declaration.getNamedImports())
    .at(-1);
}

function lastImport(file: SourceFile): Statement | undefined {
  return file
    .getStatements()
    .findLast((node) => Node.isImportDeclaration(node) || Node.isImportEqualsDeclaration(node));
}

/** The last top-level `require` that runs before our first use. */
function lastRequire(file: SourceFile, firstUse: number): Statement | undefined {
  return file.getStatements().findLast((node) => node.getEnd() <= firstUse && isRequire(node));
}

/** `const x = require('…')`, `require('…')`, also called or with a property: `require('dotenv').config()`. */
function isRequire(node: Node): boolean {
  if (Node.isExpressionStatement(node)) return startsWithRequire(node.getExpression());
  if (!Node.isVariableStatement(node)) return false;
  return node.getDeclarations().some((declaration) => startsWithRequire(declaration.getInitializer()));
}

function startsWithRequire(node: Node | undefined): boolean {
  if (Node.isPropertyAccessExpression(node)) return startsWithRequire(node.getExpression());
  if (!Node.isCallExpression(node)) return false;
  const callee = node.getExpression();
  return callee.getText() === 'require' || startsWithRequire(callee);
}

function lastDirective(file: SourceFile): Statement | undefined {
  const statements = file.getStatements();
  const end = statements.findIndex(
    (node) => !Node.isExpressionStatement(node) || !Node.isStringLiteral(node.getExpression()),
  );
  return (end < 0 ? statements : statements.slice(0, end)).at(-1);
}

/** Before the first statement and the doc comment that belongs to it, after a file header, `@ts-check` and shebang. */
function startOfCode(file: SourceFile): number {
  const text = file.getFullText();
  const [first] = file.getStatements();
  if (!first) return text.length;
  const comment = first.getLeadingCommentRanges().at(-1);
  const isDoc = comment?.getText().startsWith('/**') === true;
  const isAttached = comment !== undefined && text.slice(comment.getEnd(), first.getStart()).split('\n').length <= 2;
  return isDoc && isAttached ? comment.getPos() : first.getStart();
}
