import { ts } from 'ts-morph';
import { change, shown } from '../report.ts';
import { below, functionAround, lastName, unwrap, type Code } from './code.ts';
import { namesAny, property } from './values.ts';
import { codeOf, usesSdkGate, verifierFunctions, verifyCalls } from './verify-calls.ts';

/**
 * What verifiers give and throw. The SDK's `requireBearerAuth` answers 401 only to an `InvalidTokenError`, and refuses
 * what has no `expiresAt` (server/auth/middleware/bearerAuth.js); everything else becomes a 500.
 */
export function checkVerifierResult(code: Code): void {
  checkMilliseconds(code);
  if (!usesSdkGate(code)) return checkOwnMiddleware(code);
  for (const fn of verifierFunctions(code)) {
    const nodes = codeOf(code, fn);
    const place = code.place(fn);
    code.report.saw('src.verifier-errors', `verifyAccessToken (${place.file}:${place.line}) was read.`);
    code.report.saw('src.verifier-expiry', `verifyAccessToken (${place.file}:${place.line}) was read.`);
    checkErrors(code, nodes);
    checkExpiry(code, nodes);
  }
}

const REFUSALS = ['InvalidTokenError', 'OAuthError', 'InsufficientScopeError', 'CustomOAuthError'];

function checkErrors(code: Code, nodes: ts.Node[]): void {
  const wrong = nodes
    .flatMap((node) => [...below(node)])
    .find((node) => ts.isThrowStatement(node) && throwsPlainError(node));
  if (wrong && ts.isThrowStatement(wrong)) {
    const thrown = wrong.expression as ts.NewExpression;
    code.report.fail(
      'src.verifier-errors',
      code.place(wrong),
      `${shown(wrong.getText())} becomes a 500 of the SDK: clients log in again only on 401.`,
      change(
        shown(wrong.getText()),
        `throw new InvalidTokenError(${thrown.arguments?.map((each) => each.getText()).join(', ') ?? ''});`,
      ),
    );
    return;
  }
  if (namesAny(nodes, REFUSALS)) return;
  const raw = verifyCalls(code).find(({ call }) => nodes.some((node) => holds(node, call)) && !isCaught(call));
  if (!raw) return;
  code.report.fail(
    'src.verifier-errors',
    code.place(raw.call),
    `${shown(raw.call.expression.getText())} throws an error of its own for a bad token, which becomes a 500 of the SDK: clients log in again only on 401.`,
    `+ try {\n    ${shown(raw.call.getText())}\n+ } catch (error) {\n+   throw new InvalidTokenError('The token is not valid.');\n+ }\n+ import { InvalidTokenError } from '@modelcontextprotocol/sdk/server/auth/errors.js';`,
  );
}

function throwsPlainError(node: ts.ThrowStatement): boolean {
  const thrown = unwrap(node.expression);
  if (!ts.isNewExpression(thrown)) return false;
  const name = lastName(thrown.expression);
  // Around a missing setting a server may stop as it likes; a token has nothing to do with it.
  const says = thrown.arguments?.[0]?.getText().toLowerCase() ?? '';
  return name === 'Error' && !says.includes('config') && !says.includes('not set') && !says.includes('environment');
}

const holds = (outer: ts.Node, inner: ts.Node): boolean =>
  outer.getSourceFile() === inner.getSourceFile() && outer.pos <= inner.pos && inner.end <= outer.end;

/** Within a `try` whose `catch` does something, or with a `.catch(…)` behind. */
function isCaught(node: ts.Node): boolean {
  const end = functionAround(node);
  for (let at: ts.Node = node; at !== end && !ts.isSourceFile(at); at = at.parent) {
    const { parent } = at;
    if (ts.isTryStatement(parent) && parent.tryBlock === at && parent.catchClause) return true;
    if (ts.isPropertyAccessExpression(parent) && parent.name.text === 'catch') return true;
  }
  return false;
}

