import { Node, type CallExpression, type NewExpression, type SourceFile } from 'ts-morph';
import type { CodeModel } from '../model.ts';
import { argumentsFor } from '../syntax/constants.ts';
import { identifiersOf, type Identifiers } from '../syntax/identifiers.ts';
import { callsOfExport } from '../sdk2/exports.ts';
import { localNames } from '../syntax/imports.ts';
import { joinPaths } from '../syntax/paths.ts';
import { staticString } from '../syntax/static-value.ts';
import { declarationsOf, methodCall, unwrap } from '../syntax/nodes.ts';

/** `new Hono()`, or `createMcpHonoApp()` of SDK 2. */
export type AppCreation = NewExpression | CallExpression;

/** A Hono app is known by the expression that creates it. `prefix` is what `basePath()` calls on the way have added. */
export interface AppReference {
  creation: AppCreation;
  prefix: string;
  /** A function made the app, and it is called in several places: this is one of several apps. */
  isOneOfMany: boolean;
}

const PACKAGES: Record<string, string[]> = {
  hono: ['Hono'],
  'hono/tiny': ['Hono'],
  'hono/quick': ['Hono'],
  '@hono/zod-openapi': ['OpenAPIHono'],
};
const MAX_DEPTH = 10;

/** Follows expressions to the Hono apps that they stand for. */
export class HonoApps {
  readonly creations: AppCreation[];
  readonly #known: Set<Node>;
  readonly #identifiers: Identifiers;

  constructor(model: CodeModel) {
    this.creations = [...model.sourceFiles().flatMap(creationsIn), ...mcpApps(model)];
    this.#known = new Set(this.creations);
    this.#identifiers = identifiersOf(model);
  }

  of(start: Node, depth = 0): AppReference | undefined {
    if (depth > MAX_DEPTH) return undefined;
    const node = unwrap(start);
    if (Node.isNewExpression(node) || (Node.isCallExpression(node) && this.#known.has(node)))
      return this.#known.has(node) ? { creation: node, prefix: '', isOneOfMany: false } : undefined;
    if (Node.isCallExpression(node)) return this.#ofCall(node, depth);
    const name = Node.isPropertyAccessExpression(node) ? node.getNameNode() : node;
    return Node.isIdentifier(name) || Node.isPropertyAccessExpression(node)
      ? firstOf(declarationsOf(name), (declaration) => this.#declared(declaration, depth))
      : undefined;
  }

  /** `protectMcp(new Hono(), …)`, `app.basePath('/x')`, any chained method (they return the app), `createApp()`. */
  #ofCall(call: CallExpression, depth: number): AppReference | undefined {
    const method = methodCall(call);
    const receiver = method && this.of(method.receiver, depth + 1);
    if (receiver) {
      if (method.name !== 'basePath') return receiver;
      const base = staticString(call.getArguments()[0]);
      return base === undefined ? undefined : { ...receiver, prefix: joinPaths(receiver.prefix, base) };
    }
    const callee = call.getExpression();
    const [first] = call.getArguments();
    if (callee.getText() === 'protectMcp') return first && this.of(first, depth + 1);
    const name = Node.isPropertyAccessExpression(callee) ? callee.getNameNode() : callee;
    return firstOf(declarationsOf(name), (declaration) => {
      const app = this.#returned(declaration, depth);
      return app && { ...app, isOneOfMany: app.isOneOfMany || this.#callsOf(declaration) > 1 };
    });
  }

  #declared(declaration: Node, depth: number): AppReference | undefined {
    if (Node.isParameterDeclaration(declaration)) {
      const given = argumentsFor(declaration, this.#identifiers).filter((argument) => argument !== undefined);
      const [first, ...rest] = given.map((argument) => this.of(argument, depth + 1));
      return rest.every((app) => app?.creation === first?.creation) ? first : undefined;
    }
    if (Node.isExportAssignment(declaration)) return this.of(declaration.getExpression(), depth + 1);
    const value =
      Node.isVariableDeclaration(declaration) ||
      Node.isPropertyDeclaration(declaration) ||
      Node.isPropertyAssignment(declaration)
        ? declaration.getInitializer()
        : undefined;
    const held = value ?? assignedValue(declaration);
    return held && this.of(held, depth + 1);
  }

  #returned(declaration: Node, depth: number): AppReference | undefined {
    const body = Node.isVariableDeclaration(declaration) ? declaration.getInitializer() : declaration;
    if (!body) return undefined;
    if (Node.isArrowFunction(body) && !Node.isBlock(body.getBody())) return this.of(body.getBody(), depth + 1);
    return firstOf(body.getDescendants().filter(Node.isReturnStatement), (statement) => {
      const value = statement.getExpression();
      return value && this.of(value, depth + 1);
    });
  }

  /** In how many places a function of the project is called. */
  #callsOf(declaration: Node): number {
    const name = Node.hasName(declaration) ? declaration.getName() : undefined;
    const references = name === undefined ? [] : this.#identifiers.references(declaration, name);
    return references.filter((reference) => {
      const parent = reference.getParent();
      const callee = Node.isPropertyAccessExpression(parent) && parent.getNameNode() === reference ? parent : reference;
      const call = callee.getParent();
      return Node.isCallExpression(call) && call.getExpression() === callee;
    }).length;
  }
}

/** Every `createMcpHonoApp()` of SDK 2. */
function mcpApps(model: CodeModel): CallExpression[] {
  return callsOfExport(model, '@modelcontextprotocol/hono', 'createMcpHonoApp');
}

/** Every `new Hono()` of a file, of whichever package of Hono. */
function creationsIn(file: SourceFile): NewExpression[] {
  const locals = localNames(file, ({ specifier, imported }) => PACKAGES[specifier]?.includes(imported) === true);
  if (locals.size === 0) return [];
  return file
    .getDescendants()
    .filter((node): node is NewExpression => Node.isNewExpression(node) && locals.has(node.getExpression().getText()));
}

function firstOf<T>(nodes: T[], read: (node: T) => AppReference | undefined): AppReference | undefined {
  for (const node of nodes) {
    const app = read(node);
    if (app) return app;
  }
  return undefined;
}

/** `let app; … app = new Hono()` and `this.app = new Hono()`: the first value assigned in the same file. */
function assignedValue(declaration: Node): Node | undefined {
  const symbol = declaration.getSymbol();
  return declaration
    .getSourceFile()
    .getDescendants()
    .filter(Node.isBinaryExpression)
    .find((node) => {
      if (node.getOperatorToken().getText() !== '=') return false;
      const left = node.getLeft();
      const name = Node.isPropertyAccessExpression(left) ? left.getNameNode() : left;
      return symbol !== undefined && name.getSymbol() === symbol;
    })
    ?.getRight();
}
