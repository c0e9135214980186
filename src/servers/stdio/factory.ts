import { Node, SyntaxKind, type VariableDeclaration } from 'ts-morph';
import { capital } from '../../capital.ts';
import { relativeSpecifier } from '../../edit/specifier.ts';
import { isTypeScript } from '../../project/source-files.ts';
import { moduleStyle } from '../module-style.ts';
import { declarationsOf, returnedValues, unwrap } from '../syntax/nodes.ts';
import { packageExport } from '../syntax/packages.ts';
import type { SourceEdits } from './source-edits.ts';
import { wrapStatements } from './wrap.ts';
import { isCode, type StdioProgram } from './program.ts';
import { findRegion, type Region } from './region.ts';
import { refuse, type Start } from './types.ts';

/**
 * Makes sure that a new server can be made for each session: where the source does it in a function already, that is
 * called; else the statements that make the server become a function.
 * @param belongs state that each server has to have for itself
 * @returns the expression that stands for the factory where stdio begins
 */
export function planFactory(start: Start, belongs: Node[], program: StdioProgram, edits: SourceEdits): string {
  const { subject, path } = start;
  if (Node.isNewExpression(subject) || Node.isCallExpression(subject)) {
    if (belongs.length > 0) refuseState(belongs, program);
    checkMaker(subject, program);
    return arrow(subject, path, isAwaited(subject));
  }
  const declaration = Node.isIdentifier(subject) ? declarationsOf(subject)[0] : undefined;
  if (Node.isBindingElement(declaration)) return fromPattern(declaration, start, belongs, program);
  if (!Node.isVariableDeclaration(declaration) || !declaration.getInitializer()) {
    return refuse(`${program.placeOf(subject)}: it could not be found out where this server is made`);
  }
  const made = unwrap(declaration.getInitializerOrThrow());
  checkMaker(made, program);
  const region = findRegion(declaration, start, program, belongs);
  const isLocal = declaration.getSourceFile() === start.statement.getSourceFile();
  const isPlain =
    region.first === region.last && isLocal && !region.late && !isSdkServer(made) && !made.getText().includes('\n');
  if (isPlain) return arrow(made, path, isAwaited(made));
  return wrapped(region, start, program, edits);
}

/** `const { server, cleanup } = createServer();` */
function fromPattern(element: Node, start: Start, belongs: Node[], program: StdioProgram): string {
  const declaration = element.getFirstAncestor(Node.isVariableDeclaration);
  const made = declaration?.getInitializer();
  if (!Node.isBindingElement(element) || !declaration || !made) {
    return refuse(`${program.placeOf(element)}: it could not be found out where this server is made`);
  }
  if (belongs.length > 0) refuseState(belongs, program);
  checkMaker(unwrap(made), program);
  const isSame = declaration.getSourceFile() === start.statement.getSourceFile();
  const others = program.identifiers
    .references(element, element.getName())
    .filter((mention) => !(isSame && mention.getPos() >= start.statement.getPos()));
  if (!isSame || others.length > 0) {
    refuse(`${program.placeOf(others[0] ?? declaration)}: the server is handed to code that is not part of making it`);
  }
  const name = element.getPropertyNameNode()?.getText() ?? element.getName();
  return arrow(unwrap(made), `.${name}${start.path}`, isAwaited(unwrap(made)));
}

function refuseState(belongs: Node[], program: StdioProgram): never {
  return refuse(`${program.placeOf(belongs[0]!)}: sessions would share this state`);
}

/** `() => createServer(config)`; a function that is called without arguments stands for itself. */
function arrow(made: Node, path: string, awaited: boolean): string {
  const text = made.getText();
  if (path !== '') return awaited ? `async () => (await ${text})${path}` : `() => ${text}${path}`;
  const isBare =
    Node.isCallExpression(made) && made.getArguments().length === 0 && Node.isIdentifier(made.getExpression());
  return isBare ? made.getExpression().getText() : `() => ${text}`;
}

function isAwaited(made: Node): boolean {
  return made.getParentIfKind(SyntaxKind.AwaitExpression) !== undefined;
}

/** Is a new object made each time this expression is evaluated? */
function checkMaker(made: Node, program: StdioProgram): void {
  if (Node.isNewExpression(made)) return;
  const callee = Node.isCallExpression(made) ? unwrap(made.getExpression()) : undefined;
  if (!callee) return refuse(`${program.placeOf(made)}: it could not be found out where this server is made`);
  const name = Node.isPropertyAccessExpression(callee) ? callee.getNameNode() : callee;
  const code = declarationsOf(name).flatMap((declaration) => {
    const held = Node.isInitializerExpressionGetable(declaration) ? declaration.getInitializer() : declaration;
    return held && isCode(unwrap(held)) ? [unwrap(held)] : [];
  });
  const [maker] = code;
  if (!maker || code.length > 1)
    return refuse(`${program.placeOf(made)}: the server comes from code that add-auth cannot see`);
  for (const value of returnedValues(maker)) checkReturned(unwrap(value), maker, program);
}

