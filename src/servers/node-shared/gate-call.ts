import { Node, type CallExpression } from 'ts-morph';
import { importedNames } from '../syntax/imports.ts';
import type { FileEdits } from '../edits/file-edits.ts';
import { placeAfterCreation, type Place } from '../edits/place.ts';
import { unwrap } from '../syntax/nodes.ts';
import type { NodeServer } from './node-server.ts';
import { distinct, type RoutePath } from './routes.ts';

const RUNTIME_PATH = 'the path of the MCP route is known only at run time, after the app is created';

/**
 * `protectMcp(app, ['/mcp'])` where the app is created, before everything that is registered on it.
 * @param passes may these calls be chained to the creation? Routes may not: they would come before the gate
 * @param settle moves the place on, past statements that have to come before the gate
 * @returns why it cannot be done
 */
export function insertGate(
  edits: FileEdits,
  creation: CallExpression,
  paths: RoutePath[],
  passes: (method: string) => boolean,
  settle: (place: Place) => Place = (place) => place,
): string | undefined {
  const created = placeAfterCreation(creation, passes);
  const place = created && settle(created);
  if (!place) return 'the app is created in the middle of an expression, or in a place where no statement can follow';
  const file = edits.of(creation.getSourceFile());
  const list = pathList(paths, place, (text) => file.quote(text));
  if (!list) return RUNTIME_PATH;
  const text = `${file.import('protectMcp')}(${place.name}, ${list})`;
  if (place.position === 'after') file.insertAfter(place.statement, text);
  else file.insertBefore(place.statement, text);
  return undefined;
}

/**
 * The list of paths as source. A path that only the running program knows is written as the expression that the route
 * uses, if that can be used at the place too; `undefined` otherwise.
 */
function pathList(paths: RoutePath[], place: Place, quote: (text: string) => string): string | undefined {
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

/**
 * A new MCP route since the last run joins the list; what people added stays.
 * @returns why it cannot be done
 */
export function addMissingPaths(
  edits: FileEdits,
  call: CallExpression,
  paths: RoutePath[],
  server: NodeServer,
): string | undefined {
  const list = call.getArguments()[1];
  if (!Node.isArrayLiteralExpression(list)) return undefined;
  const texts = new Set(list.getElements().flatMap((element) => server.constants.strings(element) ?? []));
  const sources = new Set(list.getElements().map((element) => element.getText()));
  const missing = distinct(paths).filter((path) =>
    path.text === undefined ? !sources.has(path.node?.getText() ?? '') : !texts.has(path.text),
  );
  const known = missing.flatMap(({ text }) => text ?? []);
  if (known.length < missing.length) return RUNTIME_PATH;
  edits.of(call.getSourceFile()).appendElements(list, known);
  return undefined;
}
