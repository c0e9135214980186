import { Node } from 'ts-morph';
import { declarationsOf, isFunctionNode, methodCall, unwrap } from './nodes.ts';
import { argumentsFor } from './constants.ts';
import type { Identifiers } from './identifiers.ts';

const MAX_DEPTH = 12;

export interface OriginRules<T> {
  /** Is this the expression that creates the object? */
  created(node: Node): T | undefined;
  /** Methods that return their object (`app.use(…)` does), so that calls can be chained. */
  chains(method: string): boolean;
  /** What a function's parameter is when the framework calls that function: Fastify's `register(async (instance) => …)`. */
  parameter?(parameter: Node, origin: (node: Node) => T[]): T[] | undefined;
}

/**
 * Follows an expression back to where its object was created: through variables, fields, parameters, factories and
 * files. Where the branches of a program disagree, all answers are given.
 */
export class Origins<T> {
  readonly #identifiers: Identifiers;
  readonly #rules: OriginRules<T>;

  constructor(identifiers: Identifiers, rules: OriginRules<T>) {
    this.#identifiers = identifiers;
    this.#rules = rules;
  }

  of(node: Node): T[] {
    return [...new Set(this.#of(node, 0))];
  }

  #of(start: Node | undefined, depth: number): T[] {
    if (!start || depth > MAX_DEPTH) return [];
    const node = unwrap(start);
    const created = this.#rules.created(node);
    if (created !== undefined) return [created];
    const next = (inner: Node | undefined): T[] => this.#of(inner, depth + 1);
    if (Node.isConditionalExpression(node)) return [...next(node.getWhenTrue()), ...next(node.getWhenFalse())];
    if (Node.isBinaryExpression(node)) return [...next(node.getLeft()), ...next(node.getRight())];
    if (Node.isCallExpression(node)) {
      const method = methodCall(node);
      if (method && this.#rules.chains(method.name)) {
        const receiver = next(method.receiver);
        if (receiver.length > 0) return receiver;
      }
      return declarationsOf(calleeName(node)).flatMap((declaration) => returned(declaration).flatMap(next));
    }
    const name = Node.isPropertyAccessExpression(node) ? node.getNameNode() : node;
    if (!Node.isIdentifier(name) && !Node.isPrivateIdentifier(name)) return [];
    return declarationsOf(name).flatMap((declaration) => this.#declared(declaration, next));
  }

  #declared(declaration: Node, next: (node: Node | undefined) => T[]): T[] {
    if (Node.isParameterDeclaration(declaration)) {
      const given = this.#rules.parameter?.(declaration, next);
      const values = given ?? argumentsFor(declaration, this.#identifiers).flatMap(next);
      return [...values, ...next(declaration.getInitializer()), ...this.#assigned(declaration, next)];
    }
    if (Node.isBindingElement(declaration)) return boundValues(declaration).flatMap(next);
    if (Node.isExportAssignment(declaration)) return next(declaration.getExpression());
    if (Node.isShorthandPropertyAssignment(declaration)) return next(declaration.getNameNode());
    if (Node.isGetAccessorDeclaration(declaration)) return returned(declaration).flatMap(next);
    const initializer = Node.isInitializerExpressionGetable(declaration) ? declaration.getInitializer() : undefined;
    return initializer ? next(initializer) : this.#assigned(declaration, next);
  }

  /** `let app; … app = express()` and `this.app = express()`. */
  #assigned(declaration: Node, next: (node: Node | undefined) => T[]): T[] {
    if (!Node.hasName(declaration)) return [];
    return this.#identifiers.references(declaration, declaration.getName()).flatMap((name) => {
      const parent = name.getParent();
      const target = Node.isPropertyAccessExpression(parent) ? parent : name;
      const assignment = target.getParent();
      const isIt = Node.isBinaryExpression(assignment) && assignment.getLeft() === target;
      return isIt && assignment.getOperatorToken().getText() === '=' ? next(assignment.getRight()) : [];
    });
  }
}

function calleeName(node: Node): Node {
  const callee = Node.isCallExpression(node) ? unwrap(node.getExpression()) : node;
  return Node.isPropertyAccessExpression(callee) ? callee.getNameNode() : callee;
}

/** The expressions that a function of the project returns. */
function returned(declaration: Node): Node[] {
  const holder = Node.isExportAssignment(declaration) ? declaration.getExpression() : declaration;
  const body = Node.isInitializerExpressionGetable(holder) ? holder.getInitializer() : holder;
  const code = body && unwrap(body);
  if (!code || !(isFunctionNode(code) || Node.isGetAccessorDeclaration(code))) return [];
  if (Node.isArrowFunction(code) && !Node.isBlock(code.getBody())) return [code.getBody()];
  return code
    .getDescendants()
    .filter(Node.isReturnStatement)
    .filter(
      (statement) =>
        statement.getFirstAncestor((node) => isFunctionNode(node) || Node.isGetAccessorDeclaration(node)) === code,
    )
    .flatMap((statement) => statement.getExpression() ?? []);
}

/** `const { app } = createServer()`: the property `app` of the objects that the function returns. */
function boundValues(element: Node): Node[] {
  if (!Node.isBindingElement(element)) return [];
  const value = element.getFirstAncestor(Node.isVariableDeclaration)?.getInitializer();
  const property = element.getPropertyNameNode()?.getText() ?? element.getName();
  const source = value && unwrap(value);
  const objects = Node.isCallExpression(source)
    ? declarationsOf(calleeName(source)).flatMap(returned)
    : source
      ? [source]
      : [];
  return objects.map(unwrap).flatMap((object) => {
    const found = Node.isObjectLiteralExpression(object) ? object.getProperty(property) : undefined;
    if (Node.isPropertyAssignment(found)) return found.getInitializer() ?? [];
    return Node.isShorthandPropertyAssignment(found) ? [found.getNameNode()] : [];
  });
}
