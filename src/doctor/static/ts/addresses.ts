import { ts } from 'ts-morph';
import { isLoopback } from '../../../oauth/loopback.ts';
import { change, shown } from '../report.ts';
import { below, callsIn, lastName, type Code } from './code.ts';
import { externalOf, objectOf, namesAny, property, saysAny, textsOf, textOf } from './values.ts';

const ABOUT_METADATA = ['oauth-protected-resource', 'resource_metadata', 'www-authenticate'];

/** URLs in metadata and challenges come from the configuration, never from what a request says. */
export function checkProxyTrust(code: Code): void {
  const trusts = setsTrustProxy(code);
  for (const file of code.files) {
    if (!saysAny([file], ABOUT_METADATA) && !mentionsAuthorizationServers(file)) continue;
    code.report.saw('src.proxy-trust', 'The code that makes metadata and challenges was read.');
    for (const node of below(file)) {
      if (!isUrlTemplate(node)) continue;
      const text = node.getText();
      const says = requestParts(node);
      if (!says.host) continue;
      if (says.forwarded) {
        code.report.warn(
          'src.proxy-trust',
          code.place(node),
          `${shown(text)} takes the host from a header that any client can write.`,
          change(shown(text), 'process.env.MCP_RESOURCE_URL'),
        );
      } else if (says.protocol && !trusts) {
        code.report.fail(
          'src.proxy-trust',
          code.place(node),
          `${shown(text)} says http:// behind a proxy that ends TLS, so clients find other URLs than they were given.`,
          `${change(shown(text), 'process.env.PUBLIC_URL')}\nor, with exactly one proxy in front:\n+ app.set('trust proxy', 1);`,
        );
      }
    }
  }
}

function mentionsAuthorizationServers(file: ts.SourceFile): boolean {
  return [...below(file)].some(
    (node) => ts.isPropertyAssignment(node) && node.name.getText() === 'authorization_servers',
  );
}

const isUrlTemplate = (node: ts.Node): boolean =>
  (ts.isTemplateExpression(node) ||
    (ts.isBinaryExpression(node) &&
      node.operatorToken.kind === ts.SyntaxKind.PlusToken &&
      !ts.isBinaryExpression(node.parent))) &&
  node.getText().includes('://');

/** What a URL takes from the request: `req.protocol`, `req.get('host')`, `req.headers.host`, `req.headers['x-forwarded-host']`. */
function requestParts(node: ts.Node): { protocol: boolean; host: boolean; forwarded: boolean } {
  const parts = { protocol: false, host: false, forwarded: false };
  for (const each of below(node)) {
    if (ts.isPropertyAccessExpression(each) && each.name.text === 'protocol') parts.protocol = true;
    if (
      ts.isPropertyAccessExpression(each) &&
      ['host', 'hostname'].includes(each.name.text) &&
      each.expression.getText().includes('req')
    )
      parts.host = true;
    if (!ts.isStringLiteralLike(each)) continue;
    const text = each.text.toLowerCase();
    if (text === 'host') parts.host = true;
    if (text === 'x-forwarded-host') parts.host = parts.forwarded = true;
  }
  return parts;
}

function setsTrustProxy(code: Code): boolean {
  return code.files.some((file) =>
    [...callsIn(file)].some((call) => {
      const first = textOf(code, call.arguments[0]);
      if (['set', 'enable'].includes(lastName(call.expression) ?? '') && first === 'trust proxy') return true;
      const options = objectOf(code, call.arguments[0]);
      return options !== undefined && property(options, 'trustProxy') !== undefined;
    }),
  );
}

const LOCAL_HOSTS = ['localhost', '127.0.0.1', '[::1]', '::1'];

/** A guard against DNS rebinding that knows localhost only turns every public request away. */
export function checkHostGuard(code: Code): void {
  const host = publicHost(code);
  for (const file of code.files) {
    for (const call of nodesOf(file)) {
      const name = lastName(call.expression) ?? '';
      const list = allowedHosts(code, name, call.arguments ?? ([] as unknown as ts.NodeArray<ts.Expression>));
      if (!list) continue;
      const place = code.place(call);
      code.report.saw('src.host-guard', `The host guard of ${place.file}:${place.line} was read.`);
      if (host === undefined || list.includes('*') || list.some((each) => each === host || each.split(':')[0] === host))
        continue;
      const before = shown(call.getText());
      code.report.fail(
        'src.host-guard',
        place,
        `${name} lets requests for ${list.join(', ')} pass, and the server is public at ${host}.`,
        `${change(before, before.includes('allowedHosts') ? `allowedHosts: ['${host}', 'localhost']` : `${name}({ host: '0.0.0.0', allowedHosts: ['${host}', 'localhost'] })`)}`,
      );
    }
  }
}

