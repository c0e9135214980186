import { Node, ts, type ClassDeclaration, type VariableDeclaration } from 'ts-morph';
import { declarationsOf, unwrap } from '../syntax/nodes.ts';
import { isCommonName } from './common-names.ts';
import { isCode, type StdioProgram } from './program.ts';

/** A place where the value of a variable, or what is inside it, changes. */
export interface Change {
  node: Node;
  /** `count`: a number goes up or a clock is read; `assign`: a new value; `inside`: an object changes. */
  kind: 'count' | 'assign' | 'inside';
  value?: Node;
  operator?: string;
}

const MUTATORS = [
  'set',
  'add',
  'delete',
  'clear',
  'push',
  'pop',
  'shift',
  'unshift',
  'splice',
  'sort',
  'reverse',
  'fill',
];

/** Every place that changes a variable, in all files. */
export function changesOf(declaration: VariableDeclaration, program: StdioProgram): Change[] {
  const mentions = program.identifiers.references(declaration, declaration.getName());
  return [...mentions.flatMap((mention) => changeAt(mention) ?? []), ...changesOfInstance(declaration)];
}

/** `x = …`, `x.a.b = …`, `x++`, `delete x.a`, `x.list.push(…)`, `Object.assign(x, …)`. */
function changeAt(mention: Node): Change | undefined {
  let target: Node = mention;
  let depth = 0;
  for (;;) {
    const parent: Node | undefined = target.getParent();
    const isMember =
      (Node.isPropertyAccessExpression(parent) || Node.isElementAccessExpression(parent)) &&
      parent.getExpression() === target;
    const isSame =
      Node.isNonNullExpression(parent) || Node.isParenthesizedExpression(parent) || Node.isAsExpression(parent);
    if (!parent || !(isMember || isSame)) break;
    const call = parent.getParent();
    if (isMember && Node.isCallExpression(call) && call.getExpression() === parent) {
      const method = Node.isPropertyAccessExpression(parent) ? parent.getName() : '';
      return MUTATORS.includes(method) ? { node: call, kind: 'inside' } : undefined;
    }
    target = parent;
    if (isMember) depth++;
  }
  const parent = target.getParent();
  if (Node.isPrefixUnaryExpression(parent) || Node.isPostfixUnaryExpression(parent)) {
    const operator = parent.getOperatorToken();
    const isStep = operator === ts.SyntaxKind.PlusPlusToken || operator === ts.SyntaxKind.MinusMinusToken;
    return isStep ? { node: parent, kind: 'count' } : undefined;
  }
  if (Node.isDeleteExpression(parent)) return { node: parent, kind: 'inside' };
  if (Node.isCallExpression(parent) && parent.getExpression().getText() === 'Object.assign') {
    return parent.getArguments()[0] === target ? { node: parent, kind: 'inside' } : undefined;
  }
  return assignment(target, depth);
}

function assignment(target: Node, depth: number): Change | undefined {
  const parent = target.getParent();
  if (!Node.isBinaryExpression(parent) || parent.getLeft() !== target) return undefined;
  const kind = parent.getOperatorToken().getKind();
  if (kind < ts.SyntaxKind.FirstAssignment || kind > ts.SyntaxKind.LastAssignment) return undefined;
  const value = parent.getRight();
  const operator = parent.getOperatorToken().getText();
  if (isCount(value, operator)) return { node: parent, kind: 'count' };
  return depth > 0 ? { node: parent, kind: 'inside' } : { node: parent, kind: 'assign', value, operator };
}

function isCount(value: Node, operator: string): boolean {
  const text = unwrap(value).getText();
  return (
    Node.isNumericLiteral(unwrap(value)) ||
    text === 'Date.now()' ||
    ((operator === '+=' || operator === '-=') && Node.isNumericLiteral(value))
  );
}

/** `const store = new Store()`, where methods of that class change its fields. */
function changesOfInstance(declaration: VariableDeclaration): Change[] {
  const made = declaration.getInitializer();
  const value = made && unwrap(made);
  if (!Node.isNewExpression(value)) return [];
  const [owner] = declarationsOf(value.getExpression());
  return Node.isClassDeclaration(owner) ? changesOfFields(owner) : [];
}

function changesOfFields(owner: ClassDeclaration): Change[] {
  return owner
    .getDescendants()
    .filter(Node.isThisExpression)
    .filter((self) => {
      const method = self.getFirstAncestor((node) => isCode(node) && !Node.isArrowFunction(node));
      return method !== undefined && !Node.isConstructorDeclaration(method) && method.getParent() === owner;
    })
    .flatMap((self) => {
      const change = changeAt(self);
      const field = self.getParent();
      const name = Node.isPropertyAccessExpression(field) ? field.getName() : '';
      return change && !isLazyField(change, name) && !isCommonName(name) ? [change] : [];
    });
}

/** `this.client ??= …`, `if (!this.client) this.client = …` */
function isLazyField({ node }: Change, name: string): boolean {
  const method = node.getFirstAncestor((each) => isCode(each) && !Node.isArrowFunction(each));
  if (!Node.isBinaryExpression(node)) return false;
  if (['??=', '||='].includes(node.getOperatorToken().getText())) return true;
  if (['null', 'undefined'].includes(node.getRight().getText())) return true;
  return (
    method
      ?.getDescendants()
      .filter(Node.isIfStatement)
      .some((test) => test.getPos() < node.getPos() && test.getExpression().getText().includes(`this.${name}`)) ?? false
  );
}
