import { ts } from 'ts-morph';
import { callsIn, functionAround, lastName, unwrap, type Code } from './code.ts';
import { declarationOf, externalOf, functionOf, namesAny, reach, textOf, textsOf, valueOf } from './values.ts';

/** A route or middleware, as it is registered with an app or router. */
export interface Route {
  call: ts.CallExpression;
  /** `use`, `get`, `post`, `all` … */
  method: string;
  /** As they stand in the source, `…` for what is not known; undefined for middleware of everything. */
  paths: string[] | undefined;
  handlers: ts.Expression[];
}

/** An app or router with what is registered there, in order. */
export interface App {
  declaration: ts.Declaration;
  name: string;
  kind: 'app' | 'router';
  routes: Route[];
}

const METHODS = [
  'use',
  'get',
  'post',
  'put',
  'delete',
  'patch',
  'all',
  'options',
  'route',
  'on',
  'register',
  'addHook',
];
const APPS = ['express', 'createMcpExpressApp', 'Hono', 'fastify', 'Fastify', 'OpenAPIHono', 'default'];
const TYPES = ['Express', 'Application', 'FastifyInstance', 'Hono', 'OpenAPIHono'];
const TRANSPORTS = [
  'handleRequest',
  'handlePostMessage',
  'StreamableHTTPServerTransport',
  'WebStandardStreamableHTTPServerTransport',
  'StreamableHTTPTransport',
  'SSEServerTransport',
  'NodeStreamableHTTPServerTransport',
];

/** Every app and router of the project. Only what one function registers is in a known order. */
export function appsOf(code: Code): App[] {
  const apps = new Map<string, App>();
  for (const file of code.files) {
    for (const call of callsIn(file)) {
      const route = protectCall(code, call) ?? routeOf(code, call);
      if (!route) continue;
      const receiver = isProtect(call) ? call.arguments[0] : receiverOf(call);
      const declaration = receiver && declarationOf(code, receiver);
      const kind = declaration && kindOf(code, declaration);
      if (!declaration || !kind || !receiver) continue;
      const key = `${declaration.getSourceFile().fileName}:${declaration.pos}:${functionAround(call).pos}:${file.fileName}`;
      const app = apps.get(key) ?? { declaration, name: lastName(receiver) ?? 'app', kind, routes: [] };
      apps.set(key, app);
      app.routes.push(route);
    }
  }
  return [...apps.values()].map((app) => ({ ...app, routes: app.routes.sort((a, b) => endOf(a) - endOf(b)) }));
}

const isProtect = (call: ts.CallExpression): boolean => lastName(call.expression) === 'protectMcp';

/** `protectMcp(app, ['/mcp'])` of add-auth stands for `app.use(['/mcp'], gate)`. */
function protectCall(code: Code, call: ts.CallExpression): Route | undefined {
  if (!isProtect(call) || call.arguments.length < 2) return undefined;
  return { call, method: 'use', paths: textsOf(code, call.arguments[1]) ?? ['…'], handlers: [call] };
}

/** In `app.use(a).get(b)` the outer call comes later, and both begin at the same place. */
const endOf = ({ call }: Route): number =>
  ts.isPropertyAccessExpression(call.expression) ? call.expression.name.pos : call.pos;

/** The app at the beginning of a chain of calls. */
function receiverOf(call: ts.CallExpression): ts.Expression | undefined {
  let at: ts.Expression = call;
  while (ts.isCallExpression(at) && ts.isPropertyAccessExpression(at.expression)) at = unwrap(at.expression.expression);
  return ts.isIdentifier(at) || ts.isPropertyAccessExpression(at) ? at : undefined;
}

function kindOf(code: Code, declaration: ts.Declaration): App['kind'] | undefined {
  if (ts.isParameter(declaration)) {
    const type = declaration.type?.getText() ?? '';
    if (type.includes('Router')) return 'router';
    return TYPES.some((name) => type.includes(name)) ? 'app' : undefined;
  }
  const holds = ts.isVariableDeclaration(declaration) || ts.isPropertyDeclaration(declaration);
  if (!holds || !declaration.initializer) return undefined;
  const made = unwrap(declaration.initializer);
  if (!ts.isCallExpression(made) && !ts.isNewExpression(made)) return undefined;
  const name = lastName(made.expression);
  if (name === 'Router') return 'router';
  const external = externalOf(code, made.expression);
  if (!external || !APPS.includes(external.name)) return undefined;
  const isServer = ['express', 'fastify', 'hono', '@hono/zod-openapi'].includes(external.module);
  return isServer || external.module.startsWith('@modelcontextprotocol/') ? 'app' : undefined;
}

