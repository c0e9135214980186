import { ts } from 'ts-morph';
import { change, shown } from '../report.ts';
import { below, callsIn, functionAround, functionsAround, lastName, nameOf, type Code } from './code.ts';
import { readsCredentials } from './gates.ts';
import { countsAny, externalOf, hasSpread, literalText, objectOf, property, reach, textsOf } from './values.ts';
import {
  decodeCalls,
  handmadeDecoders,
  sharedSecret,
  signsTokens,
  verifierFunctions,
  verifyCalls,
  type VerifyCall,
} from './verify-calls.ts';

const ID = 'src.verifier-claims';
/** Claims that bind a token to a server where the provider gives no `aud` (Cognito, WorkOS …). */
const INSTEAD_OF_AUDIENCE = ['client_id', 'azp', 'cid', 'resource', 'appid'];

/** Signature, issuer and audience are verified, with a key that only the authorization server has. */
export function checkClaims(code: Code): void {
  const calls = verifyCalls(code);
  const isIssuer = signsTokens(code);
  for (const call of calls) {
    const place = code.place(call.call);
    code.report.saw(ID, `${shown(call.call.expression.getText())} verifies tokens (${place.file}:${place.line}).`);
    if (!isIssuer && !isUseless(code, call)) checkSecret(code, call);
    checkOptions(code, call, isIssuer);
  }
  checkPackages(code);
  checkDecoders(code, calls);
}

/** RFC 8725 §3.1: the algorithms are the server's choice, never the token's. */
function isUseless(code: Code, { call, options }: VerifyCall): boolean {
  const algorithms = typeof options === 'object' ? textsOf(code, property(options, 'algorithms')) : undefined;
  if (!algorithms?.some((name) => name.toLowerCase() === 'none')) return false;
  code.report.fail(
    ID,
    code.place(call),
    "algorithms has 'none': a token that nobody signed is accepted.",
    change(`algorithms: [${algorithms.map((a) => `'${a}'`).join(', ')}]`, "algorithms: ['RS256', 'ES256']"),
  );
  return true;
}

function checkSecret(code: Code, { call, key, library }: VerifyCall): void {
  const secret = sharedSecret(code, key);
  if (!secret) return;
  const before = shown(call.getText());
  const verified =
    'await jwtVerify(token, createRemoteJWKSet(new URL(JWKS_URI)), { issuer: ISSUER, audience: RESOURCE })';
  code.report.fail(
    ID,
    code.place(call),
    `Tokens are verified with a secret that both sides share (${ts.isStringLiteralLike(secret) ? 'written into the code' : shown(secret.getText())}): authorization servers sign with a key pair, and who can verify here can also forge.`,
    `${library === 'jose' ? '' : 'With jose (npm install jose):\n'}${change(before, verified)}`,
  );
}

function checkOptions(code: Code, { call, options, library }: VerifyCall, isIssuer: boolean): void {
  if (options === 'unknown') return;
  if (options && hasSpread(options)) return;
  const claims = claimsUsedAround(code, call);
  const place = code.place(call);
  const has = (name: string): boolean => options !== undefined && property(options, name) !== undefined;
  if (!has('audience') && !claims.has('aud')) {
    code.report.fail(
      ID,
      place,
      `${shown(call.expression.getText())} does not check the audience: a token for any other API of the same issuer opens this server.`,
      change(shown(call.getText()), withOption(call, options, 'audience: RESOURCE_URL')),
    );
  } else if (!has('issuer') && !claims.has('iss') && !isIssuer && !isOwnKey(code, call)) {
    code.report.warn(
      ID,
      place,
      `${shown(call.expression.getText())} does not check the issuer.`,
      change(shown(call.getText()), withOption(call, options, 'issuer: ISSUER')),
    );
  }
  const ignores = options && property(options, 'ignoreExpiration');
  if (library === 'jsonwebtoken' && ignores?.kind === ts.SyntaxKind.TrueKeyword) {
    code.report.fail(
      'src.verifier-expiry',
      place,
      'ignoreExpiration: true accepts tokens long after they ended.',
      change('ignoreExpiration: true', ''),
    );
  }
}

/** A secret of one's own says who issued the token. */
const isOwnKey = (code: Code, call: ts.CallExpression): boolean => sharedSecret(code, call.arguments[1]) !== undefined;

function withOption(call: ts.CallExpression, options: ts.ObjectLiteralExpression | undefined, added: string): string {
  const [token = 'token', key = 'key'] = call.arguments.map((each) => each.getText());
  const kept = options?.properties.map((each) => each.getText()) ?? [];
  return shown(`${call.expression.getText()}(${token}, ${key}, { ${[...kept, added].join(', ')} })`);
}

/** Claims that the code around a verification looks at; what stands in for `aud` has to be compared with something. */
function claimsUsedAround(code: Code, call: ts.CallExpression): Set<string> {
  const outermost = functionsAround(call).at(-1) ?? functionAround(call);
  const names = new Set<string>();
  for (const node of reach(code, outermost, 1).flatMap((each) => below(each))) {
    const name = claimName(node);
    if (name === undefined || name === '') continue;
    if (name === 'iss' || name === 'aud') names.add(name);
    if (INSTEAD_OF_AUDIENCE.includes(name) && isCompared(node)) names.add('aud');
  }
  return names;
}

/** `payload.aud`, `payload['aud']`, `const { aud } = payload` */
function claimName(node: ts.Node): string | undefined {
  if (ts.isPropertyAccessExpression(node) || ts.isBindingElement(node)) return lastName(node.name);
  return ts.isElementAccessExpression(node) ? literalText(node.argumentExpression) : undefined;
}

