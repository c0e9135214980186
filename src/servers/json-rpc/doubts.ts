import { Node, SyntaxKind, type SourceFile } from 'ts-morph';
import type { CodeModel } from '../model.ts';
import { argumentsFor } from '../syntax/constants.ts';
import { identifiersOf, type Identifiers } from '../syntax/identifiers.ts';
import { localNames } from '../syntax/imports.ts';
import { declarationsOf, isFunctionNode, methodCall, unwrap } from '../syntax/nodes.ts';
import { readDispatches, type ReadDispatch } from './dispatches.ts';

const MAX_DEPTH = 6;

/**
 * The gate reads `method` and `params.name` of the body. A dispatch that reads anything else would run what the gate has
 * not seen, so such a server is refused.
 * @returns why, with the place
 */
export function unclearDispatch(model: CodeModel, isInProgram: (file: SourceFile) => boolean): string | undefined {
  const identifiers = identifiersOf(model);
  for (const dispatch of readDispatches(model)) {
    const file = dispatch.call.getSourceFile();
    const doubt = isInProgram(file) ? doubtAbout(dispatch, identifiers) : ownFunction(model, file);
    if (doubt) return `at ${model.pathOf(file)}:${(doubt.at ?? dispatch.call).getStartLineNumber()} ${doubt.reason}`;
  }
  return undefined;
}

/** Folders whose files are served by the host itself, each on its own, beside the program that is meant. */
const FUNCTIONS = ['api/', 'pages/api/', 'src/pages/api/', 'functions/', 'netlify/functions/', 'supabase/functions/'];

function ownFunction(model: CodeModel, file: SourceFile): Doubt | undefined {
  const isServed = FUNCTIONS.some((folder) => model.pathOf(file).startsWith(folder));
  const isGated = localNames(file, ({ imported }) => imported === 'protectMcp').size > 0;
  return isServed && !isGated ? { reason: 'a function of its own serves MCP as well, and would stay open' } : undefined;
}

interface Doubt {
  reason: string;
  at?: Node;
}

function doubtAbout(dispatch: ReadDispatch, identifiers: Identifiers): Doubt | undefined {
  const stray = dispatch.branches.find(({ method }) => !isKnown(method));
  if (stray)
    return { reason: `the server knows a method of its own, '${stray.method}', and the gate cannot tell what it runs` };
  const subject = dispatch.subject ?? keyOf(dispatch.call);
  if (!subject || !isMethod(subject, identifiers))
    return { reason: `it cannot be told that \`${(subject ?? dispatch.call).getText()}\` is the method of the body` };
  return lookUpBeside(dispatch, subject) ?? otherName(dispatch);
}

const KNOWN = new Set([
  ...['initialize', 'initialized', 'ping', 'shutdown', 'exit', 'server/discover', 'logging/setLevel'],
  ...['tools/list', 'tools/call', 'prompts/list', 'prompts/get', 'completion/complete', 'roots/list'],
  ...['resources/list', 'resources/read', 'resources/templates/list', 'resources/subscribe', 'resources/unsubscribe'],
  ...['tasks/list', 'tasks/get', 'tasks/result', 'tasks/cancel', 'sampling/createMessage', 'elicitation/create'],
]);

/** What else a message's method is compared with: the version of JSON-RPC, the method of the HTTP request. */
function isKnown(method: string): boolean {
  const isPlainWord = method === '' || method.toUpperCase() === method;
  return KNOWN.has(method) || method.startsWith('notifications/') || isPlainWord;
}

/** `handlers[body.method]` -> `body.method` */
function keyOf(lookUp: Node): Node | undefined {
  return Node.isElementAccessExpression(lookUp) ? lookUp.getArgumentExpression() : undefined;
}

/** Is this the property `method` of the body, as it was sent? `method.toLowerCase()` is not. */
function isMethod(start: Node, identifiers: Identifiers, depth = 0): boolean {
  const node = unwrap(start);
  if (depth > MAX_DEPTH) return false;
  const next = (inner: Node | undefined): boolean => inner !== undefined && isMethod(inner, identifiers, depth + 1);
  if (Node.isPropertyAccessExpression(node))
    return node.getName() === 'method' && isMessage(node.getExpression(), identifiers);
  if (Node.isBinaryExpression(node)) return isFallback(node) && next(node.getLeft());
  if (Node.isConditionalExpression(node)) return next(node.getWhenTrue());
  if (Node.isCallExpression(node)) return node.getExpression().getText() === 'String' && next(node.getArguments()[0]);
  if (!Node.isIdentifier(node)) return false;
  const [declaration] = declarationsOf(node);
  if (Node.isVariableDeclaration(declaration)) return next(declaration.getInitializer());
  if (Node.isBindingElement(declaration)) return isTakenFromMessage(declaration, identifiers);
  if (!Node.isParameterDeclaration(declaration)) return false;
  const given = argumentsFor(declaration, identifiers);
  return given.length > 0 && given.every(next);
}

/** `body.method ?? ''`: the right side counts only where there is nothing to be seen by the gate either. */
function isFallback(node: Node): boolean {
  const operator = Node.isBinaryExpression(node) ? node.getOperatorToken().getKind() : undefined;
  return operator === SyntaxKind.QuestionQuestionToken || operator === SyntaxKind.BarBarToken;
}

