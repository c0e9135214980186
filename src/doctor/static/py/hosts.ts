import { isLoopback } from '../../../oauth/loopback.ts';
import { change, shown } from '../report.ts';
import { allCalls, anywhere, callOf, names, place, says, textsOf, type PyCode, type PyFile } from './module.ts';
import { BUILDERS } from './mounts.ts';
import { below, type Node } from './parser.ts';

/** The guard against DNS rebinding answers 421 to hosts that it does not know. */
export function checkHostGuard(code: PyCode): void {
  const host = code.resource !== undefined && URL.canParse(code.resource) ? new URL(code.resource).hostname : undefined;
  for (const call of allCalls(code)) {
    if (call.last !== 'TransportSecuritySettings') continue;
    const at = place(call.file, call.node);
    code.report.saw('src.host-guard', `The host guard of ${at.file}:${at.line} was read.`);
    const hosts = textsOf(call.file, call.kwargs.get('allowed_hosts'));
    if (
      !hosts ||
      call.kwargs.get('enable_dns_rebinding_protection')?.type === 'false' ||
      host === undefined ||
      isLoopback(host)
    )
      continue;
    if (hosts.some((each) => each === '*' || each.split(':')[0] === host)) continue;
    code.report.fail(
      'src.host-guard',
      at,
      `The host guard lets ${hosts.join(', ')} pass, and the server is public at ${host}: requests there get 421.`,
      change(`allowed_hosts=${call.kwargs.get('allowed_hosts')?.text ?? ''}`, `allowed_hosts=["${host}", "${host}:*"]`),
    );
  }
}

/** Sessions live in the memory of one process; in mcp 1.x they also keep the token that opened them. */
export function checkSessions(code: PyCode): void {
  const isHttp = anywhere(
    code,
    (root) => names(root, BUILDERS) || says(root, ['streamable-http']) || says(root, ['streamable_http']),
  );
  const server = allCalls(code).find(
    ({ last, name }) =>
      ['FastMCP', 'MCPServer'].includes(last) && (name.startsWith('mcp.') || name.startsWith('fastmcp')),
  );
  if (!isHttp || !server) return;
  const isStateless =
    allCalls(code).some(
      ({ kwargs }) => kwargs.get('stateless_http')?.type === 'true' || kwargs.get('stateless')?.type === 'true',
    ) ||
    anywhere(code, (root) =>
      below(root).some(
        (each) =>
          each.type === 'assignment' && (each.childForFieldName('left')?.text.endsWith('stateless_http') ?? false),
      ),
    );
  const at = place(server.file, server.node);
  code.report.saw(
    'src.session-store',
    isStateless
      ? 'The server keeps no sessions.'
      : 'Sessions are kept in memory, and nothing here asks for more than one instance.',
  );
  if (isStateless) return;
  const { isScaled } = code.deployment;
  if (isScaled !== undefined) {
    code.report.fail(
      'src.session-store',
      at,
      `Sessions live in the memory of one process, and ${isScaled}: the next request meets another one.`,
      '+ stateless_http=True',
    );
    return;
  }
  const isFirst = server.name.startsWith('mcp.server.fastmcp');
  const stale = allCalls(code).find(({ name }) => name === 'mcp.server.auth.middleware.auth_context.get_access_token');
  if (isFirst && stale)
    code.report.warn(
      'src.session-store',
      place(stale.file, stale.node),
      'In a session of mcp 1.x get_access_token() is the token that opened the session, not that of this request.',
      `+ stateless_http=True   # in ${server.last}(…), ${at.file}:${at.line}`,
    );
}

/** URLs in metadata that are made of the request say http:// behind a proxy that ends TLS. */
export function checkProxy(code: PyCode): void {
  for (const file of code.files) {
    for (const node of below(file.root)) {
      if (
        node.type !== 'function_definition' ||
        !(
          says(node, ['authorization_servers', 'resource_metadata', 'oauth-protected-resource']) ||
          says(node.parent ?? node, ['oauth-protected-resource'])
        )
      )
        continue;
      code.report.saw('src.proxy-trust', 'The code that makes metadata and challenges was read.');
      const made = below(node).find(
        (each) =>
          each.type === 'attribute' &&
          ['request.base_url', 'request.url', 'request.url.netloc', 'request.url.scheme'].includes(each.text) &&
          !isPathOnly(each),
      );
      if (!made || isLogged(file, made) || trustsProxy(code)) continue;
      code.report.fail(
        'src.proxy-trust',
        place(file, made),
        `${made.text} says http:// behind a proxy that ends TLS, so clients find other URLs than they were given.`,
        `${change(shown(made.text), 'os.environ["PUBLIC_URL"]')}\nor start with: uvicorn … --proxy-headers --forwarded-allow-ips <address of the proxy>`,
      );
    }
  }
}

/** What only goes into a log harms nobody; nor does what another function within makes of it. */
function isLogged(file: PyFile, node: Node): boolean {
  for (let at = node.parent; at && at.type !== 'function_definition'; at = at.parent) {
    const name = callOf(file, at)?.name ?? '';
    if (['print', 'log'].includes(name) || name.startsWith('log')) return true;
  }
  return false;
}

/** `request.url.path` says nothing about scheme or host. */
const isPathOnly = (node: Node): boolean =>
  node.parent?.type === 'attribute' &&
  !['netloc', 'scheme', 'hostname'].includes(node.parent.childForFieldName('attribute')?.text ?? '');

const trustsProxy = (code: PyCode): boolean =>
  anywhere(code, (root) => names(root, ['forwarded_allow_ips', 'ProxyHeadersMiddleware'])) ||
  code.deployment.files.some((path) => (code.readText(path) ?? '').includes('forwarded-allow-ips')) ||
  code.env('FORWARDED_ALLOW_IPS') !== undefined;
