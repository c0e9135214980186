import type { PyNode } from '../../edit/python-tree.ts';
import type { AuthEvidence } from '../auth-refusal.ts';
import { calledName, keywords, positional } from './calls.ts';
import type { Constants } from './constants.ts';
import type { PyProgram, PySource } from './program.ts';
import type { PyServer, Servers } from './servers.ts';

/** Arguments that turn on the authentication of the frameworks themselves. */
const ARGUMENTS = [
  'auth',
  'token_verifier',
  'auth_server_provider',
  'auth_provider',
  'auth_issuer_url',
  'auth_resource_server_url',
];
/** Classes of packages that check credentials of HTTP requests. */
const CLASSES = [
  'RequireAuthMiddleware',
  'BearerAuthBackend',
  'AuthenticationMiddleware',
  'HTTPBearer',
  'HTTPBasic',
  'OAuth2PasswordBearer',
  'OAuth2AuthorizationCodeBearer',
  'APIKeyHeader',
  'APIKeyQuery',
];
const PACKAGES = ['mcp', 'fastmcp', 'fastapi', 'starlette', 'fastapps', 'fastapi_mcp', 'mcpauth'];
const CREDENTIALS = ['authorization', 'x-api-key', 'api-key', 'x-auth-token', 'apikey', 'x-access-token'];

interface Where {
  program: PyProgram;
  servers: Servers;
  constants: Constants;
}

/**
 * Authentication that a server has already.
 * @param own the servers in question
 * @param sources the files that belong to their program
 */
export function findPythonAuth(where: Where, own: PyServer[], sources: PySource[]): AuthEvidence | undefined {
  return (
    first(own, (server) => byArgument(server)) ??
    first(sources, (source) => byAssignment(where, own, source)) ??
    first(sources, (source) => byClass(where, source)) ??
    first(sources, (source) => byMetadata(where, source)) ??
    byOwnCode(where, sources)
  );
}

function first<T>(all: T[], read: (one: T) => AuthEvidence | undefined): AuthEvidence | undefined {
  for (const one of all) {
    const found = read(one);
    if (found) return found;
  }
  return undefined;
}

function byArgument(server: PyServer): AuthEvidence | undefined {
  const given = keywords(server.call).find(([name, value]) => ARGUMENTS.includes(name) && value.type !== 'none');
  return given && evidence(`is created with ${given[0]}=`, server.source, given[1]);
}

/** `mcp.auth = …`; environment settings of fastmcp 2 that are written into the code. */
function byAssignment({ servers }: Where, own: PyServer[], source: PySource): AuthEvidence | undefined {
  for (const node of source.tree.root.below()) {
    const left = node.type === 'assignment' ? node.child('left') : undefined;
    const object =
      left?.type === 'attribute' && left.child('attribute')?.text === 'auth' ? left.child('object') : undefined;
    if (object && node.child('right')?.type !== 'none' && servers.of(object).some((server) => own.includes(server)))
      return evidence(`sets ${left?.text ?? ''}`, source, node);
    if (node.type === 'string_content' && node.text === 'FASTMCP_SERVER_AUTH')
      return evidence('sets FASTMCP_SERVER_AUTH', source, node);
  }
  return undefined;
}

function byClass({ program }: Where, source: PySource): AuthEvidence | undefined {
  for (const node of source.tree.root.below()) {
    if (node.type !== 'identifier' || !CLASSES.includes(node.text) || node.within('import_from_statement')) continue;
    const isKnown = program.origins
      .of(node)
      .some((origin) => origin.kind === 'external' && PACKAGES.includes(origin.name.split('.')[0] ?? ''));
    if (isKnown) return evidence(`uses ${node.text}`, source, node);
  }
  return undefined;
}

function byMetadata({ constants }: Where, source: PySource): AuthEvidence | undefined {
  for (const call of source.calls) {
    const [path] = positional(call);
    const text = path ? constants.string(path) : undefined;
    if (
      text?.startsWith('/.well-known/oauth-') &&
      ['custom_route', 'get', 'route', 'Route', 'add_route'].includes(calledName(call) ?? '')
    )
      return evidence(`serves ${text}`, source, call);
  }
  return undefined;
}

/** A header with a credential is read; whether anybody is refused tells what for. */
function byOwnCode({ constants }: Where, sources: PySource[]): AuthEvidence | undefined {
  for (const source of sources) {
    for (const node of source.tree.root.below()) {
      if (!readsCredential(node, constants)) continue;
      const isHandedOn = !sources.some((each) => refuses(each));
      const what = isHandedOn ? 'reads a credential of the request' : 'checks a credential of the request';
      return { ...evidence(what, source, node), ...(isHandedOn ? { isHandedOn } : {}) };
    }
  }
  return undefined;
}

/** `request.headers.get("authorization")`, `headers["x-api-key"]`, `headers.get(b"authorization")`. */
function readsCredential(node: PyNode, constants: Constants): boolean {
  if (node.type === 'call' && calledName(node) === 'get') {
    const object = node.child('function')?.child('object');
    return isHeaders(object) && isCredential(positional(node)[0], constants);
  }
  if (node.type === 'comparison_operator') {
    const [left, right] = node.parts;
    const isIn = node.all('operators').some(({ text }) => text === 'in');
    return isIn && isHeaders(right) && isRequest(right) && isCredential(left, constants);
  }
  if (node.type !== 'subscript') return false;
  const isStored = node.parent?.type === 'assignment' && node.field === 'left';
  const object = node.child('value');
  return !isStored && isHeaders(object) && isCredential(node.child('subscript'), constants);
}

function isHeaders(node: PyNode | undefined): boolean {
  const text = node?.text ?? '';
  return text.endsWith('headers') || text.includes('get_http_headers(') || text.startsWith('dict(scope[');
}

function isRequest(node: PyNode | undefined): boolean {
  return node?.text.includes('request') === true || node?.text.includes('scope') === true;
}

function isCredential(node: PyNode | undefined, constants: Constants): boolean {
  const text = node && constants.string(node);
  return text !== undefined && CREDENTIALS.includes(text.toLowerCase());
}

/** A status 401 or 403 that the program itself answers with: not one that it compares an answer with. */
function refuses(source: PySource): boolean {
  for (const node of source.tree.root.below()) {
    const isStatus = node.type === 'integer' && (node.text === '401' || node.text === '403');
    if (isStatus && node.parent?.type !== 'comparison_operator' && node.parent?.type !== 'case_pattern') return true;
    if (node.type === 'identifier' && node.text.startsWith('HTTP_40') && !node.within('comparison_operator'))
      return true;
  }
  return false;
}

function evidence(what: string, source: PySource, node: PyNode): AuthEvidence {
  const place = `${source.path}:${node.row + 1}`;
  return { what: `${what} (${place})`, place };
}
