import { change, shown } from '../report.ts';
import {
  allCalls,
  anywhere,
  around,
  dotted,
  entry,
  names,
  place,
  reach,
  says,
  textOf,
  textsOf,
  valueOf,
  type Call,
  type PyCode,
} from './module.ts';
import { below, type Node } from './parser.ts';

const ID = 'src.verifier-claims';
const DECODE = ['jwt.decode', 'jose.jwt.decode', 'jwt.api_jwt.decode'];
const INSTEAD_OF_AUDIENCE = ['client_id', 'azp', 'cid', 'resource', 'appid'];

/** Signature, issuer, audience and expiry are verified with a published key (RFC 8725 §3, RFC 8707 §2). */
export function checkVerification(code: PyCode): void {
  for (const call of decodeCalls(code)) {
    const at = place(call.file, call.node);
    if (isUnverified(call)) {
      if (decides(call) && !isVerifiedElsewhere(code, call)) reportUnverified(code, call);
      continue;
    }
    code.report.saw(ID, `${call.name} verifies tokens (${at.file}:${at.line}).`);
    if (!checkKey(code, call)) checkClaims(code, call);
    checkErrors(code, call);
  }
  for (const call of allCalls(code)) {
    checkJwtVerifier(code, call);
    checkAccessToken(code, call);
    checkSuper(code, call);
  }
}

export const decodeCalls = (code: PyCode): Call[] => allCalls(code).filter(({ name }) => DECODE.includes(name));

const isFalse = (node: Node | undefined): boolean => node?.type === 'false';
const optionOf = (call: Call, name: string): Node | undefined => entry(call.file, call.kwargs.get('options'), name);

const isUnverified = (call: Call): boolean =>
  isFalse(optionOf(call, 'verify_signature')) || isFalse(call.kwargs.get('verify'));

/** Only code that decides about requests counts: clients may look into tokens of their own. */
function decides(call: Call): boolean {
  const fn = around(call.node, 'function_definition');
  if (!fn) return false;
  const name = fn.childForFieldName('name')?.text.toLowerCase() ?? '';
  return (
    ['verify', 'validate', 'authenticate', 'current_user', 'check_token'].some((word) => name.includes(word)) ||
    says(fn, ['authorization', 'bearer'])
  );
}

/** Reading first, to find the right key, is fine where verification follows. */
function isVerifiedElsewhere(code: PyCode, call: Call): boolean {
  const fn = around(call.node, 'function_definition') ?? call.file.root;
  const nodes = reach(code, call.file, fn).map(({ node }) => node);
  const inside = (other: Call): boolean =>
    nodes.some((node) => node.startIndex <= other.node.startIndex && other.node.endIndex <= node.endIndex);
  return (
    decodeCalls(code).some((other) => other.file === call.file && !isUnverified(other) && inside(other)) ||
    nodes.some((node) => says(node, ['introspect', 'userinfo']))
  );
}

function reportUnverified(code: PyCode, call: Call): void {
  code.report.fail(
    ID,
    place(call.file, call.node),
    `${shown(call.node.text)} reads the token and verifies nothing: anybody can write such a token.`,
    change(shown(call.node.text), VERIFIED),
  );
}

const VERIFIED =
  'key = PyJWKClient(JWKS_URI).get_signing_key_from_jwt(token).key\njwt.decode(token, key, algorithms=["RS256", "ES256"], audience=RESOURCE_URL, issuer=ISSUER, options={"require": ["exp", "iss", "aud"]})';

/** @returns whether the key was wrong: then the rest of the call does not matter */
function checkKey(code: PyCode, call: Call): boolean {
  const given = call.args[1] ?? call.kwargs.get('key');
  const isPyJwt = call.name !== 'jose.jwt.decode';
  if (isPyJwt && given && isKeySet(call, given)) {
    code.report.fail(
      ID,
      place(call.file, call.node),
      `${shown(call.node.text)} gives PyJWT the whole JWKS (${given.text}) as key: it raises TypeError for every token.`,
      change(shown(call.node.text), VERIFIED),
    );
    return true;
  }
  const algorithms = textsOf(call.file, call.kwargs.get('algorithms') ?? call.args[2]) ?? [];
  const isShared = algorithms.length > 0 && algorithms.every((name) => name.startsWith('HS'));
  const signs = allCalls(code).some(({ name }) => ['jwt.encode', 'jose.jwt.encode'].includes(name));
  if (isShared && !signs) {
    code.report.fail(
      ID,
      place(call.file, call.node),
      `Tokens are verified with a secret that both sides share (${algorithms.join(', ')}): authorization servers sign with a key pair, and who can verify here can also forge.`,
      change(shown(call.node.text), VERIFIED),
    );
    return true;
  }
  if (algorithms.some((name) => name.toLowerCase() === 'none')) {
    code.report.fail(
      ID,
      place(call.file, call.node),
      'algorithms has "none": a token that nobody signed is accepted.',
      change('"none"', '"RS256"'),
    );
    return true;
  }
  return false;
}

