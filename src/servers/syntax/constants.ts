import { Node, ts } from 'ts-morph';
import { declarationsOf, unwrap } from './nodes.ts';
import type { Identifiers } from './identifiers.ts';

const MAX_DEPTH = 8;

/**
 * The strings an expression can be, whatever the environment says; `undefined` when that is not certain. A loop variable
 * and a parameter can be several: `for (const path of ['/a', '/b'])`, `mount(app, '/a'); mount(app, '/b')`. Arrays give
 * their elements.
 */
export class Constants {
  readonly #identifiers: Identifiers;

  constructor(identifiers: Identifiers) {
    this.#identifiers = identifiers;
  }

  strings(node: Node | undefined, depth = 0): string[] | undefined {
    if (!node || depth > MAX_DEPTH) return undefined;
    const value = unwrap(node);
    if (Node.isStringLiteral(value) || Node.isNoSubstitutionTemplateLiteral(value)) return [value.getLiteralValue()];
    if (Node.isArrayLiteralExpression(value)) return this.#all(value.getElements(), depth);
    if (Node.isTemplateExpression(value)) {
      const parts = value
        .getTemplateSpans()
        .map((span) => [span.getExpression(), span.getLiteral().getLiteralText()] as const);
      return parts.reduce<string[] | undefined>(
        (heads, [expression, tail]) => combine(heads, this.strings(expression, depth + 1))?.map((text) => text + tail),
        [value.getHead().getLiteralText()],
      );
    }
    if (Node.isBinaryExpression(value) && value.getOperatorToken().getText() === '+') {
      return combine(this.strings(value.getLeft(), depth + 1), this.strings(value.getRight(), depth + 1));
    }
    if (Node.isConditionalExpression(value)) return this.#all([value.getWhenTrue(), value.getWhenFalse()], depth);
    if (Node.isIdentifier(value) || Node.isPropertyAccessExpression(value)) return this.#declared(value, depth);
    return undefined;
  }

  /** The one string an expression is. */
  string(node: Node | undefined): string | undefined {
    const strings = this.strings(node);
    return strings?.length === 1 ? strings[0] : undefined;
  }

  #all(nodes: Node[], depth: number): string[] | undefined {
    const lists = nodes.map((node) => this.strings(node, depth + 1));
    return lists.every((list) => list !== undefined) ? lists.flat() : undefined;
  }

  #declared(node: Node, depth: number): string[] | undefined {
    const name = Node.isPropertyAccessExpression(node) ? node.getNameNode() : node;
    const declarations = declarationsOf(name);
    const [declaration] = declarations;
    if (!declaration || declarations.length > 1) return undefined;
    if (Node.isVariableDeclaration(declaration)) {
      const loop = declaration.getFirstAncestor(Node.isForOfStatement);
      if (loop && loop.getInitializer().getDescendants().includes(declaration))
        return this.strings(loop.getExpression(), depth + 1);
      return declaration.getVariableStatement()?.getDeclarationKind() === 'const' || !this.#isAssigned(name.getText())
        ? this.strings(declaration.getInitializer(), depth + 1)
        : undefined;
    }
    if (Node.isParameterDeclaration(declaration)) return this.#parameter(declaration, depth);
    const isField = Node.isPropertyAssignment(declaration) || Node.isPropertyDeclaration(declaration);
    if (isField && this.#isAssigned(name.getText())) return undefined;
    return isField || Node.isEnumMember(declaration)
      ? this.strings(declaration.getInitializer(), depth + 1)
      : undefined;
  }

  #parameter(parameter: Node, depth: number): string[] | undefined {
    const values = argumentsFor(parameter, this.#identifiers);
    if (values.length === 0) return undefined;
    const fallback = Node.isParameterDeclaration(parameter) ? parameter.getInitializer() : undefined;
    const lists = values.map((value) => this.strings(value ?? fallback, depth + 1));
    return lists.every((list) => list !== undefined) ? [...new Set(lists.flat())] : undefined;
  }

  /** Is there an assignment to a variable or property of this name anywhere? */
  #isAssigned(name: string): boolean {
    return this.#identifiers.named(name).some((identifier) => {
      const parent = identifier.getParent();
      const target =
        Node.isPropertyAccessExpression(parent) && parent.getNameNode() === identifier ? parent : identifier;
      const assignment = target.getParent();
      return (
        Node.isBinaryExpression(assignment) &&
        assignment.getLeft() === target &&
        assignment.getOperatorToken().getKind() >= ts.SyntaxKind.FirstAssignment &&
        assignment.getOperatorToken().getKind() <= ts.SyntaxKind.LastAssignment
      );
    });
  }
}

/**
 * The arguments that a function of the project is called with for one of its parameters, `undefined` for a call that
 * leaves it out; for the callback of `list.forEach(…)` and `list.map(…)` the list.
 */
export function argumentsFor(parameter: Node, identifiers: Identifiers): (Node | undefined)[] {
  const owner = parameter.getParent();
  if (!Node.isParametered(owner)) return [];
  const index = owner.getParameters().findIndex((candidate) => candidate === parameter);
  const parent = owner.getParent();
  if (Node.isCallExpression(parent) && parent.getArguments().includes(owner as never)) {
    const callee = parent.getExpression();
    const isLoop = Node.isPropertyAccessExpression(callee) && ['forEach', 'map', 'flatMap'].includes(callee.getName());
    return isLoop && index === 0 ? [callee.getExpression()] : [];
  }
  return callsOf(owner, identifiers).map((call) => (Node.isSpreadElement(call[index]) ? undefined : call[index]));
}

/** The argument lists of all calls of a function or constructor of the project. */
function callsOf(owner: Node, identifiers: Identifiers): Node[][] {
  const isConstructor = Node.isConstructorDeclaration(owner);
  const holder =
    isConstructor || Node.isArrowFunction(owner) || Node.isFunctionExpression(owner) ? owner.getParent() : owner;
  if (!holder || !Node.hasName(holder)) return [];
  return identifiers.references(holder, holder.getName()).flatMap((name) => {
    const parent = name.getParent();
    const callee = Node.isPropertyAccessExpression(parent) && parent.getNameNode() === name ? parent : name;
    const call = callee.getParent();
    if (!Node.isNewExpression(call) && !Node.isCallExpression(call)) return [];
    const isIt = Node.isNewExpression(call) === isConstructor && call.getExpression() === callee;
    return isIt ? [call.getArguments()] : [];
  });
}

function combine(heads: string[] | undefined, tails: string[] | undefined): string[] | undefined {
  return heads && tails?.flatMap((tail) => heads.map((head) => head + tail));
}
