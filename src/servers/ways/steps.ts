import { Node, SyntaxKind } from 'ts-morph';
import { outermost } from '../edits/place.ts';
import type { Identifiers } from '../syntax/identifiers.ts';
import { declarationsOf, isFunctionNode, unwrap } from '../syntax/nodes.ts';
import { usesOf, usesOfProperty } from './uses.ts';

/**
 * `run`: code that runs with a request; `value`: an expression that is a function leading to MCP; `router`: one that is a
 * router; `container`: one that is an object or list with such a value in it.
 */
export interface Step {
  kind: 'run' | 'value' | 'router' | 'container';
  node: Node;
  /** Is the call one of the transport itself? */
  isSink?: boolean;
  /** The call that is handed the request, where it stands in callbacks within `node`. */
  entrance?: Node;
}

type Next = Step[] | 'strange';
type Kind = 'value' | 'router' | 'container';

/** What is done with a value: where does it go from here? `strange` where that cannot be told. */
export function nextSteps(step: Step, identifiers: Identifiers): Next {
  const kind = step.kind === 'run' ? 'value' : step.kind;
  const value = outermost(step.node);
  const parent = value.getParent();
  const as = (nodes: Node[], other: Kind = kind): Step[] => nodes.map((node) => ({ kind: other, node }));
  if (!parent) return [];
  if (Node.isCallExpression(parent) || Node.isNewExpression(parent)) {
    if (parent.getExpression() === value) return [{ kind: 'run', node: parent }];
    return handedOver(value, parent, kind, identifiers);
  }
  if (Node.isPropertyAccessExpression(parent)) return member(parent, kind);
  if (Node.isElementAccessExpression(parent))
    return parent.getExpression() !== value ? [] : kind === 'container' ? as([parent], 'value') : 'strange';
  if (Node.isVariableDeclaration(parent)) return as(declared(parent, identifiers));
  if (Node.isPropertyDeclaration(parent) || Node.isParameterDeclaration(parent) || Node.isBindingElement(parent))
    return as(usesOf(parent, identifiers));
  if (Node.isPropertyAssignment(parent) || Node.isShorthandPropertyAssignment(parent))
    return [...as(usesOfProperty(parent, identifiers)), { kind: 'container', node: parent.getParentOrThrow() }];
  if (Node.isArrayLiteralExpression(parent)) return as([parent], 'container');
  if (Node.isSpreadElement(parent) || Node.isSpreadAssignment(parent))
    return as([parent.getParentOrThrow()], 'container');
  if (Node.isForOfStatement(parent)) return loopVariable(parent, identifiers);
  if (Node.isBinaryExpression(parent)) return binary(parent, value, kind, identifiers);
  if (Node.isConditionalExpression(parent)) return parent.getCondition() === value ? [] : as([parent]);
  if (Node.isExportAssignment(parent)) return as(usesOf(parent, identifiers));
  if (Node.isReturnStatement(parent)) return returned(parent, kind, identifiers);
  if (Node.isArrowFunction(parent)) return returnedBy(parent, kind, identifiers);
  return HARMLESS.has(parent.getKind()) ? [] : 'strange';
}

/** Here a value is looked at and no more. */
const HARMLESS = new Set([
  SyntaxKind.ExpressionStatement,
  SyntaxKind.TypeOfExpression,
  SyntaxKind.VoidExpression,
  SyntaxKind.PrefixUnaryExpression,
  SyntaxKind.IfStatement,
  SyntaxKind.TemplateSpan,
  SyntaxKind.ExpressionWithTypeArguments,
  SyntaxKind.ClassDeclaration,
  SyntaxKind.SourceFile,
]);

/** An argument of a function of the project goes by the name of the parameter; other functions may wrap it. */
function handedOver(value: Node, call: Node, kind: Kind, identifiers: Identifiers): Next {
  if (!Node.isCallExpression(call) && !Node.isNewExpression(call)) return 'strange';
  const index = call.getArguments().findIndex((argument) => argument === value);
  const parameters = functionsBehind(call.getExpression()).map((code) =>
    Node.isParametered(code) ? code.getParameters()[index] : undefined,
  );
  if (parameters.length > 0) {
    // What an object pattern takes out of a container is found by the names of its properties.
    const named = parameters
      .filter(Node.isParameterDeclaration)
      .filter((each) => Node.isIdentifier(each.getNameNode()));
    return named.flatMap((each) => usesOf(each, identifiers)).map((node): Step => ({ kind, node }));
  }
  return isDropped(call) ? 'strange' : [{ kind: kind === 'container' ? 'value' : kind, node: call }];
}

