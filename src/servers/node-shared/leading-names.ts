import { ts } from 'ts-morph';
import type { Identifiers } from '../syntax/identifiers.ts';
import type { Sink } from './sinks.ts';

/**
 * The names that may stand for code that leads to a sink: those of what the sinks stand in, of what those names are
 * mentioned in, and so on. By spelling and scope of files alone, so it is rather too many than too few; asking the type
 * checker is expensive, and about no other name it has to be asked.
 */
export class LeadingNames {
  readonly #identifiers: Identifiers;
  /** Names that a file declares or imports. */
  readonly #local = new Map<ts.SourceFile, Set<string>>();
  /** Names behind a dot, in any file. */
  readonly #members = new Set<string>();
  readonly #queue: ts.Node[] = [];

  constructor(sinks: Sink[], identifiers: Identifiers) {
    this.#identifiers = identifiers;
    this.#queue.push(...sinks.map(({ node }) => node.compilerNode));
    for (const mention of this.#queue) this.#nameAround(mention);
  }

  has(name: ts.Identifier | ts.PrivateIdentifier): boolean {
    if (isMember(name)) return this.#members.has(name.text);
    return this.#local.get(name.getSourceFile())?.has(name.text) ?? false;
  }

  /** Takes in the names of everything that a mention stands in. */
  #nameAround(mention: ts.Node): void {
    this.#nameParameters(mention);
    for (let at: ts.Node = mention; !ts.isSourceFile(at); at = at.parent) {
      if (ts.isVariableDeclaration(at) || ts.isFunctionDeclaration(at)) this.#nameDeclaration(at);
      else if (ts.isConstructorDeclaration(at)) this.#nameDeclaration(at.parent);
      else if (
        ts.isMethodDeclaration(at) ||
        ts.isPropertyAssignment(at) ||
        ts.isPropertyDeclaration(at) ||
        ts.isAccessor(at)
      ) {
        this.#addMember(at.name.getText());
      } else if (ts.isShorthandPropertyAssignment(at)) this.#addMember(at.name.text);
      else if (ts.isExportAssignment(at)) this.#addExport('default');
      else if (ts.isBinaryExpression(at) && at.operatorToken.kind === ts.SyntaxKind.EqualsToken)
        this.#nameAssignment(at.left);
    }
  }

  #nameDeclaration(declaration: ts.VariableDeclaration | ts.FunctionDeclaration | ts.ClassLikeDeclaration): void {
    for (const name of boundNames(declaration.name)) {
      this.#addLocal(declaration.getSourceFile(), name);
      if (isTopLevel(declaration)) this.#addExport(name);
    }
    const isDefault =
      ts.canHaveModifiers(declaration) &&
      ts.getModifiers(declaration)?.some(({ kind }) => kind === ts.SyntaxKind.DefaultKeyword);
    if (isDefault) this.#addExport('default');
  }

  /** `handler = …`, `this.handler = …`, `exports.handler = …`, `module.exports = …`. */
  #nameAssignment(target: ts.Node): void {
    if (ts.isIdentifier(target)) this.#addLocal(target.getSourceFile(), target.text);
    if (!ts.isPropertyAccessExpression(target)) return;
    if (target.name.text === 'exports') this.#addExport('default');
    this.#addMember(target.name.text);
  }

  /** Handed to a function of the project, code goes by the name of the parameter there. */
  #nameParameters(argument: ts.Node): void {
    const call = argument.parent;
    if (!ts.isCallExpression(call) && !ts.isNewExpression(call)) return;
    const index = call.arguments?.findIndex((each) => each === argument) ?? -1;
    const callee = ts.isPropertyAccessExpression(call.expression) ? call.expression.name : call.expression;
    if (index < 0 || !ts.isIdentifier(callee)) return;
    for (const declaration of this.#identifiers.declaredAs(callee.text)) {
      const parameter = parametersOf(declaration)?.[index];
      for (const name of boundNames(parameter?.name)) this.#addLocal(declaration.getSourceFile(), name);
    }
  }

  /** An export is known by the names that it is imported under, or behind the dot of a namespace. */
  #addExport(name: string): void {
    this.#addTaken(name);
    this.#addMember(name);
  }

  #addMember(name: string): void {
    if (this.#members.has(name)) return;
    this.#members.add(name);
    this.#addTaken(name);
    this.#queue.push(...this.#identifiers.spelled(name).filter(isMember));
  }

  #addTaken(name: string): void {
    for (const { file, local, reexported } of this.#identifiers.taken(name)) {
      if (reexported) {
        if (local !== name) this.#addExport(local);
      } else this.#addLocal(file, local);
    }
  }

  #addLocal(file: ts.SourceFile, name: string): void {
    const names = this.#local.get(file) ?? new Set<string>();
    if (names.has(name)) return;
    this.#local.set(file, names.add(name));
    const mentions = this.#identifiers.spelled(name).filter((node) => node.getSourceFile() === file);
    this.#queue.push(...mentions.filter((node) => !isMember(node) && !isDeclaredName(node) && !isInType(node)));
  }
}

/** `x` in `a.x`. */
function isMember(node: ts.Node): boolean {
  return ts.isPropertyAccessExpression(node.parent) && node.parent.name === node;
}

function isDeclaredName(node: ts.Node): boolean {
  return 'name' in node.parent && node.parent.name === node && !ts.isShorthandPropertyAssignment(node.parent);
}

function isInType(node: ts.Node): boolean {
  return ts.isTypeReferenceNode(node.parent) || ts.isTypeQueryNode(node.parent);
}

function isTopLevel(node: ts.Node): boolean {
  const statement = ts.isVariableDeclaration(node) ? node.parent.parent : node;
  return ts.isSourceFile(statement.parent);
}

function boundNames(name: ts.Node | undefined): string[] {
  if (!name) return [];
  if (ts.isIdentifier(name)) return [name.text];
  return ts.isObjectBindingPattern(name) || ts.isArrayBindingPattern(name)
    ? name.elements.flatMap((element) => (ts.isBindingElement(element) ? boundNames(element.name) : []))
    : [];
}

function parametersOf(declaration: ts.Node): readonly ts.ParameterDeclaration[] | undefined {
  const value =
    ts.isVariableDeclaration(declaration) || ts.isPropertyDeclaration(declaration)
      ? declaration.initializer
      : declaration;
  const owner = value && ts.isClassDeclaration(value) ? value.members.find(ts.isConstructorDeclaration) : value;
  return owner && ts.isFunctionLike(owner) ? (owner.parameters as readonly ts.ParameterDeclaration[]) : undefined;
}
