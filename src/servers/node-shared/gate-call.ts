import { Node, type ArrayLiteralExpression, type CallExpression } from 'ts-morph';
import { canInsertAfter } from '../../edit/typescript.ts';
import { importedNames } from '../syntax/imports.ts';
import type { FileEdits } from '../edits/file-edits.ts';
import { unwrap } from '../syntax/nodes.ts';
import type { NodeServer } from './node-server.ts';
import { distinct, type RoutePath } from './routes.ts';

/** Where `protectMcp(app, […])` goes: after this statement, with the app under this name. */
export interface Place {
  statement: Node;
  name: string;
  position: 'after' | 'before';
}

/**
 * The place right after an object is created: `const app = express();`, `app = express();`, `this.app = express();`, and
 * for a class field the start of the constructor, which runs after the fields. `undefined` where the object has no name or
 * no statement can follow.
 * @param passes may these calls be chained to the creation? Routes may not: they would come before the gate
 */
export function placeAfterCreation(creation: Node, passes: (method: string) => boolean): Place | undefined {
  let value = outermost(creation);
  for (let chain = chainedCall(value); chain; chain = chainedCall(value)) {
    if (!passes(chain.method)) return undefined;
    value = outermost(chain.call);
  }
  const parent = value.getParent();
  if (Node.isVariableDeclaration(parent) && Node.isIdentifier(parent.getNameNode())) {
    const statement = parent.getVariableStatement();
    return statement && canInsertAfter(statement)
      ? { statement, name: parent.getName(), position: 'after' }
      : undefined;
  }
  if (Node.isPropertyDeclaration(parent)) return atStartOfConstructor(parent);
  if (!Node.isBinaryExpression(parent) || parent.getOperatorToken().getText() !== '=') return undefined;
  const statement = parent.getParent();
  if (!statement || !Node.isExpressionStatement(statement) || !canInsertAfter(statement)) return undefined;
  return { statement, name: parent.getLeft().getText(), position: 'after' };
}

/** The expression with the parentheses, `as T` and `!` around it. */
function outermost(node: Node): Node {
  let current = node;
  for (let parent = current.getParent(); parent && unwrap(parent) === unwrap(current); parent = current.getParent())
    current = parent;
  return current;
}

function chainedCall(value: Node): { method: string; call: Node } | undefined {
  const access = value.getParent();
  const call = access?.getParent();
  const isIt =
    Node.isPropertyAccessExpression(access) && Node.isCallExpression(call) && call.getExpression() === access;
  return isIt ? { method: access.getName(), call } : undefined;
}

function atStartOfConstructor(field: Node): Place | undefined {
  if (!Node.isPropertyDeclaration(field) || field.isStatic()) return undefined;
  const owner = field.getParent();
  if (!Node.isClassDeclaration(owner)) return undefined;
  const statements = owner.getConstructors().at(-1)?.getStatements() ?? [];
  const [first, second] = statements;
  if (!first) return undefined;
  const isSuper = Node.isExpressionStatement(first) && first.getExpression().getText().startsWith('super(');
  const statement = isSuper ? second : first;
  const name = `this.${field.getName()}`;
  if (statement) return { statement, name, position: 'before' };
  return { statement: first, name, position: 'after' };
}

/**
 * The list of paths as source. A path that only the running program knows is written as the expression that the route
 * uses, if that can be used at the place too; `undefined` otherwise.
 */
export function pathList(paths: RoutePath[], place: Place, quote: (text: string) => string): string | undefined {
  const items = distinct(paths).map((path) => {
    if (path.text !== undefined) return quote(path.text);
    return path.node && isUsableAt(path.node, place) ? path.node.getText() : undefined;
  });
  return items.every((item) => item !== undefined) && items.length > 0 ? `[${items.join(', ')}]` : undefined;
}

