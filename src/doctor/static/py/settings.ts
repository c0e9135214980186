import semver from 'semver';
import { change, shown } from '../report.ts';
import {
  allCalls,
  anywhere,
  envNameOf,
  entry,
  names,
  place,
  says,
  textOf,
  textsOf,
  type Call,
  type PyCode,
} from './module.ts';
import { below, type Node } from './parser.ts';
import { decodeCalls, speaksOAuth } from './verify.ts';

const PATH = 'oauth-protected-resource';
/** Fields of AuthSettings in any version; others are dropped without a word (pydantic, `extra="ignore"`). */
const AUTH_SETTINGS = [
  'issuer_url',
  'service_documentation_url',
  'client_registration_options',
  'revocation_options',
  'required_scopes',
  'resource_server_url',
  'identity_assertion_enabled',
  'validate_token_resource',
];
/** What serves the metadata without naming their path. */
const SERVERS = [
  'AuthSettings',
  'RemoteAuthProvider',
  'OAuthProxy',
  'OIDCProxy',
  'create_protected_resource_routes',
  'Auth0Provider',
  'SupabaseProvider',
  'GoogleProvider',
  'GitHubProvider',
  'AzureProvider',
  'AuthKitProvider',
  'DescopeProvider',
  'ScalekitProvider',
  'WorkOSProvider',
  'AWSCognitoProvider',
  'OAuthProvider',
  'InMemoryOAuthProvider',
  'MCPAuth',
  'WidgetMCPServer',
  'BetterAuthProvider',
  'auth_server_provider',
  'MultiAuth',
  'PropelAuthProvider',
  'KeycloakAuthProvider',
  'protect_mcp',
];
const LOGIN = ['/authorize', '/token', '/login', '/oauth/authorize', '/auth/login'];
const CALLBACKS = ['/callback', '/oauth/callback', '/auth/callback'];

/** How the framework is told about the login. */
export function checkSettings(code: PyCode): void {
  for (const call of allCalls(code)) {
    if (call.last === 'AuthSettings') checkAuthSettings(code, call);
    if (['FastMCP', 'MCPServer'].includes(call.last)) checkServer(code, call);
    if (call.last === 'WidgetMCPServer' && call.kwargs.has('auth_issuer_url')) reportFastApps(code, call);
  }
  checkMetadata(code);
  checkCallback(code);
}

function checkAuthSettings(code: PyCode, call: Call): void {
  const at = place(call.file, call.node);
  const right = call.kwargs.get('required_scopes');
  code.report.saw('src.prm-route', `AuthSettings makes the SDK serve the metadata (${at.file}:${at.line}).`);
  if (right) code.report.saw('src.scopes-kw', `AuthSettings asks for ${shown(right.text)} (${at.file}:${at.line}).`);
  if (call.hasSplat) return;
  const wrong = [...call.kwargs.keys()].find((name) => !AUTH_SETTINGS.includes(name));
  if (wrong !== undefined) {
    const value = shown(call.kwargs.get(wrong)?.text ?? '');
    const isScopes = wrong.includes('scope');
    const place_ = place(call.file, call.kwargs.get(wrong) ?? call.node);
    if (isScopes)
      code.report.fail(
        'src.scopes-kw',
        place_,
        `AuthSettings has no field ${wrong} and drops it without a word, so no scope is asked for.`,
        change(`${wrong}=${value}`, `required_scopes=${value}`),
      );
    else
      code.report.warn(
        'src.scopes-kw',
        place_,
        `AuthSettings has no field ${wrong} and drops it without a word.`,
        `- ${wrong}=${value}`,
      );
  }
  const resource = call.kwargs.get('resource_server_url');
  if (!resource) {
    code.report.fail(
      'src.prm-route',
      at,
      'AuthSettings is given no resource_server_url: the server stops at start (ValidationError).',
      '+ resource_server_url="https://HOST/mcp",',
    );
    return;
  }
  checkResourcePath(code, call, resource);
}

/** The URL of the resource is the one that clients type, with its path. */
function checkResourcePath(code: PyCode, call: Call, resource: Node): void {
  const url =
    textOf(call.file, resource) ??
    textOf(
      call.file,
      below(resource).find(({ type }) => type === 'string'),
    );
  if (url === undefined || url.includes('…') || !URL.canParse(url)) return;
  const own = allCalls(code).find(({ last }) => last === 'FastMCP' || last === 'MCPServer');
  const path = (own && textOf(own.file, own.kwargs.get('streamable_http_path'))) ?? '/mcp';
  if (new URL(url).pathname !== '/' || path === '/') return;
  code.report.warn(
    'src.prm-route',
    place(call.file, resource),
    `resource_server_url is ${url}, and clients type ${url.replace(/\/$/, '')}${path}: several compare the two.`,
    change(`resource_server_url="${url}"`, `resource_server_url="${url.replace(/\/$/, '')}${path}"`),
  );
}

