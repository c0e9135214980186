import { Node, SyntaxKind, type Expression, type Symbol as TsSymbol } from 'ts-morph';

/** Peels off what does not change the value: parentheses, `!`, `as T`, `satisfies T`, `await`. */
export function unwrap(node: Node): Node {
  let current = node;
  for (;;) {
    if (
      Node.isParenthesizedExpression(current) ||
      Node.isNonNullExpression(current) ||
      Node.isAsExpression(current) ||
      Node.isSatisfiesExpression(current) ||
      Node.isTypeAssertion(current) ||
      Node.isAwaitExpression(current)
    ) {
      current = current.getExpression();
    } else {
      return current;
    }
  }
}

/** A function that is written out here: declaration, expression, arrow or method. */
export function isFunctionNode(node: Node): boolean {
  return (
    Node.isFunctionDeclaration(node) ||
    Node.isFunctionExpression(node) ||
    Node.isArrowFunction(node) ||
    Node.isMethodDeclaration(node)
  );
}

/** What a function returns: the body of a short arrow function, or the values of its own `return` statements. */
export function returnedValues(code: Node): Node[] {
  const body = Node.isArrowFunction(code) ? code.getBody() : undefined;
  if (body && !Node.isBlock(body)) return [body];
  return code
    .getDescendantsOfKind(SyntaxKind.ReturnStatement)
    .filter((statement) => statement.getFirstAncestor(isFunctionNode) === code)
    .flatMap((statement) => statement.getExpression() ?? []);
}

/** What a name stands for, followed through imports and re-exports; only what the snapshot itself declares. */
export function declarationsOf(identifier: Node): Node[] {
  const parent = identifier.getParent();
  // `{ transport }` names a property and, by the same word, a variable; the variable is what counts.
  const symbol = Node.isShorthandPropertyAssignment(parent) ? parent.getValueSymbol() : identifier.getSymbol();
  return symbol ? declarations(symbol) : [];
}

function declarations(symbol: TsSymbol): Node[] {
  const target = symbol.isAlias() ? (symbol.getAliasedSymbol() ?? symbol) : symbol;
  return target.getDeclarations();
}

/** What a declaration gives its name: the initial value, or what is assigned in `exports.x = …` (CommonJS). */
export function declaredValue(declaration: Node): Node | undefined {
  if (Node.isInitializerExpressionGetable(declaration)) return declaration.getInitializer();
  if (Node.isExportAssignment(declaration)) return declaration.getExpression();
  const assignment = Node.isPropertyAccessExpression(declaration) ? declaration.getParent() : declaration;
  const isAssigned = Node.isBinaryExpression(assignment) && assignment.getOperatorToken().getText() === '=';
  return isAssigned ? assignment.getRight() : undefined;
}

/** `a.b.c` -> `c`, `a` -> `a`. */
export function lastName(node: Node): string | undefined {
  if (Node.isIdentifier(node)) return node.getText();
  if (Node.isPropertyAccessExpression(node)) return node.getName();
  return undefined;
}

/** The method a call is made on, with its receiver: `app.all(…)` -> { receiver: app, name: 'all' }. */
export function methodCall(node: Node): { receiver: Expression; name: string } | undefined {
  if (!Node.isCallExpression(node)) return undefined;
  const callee = node.getExpression();
  return Node.isPropertyAccessExpression(callee)
    ? { receiver: callee.getExpression(), name: callee.getName() }
    : undefined;
}

/** Does the source of one node lie within that of another (or is it the same)? */
export function contains(outer: Node, inner: Node): boolean {
  return (
    outer.getSourceFile() === inner.getSourceFile() &&
    outer.getPos() <= inner.getPos() &&
    inner.getEnd() <= outer.getEnd()
  );
}
