import { Node, type ExportDeclaration, type Identifier, type SourceFile, type VariableDeclaration } from 'ts-morph';
import { capital } from '../../capital.ts';
import type { FileEdit } from '../edits/file-edit.ts';
import type { ExportedHandler } from './handlers.ts';
import { localNames } from '../syntax/imports.ts';
import { declarationsOf } from '../syntax/nodes.ts';

/**
 * Puts `protectMcp` around every exported handler of a module that is not protected yet, and exports `OPTIONS` beside
 * them: a browser asks before it sends a token (CORS).
 * @returns why it cannot be done; the edit is of no use then
 */
export function protectModule(file: SourceFile, handlers: ExportedHandler[], edit: FileEdit): string | undefined {
  const hasOptions = handlers.some(({ method }) => method === 'OPTIONS');
  const optionsMcp = hasOptions ? undefined : edit.import('optionsMcp');
  const refused = wrapHandlers(file, handlers, edit);
  if (!refused && optionsMcp) edit.append(`export { ${optionsMcp} as OPTIONS }`);
  return refused;
}

/** @returns why it cannot be done, and then nothing has been changed */
function wrapHandlers(file: SourceFile, handlers: ExportedHandler[], edit: FileEdit): string | undefined {
  const guarded = new Guarded(file);
  const open = handlers.filter((handler) => !guarded.isProtected(handler));
  if (open.length === 0) return undefined;
  const overloaded = open.find((handler) => handler.form === 'function' && handler.node.getOverloads().length > 0);
  if (overloaded) return `${overloaded.method} has overloads`;

  const protectMcp = edit.import('protectMcp');
  const renamed = renameFunctions(file, open, edit);
  for (const handler of open) {
    if (handler.form === 'function')
      edit.append(`export const ${handler.method} = ${protectMcp}(${renamed.get(handler.method)})`);
    if (handler.form === 'const') wrapConst(handler.node, open, edit, protectMcp);
  }
  for (const node of destructurings(open)) wrapDestructuring(node, edit, protectMcp);
  for (const declaration of exportDeclarations(open)) wrapSpecifiers(file, declaration, open, edit, protectMcp);
  return undefined;
}

/** Knows which handlers an earlier run has wrapped. */
class Guarded {
  readonly #locals: Set<string>;

  constructor(file: SourceFile) {
    this.#locals = localNames(
      file,
      ({ imported, specifier }) => ['protectMcp', 'optionsMcp'].includes(imported) && specifier.startsWith('.'),
    );
  }

  isProtected(handler: ExportedHandler): boolean {
    if (this.#locals.size === 0) return false;
    if (handler.form === 'const') return this.#isGate(handler.node.getInitializer());
    if (handler.form !== 'specifier') return false;
    const name = handler.node.getNameNode();
    if (this.#locals.has(name.getText())) return true;
    const target = Node.isIdentifier(name) ? variableNamed(name) : undefined;
    return target !== undefined && this.#isGate(target.getInitializer());
  }

  #isGate(value: Node | undefined): boolean {
    return Node.isCallExpression(value) && this.#locals.has(value.getExpression().getText());
  }
}

/** `export async function POST` -> `async function handlePOST`, with every use of the name in the file. */
function renameFunctions(file: SourceFile, handlers: ExportedHandler[], edit: FileEdit): Map<string, string> {
  const renamed = new Map<string, string>();
  for (const handler of handlers) {
    if (handler.form !== 'function') continue;
    const name = edit.freeName(`handle${handler.method}`);
    renamed.set(handler.method, name);
    const [modifier] = handler.node.getModifiers();
    const next =
      handler.node.getModifiers()[1] ??
      handler.node.getFirstDescendantOrThrow((node) => node.getKindName() === 'FunctionKeyword');
    if (modifier) edit.splice([{ start: modifier.getStart(), end: next.getStart(), text: '' }]);
    const declared = handler.node.getNameNode();
    for (const use of usesOf(file, declared)) {
      const isShorthand = Node.isShorthandPropertyAssignment(use.getParent());
      edit.splice([
        { start: use.getStart(), end: use.getEnd(), text: isShorthand ? `${use.getText()}: ${name}` : name },
      ]);
    }
  }
  return renamed;
}

function usesOf(file: SourceFile, declared: Identifier | undefined): Identifier[] {
  const symbol = declared?.getSymbol();
  return file
    .getDescendants()
    .filter(Node.isIdentifier)
    .filter((node) => !Node.isExportSpecifier(node.getParent()))
    .filter((node) => node === declared || (node.getText() === declared?.getText() && isSameLocal(node, symbol)));
}

