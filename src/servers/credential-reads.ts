import { ts } from 'ts-morph';
import type { SourceProgram } from './tools/program.ts';

const CREDENTIAL_HEADERS = [
  'authorization',
  'x-api-key',
  'api-key',
  'apikey',
  'x-auth-token',
  'x-access-token',
  'proxy-authorization',
];
/** Names that incoming requests go by; an outgoing one is a `config`, `options`, `init`, `headers: {…}`. */
const REQUESTS = [
  'req',
  '_req',
  'request',
  'ctx',
  'c',
  'context',
  'event',
  'extra',
  'r',
  'incoming',
  'httpRequest',
  'requestInfo',
];
const REQUEST_TYPES = [
  'Request',
  'IncomingMessage',
  'FastifyRequest',
  'NextRequest',
  'NextApiRequest',
  'Context',
  'HonoRequest',
];
const ROUTE_METHODS = ['get', 'post', 'put', 'patch', 'delete', 'all', 'use', 'route', 'on'];

/** Finds places where the credentials of an incoming request are read. */
export class CredentialReads {
  constructor(
    private readonly program: SourceProgram,
    private readonly mcpPaths: string[],
  ) {}

  /** The header that is read at this node, when that has to do with the MCP endpoint. */
  at(node: ts.Node): string | undefined {
    const header = this.#headerRead(node);
    if (!header || isHarmless(node) || this.#guardsAnotherRoute(node)) return undefined;
    return header;
  }

  #headerRead(node: ts.Node): string | undefined {
    if (ts.isPropertyAccessExpression(node)) return this.#ofHeaders(node.expression, node.name.text);
    if (ts.isElementAccessExpression(node) && ts.isStringLiteralLike(node.argumentExpression)) {
      return this.#ofHeaders(node.expression, node.argumentExpression.text);
    }
    if (ts.isBindingElement(node)) return this.#destructured(node);
    if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return undefined;
    const [argument] = node.arguments;
    const header = argument && ts.isStringLiteralLike(argument) ? credential(argument.text) : undefined;
    if (!header || node.arguments.length !== 1) return undefined;
    const { name, expression } = node.expression;
    // `req.header('authorization')`, `req.get('authorization')`, `c.req.header('authorization')`
    if ((name.text === 'header' || name.text === 'get') && this.#isRequest(expression)) return header;
    return name.text === 'get' ? this.#ofHeaders(expression, header) : undefined;
  }

  /** `<request>.headers` and then a name. */
  #ofHeaders(holder: ts.Expression, name: string): string | undefined {
    const header = credential(name);
    if (!header) return undefined;
    const headers = unwrap(holder);
    if (ts.isPropertyAccessExpression(headers) && headers.name.text === 'headers') {
      return this.#isRequest(headers.expression) ? header : undefined;
    }
    return this.#holdsHeaders(headers) ? header : undefined;
  }