function checkServer(code: PyCode, call: Call): void {
  const at = place(call.file, call.node);
  const auth = call.kwargs.get('auth');
  const verifier = call.kwargs.get('token_verifier');
  const isSdk = call.name.startsWith('mcp.');
  if (auth && auth.type !== 'none')
    code.report.saw(
      'src.middleware-order',
      `${call.last}(auth=…) puts the gate before the MCP routes (${at.file}:${at.line}).`,
    );
  if (isSdk && Boolean(auth) !== Boolean(verifier) && !call.kwargs.has('auth_server_provider') && !call.hasSplat) {
    code.report.fail(
      'src.middleware-order',
      at,
      `${call.last} is given ${verifier ? 'token_verifier= without auth=' : 'auth= without token_verifier='}: it stops at start (ValueError).`,
      verifier
        ? '+ auth=AuthSettings(issuer_url=ISSUER, resource_server_url=RESOURCE_URL, required_scopes=[…]),'
        : '+ token_verifier=MyVerifier(),',
    );
  }
  if (!auth || !call.name.startsWith('fastmcp')) return;
  const made = callNamed(call, auth);
  if (made !== 'JWTVerifier' && made !== 'IntrospectionTokenVerifier') return;
  code.report.fail(
    'src.prm-route',
    place(call.file, auth),
    `auth=${made}(…) alone refuses requests and serves no metadata, so clients do not find the authorization server.`,
    change(
      `auth=${shown(auth.text)}`,
      `auth=RemoteAuthProvider(token_verifier=${shown(auth.text)}, authorization_servers=[ISSUER], base_url="https://HOST")`,
    ),
  );
}

/** What a keyword is given: the class that is called there, or that its constant was made of. */
function callNamed({ file }: Call, node: Node): string | undefined {
  const value = node.type === 'identifier' ? (file.constants.get(node.text) ?? node) : node;
  return value.type === 'call' ? value.childForFieldName('function')?.text.split('.').at(-1) : undefined;
}

/** FastApps 1.x hands its auth arguments to a FastMCP that does not take them (TypeError with every release of fastmcp). */
function reportFastApps(code: PyCode, call: Call): void {
  const version = code.versionOf('fastapps');
  const coerced = version === undefined ? null : semver.coerce(version);
  if (coerced && semver.gt(coerced, '1.4.3')) return;
  code.report.fail(
    'src.versions',
    place(call.file, call.node),
    'WidgetMCPServer(auth_issuer_url=…) stops at start with every fastmcp (unexpected keyword argument token_verifier).',
    `Leave the auth_ arguments out, pin fastmcp>=2.13,<3, and after the server is made:\n+ server.mcp.auth = RemoteAuthProvider(token_verifier=Verifier(…), authorization_servers=[ISSUER], base_url="https://HOST")`,
  );
}

function checkMetadata(code: PyCode): void {
  const isServed = anywhere(code, (root) => says(root, [PATH]) || names(root, SERVERS));
  if (isServed) code.report.saw('src.prm-route', 'The source serves protected resource metadata.');
  const [verification] = decodeCalls(code);
  if (!isServed && verification && speaksOAuth(code)) {
    code.report.fail(
      'src.prm-route',
      place(verification.file, verification.node),
      'Tokens are verified, but nothing in the source serves /.well-known/oauth-protected-resource: clients cannot find the authorization server.',
      '+ @mcp.custom_route("/.well-known/oauth-protected-resource", methods=["GET"])\n+ async def metadata(request):\n+     return JSONResponse({"resource": RESOURCE_URL, "authorization_servers": [ISSUER]})',
    );
  }
  for (const file of code.files) {
    for (const node of below(file.root)) {
      const resource =
        node.type === 'dictionary' && entry(file, node, 'authorization_servers')
          ? entry(file, node, 'resource')
          : undefined;
      if (!resource) continue;
      const name = envNameOf(file, resource) ?? resource.text;
      if (!name.toUpperCase().includes('AUDIENCE')) continue;
      const value = code.env(name);
      if (value !== undefined && (value === code.resource || isMcpUrl(value))) continue;
      code.report[value === undefined ? 'warn' : 'fail'](
        'src.prm-route',
        place(file, resource),
        `The metadata give the audience (${shown(resource.text)}${value === undefined ? '' : ` = ${value}`}) as resource; clients compare it with the URL that they were given.`,
        change(
          `"resource": ${shown(resource.text)}`,
          '"resource": os.environ["MCP_RESOURCE_URL"]   # https://HOST/mcp',
        ),
      );
    }
  }
}

const isMcpUrl = (value: string): boolean =>
  URL.canParse(value) && ['/mcp', '/mcp/', '/sse'].includes(new URL(value).pathname);

/** The redirect URI of a login belongs to the client; a resource server has none. */
function checkCallback(code: PyCode): void {
  const routes = allCalls(code).filter(({ last }) =>
    ['custom_route', 'get', 'route', 'Route', 'add_route', 'post'].includes(last),
  );
  const pathOf = (call: Call): string => textsOf(call.file, call.args[0])?.[0] ?? '';
  if (
    routes.some((call) => LOGIN.includes(pathOf(call))) ||
    anywhere(code, (root) => names(root, ['OAuthProxy', 'OIDCProxy', 'OAuth', 'auth_server_provider', 'OAuthProvider']))
  )
    return;
  const callback = routes.find((call) => CALLBACKS.includes(pathOf(call)));
  if (!callback || !speaksOAuth(code)) return;
  code.report.warn(
    'src.prm-route',
    place(callback.file, callback.node),
    `${pathOf(callback)} is a redirect URI on the MCP server; logins come back to the client, never here.`,
    'Take this route out, and its URL out of the application at the provider.',
  );
}