/** What came out of `.json()`, or goes by the name of a JWKS. */
function isKeySet(call: Call, node: Node): boolean {
  const fn = around(call.node, 'function_definition');
  const assigned =
    fn && below(fn).find((each) => each.type === 'assignment' && each.childForFieldName('left')?.text === node.text);
  const value = assigned?.childForFieldName('right') ?? valueOf(call.file, node);
  if (!value || node.type !== 'identifier') return false;
  const isJson = value.text.endsWith('.json()');
  const isNamed = ['jwks', 'jwks_data', 'jwks_dict', 'keyset'].includes(node.text.toLowerCase());
  return isJson ? node.text.toLowerCase().includes('jwk') || isNamed : isNamed && value.type === 'dictionary';
}

function checkClaims(code: PyCode, call: Call): void {
  if (call.hasSplat) return;
  const at = place(call.file, call.node);
  const fn = around(call.node, 'function_definition') ?? call.file.root;
  const compared = (claims: readonly string[], isUsed = isLookup): boolean =>
    reach(code, call.file, fn, 1).some(({ node }) =>
      below(node).some((each) => each.type === 'string_content' && claims.includes(each.text) && isUsed(each)),
    );
  const noAudience = !call.kwargs.has('audience') || isFalse(optionOf(call, 'verify_aud'));
  if (noAudience && !compared(['aud']) && !compared(INSTEAD_OF_AUDIENCE, isCompared)) {
    const before = shown(call.node.text);
    code.report.fail(
      ID,
      at,
      `${call.name} does not check the audience: a token for any other API of the same issuer opens this server.`,
      change(before, before.endsWith(')') ? `${before.slice(0, -1)}, audience=RESOURCE_URL)` : 'audience=RESOURCE_URL'),
    );
  } else if (!call.kwargs.has('issuer') && !compared(['iss'])) {
    code.report.warn(ID, at, `${call.name} does not check the issuer.`, '+ issuer=ISSUER,');
  }
  if (isFalse(optionOf(call, 'verify_exp'))) {
    code.report.fail(
      'src.verifier-expiry',
      at,
      'verify_exp: False accepts tokens long after they ended.',
      change('"verify_exp": False', '"require": ["exp", "iss", "aud"]'),
    );
  }
}

/** `payload["aud"]` or `payload.get("aud")`, and not a list of claims that are required. */
function isLookup(content: Node): boolean {
  const parent = content.parent?.parent;
  return parent?.type === 'subscript' || parent?.type === 'argument_list' || parent?.type === 'comparison_operator';
}

/** `payload.get("azp") != CLIENT_ID`, `payload["azp"] in ALLOWED` */
function isCompared(content: Node): boolean {
  for (let at = content.parent; at && !at.type.endsWith('statement'); at = at.parent)
    if (at.type === 'comparison_operator') return true;
  return false;
}

/** Whatever `verify_token` raises becomes a 500: the SDK takes None for "no". */
function checkErrors(code: PyCode, call: Call): void {
  const fn = around(call.node, 'function_definition');
  const name = fn?.childForFieldName('name')?.text;
  if (!fn || name !== 'verify_token' || !isVerifierClass(code, call, around(fn, 'class_definition'))) return;
  const at = place(call.file, call.node);
  code.report.saw('src.verifier-errors', `verify_token (${at.file}:${at.line}) was read.`);
  const isCaught = hasParent(call.node, fn, 'try_statement');
  const raises = below(fn).find((each) => each.type === 'raise_statement');
  if (isCaught && !raises) return;
  const where = raises && isCaught ? place(call.file, raises) : at;
  code.report.fail(
    'src.verifier-errors',
    where,
    `${raises && isCaught ? shown(raises.text) : `What ${call.name} raises for a bad token`} leaves verify_token and becomes a 500: clients log in again only on 401.`,
    raises && isCaught
      ? change(shown(raises.text), 'return None')
      : `+ try:\n      ${shown(call.node.text)}\n+ except jwt.PyJWTError:\n+     return None`,
  );
}

/** A class that the framework asks: by what it is made of, or because it is handed over as verifier. */
function isVerifierClass(code: PyCode, { file }: Call, owner: Node | undefined): boolean {
  if (!owner) return false;
  const bases = owner.childForFieldName('superclasses')?.namedChildren.map((each) => dotted(file, each)) ?? [];
  if (bases.some((base) => ['mcp.', 'fastmcp.', 'fastapps.'].some((start) => base.startsWith(start)))) return true;
  const name = owner.childForFieldName('name')?.text ?? '';
  return allCalls(code).some(({ kwargs }) => kwargs.get('token_verifier')?.text.startsWith(`${name}(`));
}