const COMPARISONS = [
  ts.SyntaxKind.EqualsEqualsEqualsToken,
  ts.SyntaxKind.ExclamationEqualsEqualsToken,
  ts.SyntaxKind.EqualsEqualsToken,
  ts.SyntaxKind.ExclamationEqualsToken,
];

function isCompared(node: ts.Node): boolean {
  const { parent } = node;
  if (ts.isBinaryExpression(parent)) return COMPARISONS.includes(parent.operatorToken.kind);
  return (
    ts.isCallExpression(parent) && ['includes', 'has', 'some', 'equals'].includes(lastName(parent.expression) ?? '')
  );
}

/** Packages that verify by themselves, and only what they are told. */
function checkPackages(code: Code): void {
  for (const file of code.files) {
    for (const call of callsIn(file)) {
      const external = externalOf(code, call.expression);
      const name = lastName(call.expression);
      const isAuth0 = external?.module === 'express-oauth2-jwt-bearer' && external.name === 'auth';
      const isMcpAuth =
        name === 'bearerAuth' &&
        ts.isPropertyAccessExpression(call.expression) &&
        code.snapshot.manifest.allDependencies['mcp-auth'] !== undefined;
      if (isAuth0) checkAuth0(code, call);
      if (isMcpAuth) checkMcpAuth(code, call);
    }
  }
}

function checkAuth0(code: Code, call: ts.CallExpression): void {
  const place = code.place(call);
  code.report.saw(ID, `express-oauth2-jwt-bearer verifies tokens (${place.file}:${place.line}).`);
  const options = objectOf(code, call.arguments[0]);
  if (!options || hasSpread(options)) return;
  if (property(options, 'secret')) {
    code.report.fail(
      ID,
      place,
      'auth() of express-oauth2-jwt-bearer is given a shared secret.',
      change(shown(call.getText()), 'auth({ issuerBaseURL: ISSUER, audience: RESOURCE_URL })'),
    );
    return;
  }
  const setsNothing = !property(options, 'audience') && code.env('AUDIENCE') === undefined;
  if (setsNothing)
    code.report.fail(
      ID,
      place,
      'auth() of express-oauth2-jwt-bearer is given no audience.',
      change(
        shown(call.getText()),
        shown(`auth({ ${[...options.properties.map((p) => p.getText()), 'audience: RESOURCE_URL'].join(', ')} })`),
      ),
    );
}

function checkMcpAuth(code: Code, call: ts.CallExpression): void {
  const place = code.place(call);
  code.report.saw(ID, `mcp-auth verifies tokens (${place.file}:${place.line}).`);
  const given = call.arguments[1];
  const options = objectOf(code, given);
  if (given && !options) return;
  if (options && (hasSpread(options) || property(options, 'audience'))) return;
  const kept = options?.properties.map((each) => each.getText()) ?? [];
  code.report.fail(
    ID,
    place,
    'bearerAuth of mcp-auth is given no audience, and does not check it then.',
    change(
      shown(call.getText()),
      shown(
        `${call.expression.getText()}(${call.arguments[0]?.getText() ?? "'jwt'"}, { ${[...kept, 'audience: RESOURCE_URL'].join(', ')} })`,
      ),
    ),
  );
}

/** Reading a token is no verification. Only code that decides about requests counts: clients read tokens of their own. */
function checkDecoders(code: Code, verified: VerifyCall[]): void {
  const verifiers = verifierFunctions(code);
  for (const call of [...decodeCalls(code), ...handmadeDecoders(code)]) {
    const around = functionsAround(call);
    const decides = around.some(
      (fn) =>
        (readsCredentials(fn) && countsAny(reach(code, fn, 1), ['401', '403'])) ||
        verifiers.includes(fn) ||
        saysVerify(nameOf(fn)),
    );
    if (!decides || isFollowedByVerification(code, around, verified)) continue;
    code.report.fail(
      ID,
      code.place(call),
      `${shown(call.expression.getText())} reads the token and verifies nothing: anybody can write such a token.`,
      change(
        shown(call.getText()),
        '(await jwtVerify(token, createRemoteJWKSet(new URL(JWKS_URI)), { issuer: ISSUER, audience: RESOURCE_URL })).payload',
      ),
    );
  }
}

function saysVerify(name: string | undefined): boolean {
  const lower = name?.toLowerCase() ?? '';
  return ['verify', 'validate', 'authenticate', 'checktoken'].some((word) => lower.includes(word));
}

/** Decoding to find the right key, or for a log line, is fine where a verification comes too. */
function isFollowedByVerification(code: Code, around: ts.Node[], verified: VerifyCall[]): boolean {
  const nodes = around.flatMap((fn) => reach(code, fn, 2));
  const isInside = (call: ts.Node): boolean =>
    nodes.some((node) => node.getSourceFile() === call.getSourceFile() && node.pos <= call.pos && call.end <= node.end);
  return (
    verified.some(({ call }) => isInside(call)) ||
    nodes.some((node) => [...callsIn(node)].some((call) => verifiesElsewhere(code, call)))
  );
}

/** A call that leaves the verification to somebody else: introspection, a client of the provider. */
function verifiesElsewhere(code: Code, call: ts.CallExpression): boolean {
  const name = lastName(call.expression)?.toLowerCase() ?? '';
  const external = externalOf(code, call.expression);
  const isTrusted =
    external !== undefined &&
    !['jwt-decode', 'jsonwebtoken', 'jose'].includes(external.module) &&
    name.includes('verify');
  return (
    isTrusted ||
    [
      'introspect',
      'getuser',
      'verifyidtoken',
      'authenticaterequest',
      'verifytoken',
      'compactverify',
      'fetch',
      'userinfo',
    ].some((word) => name === word || name.includes('introspect'))
  );
}