function* nodesOf(file: ts.SourceFile): Generator<ts.CallExpression | ts.NewExpression> {
  for (const node of below(file)) if (ts.isCallExpression(node) || ts.isNewExpression(node)) yield node;
}

/** Which hosts a guard knows; undefined when this call makes none, or its list is made elsewhere. */
function allowedHosts(code: Code, name: string, args: readonly ts.Expression[]): string[] | undefined {
  if (name === 'hostHeaderValidation') return textsOf(code, args[0]);
  if (name === 'localhostHostValidation') return LOCAL_HOSTS;
  const options = objectOf(code, args[0]);
  if (name === 'createMcpExpressApp') {
    if (!args[0]) return LOCAL_HOSTS;
    const listed = options && property(options, 'allowedHosts');
    if (listed) return textsOf(code, listed);
    const host = options && property(options, 'host');
    const isLocal = options && (!host || LOCAL_HOSTS.includes(textOf(code, host) ?? ''));
    return isLocal ? LOCAL_HOSTS : undefined;
  }
  const isOn = options && property(options, 'enableDnsRebindingProtection')?.kind === ts.SyntaxKind.TrueKeyword;
  return isOn ? textsOf(code, property(options, 'allowedHosts')) : undefined;
}

function publicHost({ resource }: Code): string | undefined {
  const host = resource !== undefined && URL.canParse(resource) ? new URL(resource).hostname : undefined;
  return host === undefined || isLoopback(host) ? undefined : host;
}

const MCP_NAMES = ['handleRequest', 'handlePostMessage', 'protectMcp', 'requireBearerAuth', 'createMcpHandler'];
const EXPOSED = ['www-authenticate', 'mcp-session-id'];

/** Browsers show a page only what a server exposes, and send only what it allows (Fetch §3.3). */
export function checkCors(code: Code): void {
  const isExposed = saysAny(code.files, ['access-control-expose-headers']);
  for (const call of code.files.flatMap((file) => [...callsIn(file)])) {
    const external = externalOf(code, call.expression);
    if (!external || !['cors', 'hono/cors'].includes(external.module) || isForOthers(code, call)) continue;
    const place = code.place(call);
    code.report.saw('src.cors', `CORS of ${place.file}:${place.line} was read.`);
    const options = objectOf(code, call.arguments[0]);
    if (call.arguments.length > 0 && (!options || options.properties.some(ts.isSpreadAssignment))) continue;
    const allowed =
      options && textsOf(code, property(options, external.module === 'cors' ? 'allowedHeaders' : 'allowHeaders'));
    if (allowed && !has(allowed, 'authorization')) {
      code.report.fail(
        'src.cors',
        place,
        'CORS does not allow the Authorization header, so no web page can send a token.',
        change(
          `[${allowed.map((h) => `'${h}'`).join(', ')}]`,
          `[${[...allowed, 'Authorization'].map((h) => `'${h}'`).join(', ')}]`,
        ),
      );
      continue;
    }
    const name = external.module === 'cors' ? 'exposedHeaders' : 'exposeHeaders';
    const exposed = (options && textsOf(code, property(options, name))) ?? [];
    const unknown = options && property(options, name) !== undefined && exposed.length === 0;
    const missing = EXPOSED.filter((header) => !has(exposed, header));
    if (isExposed || unknown || missing.length === 0 || !missing.includes('www-authenticate')) continue;
    code.report.warn(
      'src.cors',
      place,
      'CORS does not expose WWW-Authenticate, so clients in a browser do not see the challenge.',
      `+ ${name}: ['WWW-Authenticate', 'Mcp-Session-Id']`,
    );
  }
}

const has = (list: string[], header: string): boolean =>
  list.some((each) => each.toLowerCase() === header || each === '*' || each.toLowerCase().includes(header));

/** CORS of the metadata alone, or of a path that is none of MCP. */
function isForOthers(code: Code, call: ts.CallExpression): boolean {
  // Routes of an authorization server have CORS of their own; what is asked for here is that of the MCP endpoint.
  const file = call.getSourceFile();
  if (!namesAny([file], MCP_NAMES) && !saysAny([file], ['/mcp', '/sse'])) return true;
  const { parent } = call;
  const path = ts.isCallExpression(parent) ? textOf(code, parent.arguments[0]) : undefined;
  return (
    path !== undefined &&
    path.startsWith('/') &&
    path !== '/' &&
    !path.startsWith('/*') &&
    !path.includes('mcp') &&
    !path.includes('sse')
  );
}
