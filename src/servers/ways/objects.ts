import { Node, SyntaxKind, type ClassDeclaration } from 'ts-morph';
import { outermost } from '../edits/place.ts';
import { declarationsOf, isFunctionNode, methodCall, unwrap } from '../syntax/nodes.ts';
import { LOOKED_AT, stepsTo, type KnownWays, type Next, type Step } from './known.ts';
import { callsOfReturning, functionsBehind, parameterFor } from './functions.ts';
import { usesOf } from './uses.ts';

/**
 * What is done with an object that has a function leading to MCP among its members. The members are found by their names;
 * what counts here is whether somebody may get at them by a name that is worked out, or in code that is not the project's.
 */
export function nextOfObject({ node, exports }: Step, known: KnownWays): Next {
  const value = outermost(node);
  const parent = value.getParent();
  const as = (nodes: Node[]): Step[] => stepsTo(nodes, 'object', exports ? { exports } : {});
  if (!parent) return [];
  if (Node.isPropertyAccessExpression(parent)) return memberOf(parent, known, exports, as);
  if (Node.isElementAccessExpression(parent)) {
    if (parent.getExpression() !== value) return [];
    return Node.isStringLiteral(parent.getArgumentExpression()) && !exports ? [] : 'lost';
  }
  if (Node.isCallExpression(parent) || Node.isNewExpression(parent)) {
    if (parent.getExpression() === value) return Node.isNewExpression(parent) ? as([parent]) : 'lost';
    return argumentOf(value, parent, known, exports, as);
  }
  if (Node.isVariableDeclaration(parent)) return named(parent.getNameNode(), known, exports, as);
  if (Node.isPropertyDeclaration(parent) || Node.isBindingElement(parent)) return as(usesOf(parent, known.identifiers));
  if (Node.isParameterDeclaration(parent)) return named(parent.getNameNode(), known, exports, as);
  if (Node.isPropertyAssignment(parent) || Node.isShorthandPropertyAssignment(parent))
    return as([...usesOf(parent, known.identifiers), parent.getParentOrThrow()]);
  if (Node.isArrayLiteralExpression(parent) || Node.isConditionalExpression(parent))
    return Node.isConditionalExpression(parent) && parent.getCondition() === value ? [] : as([parent]);
  if (Node.isSpreadElement(parent) || Node.isSpreadAssignment(parent)) {
    const holder = parent.getParentOrThrow();
    return Node.isCallExpression(holder) || Node.isNewExpression(holder) ? 'lost' : as([holder]);
  }
  if (Node.isBinaryExpression(parent)) return operand(parent, value, known, as);
  if (Node.isExportAssignment(parent)) return as(usesOf(parent, known.identifiers));
  if (Node.isForOfStatement(parent)) return loopVariable(parent, known, exports, as);
  if (Node.isReturnStatement(parent) || Node.isArrowFunction(parent)) return as(callsOfReturning(parent, known));
  return HARMLESS.has(parent.getKind()) ? [] : 'lost';
}

/** Here an object is looked at and no more. */
const HARMLESS = new Set([...LOOKED_AT, SyntaxKind.DeleteExpression]);

type As = (nodes: Node[]) => Step[];

/** `module.handler` is the function, `import('./x.js').then((module) => …)` hands the module on. */
function memberOf(access: Node, known: KnownWays, exports: Step['exports'], as: As): Next {
  if (!Node.isPropertyAccessExpression(access)) return 'lost';
  if (exports?.names.includes(access.getName())) return stepsTo([access], exports.kind);
  const call = access.getParent();
  const [callback] = Node.isCallExpression(call) && call.getExpression() === access ? call.getArguments() : [];
  if (!callback || !HANDING_ON.has(access.getName())) return [];
  const code = unwrap(callback);
  if (!Node.isArrowFunction(code) && !Node.isFunctionExpression(code)) return exports ? 'lost' : [];
  const [parameter] = code.getParameters();
  return parameter ? named(parameter.getNameNode(), known, exports, as) : [];
}

/** Methods that give a callback what they are called on. */
const HANDING_ON = new Set(['then', 'forEach', 'map', 'flatMap', 'filter', 'find', 'some', 'every']);

function loopVariable(loop: Node, known: KnownWays, exports: Step['exports'], as: As): Next {
  const list = Node.isForOfStatement(loop) ? loop.getInitializer() : undefined;
  if (!Node.isVariableDeclarationList(list)) return 'lost';
  const next = list.getDeclarations().map((each) => named(each.getNameNode(), known, exports, as));
  return next.includes('lost') ? 'lost' : next.flatMap((steps) => (Array.isArray(steps) ? steps : []));
}

/** A name of its own, or a pattern that takes it apart: what that takes out is the member. */
function named(name: Node, { identifiers }: KnownWays, exports: Step['exports'], as: As): Next {
  if (Node.isIdentifier(name)) return as(usesOf(name.getParentOrThrow(), identifiers));
  // `[id, session]` of `Object.entries(sessions)`.
  if (Node.isArrayBindingPattern(name))
    return as(
      name.getElements().flatMap((element) => (Node.isBindingElement(element) ? usesOf(element, identifiers) : [])),
    );
  if (!Node.isObjectBindingPattern(name)) return 'lost';
  const elements = name.getElements();
  if (elements.some((element) => element.getDotDotDotToken())) return 'lost';
  const taken = elements.filter((element) =>
    exports?.names.includes(element.getPropertyNameNode()?.getText() ?? element.getName()),
  );
  return stepsTo(
    taken.flatMap((element) => usesOf(element, identifiers)),
    exports?.kind ?? 'value',
  );
}

