import { Node, SyntaxKind } from 'ts-morph';
import { outermost } from '../edits/place.ts';
import type { Identifiers } from '../syntax/identifiers.ts';
import { contains, declarationsOf, unwrap } from '../syntax/nodes.ts';
import { callsOfReturning, functionsBehind, parameterFor } from './functions.ts';
import { LOOKED_AT, stepsTo, type KnownWays, type Next, type Step } from './known.ts';
import { looseUses } from './loose-uses.ts';
import { memberSteps } from './members.ts';
import { moduleSteps, wholeModules } from './modules.ts';
import { nextOfObject } from './objects.ts';
import { usesOf } from './uses.ts';

type Kind = 'value' | 'router' | 'container';

/** What is done with a value: where does it go from here? `strange` where somebody else may call it with requests. */
export function nextSteps(step: Step, known: KnownWays): Next {
  if (step.kind === 'object') return nextOfObject(step, known);
  const { identifiers } = known;
  const kind = step.kind === 'run' ? 'value' : step.kind;
  const value = outermost(step.node);
  const parent = value.getParent();
  const as = (nodes: Node[], other: Kind = kind): Step[] => nodes.map((node) => ({ kind: other, node }));
  if (!parent) return [];
  if (Node.isCallExpression(parent) || Node.isNewExpression(parent)) {
    if (parent.getExpression() === value) return [{ kind: 'run', node: parent }];
    return handedOver(value, parent, kind, known);
  }
  if (Node.isPropertyAccessExpression(parent)) return member(parent, kind, known);
  if (Node.isElementAccessExpression(parent))
    return parent.getExpression() !== value ? [] : kind === 'container' ? as([parent], 'value') : 'strange';
  if (Node.isVariableDeclaration(parent)) return [...as(declared(parent, known)), ...moduleSteps(parent, kind, known)];
  if (Node.isParameterDeclaration(parent) || Node.isBindingElement(parent)) return as(usesOf(parent, identifiers));
  if (Node.isPropertyDeclaration(parent)) return memberSteps(parent, kind, known);
  if (Node.isPropertyAssignment(parent) || Node.isShorthandPropertyAssignment(parent))
    return memberSteps(parent, kind, known);
  if (Node.isArrayLiteralExpression(parent)) return as([parent], 'container');
  if (Node.isSpreadElement(parent) || Node.isSpreadAssignment(parent))
    return as([parent.getParentOrThrow()], 'container');
  if (Node.isForOfStatement(parent)) return loopVariable(parent, known);
  if (Node.isBinaryExpression(parent)) return binary(parent, value, kind, known);
  if (Node.isConditionalExpression(parent)) return parent.getCondition() === value ? [] : as([parent]);
  if (Node.isExportAssignment(parent)) return [...as(usesOf(parent, identifiers)), ...moduleSteps(parent, kind, known)];
  if (Node.isReturnStatement(parent) || Node.isArrowFunction(parent)) return returned(parent, kind, known);
  return HARMLESS.has(parent.getKind()) ? [] : 'strange';
}

/** Here a value is looked at and no more. */
const HARMLESS = new Set([...LOOKED_AT, SyntaxKind.SourceFile]);

/** An argument of a function of the project goes by the name of the parameter; other functions may wrap it. */
function handedOver(value: Node, call: Node, kind: Kind, { identifiers }: KnownWays): Next {
  if (!Node.isCallExpression(call) && !Node.isNewExpression(call)) return 'strange';
  const index = call.getArguments().findIndex((argument) => argument === value);
  const parameters = functionsBehind(call.getExpression()).map((code) => parameterFor(code, index));
  if (parameters.length > 0) {
    // What an object pattern takes out of a container is found by the names of its properties.
    const named = parameters
      .filter(Node.isParameterDeclaration)
      .filter((each) => Node.isIdentifier(each.getNameNode()));
    return named.flatMap((each) => stepsTo(usesOf(each, identifiers), each.isRestParameter() ? 'container' : kind));
  }
  return isDropped(call) ? 'strange' : [{ kind: kind === 'container' ? 'value' : kind, node: call }];
}

/** Nobody takes what the call returns, so it has kept the function for itself. */
function isDropped(call: Node): boolean {
  const parent = outermost(call).getParent();
  if (Node.isArrowFunction(parent)) return Node.isCallExpression(parent.getParent());
  return Node.isExpressionStatement(parent) || Node.isVoidExpression(parent);
}

const CALLING = ['call', 'apply', 'handle', 'emit', 'listen', 'fetch', 'request'];

