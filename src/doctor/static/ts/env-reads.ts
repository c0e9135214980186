import { ts } from 'ts-morph';
import { below, type Code } from './code.ts';
import { readName } from './values.ts';

/** Every variable of the environment that the source reads, and how. */
export function collectReads(code: Code): void {
  for (const file of code.files) {
    for (const node of below(file)) {
      const name = readName(node);
      if (name === undefined || isWritten(node)) continue;
      const uses = usesOf(code, node);
      code.report.reads.push({
        name,
        ...code.place(node),
        isNeeded: !uses.some(isOptional),
        isHost: uses.some(isBehindScheme),
      });
    }
  }
}

/** The expression itself, and wherever the constant is used that it was put into. */
function usesOf(code: Code, node: ts.Node): ts.Node[] {
  const holder = outer(node).parent;
  if (!ts.isVariableDeclaration(holder) || !ts.isIdentifier(holder.name)) return [node];
  const symbol = code.program.symbolOf(holder.name);
  const mentions = symbol ? code.program.mentions(symbol) : [];
  return [node, ...mentions.filter((mention) => mention !== holder.name)];
}

/** `x!`, `(x)`, `x as string` stand for x. */
function outer(node: ts.Node): ts.Node {
  let at = node;
  while (ts.isNonNullExpression(at.parent) || ts.isParenthesizedExpression(at.parent) || ts.isAsExpression(at.parent))
    at = at.parent;
  return at;
}

const isWritten = (node: ts.Node): boolean =>
  ts.isBinaryExpression(node.parent) &&
  node.parent.left === node &&
  node.parent.operatorToken.kind === ts.SyntaxKind.EqualsToken;

const DEFAULTS = [
  ts.SyntaxKind.QuestionQuestionToken,
  ts.SyntaxKind.BarBarToken,
  ts.SyntaxKind.AmpersandAmpersandToken,
];

/** Something stands in when it is missing, or the code asks first whether it is there, and goes on without. */
function isOptional(node: ts.Node): boolean {
  const at = outer(node);
  const { parent } = at;
  if (ts.isBinaryExpression(parent)) {
    if (DEFAULTS.includes(parent.operatorToken.kind)) return !endsRun(parent.right);
    return isComparison(parent) && !guardsRun(parent);
  }
  if (ts.isPropertyAccessExpression(parent) && parent.questionDotToken) return true;
  if (ts.isPrefixUnaryExpression(parent)) return !guardsRun(parent);
  if (ts.isBindingElement(parent)) return true;
  const isAsked =
    (ts.isIfStatement(parent) && parent.expression === at) ||
    (ts.isConditionalExpression(parent) && parent.condition === at);
  return isAsked || isLeftToOthers(parent);
}

/** A default that ends the program is none: `process.env.X ?? fail('X')`. */
const endsRun = (node: ts.Expression): boolean =>
  ts.isCallExpression(node) && [...below(node)].some((each) => ts.isStringLiteralLike(each));

const isComparison = ({ operatorToken }: ts.BinaryExpression): boolean =>
  [
    ts.SyntaxKind.EqualsEqualsEqualsToken,
    ts.SyntaxKind.ExclamationEqualsEqualsToken,
    ts.SyntaxKind.EqualsEqualsToken,
    ts.SyntaxKind.ExclamationEqualsToken,
  ].includes(operatorToken.kind);

/** `if (!X) throw …` and `if (!X || !Y) process.exit(1)`: it is needed. */
function guardsRun(node: ts.Node): boolean {
  let at = node;
  while (ts.isBinaryExpression(at.parent) || ts.isParenthesizedExpression(at.parent)) at = at.parent;
  const { parent } = at;
  if (!ts.isIfStatement(parent) || parent.expression !== at) return false;
  return [...below(parent.thenStatement), parent.thenStatement].some(
    (each) => ts.isThrowStatement(each) || (ts.isCallExpression(each) && each.expression.getText() === 'process.exit'),
  );
}

/** `Number(process.env.X)` makes something of nothing, and a table of settings may be looked through later. */
function isLeftToOthers(node: ts.Node): boolean {
  if (ts.isCallExpression(node)) return true;
  if (!ts.isPropertyAssignment(node) && !ts.isShorthandPropertyAssignment(node)) return false;
  const { parent } = node.parent;
  return !ts.isCallExpression(parent) && !ts.isNewExpression(parent);
}

function isBehindScheme(node: ts.Node): boolean {
  const at = outer(node);
  const { parent } = at;
  if (ts.isTemplateSpan(parent)) {
    const template = parent.parent;
    const index = template.templateSpans.indexOf(parent);
    const before = index === 0 ? template.head.text : (template.templateSpans[index - 1]?.literal.text ?? '');
    return before.endsWith('://');
  }
  return (
    ts.isBinaryExpression(parent) &&
    parent.right === at &&
    ts.isStringLiteralLike(parent.left) &&
    parent.left.text.endsWith('://')
  );
}