/** `const { id, method } = body`, but not `const { message: { method } } = body`. */
function isTakenFromMessage(element: Node, identifiers: Identifiers): boolean {
  if (!Node.isBindingElement(element)) return false;
  const holder = element.getParent().getParent();
  const name = element.getPropertyNameNode()?.getText() ?? element.getName();
  if (name !== 'method' || Node.isBindingElement(holder)) return false;
  const source = Node.isVariableDeclaration(holder) ? holder.getInitializer() : undefined;
  if (source) return isMessage(source, identifiers);
  return Node.isParameterDeclaration(holder) && isGivenMessages(holder, identifiers, 0);
}

/** Not a part of the body: `{ method: 'ping', message: { method: 'tools/call' } }` is a ping to the gate. */
function isMessage(node: Node, identifiers: Identifiers, depth = 0): boolean {
  const value = unwrap(node);
  if (depth > MAX_DEPTH) return false;
  if (Node.isBinaryExpression(value)) return isFallback(value) && isMessage(value.getLeft(), identifiers, depth + 1);
  if (isQuery(value)) return false;
  if (Node.isPropertyAccessExpression(value)) return !isBody(value.getExpression());
  const [declaration] = Node.isIdentifier(value) ? declarationsOf(value) : [];
  return !Node.isParameterDeclaration(declaration) || isGivenMessages(declaration, identifiers, depth + 1);
}

/** What the function is called with, as far as it is called by the project. */
function isGivenMessages(parameter: Node, identifiers: Identifiers, depth: number): boolean {
  return argumentsFor(parameter, identifiers).every((value) => !value || isMessage(value, identifiers, depth));
}

/** `await request.json()`, `JSON.parse(text)`, `req.body`, and names of those. */
function isBody(node: Node, depth = 0): boolean {
  const value = unwrap(node);
  if (Node.isPropertyAccessExpression(value)) return value.getName() === 'body';
  if (Node.isCallExpression(value)) return ['json', 'parse'].includes(methodCall(value)?.name ?? '');
  const [declaration] = Node.isIdentifier(value) ? declarationsOf(value) : [];
  const initial = Node.isVariableDeclaration(declaration) ? declaration.getInitializer() : undefined;
  return initial !== undefined && depth < MAX_DEPTH && isBody(initial, depth + 1);
}

/** A message that comes in the URL, where the gate does not look for one. */
function isQuery(node: Node, depth = 0): boolean {
  const value = unwrap(node);
  const names = [value, ...value.getDescendants()].filter(Node.isIdentifier).map((name) => name.getText());
  if (names.some((name) => ['searchParams', 'query'].includes(name))) return true;
  const [declaration] = Node.isIdentifier(value) ? declarationsOf(value) : [];
  const initial = Node.isVariableDeclaration(declaration) ? declaration.getInitializer() : undefined;
  return initial !== undefined && depth < MAX_DEPTH && isQuery(initial, depth + 1);
}

/** `default: return tools[method](…)`: a method that is the name of a tool. */
function lookUpBeside({ call }: ReadDispatch, subject: Node): Doubt | undefined {
  const scope = call.getFirstAncestor(isFunctionNode) ?? call.getSourceFile();
  const text = unwrap(subject).getText();
  const other = scope
    .getDescendantsOfKind(SyntaxKind.ElementAccessExpression)
    .find((access) => access !== call && access.getArgumentExpression()?.getText() === text);
  return other && { at: other, reason: `\`${other.getText()}\` runs methods that the gate does not know` };
}

const OTHER_NAMES = ['tool', 'toolName', 'tool_name', 'function', 'functionName'];

/** `params.tool` for the name of the tool: the gate reads `params.name`. */
function otherName({ branches }: ReadDispatch): Doubt | undefined {
  const code = branches.filter(({ method }) => method === 'tools/call').flatMap((branch) => branch.code);
  const other = code
    .flatMap((node) => [node, ...node.getDescendants()])
    .find((node) => isOtherName(node) && !isOnlyFallback(node));
  return other && { at: other, reason: `\`${other.getText()}\` may be another tool than the one that the gate sees` };
}

function isOtherName(node: Node): boolean {
  if (Node.isPropertyAccessExpression(node))
    return OTHER_NAMES.includes(node.getName()) && lastWord(node.getExpression()) === 'params';
  if (!Node.isBindingElement(node)) return false;
  const source = node.getFirstAncestor(Node.isVariableDeclaration)?.getInitializer();
  const name = node.getPropertyNameNode()?.getText() ?? node.getName();
  return OTHER_NAMES.includes(name) && source !== undefined && lastWord(source) === 'params';
}

function lastWord(node: Node): string {
  const value = unwrap(node);
  if (Node.isBinaryExpression(value)) return lastWord(value.getLeft());
  return Node.isPropertyAccessExpression(value) ? value.getName() : value.getText();
}

/** `params.name ?? params.tool`: the gate has refused what has no name. */
function isOnlyFallback(node: Node): boolean {
  const parent = node.getFirstAncestor((each) => Node.isBinaryExpression(each) && isFallback(each));
  if (!Node.isBinaryExpression(parent)) return false;
  const left = unwrap(parent.getLeft());
  return Node.isPropertyAccessExpression(left) && left.getName() === 'name' && left !== node;
}