function hasParent(node: Node, end: Node, type: string): boolean {
  for (let at = node.parent; at && at.id !== end.id; at = at.parent) if (at.type === type) return true;
  return false;
}

/** `JWTVerifier` of fastmcp and of FastApps check only what they are told. */
function checkJwtVerifier(code: PyCode, call: Call): void {
  if (
    !['JWTVerifier', 'BearerAuthProvider'].includes(call.last) ||
    !(call.name.startsWith('fastmcp') || call.name.startsWith('fastapps'))
  )
    return;
  const at = place(call.file, call.node);
  code.report.saw(ID, `${call.last} verifies tokens (${at.file}:${at.line}).`);
  if (call.hasSplat) return;
  if (!call.kwargs.has('audience') || call.kwargs.get('audience')?.type === 'none') {
    code.report.fail(
      ID,
      at,
      `${call.last} is given no audience, and accepts tokens for any other API of the same issuer.`,
      '+ audience=RESOURCE_URL,',
    );
    return;
  }
  const algorithm = textOf(call.file, call.kwargs.get('algorithm')) ?? '';
  if (algorithm.startsWith('HS') && !allCalls(code).some(({ name }) => name === 'jwt.encode')) {
    code.report.fail(
      ID,
      at,
      `${call.last} verifies with a secret that both sides share (${algorithm}).`,
      '- public_key=…, algorithm="HS256"\n+ jwks_uri="https://ISSUER/.well-known/jwks.json", algorithm="RS256"',
    );
    return;
  }
  const issuer = textOf(call.file, call.kwargs.get('issuer'));
  if (issuer !== undefined && issuer.endsWith('.auth0.com')) {
    code.report.fail(
      ID,
      at,
      `The issuer ${issuer} has no slash at the end, and tokens of Auth0 have one: none is accepted.`,
      change(`issuer="${issuer}"`, `issuer="${issuer}/"`),
    );
  } else if (!call.kwargs.has('issuer'))
    code.report.warn(ID, at, `${call.last} is given no issuer, and does not check it.`, '+ issuer=ISSUER,');
}

/** `expires_at` counts seconds. */
function checkAccessToken(code: PyCode, call: Call): void {
  if (call.last !== 'AccessToken') return;
  const expiry = call.kwargs.get('expires_at');
  if (!expiry) return;
  const at = place(call.file, call.node);
  code.report.saw('src.verifier-expiry', `AccessToken(…) hands on when the token ends (${at.file}:${at.line}).`);
  const thousand = below(expiry)
    .concat(expiry)
    .some(
      (each) =>
        each.type === 'binary_operator' &&
        each.childForFieldName('operator')?.text === '*' &&
        each.text.includes('1000'),
    );
  if (!thousand) return;
  code.report.fail(
    'src.verifier-expiry',
    place(call.file, expiry),
    `expires_at=${shown(expiry.text)} is in milliseconds; it counts seconds, so this token never ends.`,
    change(`expires_at=${shown(expiry.text)}`, 'expires_at=payload["exp"]'),
  );
}

/** The SDK's TokenVerifier is a protocol without code: `super().verify_token()` gives None, which refuses everything. */
function checkSuper(code: PyCode, call: Call): void {
  if (call.last !== 'verify_token' || !call.node.text.startsWith('super()')) return;
  const owner = around(call.node, 'class_definition');
  const bases = owner?.childForFieldName('superclasses')?.namedChildren.map((each) => dotted(call.file, each)) ?? [];
  if (!bases.some((base) => base === 'mcp.server.auth.provider.TokenVerifier' || base === 'fastapps.TokenVerifier'))
    return;
  code.report.fail(
    ID,
    place(call.file, call.node),
    'super().verify_token() of the protocol TokenVerifier is always None: every token is refused.',
    `- class ${owner?.childForFieldName('name')?.text ?? 'Verifier'}(TokenVerifier):\n+ class ${owner?.childForFieldName('name')?.text ?? 'Verifier'}(JWTVerifier):   # one that verifies`,
  );
}

/** Is there anything of OAuth in the source? */
export const speaksOAuth = (code: PyCode): boolean =>
  anywhere(
    code,
    (root) =>
      says(root, ['oauth-protected-resource', 'jwks', 'openid-configuration', '/oauth2/', 'auth0.com']) ||
      names(root, ['AuthSettings', 'PyJWKClient', 'JWTVerifier', 'RemoteAuthProvider', 'TokenVerifier']),
  );
