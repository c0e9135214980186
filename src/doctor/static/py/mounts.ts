import { change, shown } from '../report.ts';
import {
  allCalls,
  anywhere,
  around,
  callOf,
  names,
  place,
  says,
  textOf,
  valueOf,
  type Call,
  type PyCode,
} from './module.ts';
import { below, type Node } from './parser.ts';

/** How one builds the ASGI app of a server. */
export const BUILDERS = ['streamable_http_app', 'http_app', 'sse_app'];

interface Mount {
  call: Call;
  prefix: string;
  app: Call;
}

function mounts(code: PyCode): Mount[] {
  return allCalls(code).flatMap((call) => {
    if (!['mount', 'Mount'].includes(call.last)) return [];
    const prefix = textOf(call.file, call.args[0] ?? call.kwargs.get('path'));
    const given = valueOf(call.file, call.args[1] ?? call.kwargs.get('app'));
    const app = given && (callOf(call.file, given) ?? localValue(call, given));
    return prefix !== undefined && app && BUILDERS.includes(app.last) ? [{ call, prefix, app }] : [];
  });
}

/** `app = mcp.http_app()` within the same function. */
function localValue(call: Call, node: Node): Call | undefined {
  const fn = around(call.node, 'function_definition');
  const assigned =
    fn && below(fn).find((each) => each.type === 'assignment' && each.childForFieldName('left')?.text === node.text);
  const value = assigned?.childForFieldName('right');
  return value ? callOf(call.file, value) : undefined;
}

/** Where the MCP app is mounted in its host, and whether the host runs its lifespan. */
export function checkMounts(code: PyCode): void {
  const found = mounts(code);
  for (const { call, prefix, app } of found) {
    const at = place(call.file, call.node);
    code.report.saw('src.mount', `${shown(call.node.text)} (${at.file}:${at.line}) was read.`);
    const inner = innerPath(code, app);
    if (inner === undefined) continue;
    const path = prefix.replace(/\/$/, '') + inner;
    const isMeant =
      code.resource !== undefined &&
      URL.canParse(code.resource) &&
      new URL(code.resource).pathname.replace(/\/$/, '') === path.replace(/\/$/, '');
    if (inner !== '/' && prefix.endsWith(inner) && !isMeant) {
      const kwarg = app.last === 'http_app' ? 'path="/"' : 'streamable_http_path="/"';
      code.report.fail(
        'src.mount',
        at,
        `The app answers at ${inner} below the mount, so the endpoint is ${path} and ${prefix} is a 404.`,
        app.last === 'http_app'
          ? change(shown(app.node.text), shown(app.node.text).replace('()', `(${kwarg})`))
          : `+ FastMCP(…, ${kwarg})   # or mount it at "/"`,
      );
    } else if (prefix !== '/' && prefix !== '' && hasAuth(code) && !servesMetadataAtRoot(code)) {
      code.report.fail(
        'src.mount',
        at,
        `The metadata of the mounted app are at ${prefix}/.well-known/…, and clients look at /.well-known/oauth-protected-resource${path}.`,
        app.last === 'http_app'
          ? '+ app.routes.extend(mcp.auth.get_well_known_routes(mcp_path="/mcp"))'
          : '+ app.routes.extend(create_protected_resource_routes(resource_url=…, authorization_servers=[…]))',
      );
    }
  }
  checkLifespan(code, found);
}

function innerPath(code: PyCode, app: Call): string | undefined {
  if (app.last === 'http_app') {
    const path = app.kwargs.get('path') ?? app.args[0];
    return path ? textOf(app.file, path) : '/mcp';
  }
  if (app.last === 'sse_app') return undefined;
  const own =
    app.kwargs.get('streamable_http_path') ??
    allCalls(code)
      .find(({ last, kwargs }) => ['FastMCP', 'MCPServer'].includes(last) && kwargs.has('streamable_http_path'))
      ?.kwargs.get('streamable_http_path');
  if (own) return textOf(app.file, own);
  const isSet = anywhere(code, (root) =>
    below(root).some(
      (each) =>
        each.type === 'assignment' &&
        (each.childForFieldName('left')?.text.endsWith('settings.streamable_http_path') ?? false),
    ),
  );
  return isSet ? undefined : '/mcp';
}

const hasAuth = (code: PyCode): boolean =>
  allCalls(code).some(
    ({ last, kwargs }) =>
      ['FastMCP', 'MCPServer'].includes(last) && (kwargs.has('token_verifier') || kwargs.has('auth')),
  );

const servesMetadataAtRoot = (code: PyCode): boolean =>
  anywhere(
    code,
    (root) =>
      names(root, ['get_well_known_routes', 'create_protected_resource_routes', 'get_routes']) ||
      says(root, ['oauth-protected-resource']),
  );

/** Without the lifespan of the MCP app its session manager never starts ("Task group is not initialized"). */
function checkLifespan(code: PyCode, found: Mount[]): void {
  for (const { call, app } of found) {
    if (app.last === 'sse_app') continue;
    const hosts = allCalls(code).filter(({ name }) =>
      ['fastapi.FastAPI', 'starlette.applications.Starlette', 'fastapi.applications.FastAPI'].includes(name),
    );
    if (hosts.length === 0) continue;
    const at = place(call.file, call.node);
    const isGiven =
      hosts.some(({ kwargs, hasSplat }) => kwargs.has('lifespan') || hasSplat) ||
      anywhere(code, (root) => names(root, ['session_manager', 'lifespan_context', 'combine_lifespans', 'on_startup']));
    if (isGiven) {
      code.report.saw('src.lifespan', `The host of the mounted app has a lifespan (${at.file}:${at.line}).`);
      continue;
    }
    const [host] = hosts;
    if (!host) continue;
    const value = app.last === 'http_app' ? 'mcp_app.lifespan' : 'lambda app: mcp.session_manager.run()';
    code.report.fail(
      'src.lifespan',
      place(host.file, host.node),
      `${shown(host.node.text)} is given no lifespan, so the session manager of the app mounted at line ${at.line} never starts: every request is a 500.`,
      change(shown(host.node.text), `${host.node.childForFieldName('function')?.text ?? 'FastAPI'}(lifespan=${value})`),
    );
  }
}