function checkExpiry(code: Code, nodes: ts.Node[]): void {
  for (const object of nodes.flatMap((node) => [...below(node)]).filter(ts.isObjectLiteralExpression)) {
    const isInfo = property(object, 'token') && property(object, 'clientId') && property(object, 'scopes');
    if (!isInfo || property(object, 'expiresAt') || object.properties.some(ts.isSpreadAssignment)) continue;
    if (namesAny(nodes, ['expiresAt'])) continue;
    code.report.fail(
      'src.verifier-expiry',
      code.place(object),
      'The verifier hands on no expiresAt, so the SDK answers every token with 401 "Token has no expiration time".',
      `+ expiresAt: payload.exp,   // in seconds`,
    );
  }
}

/** `expiresAt` counts seconds: a value in milliseconds never comes to its end. */
function checkMilliseconds(code: Code): void {
  for (const file of code.files) {
    for (const node of below(file)) {
      if (!ts.isPropertyAssignment(node) || node.name.getText() !== 'expiresAt') continue;
      const info = node.parent;
      if (!property(info, 'scopes') || !(property(info, 'token') || property(info, 'clientId'))) continue;
      const isMilliseconds = timesThousand(node.initializer) || isNow(node.initializer) || isGetTime(node.initializer);
      if (!isMilliseconds) continue;
      code.report.fail(
        'src.verifier-expiry',
        code.place(node),
        `${shown(node.getText())} is in milliseconds; expiresAt counts seconds, so this token never ends.`,
        change(shown(node.getText()), 'expiresAt: payload.exp'),
      );
    }
  }
}

const isThousand = (node: ts.Expression): boolean =>
  ts.isNumericLiteral(node) && ['1000', '1e3'].includes(node.getText().replace('_', ''));

function timesThousand(node: ts.Expression): boolean {
  const at = unwrap(node);
  return (
    ts.isBinaryExpression(at) &&
    at.operatorToken.kind === ts.SyntaxKind.AsteriskToken &&
    (isThousand(at.right) || isThousand(at.left)) &&
    !at.getText().includes('Date.now')
  );
}

/** `Date.now() + …` that is never divided. */
function isNow(node: ts.Expression): boolean {
  const at = unwrap(node);
  return (
    ts.isBinaryExpression(at) && at.operatorToken.kind === ts.SyntaxKind.PlusToken && at.left.getText() === 'Date.now()'
  );
}

const isGetTime = (node: ts.Expression): boolean => {
  const at = unwrap(node);
  return ts.isCallExpression(at) && lastName(at.expression) === 'getTime';
};

/** Middleware of one's own: what a verification throws has to be caught there. */
function checkOwnMiddleware(code: Code): void {
  for (const { call } of verifyCalls(code)) {
    const fn = functionAround(call);
    if (!isExpressMiddleware(fn)) continue;
    const place = code.place(call);
    code.report.saw('src.verifier-errors', `The middleware around ${place.file}:${place.line} was read.`);
    const handled = caughtWith500(call);
    const isCallback = call.arguments.some((each) => ts.isArrowFunction(each) || ts.isFunctionExpression(each));
    if (isCaught(call) && !handled) continue;
    if (isCallback) continue;
    code.report.fail(
      'src.verifier-errors',
      place,
      `What ${shown(call.expression.getText())} throws for a bad token ${handled ? 'is answered with 500' : 'is not caught'}: clients log in again only on 401.`,
      `+ } catch {\n+   res.status(401).set('WWW-Authenticate', \`Bearer error="invalid_token", resource_metadata="\${METADATA_URL}"\`).end();\n+ }`,
    );
  }
}

const isExpressMiddleware = (fn: ts.Node): boolean => {
  const parameters = ts.isFunctionLike(fn) ? fn.parameters.map((each) => each.name.getText()) : [];
  return parameters.includes('res') && (parameters.includes('req') || parameters.includes('_req'));
};

function caughtWith500(call: ts.CallExpression): boolean {
  for (let at: ts.Node = call; !ts.isSourceFile(at) && !ts.isFunctionLike(at); at = at.parent) {
    if (!ts.isTryStatement(at.parent) || at.parent.tryBlock !== at || !at.parent.catchClause) continue;
    const numbers = [...below(at.parent.catchClause)].filter(ts.isNumericLiteral).map((each) => each.text);
    return numbers.includes('500') && !numbers.includes('401');
  }
  return false;
}
