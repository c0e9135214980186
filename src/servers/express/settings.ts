import { Node, type CallExpression } from 'ts-morph';
import type { Place } from '../edits/place.ts';
import { declarationsOf, isFunctionNode, methodCall } from '../syntax/nodes.ts';
import { packageExport } from '../syntax/packages.ts';
import { staticString } from '../syntax/static-value.ts';

const SETTERS = ['set', 'enable', 'disable', 'engine'];
/**
 * What an app's router takes over when it is made, which the first `use()` does: our gate must not be that first call
 * while the program is still to change them (Express 4 `lazyrouter`, Express 5 `get router()`).
 */
const ROUTER_SETTINGS = ['case sensitive routing', 'strict routing', 'query parser'];
const CONVERSIONS = ['Number', 'parseInt', 'String', 'Boolean'];

/** Is this a method of an app that registers nothing? */
export function isSetter(method: string): boolean {
  return SETTERS.includes(method);
}

/**
 * The place behind the settings of an app: those that directly follow its creation, and the router's own further down as
 * long as nothing on the way can register or serve anything.
 */
export function afterSettings(place: Place): Place {
  const following = followingStatements(place);
  const run = following.findIndex((statement) => !isSetting(statement, place.name));
  const direct = run < 0 ? following.length : run;
  const late = following.findLastIndex(
    (statement, index) =>
      index > direct &&
      setsRouter(statement, place.name) &&
      following.slice(direct, index).every((each) => isSetting(each, place.name) || isIdle(each)),
  );
  const last = following[late >= 0 ? late : direct - 1];
  return last ? { ...place, statement: last, position: 'after' } : place;
}

/**
 * A setting of the router that the gate comes before, and that would have counted without it: nothing is registered
 * between the two.
 * @param gate where the gate stands or will stand
 */
export function lateSetting(gate: Place): Node | undefined {
  for (const statement of followingStatements({ ...gate, position: 'after' })) {
    if (setsRouter(statement, gate.name)) return statement;
    if (registers(statement, gate.name)) return undefined;
  }
  return undefined;
}

/** The statements of the block that run when the app has been created, in order. */
function followingStatements({ statement, position }: Place): Node[] {
  const block = statement.getParent();
  const statements = Node.isStatemented(block) ? block.getStatements() : [];
  const at = statements.findIndex((each) => each === statement);
  return at < 0 ? [] : statements.slice(position === 'after' ? at + 1 : at);
}

/** `app.set(…);`, several in a chain, or an `if` around nothing else. */
function isSetting(statement: Node, app: string): boolean {
  return settingCalls(statement, app) !== undefined;
}

function setsRouter(statement: Node, app: string): boolean {
  const calls = settingCalls(statement, app) ?? [];
  return calls.some((call) => ROUTER_SETTINGS.includes(staticString(call.getArguments()[0]) ?? ''));
}

function settingCalls(statement: Node | undefined, app: string): CallExpression[] | undefined {
  if (Node.isExpressionStatement(statement)) return chainOfSetters(statement.getExpression(), app);
  const inner = Node.isBlock(statement)
    ? statement.getStatements()
    : Node.isIfStatement(statement) && isIdle(statement.getExpression())
      ? [statement.getThenStatement(), ...(statement.getElseStatement() ? [statement.getElseStatement()] : [])]
      : undefined;
  const calls = inner?.map((each) => settingCalls(each, app));
  return calls?.every((each) => each !== undefined) && calls.length > 0 ? calls.flat() : undefined;
}

/**
 * The app's name must not turn up among the arguments, nor a call of the project's own: what is done there is not known,
 * and it may register routes.
 */
function chainOfSetters(expression: Node, app: string): CallExpression[] | undefined {
  const method = methodCall(expression);
  if (!method || !Node.isCallExpression(expression) || !isSetter(method.name)) return undefined;
  if (expression.getArguments().some((argument) => mentions(argument, app) || !isIdle(argument))) return undefined;
  if (method.receiver.getText() === app) return [expression];
  const before = chainOfSetters(method.receiver, app);
  return before && [...before, expression];
}

/** A statement or expression that only declares or reads: nothing that it calls can reach the app. */
function isIdle(node: Node): boolean {
  if (isFunctionNode(node) || Node.isTypeAliasDeclaration(node) || Node.isInterfaceDeclaration(node)) return true;
  if (Node.isReturnStatement(node) || Node.isThrowStatement(node) || Node.isTaggedTemplateExpression(node))
    return false;
  if (Node.isCallExpression(node) || Node.isNewExpression(node)) {
    return isForeign(node.getExpression()) && node.getArguments().every(isData);
  }
  return node.forEachChildAsArray().every(isIdle);
}

/** Code that is not the project's: a conversion, or something a package exports (`path.join`). */
function isForeign(callee: Node): boolean {
  const name = Node.isPropertyAccessExpression(callee) ? callee.getNameNode() : callee;
  const isExternal = packageExport(callee)?.module.startsWith('.') === false && declarationsOf(name).length === 0;
  return isExternal || CONVERSIONS.includes(callee.getText());
}

/** Nothing that could be called back. */
function isData(node: Node): boolean {
  if (Node.isPropertyAccessExpression(node)) return isData(node.getExpression());
  if (Node.isPropertyAssignment(node)) return isData(node.getInitializerOrThrow());
  if (Node.isIdentifier(node)) return ['process', 'undefined', '__dirname'].includes(node.getText());
  if (Node.isCallExpression(node) || Node.isNewExpression(node)) return isIdle(node);
  if (isFunctionNode(node) || Node.isShorthandPropertyAssignment(node)) return false;
  return node.forEachChildAsArray().every(isData);
}

function registers(statement: Node, app: string): boolean {
  return !isSetting(statement, app) && mentions(statement, app);
}

function mentions(node: Node, app: string): boolean {
  return [node, ...node.getDescendants()].some((each) => each.getText() === app);
}