/** Nobody takes what the call returns, so it has kept the function for itself. */
function isDropped(call: Node): boolean {
  const parent = outermost(call).getParent();
  if (Node.isArrowFunction(parent)) return Node.isCallExpression(parent.getParent());
  return Node.isExpressionStatement(parent) || Node.isVoidExpression(parent);
}

function functionsBehind(callee: Node): Node[] {
  const expression = unwrap(callee);
  const name = Node.isPropertyAccessExpression(expression) ? expression.getNameNode() : expression;
  return declarationsOf(name).flatMap((declaration) => {
    if (Node.isClassDeclaration(declaration)) return declaration.getConstructors();
    const value = Node.isInitializerExpressionGetable(declaration) ? declaration.getInitializer() : declaration;
    const code = value && unwrap(value);
    return code && isFunctionNode(code) ? [code] : [];
  });
}

const CALLING = ['call', 'apply', 'handle', 'emit', 'listen', 'fetch', 'request'];

/** `handler.bind(this)`, `handler.call(…)`, `router.post(…)`, `handlers.mcp` (which is found by its name). */
function member(access: Node, kind: Kind): Next {
  if (!Node.isPropertyAccessExpression(access)) return 'strange';
  const call = access.getParent();
  const isCall = Node.isCallExpression(call) && call.getExpression() === access;
  if (kind === 'container') return [];
  const isCalling = CALLING.includes(access.getName());
  if (kind === 'router' && isCalling) return 'strange';
  if (isCall && isCalling) return [{ kind: 'run', node: call }];
  if (kind === 'router') return isCall ? [{ kind, node: call }] : [];
  if (isCall && access.getName() === 'bind') return [{ kind, node: call }];
  return ['name', 'length'].includes(access.getName()) ? [] : 'strange';
}

function declared(declaration: Node, identifiers: Identifiers): Node[] {
  if (!Node.isVariableDeclaration(declaration)) return [];
  const name = declaration.getNameNode();
  if (Node.isIdentifier(name)) return usesOf(declaration, identifiers);
  return name.getElements().flatMap((element) => (Node.isBindingElement(element) ? usesOf(element, identifiers) : []));
}

function loopVariable(loop: Node, identifiers: Identifiers): Next {
  const list = Node.isForOfStatement(loop) ? loop.getInitializer() : undefined;
  if (!Node.isVariableDeclarationList(list)) return 'strange';
  return list
    .getDeclarations()
    .flatMap((each) => declared(each, identifiers))
    .map((node): Step => ({ kind: 'value', node }));
}

/** `a ?? handler`, `this.handler = handler`. */
function binary(parent: Node, value: Node, kind: Kind, identifiers: Identifiers): Next {
  if (!Node.isBinaryExpression(parent)) return 'strange';
  const operator = parent.getOperatorToken().getKind();
  if ([SyntaxKind.BarBarToken, SyntaxKind.QuestionQuestionToken, SyntaxKind.AmpersandAmpersandToken].includes(operator))
    return [{ kind, node: parent }];
  if (operator !== SyntaxKind.EqualsToken || parent.getLeft() === value) return [];
  const target = parent.getLeft();
  const name = Node.isPropertyAccessExpression(target) ? target.getNameNode() : target;
  if (!Node.isIdentifier(name) && !Node.isPrivateIdentifier(name)) return 'strange';
  const uses = declarationsOf(name).flatMap((declaration) => usesOf(declaration, identifiers));
  return [...new Set(uses)].filter((use) => use !== target).map((node): Step => ({ kind, node }));
}

function returned(statement: Node, kind: Kind, identifiers: Identifiers): Next {
  const code = statement.getFirstAncestor((each) => isFunctionNode(each) || Node.isGetAccessorDeclaration(each));
  return code ? returnedBy(code, kind, identifiers) : [];
}

/** A function returns it: then every call of that function is it. */
function returnedBy(code: Node, kind: Kind, identifiers: Identifiers): Next {
  const holder = outermost(code).getParent();
  if (Node.isArrowFunction(code) || Node.isFunctionExpression(code)) {
    if (Node.isVariableDeclaration(holder) || Node.isPropertyDeclaration(holder))
      return calls(usesOf(holder, identifiers), kind);
    return nextSteps({ kind: kind === 'container' ? 'value' : kind, node: code }, identifiers);
  }
  if (Node.isGetAccessorDeclaration(code)) return usesOf(code, identifiers).map((node): Step => ({ kind, node }));
  return calls(usesOf(code, identifiers), kind);
}

function calls(uses: Node[], kind: Kind): Step[] {
  return uses.map((use) => {
    const call = outermost(use).getParent();
    const isCall = Node.isCallExpression(call) && unwrap(call.getExpression()) === use;
    return isCall ? { kind, node: call } : { kind: kind === 'container' ? 'value' : kind, node: use };
  });
}