/** What a factory returns has to be made by that very call, not kept from an earlier one. */
function checkReturned(value: Node, maker: Node, program: StdioProgram): void {
  if (Node.isObjectLiteralExpression(value) || Node.isNewExpression(value) || Node.isCallExpression(value)) return;
  const declarations = Node.isIdentifier(value) ? declarationsOf(value) : [];
  const isOwn =
    declarations.length > 0 && declarations.every((each) => each.getFirstAncestor((node) => node === maker));
  if (!isOwn) refuse(`${program.placeOf(value)}: the function may return the same server again`);
}

function isSdkServer(made: Node): boolean {
  return Node.isNewExpression(made) && packageExport(made.getExpression()) !== undefined;
}

/** Puts a function around the statements that make the server, and calls it once for stdio. */
function wrapped(region: Region, start: Start, program: StdioProgram, edits: SourceEdits): string {
  const { statements, first, declaration, name, isAsync, exported } = region;
  const source = declaration.getSourceFile();
  const file = edits.of(source);
  const begin = statements[first]!;
  const isLocal = source === start.statement.getSourceFile();
  const isTop = Node.isSourceFile(begin.getParent());
  const factory = file.freeName(start.path === '' ? 'createServer' : `create${capital(name)}`);
  const made = className(declaration);
  const result = made === undefined ? '' : isAsync ? `: Promise<${made}>` : `: ${made}`;
  const prefix = isAsync ? 'async ' : '';
  const head = isTop
    ? `${isLocal ? '' : 'export '}${prefix}function ${factory}()${result} {`
    : `const ${factory} = ${prefix}()${result} => {`;
  const own = declaration.getVariableStatement()?.getStart() ?? 0;
  if (exported) file.splice([{ start: own, end: own + 'export '.length, text: '' }]);
  const call = `${isAsync ? 'await ' : ''}${factory}()`;
  wrapStatements(file, region, {
    head,
    name,
    isFunction: isTop,
    then: `${exported ? 'export const' : 'const'} ${name} = ${call}`,
  });
  const local = isLocal ? factory : importInto(start, factory, program, edits, source);
  if (region.late) return prepared(region, local, start, program, edits);
  if (start.path === '') return local;
  return isAsync ? `async () => (await ${local}())${start.path}` : `() => ${local}()${start.path}`;
}

/** Puts a function around what is added to the server right before it is connected. */
function prepared(region: Region, factory: string, start: Start, program: StdioProgram, edits: SourceEdits): string {
  const { late, declaration, name } = region;
  const file = edits.of(start.statement.getSourceFile());
  const type = className(declaration);
  const isTyped = isTypeScript(start.statement.getSourceFile().getFilePath());
  const isLocal = declaration.getSourceFile() === start.statement.getSourceFile();
  if (!late || start.path !== '' || (isTyped && (type === undefined || !isLocal))) {
    return refuse(`${program.placeOf(start.statement)}: something is added to the server right before it is connected`);
  }
  const prepare = file.freeName('prepare');
  const head = `const ${prepare} = ${late.isAsync ? 'async ' : ''}(${name}${isTyped ? `: ${type}` : ''}) => {`;
  const then = `${late.isAsync ? 'await ' : ''}${prepare}(${name})`;
  wrapStatements(file, late, { head, name, isFunction: false, then });
  return region.isAsync ? `async () => ${prepare}(await ${factory}())` : `() => ${prepare}(${factory}())`;
}

function importInto(start: Start, factory: string, { model }: StdioProgram, edits: SourceEdits, source: Node): string {
  const file = start.statement.getSourceFile();
  const from = model.pathOf(file);
  const target = model.pathOf(source.getSourceFile());
  const stem = target.slice(0, target.lastIndexOf('.'));
  return edits.of(file).import(factory, relativeSpecifier(from, stem, moduleStyle(model, from).importExtension));
}

/** `McpServer`, where the class is named in a TypeScript file. */
function className(declaration: VariableDeclaration): string | undefined {
  if (!isTypeScript(declaration.getSourceFile().getFilePath())) return undefined;
  const made = declaration.getInitializer();
  const value = made && unwrap(made);
  if (!Node.isNewExpression(value) || !Node.isIdentifier(value.getExpression())) return undefined;
  return value.getTypeArguments().length > 0 ? undefined : value.getExpression().getText();
}
