import { ts } from 'ts-morph';
import { change, shown } from '../report.ts';
import { below, lastName, type Code } from './code.ts';
import { speaksOAuth } from './challenge.ts';
import { appsOf, reachesMcp, type App } from './routes.ts';
import { envNameOf, namesAny, property, saysAny, valueOf } from './values.ts';
import { verifyCalls } from './verify-calls.ts';

const PATH = 'oauth-protected-resource';
/** What serves the metadata without naming their path. */
const SERVERS = [
  'mcpAuthMetadataRouter',
  'mcpAuthRouter',
  'protectedResourceMetadataRouter',
  'protectedResourceHandler',
  'protectedResourceHandlerClerk',
  'metadataHandler',
  'oAuthProtectedResourceMetadata',
  'simpleMcpAuthRouter',
  'OAuthProvider',
  'protectMcp',
  'oauthMetadataResponse',
  'withMcpAuth',
  'descopeMcpAuthRouter',
  'AuthKit',
];
/** Who answers these is an authorization server of its own, and has a use for a callback. */
const LOGIN = ['/authorize', '/token', '/oauth/authorize', '/oauth/token', '/login', '/auth/login'];
const CALLBACKS = ['/callback', '/oauth/callback', '/auth/callback'];

/** The metadata of the resource: served at all, about the right URL, at the root of the host. */
export function checkMetadata(code: Code): void {
  const apps = appsOf(code);
  checkServed(code);
  checkResource(code, apps);
  checkCallback(code, apps);
  checkMount(code, apps);
}

function checkServed(code: Code): void {
  const hasRouteFile = code.files.some((file) => file.fileName.includes(PATH));
  const isServed = hasRouteFile || saysAny(code.files, [PATH]) || namesAny(code.files, SERVERS);
  const [verification] = verifyCalls(code);
  if (isServed) return code.report.saw('src.prm-route', 'The source serves protected resource metadata.');
  if (!verification || !speaksOAuth(code)) return;
  code.report.fail(
    'src.prm-route',
    code.place(verification.call),
    'Tokens are verified, but nothing in the source serves /.well-known/oauth-protected-resource: clients cannot find the authorization server.',
    "+ app.get(['/.well-known/oauth-protected-resource/mcp', '/.well-known/oauth-protected-resource'], (_req, res) => {\n+   res.json({ resource: RESOURCE_URL, authorization_servers: [ISSUER] });\n+ });",
  );
}

/** RFC 9728 §3.3: `resource` is the URL that clients type; an API identifier of the provider is another thing. */
function checkResource(code: Code, apps: App[]): void {
  const paths = apps.flatMap(({ routes }) =>
    routes.filter((r) => r.handlers.some((h) => reachesMcp(code, h))).flatMap((r) => r.paths ?? []),
  );
  for (const object of code.files.flatMap((file) => [...below(file)]).filter(ts.isObjectLiteralExpression)) {
    const resource = property(object, 'resource');
    if (!resource || !property(object, 'authorization_servers')) continue;
    const name = envNameOf(code, resource) ?? lastName(valueOf(code, resource)) ?? '';
    if (!name.toUpperCase().includes('AUDIENCE')) continue;
    const value = code.env(name);
    const known = code.resource ?? value;
    // One URL for both is how it should be; then the name does not matter.
    if (value !== undefined && (value === code.resource || isMcpUrl(value, paths))) continue;
    const level = value === undefined ? 'warn' : 'fail';
    code.report[level](
      'src.prm-route',
      code.place(resource),
      `The metadata give the audience (${shown(resource.getText())}${value === undefined ? '' : ` = ${value}`}) as resource; clients compare it with the URL that they were given.`,
      change(
        `resource: ${shown(resource.getText())}`,
        `resource: process.env.MCP_RESOURCE_URL   // ${known !== undefined && known !== value ? known : 'https://HOST/mcp'}`,
      ),
    );
  }
}

function isMcpUrl(value: string, paths: string[]): boolean {
  if (!URL.canParse(value)) return false;
  const { pathname } = new URL(value);
  return paths.includes(pathname) || pathname === '/mcp' || pathname === '/sse';
}

/** The redirect URI of a login belongs to the client; a resource server has none. */
function checkCallback(code: Code, apps: App[]): void {
  const routes = apps.flatMap((app) => app.routes);
  const isLogin = routes.some(({ paths }) => paths?.some((path) => LOGIN.includes(path)));
  if (
    isLogin ||
    namesAny(code.files, ['mcpAuthRouter', 'ProxyOAuthServerProvider', 'OAuthProvider', 'betterAuth', 'passport'])
  )
    return;
  const callback = routes.find(({ paths }) => paths?.some((path) => CALLBACKS.includes(path)));
  if (!callback || !speaksOAuth(code)) return;
  code.report.warn(
    'src.prm-route',
    code.place(callback.call),
    `${callback.paths?.join(', ') ?? ''} is a redirect URI on the MCP server; logins come back to the client, never here.`,
    `Take this route out, and its URL out of the application at the provider:\n- ${shown(callback.call.getText())}`,
  );
}

const AT_ROOT = ['mcpAuthRouter', 'mcpAuthMetadataRouter', 'protectedResourceMetadataRouter'];

/** RFC 9728 §3.1: the well-known path comes right behind the host, whatever a router is mounted at. */
function checkMount(code: Code, apps: App[]): void {
  for (const app of apps) {
    for (const route of app.routes) {
      const prefix =
        route.method === 'use'
          ? route.paths?.find((path) => path !== '/' && !path.includes('.well-known') && !path.includes('*'))
          : undefined;
      if (prefix === undefined) continue;
      const sdk = route.handlers.find(
        (each) => ts.isCallExpression(each) && AT_ROOT.includes(lastName(each.expression) ?? ''),
      );
      const own = sdk ? undefined : metadataBehind(code, apps, route.handlers);
      if (!sdk && !own) continue;
      code.report.fail(
        'src.mount',
        code.place(route.call),
        sdk
          ? `${lastName((sdk as ts.CallExpression).expression) ?? ''} is mounted at ${prefix}, so the metadata are at ${prefix}/.well-known/… where no client looks.`
          : `The router with the metadata is mounted at ${prefix}, so they are at ${prefix}/.well-known/… where no client looks.`,
        change(
          shown(route.call.getText()),
          shown(`${route.call.expression.getText()}(${route.handlers.map((h) => h.getText()).join(', ')})`),
        ),
      );
    }
  }
}

/** A router of the project among the handlers that has the metadata route, when nothing else serves it. */
function metadataBehind(code: Code, apps: App[], handlers: ts.Expression[]): ts.Declaration | undefined {
  const servesMetadata = (app: App): boolean =>
    app.routes.some(({ paths }) => paths?.some((path) => path.includes(PATH)));
  const serving = apps.filter(servesMetadata);
  if (serving.length !== 1 || serving[0]?.kind !== 'router') return undefined;
  const [router] = serving;
  const isIt = handlers.some(
    (each) => ts.isIdentifier(each) && code.program.symbolOf(each)?.valueDeclaration === router?.declaration,
  );
  return isIt ? router?.declaration : undefined;
}