function routeOf(code: Code, call: ts.CallExpression): Route | undefined {
  if (!ts.isPropertyAccessExpression(call.expression)) return undefined;
  const method = call.expression.name.text;
  if (!METHODS.includes(method) || call.arguments.length === 0) return undefined;
  if (method === 'addHook') return { call, method, paths: undefined, handlers: call.arguments.slice(1) };
  if (method === 'route') return fastifyRoute(code, call) ?? honoMount(code, call);
  const first = method === 'on' ? call.arguments[1] : call.arguments[0];
  const paths = first && (textsOf(code, first) ?? unknownPath(code, method, first, call.arguments.length));
  const handlers = call.arguments.slice(paths ? (method === 'on' ? 2 : 1) : 0);
  // `fastify.get(path, { preHandler: gate }, handler)`, `fastify.register(plugin, { prefix })`
  const nested = handlers.flatMap((handler) => (ts.isObjectLiteralExpression(handler) ? hooksOf(handler) : []));
  return {
    call,
    method,
    paths,
    handlers: [...handlers.filter((each) => !ts.isObjectLiteralExpression(each)), ...nested],
  };
}

/** A path that is only known when the server runs. Routes always have one; middleware may. */
function unknownPath(code: Code, method: string, first: ts.Expression, count: number): string[] | undefined {
  const value = valueOf(code, first);
  const isPath =
    ts.isElementAccessExpression(value) || ts.isBinaryExpression(value) || ts.isRegularExpressionLiteral(value);
  const isRoute = !['use', 'register'].includes(method) && count > 1 && !ts.isObjectLiteralExpression(value);
  return isPath || isRoute ? ['…'] : undefined;
}

function hooksOf(options: ts.ObjectLiteralExpression): ts.Expression[] {
  return options.properties.flatMap((each) => {
    if (
      !ts.isPropertyAssignment(each) ||
      !['onRequest', 'preHandler', 'preValidation', 'preParsing'].includes(each.name.getText())
    )
      return [];
    return [each.initializer];
  });
}

function fastifyRoute(code: Code, call: ts.CallExpression): Route | undefined {
  const [options] = call.arguments;
  if (!options || !ts.isObjectLiteralExpression(options)) return undefined;
  const find = (name: string): ts.Expression | undefined =>
    options.properties.filter(ts.isPropertyAssignment).find((each) => each.name.getText() === name)?.initializer;
  const path = textOf(code, find('url'));
  const handler = find('handler');
  return {
    call,
    method: 'all',
    paths: path === undefined ? ['…'] : [path],
    handlers: [...hooksOf(options), ...(handler ? [handler] : [])],
  };
}

const honoMount = (code: Code, call: ts.CallExpression): Route => ({
  call,
  method: 'use',
  paths: textsOf(code, call.arguments[0]) ?? ['…'],
  handlers: call.arguments.slice(1),
});

/** Does this handler hand requests to an MCP transport? */
export function reachesMcp(code: Code, handler: ts.Expression): boolean {
  const node = functionOf(code, handler) ?? valueOf(code, handler);
  return namesAny(reach(code, node, 2), TRANSPORTS);
}

/** Does middleware of this path come before requests of that one? `undefined` is everything; what is not known may be. */
export function covers(paths: string[] | undefined, inner: string[] | undefined): boolean {
  if (paths === undefined || [...paths, ...(inner ?? [])].some((path) => path.includes('…'))) return true;
  return paths.some((path) => {
    const plain = path.replace('/{*splat}', '').replace('/*', '').replace('*', '');
    if (plain === '' || plain === '/') return true;
    return (inner ?? []).some((other) => other === plain || other.startsWith(`${plain}/`));
  });
}

export const pathText = ({ method, paths }: Route): string =>
  `${method.toUpperCase()} ${paths?.join(', ') ?? 'every path'}`;
