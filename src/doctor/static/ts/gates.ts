import { ts } from 'ts-morph';
import { isGuard } from '../../../servers/auth-packages.ts';
import { below, callsIn, lastName, unwrap, type Code } from './code.ts';
import { countsAny, externalOf, functionOf, literalText, reach, saysAny, valueOf } from './values.ts';

/** What serves metadata or logins beside a gate, and lets every request pass. */
const NO_GATES = [
  'mcpAuthRouter',
  'mcpAuthMetadataRouter',
  'ProxyOAuthServerProvider',
  'simpleMcpAuthRouter',
  'MCPAuth',
  'protectedResourceMetadataRouter',
  'delegatedRouter',
  'betterAuth',
  'fetchServerConfig',
  'oAuthDiscoveryMetadata',
  'oAuthProtectedResourceMetadata',
];
const CREDENTIALS = ['authorization', 'x-api-key', 'api-key'];

/**
 * Is this expression something that turns requests without a good token away: a guard of a package, or a function of the
 * project that reads the credentials and refuses, or that hands requests to such a one?
 */
export function isGate(code: Code, expression: ts.Expression): boolean {
  const node = unwrap(expression);
  if (ts.isArrayLiteralExpression(node)) return node.elements.some((element) => isGate(code, element));
  if (ts.isConditionalExpression(node)) return isGate(code, node.whenTrue) || isGate(code, node.whenFalse);
  if (ts.isBinaryExpression(node)) return isGate(code, node.left) || isGate(code, node.right);
  if (isGuardOfPackage(code, node)) return true;
  const value = valueOf(code, node);
  if (value !== node) return isGate(code, value);
  const fn = functionOf(code, node);
  return fn !== undefined && isGateCode(code, fn);
}

function isGuardOfPackage(code: Code, node: ts.Expression): boolean {
  const callee = ts.isCallExpression(node) || ts.isNewExpression(node) ? unwrap(node.expression) : node;
  const name = lastName(callee);
  if (name === undefined || NO_GATES.includes(name)) return false;
  if (name === 'protectMcp' || name === 'requireBearerAuth') return true;
  // `mcpAuth.bearerAuth('jwt')` of an object that a package made.
  if (name === 'bearerAuth' || name === 'requireAuth') return true;
  const external = externalOf(code, callee);
  return external !== undefined && isGuard(external.module, external.name);
}

/** Does a function read credentials and refuse, itself or with the help of others? */
function isGateCode(code: Code, fn: ts.Node): boolean {
  const nodes = reach(code, fn, 2);
  if (nodes.some((node) => [...callsIn(node)].some((call) => isGuardOfPackage(code, call)))) return true;
  return nodes.some(readsCredentials) && countsAny(nodes, ['401', '403']);
}

/** Is the header with the token looked at here? */
export function readsCredentials(node: ts.Node): boolean {
  for (const each of below(node)) {
    const isRead = ts.isPropertyAccessExpression(each) || ts.isBindingElement(each);
    const name = isRead ? lastName(each.name) : undefined;
    if (name !== undefined && CREDENTIALS.includes(name.toLowerCase())) return true;
    const text = ts.isPropertyAssignment(each.parent) ? undefined : literalText(each);
    if (text !== undefined && CREDENTIALS.includes(text.toLowerCase())) return true;
  }
  return false;
}

/** A gate that looks at the path or the method lets some requests pass: which ones cannot be told from here. */
export function isSelective(code: Code, expression: ts.Expression): boolean {
  const node = valueOf(code, expression);
  const fn = functionOf(code, node);
  if (!fn) return false;
  const nodes = reach(code, fn, 1);
  if (saysAny(nodes, ['.well-known', 'options', '/mcp', '/health'])) return true;
  return nodes.some((each) =>
    [...below(each)].some(
      (inner) =>
        ts.isPropertyAccessExpression(inner) &&
        ['path', 'originalUrl', 'pathname', 'method', 'baseUrl'].includes(inner.name.text),
    ),
  );
}
