import { Node, type CallExpression, type NewExpression } from 'ts-morph';
import type { CodeModel } from '../model.ts';
import { identifiersOf } from '../syntax/identifiers.ts';
import { localNames } from '../syntax/imports.ts';
import { staticString } from '../syntax/static-value.ts';
import { declarationsOf, methodCall, unwrap } from '../syntax/nodes.ts';

/** A Hono app is known by the expression that creates it. `prefix` is what `basePath()` calls on the way have added. */
export interface AppReference {
  creation: NewExpression;
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
export function createAppFinder(model: CodeModel): {
  creations: NewExpression[];
  appOf(node: Node): AppReference | undefined;
} {
  const creations = model.sourceFiles().flatMap((file) => {
    const locals = localNames(file, ({ specifier, imported }) => PACKAGES[specifier]?.includes(imported) === true);
    if (locals.size === 0) return [];
    return file
      .getDescendants()
      .filter(
        (node): node is NewExpression => Node.isNewExpression(node) && locals.has(node.getExpression().getText()),
      );
  });
  const known = new Set<Node>(creations);
  const callsOf = createCallFinder(model);

  function appOf(start: Node, depth = 0): AppReference | undefined {
    if (depth > MAX_DEPTH) return undefined;
    const node = unwrap(start);
    if (Node.isNewExpression(node))
      return known.has(node) ? { creation: node, prefix: '', isOneOfMany: false } : undefined;
    if (Node.isCallExpression(node)) return appOfCall(node, depth);
    if (Node.isPropertyAccessExpression(node)) return firstApp(declarationsOf(node.getNameNode()), depth);
    if (Node.isIdentifier(node)) return firstApp(declarationsOf(node), depth);
    return undefined;
  }

  /** `protectMcp(new Hono(), …)`, `app.basePath('/x')`, any chained method (they return the app), `createApp()`. */
  function appOfCall(node: Node, depth: number): AppReference | undefined {
    if (!Node.isCallExpression(node)) return undefined;
    const method = methodCall(node);
    const receiver = method && appOf(method.receiver, depth + 1);
    if (receiver) {
      if (method.name !== 'basePath') return receiver;
      const base = staticString(node.getArguments()[0]);
      return base === undefined ? undefined : { ...receiver, prefix: joinPaths(receiver.prefix, base) };
    }
    const callee = node.getExpression();
    if (callee.getText() === 'protectMcp') return node.getArguments()[0] && appOf(node.getArguments()[0]!, depth + 1);
    const name = method ? (Node.isPropertyAccessExpression(callee) ? callee.getNameNode() : callee) : callee;
    for (const declaration of declarationsOf(name)) {
      const app = returnedApp(declaration, depth);
      if (app) return { ...app, isOneOfMany: app.isOneOfMany || callsOf(declaration).length > 1 };
    }
    return undefined;
  }

  function firstApp(declarations: Node[], depth: number): AppReference | undefined {
    for (const declaration of declarations) {
      const app = declaredApp(declaration, depth);
      if (app) return app;
    }
    return undefined;
  }

  function declaredApp(declaration: Node, depth: number): AppReference | undefined {
    if (Node.isParameterDeclaration(declaration)) {
      const apps = argumentsFor(declaration, callsOf).map((argument) => appOf(argument, depth + 1));
      const [first, ...rest] = apps;
      return rest.every((app) => app?.creation === first?.creation) ? first : undefined;
    }
    if (Node.isExportAssignment(declaration)) return appOf(declaration.getExpression(), depth + 1);
    if (
      Node.isVariableDeclaration(declaration) ||
      Node.isPropertyDeclaration(declaration) ||
      Node.isPropertyAssignment(declaration)
    ) {
      const initializer = declaration.getInitializer();
      if (initializer) return appOf(initializer, depth + 1);
    }
    const assigned = assignedValue(declaration);
    return assigned && appOf(assigned, depth + 1);
  }

  function returnedApp(declaration: Node, depth: number): AppReference | undefined {
    const body = Node.isVariableDeclaration(declaration) ? declaration.getInitializer() : declaration;
    if (!body) return undefined;
    if (Node.isArrowFunction(body) && !Node.isBlock(body.getBody())) return appOf(body.getBody(), depth + 1);
    for (const statement of body.getDescendants().filter(Node.isReturnStatement)) {
      const value = statement.getExpression();
      const app = value && appOf(value, depth + 1);
      if (app) return app;
    }
    return undefined;
  }
  return { creations, appOf: (node) => appOf(node) };
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

type CallFinder = (declaration: Node) => CallExpression[];

/** Where a function of the project is called. */
function createCallFinder(model: CodeModel): CallFinder {
  const found = new Map<Node, CallExpression[]>();
  return (declaration) => {
    const known = found.get(declaration);
    if (known) return known;
    const name = Node.hasName(declaration) ? declaration.getName() : undefined;
    const references = name === undefined ? [] : identifiersOf(model).references(declaration, name);
    const calls = references.flatMap((reference) => {
      const parent = reference.getParent();
      const callee = Node.isPropertyAccessExpression(parent) && parent.getNameNode() === reference ? parent : reference;
      const call = callee.getParent();
      return Node.isCallExpression(call) && call.getExpression() === callee ? [call] : [];
    });
    found.set(declaration, calls);
    return calls;
  };
}

/** Which arguments a function of the project gets for a given parameter. */
function argumentsFor(parameter: Node, callsOf: CallFinder): Node[] {
  const owner = parameter.getParent();
  if (!owner || !Node.isParametered(owner)) return [];
  const index = owner.getParameters().findIndex((candidate) => candidate === parameter);
  const declaration = Node.isArrowFunction(owner) || Node.isFunctionExpression(owner) ? owner.getParent() : owner;
  return declaration ? callsOf(declaration).flatMap((call) => call.getArguments()[index] ?? []) : [];
}

/** Joins as Hono's `mergePath` does; the result has a leading and no trailing slash (but `/` alone). */
export function joinPaths(...parts: string[]): string {
  const segments = parts.flatMap((part) => part.split('/')).filter((segment) => segment !== '');
  return `/${segments.join('/')}`;
}
