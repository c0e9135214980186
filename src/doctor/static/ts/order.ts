import { ts } from 'ts-morph';
import { shown } from '../report.ts';
import { lastName, unwrap, type Code } from './code.ts';
import { isGate, isSelective } from './gates.ts';
import { appsOf, covers, pathText, reachesMcp, type App, type Route } from './routes.ts';
import { externalOf, saysAny } from './values.ts';

const METADATA = '.well-known';
const METADATA_ROUTERS = [
  'mcpAuthRouter',
  'mcpAuthMetadataRouter',
  'protectedResourceMetadataRouter',
  'delegatedRouter',
  'oauthMetadataRouter',
];
const CATCH_ALL = ['*', '/*', '/{*splat}', '*splat', '/{*path}', '{*splat}', '/{*any}', '(.*)', '/(.*)', '/:path*'];

/** The gate stands before the MCP routes, after CORS, and not before the metadata. */
export function checkOrder(code: Code): void {
  const apps = appsOf(code);
  const isGated = apps.some((app) => app.routes.some((route) => gateIn(code, route)));
  for (const app of apps) {
    checkGateBeforeRoutes(code, app, isGated);
    checkMetadataIsOpen(code, app);
    checkCorsFirst(code, app);
  }
}

/** The part of a route that is a gate: middleware, or one of the handlers before the last. */
function gateIn(code: Code, { handlers, method, call }: Route): ts.Expression | undefined {
  if (method === 'use' && handlers.some((each) => isRouterOfMetadata(each))) return undefined;
  if (method === 'register' && handlers.some((each) => ts.isArrowFunction(each))) return undefined;
  void call;
  return handlers.find((each) => isGate(code, each));
}

const isMiddleware = ({ method }: Route): boolean => ['use', 'addHook', 'register'].includes(method);

const isRouterOfMetadata = (node: ts.Expression): boolean => {
  const at = unwrap(node);
  return ts.isCallExpression(at) && METADATA_ROUTERS.includes(lastName(at.expression) ?? '');
};

function checkGateBeforeRoutes(code: Code, app: App, isGated: boolean): void {
  app.routes.forEach((route, index) => {
    if (isMiddleware(route) || !route.handlers.some((each) => reachesMcp(code, each))) return;
    const own = gateIn(code, route);
    const before = app.routes
      .slice(0, index)
      .find((each) => isMiddleware(each) && covers(each.paths, route.paths) && gateIn(code, each));
    const place = code.place(route.call);
    if (own || before) {
      code.report.saw('src.middleware-order', `A gate stands before ${pathText(route)} (${place.file}:${place.line}).`);
      return;
    }
    const late = app.routes
      .slice(index + 1)
      .find((each) => isMiddleware(each) && covers(each.paths, route.paths) && gateIn(code, each));
    if (late) reportLate(code, route, late);
    else if (isGated && app.kind === 'app') reportOpen(code, app, route);
  });
}

function reportLate(code: Code, route: Route, gate: Route): void {
  const at = code.place(gate.call);
  const place = code.place(route.call);
  code.report.fail(
    'src.middleware-order',
    place,
    `${pathText(route)} is registered before the gate ${shown(gate.call.getText())} of line ${at.line}, so its requests never meet it.`,
    `Move line ${at.line} of ${at.file} above line ${place.line}:\n+ ${shown(gate.call.getText())}`,
  );
}

/** Other routes have a gate, and this one of the same server has none. */
function reportOpen(code: Code, app: App, route: Route): void {
  const gated = app.routes.find(
    (each) => !isMiddleware(each) && each.handlers.some((h) => reachesMcp(code, h)) && gateIn(code, each),
  );
  const elsewhere = app.routes.find((each) => isMiddleware(each) && gateIn(code, each));
  const example = gated ?? elsewhere;
  if (!example) return;
  const at = code.place(example.call);
  code.report.fail(
    'src.middleware-order',
    code.place(route.call),
    `${pathText(route)} leads to the MCP server without a gate; ${pathText(example)} (line ${at.line}) has one.`,
    `Put the gate of ${at.file}:${at.line} in front of this route too: ${shown(gateIn(code, example)?.getText() ?? '')}`,
  );
}

/** RFC 9728 §3: metadata are there for clients that have no token yet. */
function checkMetadataIsOpen(code: Code, app: App): void {
  app.routes.forEach((route, index) => {
    const isMetadata = route.paths?.some((path) => path.includes(METADATA)) || route.handlers.some(isRouterOfMetadata);
    if (!isMetadata) return;
    for (const earlier of app.routes.slice(0, index)) {
      if (earlier.paths?.some((path) => CATCH_ALL.includes(path)) && ['get', 'all'].includes(earlier.method)) {
        reportCatchAll(code, earlier, route);
        return;
      }
      const gate = isMiddleware(earlier) && !narrow(earlier.paths) ? gateIn(code, earlier) : undefined;
      if (!gate || isSelective(code, gate)) continue;
      reportClosed(code, earlier, route);
      return;
    }
  });
}

/** Middleware of a path of its own does not see the metadata. */
const narrow = (paths: string[] | undefined): boolean =>
  paths !== undefined && !paths.some((path) => path === '/' || CATCH_ALL.includes(path));

function reportClosed(code: Code, gate: Route, metadata: Route): void {
  const at = code.place(metadata.call);
  code.report.fail(
    'src.middleware-order',
    code.place(gate.call),
    `The gate ${shown(gate.call.getText())} stands before every path, the metadata of line ${at.line} too: clients without a token get 401 there.`,
    `Hang the gate before the MCP path alone:\n- ${shown(gate.call.getText())}\n+ ${withPath(gate.call)}`,
  );
}

function withPath(call: ts.CallExpression): string {
  const given = call.arguments.filter((each) => !ts.isStringLiteralLike(each)).map((each) => each.getText());
  return `${call.expression.getText()}('/mcp', ${given.join(', ')})`;
}

function reportCatchAll(code: Code, all: Route, metadata: Route): void {
  const at = code.place(metadata.call);
  code.report.fail(
    'src.middleware-order',
    code.place(all.call),
    `${pathText(all)} answers before the metadata of line ${at.line} are reached.`,
    `Move line ${at.line} of ${at.file} above line ${code.place(all.call).line}.`,
  );
}

/** Browsers ask with OPTIONS first, without a token (Fetch §4.8). */
function checkCorsFirst(code: Code, app: App): void {
  const corsAt = app.routes.findIndex(
    (route) => isMiddleware(route) && route.handlers.some((each) => isCors(code, each)),
  );
  if (corsAt < 0) return;
  const cors = app.routes[corsAt];
  const early = app.routes.slice(0, corsAt).find((route) => {
    const gate = isMiddleware(route) ? gateIn(code, route) : undefined;
    return gate !== undefined && !saysAny([gate], ['options']) && !isSelective(code, gate);
  });
  if (!early || !cors) return;
  const place = code.place(early.call);
  code.report.fail(
    'src.middleware-order',
    place,
    `The gate stands before CORS (line ${code.place(cors.call).line}), so OPTIONS of browsers is answered with 401.`,
    `Move line ${code.place(cors.call).line} above line ${place.line}:\n+ ${shown(cors.call.getText())}`,
  );
}

function isCors(code: Code, node: ts.Expression): boolean {
  const at = unwrap(node);
  const callee = ts.isCallExpression(at) ? at.expression : at;
  const external = externalOf(code, callee);
  return external !== undefined && ['cors', 'hono/cors', '@fastify/cors'].includes(external.module);
}