/** Functions of the project go on with it by the name of their parameter; of others one cannot know what they do. */
function argumentOf(value: Node, call: Node, known: KnownWays, exports: Step['exports'], as: As): Next {
  if (!Node.isCallExpression(call) && !Node.isNewExpression(call)) return 'lost';
  const index = call.getArguments().findIndex((argument) => argument === value);
  const parameters = functionsBehind(call.getExpression()).map((code) => parameterFor(code, index));
  if (parameters.length > 0) {
    const next = parameters.map((each) => (each ? named(each.getNameNode(), known, exports, as) : []));
    return next.includes('lost') ? 'lost' : next.flatMap((steps) => (Array.isArray(steps) ? steps : []));
  }
  const method = methodCall(call);
  // `handler.close.bind(handler)`, where `container.bind(handler)` is another thing.
  const isOwnMethod = method?.receiver.getText().startsWith(`${value.getText()}.`);
  if (isOwnMethod && ['bind', 'call', 'apply'].includes(method?.name ?? '') && index === 0) return [];
  if (method && ['set', 'add', 'push'].includes(method.name)) return collection(method.receiver, known);
  const callee = call.getExpression().getText();
  if (['Object.values', 'Object.entries'].includes(callee) && !exports) return as([call]);
  return LOOKING.has(callee) ? [] : 'lost';
}

const LOOKING = new Set(['console.log', 'console.error', 'Boolean', 'Object.keys', 'Object.freeze']);

/** `sessions.set(id, session)`: what comes out of the collection again is found by the names of its members. */
function collection(receiver: Node, { identifiers }: KnownWays): Next {
  const name = Node.isPropertyAccessExpression(receiver) ? receiver.getNameNode() : receiver;
  const holders = Node.isIdentifier(name) || Node.isPrivateIdentifier(name) ? declarationsOf(name) : [];
  if (holders.length === 0) return 'lost';
  return stepsTo(
    holders.flatMap((holder) => usesOf(holder, identifiers)).filter((use) => !isPlainMember(use)),
    'object',
  );
}

/** `sessions.get(id)?.close()`, `sessions.delete(id)`. */
function isPlainMember(use: Node): boolean {
  const access = outermost(use).getParent();
  if (!Node.isPropertyAccessExpression(access)) return false;
  const call = access.getParent();
  const result = Node.isCallExpression(call) ? outermost(call).getParent() : undefined;
  return !Node.isElementAccessExpression(result);
}

/** `a ?? object`, `this.object = object`, `objects[id] = object`. */
function operand(parent: Node, value: Node, known: KnownWays, as: As): Next {
  if (!Node.isBinaryExpression(parent)) return 'lost';
  const operator = parent.getOperatorToken().getKind();
  if ([SyntaxKind.BarBarToken, SyntaxKind.QuestionQuestionToken, SyntaxKind.AmpersandAmpersandToken].includes(operator))
    return as([parent]);
  if (operator !== SyntaxKind.EqualsToken || parent.getLeft() === value) return [];
  const target = parent.getLeft();
  if (Node.isElementAccessExpression(target)) return elements(target.getExpression(), known);
  const name = Node.isPropertyAccessExpression(target) ? target.getNameNode() : target;
  if (!Node.isIdentifier(name) && !Node.isPrivateIdentifier(name)) return 'lost';
  const declarations = declarationsOf(name);
  if (declarations.length === 0) return 'lost';
  return as(declarations.flatMap((each) => usesOf(each, known.identifiers)).filter((use) => use !== target));
}

/** `sessions[id] = session`: `sessions[other]` is one then, and `sessions[other][name]` a member of it. */
function elements(list: Node, { identifiers }: KnownWays): Next {
  const name = Node.isPropertyAccessExpression(list) ? list.getNameNode() : list;
  const holders = Node.isIdentifier(name) || Node.isPrivateIdentifier(name) ? declarationsOf(name) : [];
  if (holders.length === 0) return 'lost';
  const uses = holders.flatMap((holder) => usesOf(holder, identifiers));
  return stepsTo(
    uses.map((use) => {
      const access = outermost(use).getParent();
      return Node.isElementAccessExpression(access) && access.getExpression() === outermost(use) ? access : use;
    }),
    'object',
  );
}

/** The instances of a class and of those that extend it, `this` where it is handed on, and the class itself. */
export function instanceSteps(owner: ClassDeclaration, known: KnownWays): Step[] {
  const classes = [owner, ...known.model.sourceFiles().flatMap((file) => file.getClasses())].filter(
    (each, index) => index === 0 || isA(each, owner),
  );
  return classes.flatMap((each) => stepsTo([...usesOf(each, known.identifiers), ...ownObject(each)], 'object'));
}

function isA(start: ClassDeclaration, owner: ClassDeclaration, depth = 0): boolean {
  const parent = start.getExtends()?.getExpression();
  const bases = parent ? declarationsOf(parent).filter(Node.isClassDeclaration) : [];
  return depth < 8 && bases.some((base) => base === owner || isA(base, owner, depth + 1));
}

/** Every `this` of a class. */
function ownObject(owner: ClassDeclaration): Node[] {
  return owner.getDescendantsOfKind(SyntaxKind.ThisKeyword).filter((each) => {
    const inner = each.getFirstAncestor(
      (node) => Node.isClassDeclaration(node) || (isFunctionNode(node) && !Node.isArrowFunction(node)),
    );
    return inner?.getFirstAncestor(Node.isClassDeclaration) === owner || inner === owner;
  });
}