/** `handler.bind(this)`, `handler.call(…)`, `router.post(…)`, `handlers.mcp` (which is found by its name). */
function member(access: Node, kind: Kind, { identifiers }: KnownWays): Next {
  if (!Node.isPropertyAccessExpression(access)) return 'strange';
  const call = access.getParent();
  const isCall = Node.isCallExpression(call) && call.getExpression() === access;
  if (kind === 'container') return isCall ? outOfList(access.getName(), call, identifiers) : [];
  const isCalling = CALLING.includes(access.getName());
  if (kind === 'router' && isCalling) return 'strange';
  if (isCall && isCalling) return [{ kind: 'run', node: call }];
  if (kind === 'router') return isCall ? [{ kind, node: call }] : [];
  if (isCall && access.getName() === 'bind') return [{ kind, node: call }];
  return LEADS_NOWHERE.includes(access.getName()) ? [] : 'strange';
}

/** Members of functions, and of the handler that `createMcpHandler` of SDK 2 makes. */
const LEADS_NOWHERE = ['name', 'length', 'close', 'notify', 'bus'];

const HANDING_ON = ['forEach', 'map', 'flatMap', 'filter', 'find', 'some', 'every', 'reduce'];
const ONE_OF = ['at', 'find', 'get', 'pop', 'shift'];
const ALL_OF = ['concat', 'entries', 'filter', 'flat', 'reverse', 'slice', 'sort', 'values'];

/** `[handler].forEach((each) => …)`, `handlers.at(0)`; any other member of an object is found by its name. */
function outOfList(method: string, call: Node, identifiers: Identifiers): Next {
  const [callback] = Node.isCallExpression(call) ? call.getArguments() : [];
  const taken = [
    ...(ONE_OF.includes(method) ? stepsTo([call], 'value') : []),
    ...(ALL_OF.includes(method) ? stepsTo([call], 'container') : []),
  ];
  if (!callback || !HANDING_ON.includes(method)) return taken;
  const code = unwrap(callback);
  if (!Node.isArrowFunction(code) && !Node.isFunctionExpression(code)) return 'strange';
  const parameters = code.getParameters().slice(0, 2);
  const uses = parameters.flatMap((each) => usesOf(each, identifiers));
  return [...taken, ...stepsTo(uses, 'value')];
}

function declared(declaration: Node, { identifiers }: KnownWays): Node[] {
  if (!Node.isVariableDeclaration(declaration)) return [];
  const name = declaration.getNameNode();
  if (Node.isIdentifier(name)) return usesOf(declaration, identifiers);
  return name.getElements().flatMap((element) => (Node.isBindingElement(element) ? usesOf(element, identifiers) : []));
}

function loopVariable(loop: Node, known: KnownWays): Next {
  const list = Node.isForOfStatement(loop) ? loop.getInitializer() : undefined;
  if (!Node.isVariableDeclarationList(list)) return 'strange';
  return stepsTo(
    list.getDeclarations().flatMap((each) => declared(each, known)),
    'value',
  );
}

/** `a ?? handler`, `this.handler = handler`, `exports.handler = handler`. */
function binary(parent: Node, value: Node, kind: Kind, known: KnownWays): Next {
  if (!Node.isBinaryExpression(parent)) return 'strange';
  const operator = parent.getOperatorToken().getKind();
  if ([SyntaxKind.BarBarToken, SyntaxKind.QuestionQuestionToken, SyntaxKind.AmpersandAmpersandToken].includes(operator))
    return [{ kind, node: parent }];
  if (operator !== SyntaxKind.EqualsToken || parent.getLeft() === value) return [];
  const target = parent.getLeft();
  if (target.getText() === 'module.exports') return stepsTo(wholeModules(parent.getSourceFile(), known), kind);
  const name = Node.isPropertyAccessExpression(target) ? target.getNameNode() : target;
  if (!Node.isIdentifier(name) && !Node.isPrivateIdentifier(name)) return 'strange';
  const declarations = declarationsOf(name);
  // `globalThis.handler = handler`: whoever has that object has the handler.
  const owner = Node.isPropertyAccessExpression(target) ? target.getExpression().getText() : '';
  const isKnown = declarations.length > 0 || owner.endsWith('.prototype');
  if (!isKnown || ['global', 'globalThis', 'process', 'window'].includes(owner)) return 'lost';
  const uses = declarations.flatMap((declaration) => usesOf(declaration, known.identifiers));
  const loose = Node.isPropertyAccessExpression(target) ? looseUses(target, name.getText(), known) : [];
  const isOther = (use: Node): boolean => use !== target;
  return [
    ...stepsTo(uses.filter(isOther), kind),
    ...stepsTo(loose.filter(isOther), kind, { isLoose: true }),
    ...declarations.flatMap((declaration) => moduleSteps(declaration, kind, known)),
  ];
}

/** A function returns it: then every call of that function is it. */
function returned(place: Node, kind: Kind, known: KnownWays): Next {
  const calls = callsOfReturning(place, known);
  const [only] = calls;
  // A function that is written as an argument: whoever is handed it may call it.
  if (only && calls.length === 1 && contains(only, place))
    return nextSteps({ kind: kind === 'container' ? 'value' : kind, node: only }, known);
  return calls.map((node): Step => ({ kind: kind === 'container' && !isCall(node) ? 'value' : kind, node }));
}

function isCall(node: Node): boolean {
  return Node.isCallExpression(node);
}