/** A name (or a property of it) that is declared outside, before the place. */
function isUsableAt(node: Node, place: Place): boolean {
  const expression = unwrap(node);
  if (expression.getSourceFile() !== place.statement.getSourceFile()) return false;
  if (!Node.isIdentifier(expression) && !Node.isPropertyAccessExpression(expression)) return false;
  if (isList(expression)) return false;
  const root = [expression, ...expression.getDescendants()].find(
    (each) => Node.isIdentifier(each) || Node.isThisExpression(each),
  );
  if (!Node.isIdentifier(root)) return false;
  const [declaration] = root.getSymbol()?.getDeclarations() ?? [];
  const scope = declaration && scopeOf(declaration);
  if (!scope || !place.statement.getAncestors().includes(scope)) return false;
  return Node.isSourceFile(scope) &&
    !Node.isSourceFile(place.statement.getParent()) &&
    !Node.isVariableDeclaration(declaration)
    ? true
    : declaration.getEnd() < place.statement.getEnd() || isInFunction(place.statement, scope);
}

/** Only one string may stand between the brackets. */
function isList(node: Node): boolean {
  return node.getType().isArray() || node.getType().isTuple();
}

function scopeOf(declaration: Node): Node | undefined {
  return declaration.getFirstAncestor(
    (node) =>
      (Node.isBlock(node) || Node.isSourceFile(node) || Node.isCaseClause(node) || Node.isParametered(node)) &&
      !Node.isVariableDeclarationList(node),
  );
}

/** Code in a function runs after what stands in the scope around that function, wherever it is written. */
function isInFunction(statement: Node, scope: Node): boolean {
  const inner = statement.getFirstAncestor((node) => Node.isParametered(node));
  return inner !== undefined && inner.getAncestors().includes(scope);
}

/** A `protectMcp(app, […])` of an earlier run, told by the module it is imported from and what its app is. */
export function existingGate(
  server: NodeServer,
  host: string,
  isApp: (node: Node) => boolean,
): CallExpression | undefined {
  for (const identifier of server.identifiers.named('protectMcp').flatMap((name) => localUses(name, server))) {
    const call = identifier.getParent();
    if (!Node.isCallExpression(call) || call.getExpression() !== identifier) continue;
    const imported = importedNames(call.getSourceFile()).find(({ local }) => local === identifier.getText());
    const isOurs = imported?.imported === 'protectMcp' && moduleName(imported.specifier) === host;
    const [app] = call.getArguments();
    if (isOurs && app && isApp(app)) return call;
  }
  return undefined;
}

/** The identifier itself, or where it is imported under another name the uses of that. */
function localUses(name: Node, server: NodeServer): Node[] {
  const parent = name.getParent();
  const alias = Node.isImportSpecifier(parent) ? parent.getAliasNode() : undefined;
  const bound =
    Node.isBindingElement(parent) && parent.getPropertyNameNode() === name ? parent.getNameNode() : undefined;
  const local = alias ?? bound;
  return local
    ? server.identifiers.named(local.getText()).filter((use) => use.getSourceFile() === name.getSourceFile())
    : [name];
}

/** `../auth/express.js` -> `express`. */
function moduleName(specifier: string): string | undefined {
  const last = specifier.startsWith('.') ? specifier.split('/').at(-1) : undefined;
  return last?.replace(/\.[cm]?[jt]s$/, '');
}

/** A new MCP route since the last run joins the list; what people added stays. */
export function addMissingPaths(
  edits: FileEdits,
  call: CallExpression,
  paths: RoutePath[],
  server: NodeServer,
): boolean {
  const list = call.getArguments()[1];
  if (!Node.isArrayLiteralExpression(list)) return true;
  const texts = new Set(list.getElements().flatMap((element) => server.constants.strings(element) ?? []));
  const sources = new Set(list.getElements().map((element) => element.getText()));
  const missing = distinct(paths).filter((path) =>
    path.text === undefined ? !sources.has(path.node?.getText() ?? '') : !texts.has(path.text),
  );
  if (missing.length === 0) return true;
  if (missing.some((path) => path.text === undefined)) return false;
  const file = edits.of(call.getSourceFile());
  const text = missing.map((path) => file.quote(path.text ?? '')).join(', ');
  const last = list.getElements().at(-1);
  const at = last?.getEnd() ?? startOfList(list);
  file.splice([{ start: at, end: at, text: last ? `, ${text}` : text }]);
  return true;
}

function startOfList(list: ArrayLiteralExpression): number {
  return list.getStart() + 1;
}