/** The local and the exported symbol of one declaration differ, so declarations are compared. */
function isSameLocal(node: Identifier, symbol: ReturnType<Identifier['getSymbol']>): boolean {
  const [declaration] = symbol?.getDeclarations() ?? [];
  return declaration !== undefined && declarationsOf(node).includes(declaration);
}

/** `export const POST = handler` -> `export const POST = protectMcp(handler)`. */
function wrapConst(node: VariableDeclaration, open: ExportedHandler[], edit: FileEdit, protectMcp: string): void {
  const initializer = node.getInitializer();
  if (!initializer) return;
  const target = Node.isIdentifier(initializer) ? variableNamed(initializer) : undefined;
  // `export const GET = POST` is protected as soon as POST is; twice would be asking for the token twice.
  if (target && open.some((handler) => handler.form === 'const' && handler.node === target)) return;
  edit.wrap(initializer, `${protectMcp}(`, ')');
}

function destructurings(open: ExportedHandler[]): Set<VariableDeclaration> {
  return new Set(open.flatMap((handler) => (handler.form === 'destructured' ? [handler.node] : [])));
}

/** `export const { GET, POST } = create()` -> `const { GET: handleGET, … } = create()`, and the exports behind it. */
function wrapDestructuring(node: VariableDeclaration, edit: FileEdit, protectMcp: string): void {
  const pattern = node.getNameNode();
  const statement = node.getVariableStatement();
  if (!Node.isObjectBindingPattern(pattern) || !statement) return;
  edit.splice([{ start: statement.getStart(), end: statement.getDeclarationList().getStart(), text: '' }]);
  for (const element of pattern.getElements()) {
    const exported = element.getName();
    const local = edit.freeName(`handle${exported}`);
    const name = element.getNameNode();
    const text = element.getPropertyNameNode() ? local : `${exported}: ${local}`;
    edit.splice([{ start: name.getStart(), end: name.getEnd(), text }]);
    edit.append(`export const ${exported} = ${protectMcp}(${local})`);
  }
}

function exportDeclarations(open: ExportedHandler[]): Set<ExportDeclaration> {
  return new Set(open.flatMap((handler) => (handler.form === 'specifier' ? [handler.declaration] : [])));
}

/** `export { handler as GET, handler as POST }` -> the same with `protectedHandler`, made on the line before. */
function wrapSpecifiers(
  file: SourceFile,
  declaration: ExportDeclaration,
  open: ExportedHandler[],
  edit: FileEdit,
  protectMcp: string,
): void {
  if (declaration.hasModuleSpecifier()) {
    wrapReexports(declaration, open, edit, protectMcp);
    return;
  }
  const names = new Map<string, string>();
  for (const handler of open) {
    if (handler.form !== 'specifier' || handler.declaration !== declaration) continue;
    const name = handler.node.getNameNode();
    const local = name.getText();
    // `export { POST as GET }` beside `export const POST`: that one is protected, and this is the same.
    if (open.some((other) => (other.form === 'function' || other.form === 'const') && other.method === local)) continue;
    if (!names.has(local)) names.set(local, edit.freeName(`protected${capital(local)}`));
    const alias = handler.node.getAliasNode() ? '' : ` as ${handler.method}`;
    edit.splice([{ start: name.getStart(), end: name.getEnd(), text: `${names.get(local)}${alias}` }]);
  }
  const lines = [...names].map(([local, wrapped]) => `const ${wrapped} = ${protectMcp}(${local})`);
  const isDeclaredLater = [...names.keys()].some(
    (local) => (file.getVariableDeclaration(local)?.getPos() ?? -1) > declaration.getPos(),
  );
  for (const line of lines) {
    // A `const` can only be read below its declaration; an export may stand above it.
    if (isDeclaredLater) edit.append(line);
    else edit.insertBefore(declaration, line);
  }
}

/** `export { POST } from './mcp'` -> `import { POST as handlePOST } from './mcp'`, and the exports behind it. */
function wrapReexports(
  declaration: ExportDeclaration,
  open: ExportedHandler[],
  edit: FileEdit,
  protectMcp: string,
): void {
  const start = declaration.getStart();
  edit.splice([{ start, end: start + 'export'.length, text: 'import' }]);
  for (const handler of open) {
    if (handler.form !== 'specifier' || handler.declaration !== declaration) continue;
    const local = edit.freeName(`handle${handler.method}`);
    const alias = handler.node.getAliasNode();
    const end = (alias ?? handler.node.getNameNode()).getEnd();
    edit.splice([{ start: alias?.getStart() ?? end, end, text: alias ? local : ` as ${local}` }]);
    edit.append(`export const ${handler.method} = ${protectMcp}(${local})`);
  }
}

function variableNamed(identifier: Identifier): VariableDeclaration | undefined {
  return identifier.getSourceFile().getVariableDeclaration(identifier.getText());
}