  /** `const { headers } = req`, `const headers = req.headers`, `(await headers()).get(…)` of next/headers. */
  #holdsHeaders(expression: ts.Expression): boolean {
    if (ts.isCallExpression(expression) && ts.isIdentifier(expression.expression)) {
      const symbol = this.program.checker.getSymbolAtLocation(expression.expression);
      return symbol !== undefined && this.program.externalOf(symbol)?.module === 'next/headers';
    }
    if (!ts.isIdentifier(expression)) return false;
    const declaration = this.program.symbolOf(expression)?.valueDeclaration;
    if (!declaration) return false;
    if (ts.isBindingElement(declaration)) {
      const taken = declaration.propertyName ?? declaration.name;
      return ts.isIdentifier(taken) && taken.text === 'headers' && this.#fromRequest(declaration);
    }
    if (!ts.isVariableDeclaration(declaration) || !declaration.initializer) return false;
    const initial = unwrap(declaration.initializer);
    if (ts.isPropertyAccessExpression(initial) && initial.name.text === 'headers')
      return this.#isRequest(initial.expression);
    return ts.isCallExpression(initial) && this.#holdsHeaders(initial);
  }

  /** `const { authorization } = req.headers` */
  #destructured(element: ts.BindingElement): string | undefined {
    const key = element.propertyName ?? element.name;
    const name = ts.isIdentifier(key) || ts.isStringLiteral(key) ? key.text : '';
    const declaration = element.parent.parent;
    const source = ts.isVariableDeclaration(declaration) ? declaration.initializer : undefined;
    return source && credential(name) ? this.#ofHeaders(source, name) : undefined;
  }

  #fromRequest(element: ts.BindingElement): boolean {
    const declaration = element.parent.parent;
    if (ts.isParameter(declaration)) return true;
    return (
      ts.isVariableDeclaration(declaration) &&
      declaration.initializer !== undefined &&
      this.#isRequest(declaration.initializer)
    );
  }

  /** Is this an incoming request: by its declared type, else by the name it goes by. */
  #isRequest(expression: ts.Expression): boolean {
    const node = unwrap(expression);
    if (ts.isPropertyAccessExpression(node))
      return REQUESTS.includes(node.name.text) || this.#isRequest(node.expression);
    if (!ts.isIdentifier(node)) return false;
    const declaration = this.program.symbolOf(node)?.valueDeclaration;
    const type = declaration && ts.isParameter(declaration) ? declaration.type : undefined;
    if (type && ts.isTypeReferenceNode(type)) {
      const name = ts.isQualifiedName(type.typeName) ? type.typeName.right.text : type.typeName.text;
      if (REQUEST_TYPES.includes(name)) return true;
    }
    return REQUESTS.includes(node.text);
  }

  /** The check sits in a handler of a route that has nothing to do with the MCP endpoint. */
  #guardsAnotherRoute(node: ts.Node): boolean {
    for (let at: ts.Node = node; !ts.isSourceFile(at); at = at.parent) {
      if (!ts.isFunctionLike(at)) continue;
      if (this.#isHandlerElsewhere(at)) return true;
      const name = ts.isFunctionDeclaration(at)
        ? at.name
        : ts.isVariableDeclaration(at.parent)
          ? at.parent.name
          : undefined;
      const symbol = name && ts.isIdentifier(name) ? this.program.symbolOf(name) : undefined;
      const uses = symbol
        ? this.program.mentions(symbol).filter((mention) => mention !== name && !isImportName(mention))
        : [];
      if (uses.length > 0 && uses.every((use) => this.#isHandlerElsewhere(use))) return true;
    }
    return false;
  }

  /** Is a node an argument of `app.post('/elsewhere', …)`? */
  #isHandlerElsewhere(node: ts.Node): boolean {
    const call = node.parent;
    if (!ts.isCallExpression(call) || !call.arguments.includes(node as ts.Expression)) return false;
    if (!ts.isPropertyAccessExpression(call.expression) || !ROUTE_METHODS.includes(call.expression.name.text))
      return false;
    const [path] = call.arguments;
    if (!path || !ts.isStringLiteralLike(path) || !path.text.startsWith('/') || this.mcpPaths.length === 0)
      return false;
    return !this.mcpPaths.some((mcp) => covers(path.text, mcp));
  }
}

/** Can a route path match the MCP endpoint? Anything with a pattern in it is taken to. */
function covers(route: string, mcp: string): boolean {
  if (/[*:({]/.test(route)) return true;
  const plain = route.endsWith('/') ? route.slice(0, -1) : route;
  return plain === '' || mcp === plain || mcp.startsWith(`${plain}/`) || mcp.endsWith(plain);
}

/** Removing, overwriting or masking a header (for a log) does not check it. */
function isHarmless(node: ts.Node): boolean {
  const parent = node.parent;
  if (ts.isDeleteExpression(parent) || ts.isTypeOfExpression(parent)) return true;
  if (ts.isBinaryExpression(parent) && parent.left === node && parent.operatorToken.kind === ts.SyntaxKind.EqualsToken)
    return true;
  return (
    ts.isConditionalExpression(parent) &&
    parent.condition === node &&
    ts.isStringLiteralLike(parent.whenTrue) &&
    isBlank(parent.whenFalse)
  );
}

function isBlank(node: ts.Expression): boolean {
  return (
    ts.isStringLiteralLike(node) ||
    node.kind === ts.SyntaxKind.NullKeyword ||
    (ts.isIdentifier(node) && node.text === 'undefined')
  );
}

function credential(name: string): string | undefined {
  const lower = name.toLowerCase();
  return CREDENTIAL_HEADERS.includes(lower) ? lower : undefined;
}

function unwrap(node: ts.Expression): ts.Expression {
  let at = node;
  while (
    ts.isParenthesizedExpression(at) ||
    ts.isAsExpression(at) ||
    ts.isNonNullExpression(at) ||
    ts.isAwaitExpression(at)
  )
    at = at.expression;
  return at;
}

function isImportName(node: ts.Node): boolean {
  return ts.isImportSpecifier(node.parent) || ts.isExportSpecifier(node.parent) || ts.isImportClause(node.parent);
}
