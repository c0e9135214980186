import { ts } from 'ts-morph';
import { shown } from '../report.ts';
import { below, callsIn, functionAround, functionsAround, lastName, type Code } from './code.ts';
import { readsCredentials } from './gates.ts';
import { externalOf, namesAny, objectOf, property, reach, saysAny } from './values.ts';

const ID = 'src.challenge';
const HEADER = 'www-authenticate';

/** Every 401 to a request for the MCP server carries `WWW-Authenticate` with `resource_metadata` (RFC 9728 §5.1). */
export function checkChallenge(code: Code): void {
  const hasOAuth = speaksOAuth(code);
  const gates = code.files.flatMap((file) =>
    below(file).filter((node) => ts.isFunctionLike(node) && readsCredentials(node)),
  );
  const helpers = new Set(gates.flatMap((gate) => reach(code, gate, 2)));
  for (const file of code.files) {
    for (const call of nodesOf(file)) {
      if (!makes401(code, call)) continue;
      const around = functionsAround(call);
      const gate = around.find((fn) => readsCredentials(fn)) ?? around.find((fn) => helpers.has(fn));
      if (gate) judge(code, call, gate, hasOAuth);
    }
    checkSdkGate(code, file, hasOAuth);
  }
}

function* nodesOf(file: ts.SourceFile): Generator<ts.CallExpression | ts.NewExpression> {
  for (const node of below(file)) if (ts.isCallExpression(node) || ts.isNewExpression(node)) yield node;
}

function judge(code: Code, call: ts.CallExpression | ts.NewExpression, gate: ts.Node, hasOAuth: boolean): void {
  const place = code.place(call);
  const nodes = [functionAround(call), ...reach(code, gate, 2)];
  const isSent = sendsHeader(code, call);
  code.report.saw(ID, `The 401 of ${place.file}:${place.line} was read.`);
  if (isSent && (saysAny(nodes, ['resource_metadata']) || namesAny(nodes, ['resource_metadata', 'resourceMetadata'])))
    return;
  if (isSent && !saysAny(nodes, [HEADER])) return;
  // Without OAuth around, keys are handed out by hand and no client has to find anything.
  const level = hasOAuth ? 'fail' : 'warn';
  const what = isSent
    ? `The challenge of ${shown(call.getText())} names no resource_metadata, so clients do not find the authorization server.`
    : `${shown(call.getText())} sends no WWW-Authenticate header, so clients do not learn that they can log in.`;
  code.report[level](ID, place, what, fixFor(call));
}

/** Near the 401 itself: two refusals in one function need two headers. */
function sendsHeader(code: Code, call: ts.Node): boolean {
  const own = functionAround(call);
  if (isFilledBefore(code, call)) return true;
  for (let at: ts.Node = call; at !== own && !ts.isSourceFile(at); at = at.parent) {
    if (!isCompound(at) && setsHeader(code, at)) return true;
    const { parent } = at;
    if (!ts.isBlock(parent) && !ts.isSourceFile(parent)) continue;
    const before = parent.statements.slice(0, parent.statements.indexOf(at as ts.Statement));
    if (before.some((statement) => !isConditional(statement) && setsHeader(code, statement))) return true;
  }
  return false;
}

/** `const headers = new Headers(); … headers.set('WWW-Authenticate', …)` */
function isFilledBefore(code: Code, call: ts.Node): boolean {
  return below(call).some((each) => {
    const symbol = ts.isIdentifier(each) ? code.program.symbolOf(each) : undefined;
    const declaration = symbol?.valueDeclaration;
    if (!symbol || !declaration || !ts.isVariableDeclaration(declaration) || !declaration.initializer) return false;
    return code.program.mentions(symbol).some((mention) => {
      const use = mention.parent.parent as ts.Node | undefined;
      return use !== undefined && !ts.isVariableDeclaration(mention.parent) && saysAny([use], [HEADER]);
    });
  });
}

/** The header itself, or something of the project that holds or makes it. */
function setsHeader(code: Code, node: ts.Node): boolean {
  if (saysAny([node], [HEADER])) return true;
  if (ts.isFunctionLike(node)) return false;
  return below(node).some((each) => {
    if (!ts.isIdentifier(each) || each.parent === node.parent) return false;
    const declaration = code.program.symbolOf(each)?.valueDeclaration;
    return (
      declaration !== undefined &&
      declaration !== node &&
      !ts.isParameter(declaration) &&
      saysAny([declaration], [HEADER])
    );
  });
}

/** What holds other statements says nothing about the one in question. */
const isCompound = (node: ts.Node): boolean =>
  ts.isBlock(node) ||
  ts.isIfStatement(node) ||
  ts.isTryStatement(node) ||
  ts.isCatchClause(node) ||
  ts.isFunctionLike(node);
const isConditional = (statement: ts.Statement): boolean => ts.isIfStatement(statement) || ts.isTryStatement(statement);

/** `res.status(401)`, `res.writeHead(401)`, `reply.code(401)`, `c.json(…, 401)`, `new Response(…, { status: 401 })`. */
function makes401(code: Code, call: ts.CallExpression | ts.NewExpression): boolean {
  const name = lastName(call.expression);
  const args = call.arguments ?? [];
  const is401 = (node: ts.Expression | undefined): boolean =>
    node !== undefined && ts.isNumericLiteral(node) && node.text === '401';
  const status = (node: ts.Expression | undefined): boolean => {
    const options = objectOf(code, node);
    return options !== undefined && is401(property(options, 'status'));
  };
  switch (name) {
    case 'status':
    case 'writeHead':
    case 'code':
    case 'sendStatus':
      return is401(args[0]);
    case 'Response':
      return status(args[1]);
    case 'HTTPException':
      return is401(args[0]);
    case 'json':
    case 'text':
    case 'body':
      return is401(args[1]) || status(args[1]);
    default:
      return false;
  }
}

function fixFor(call: ts.Node): string {
  const value = '`Bearer resource_metadata="${METADATA_URL}"`';
  const text = call.getText();
  if (text.includes('writeHead')) return `- ${shown(text)}\n+ res.writeHead(401, { 'WWW-Authenticate': ${value} })`;
  if (text.includes('Response')) return `+ headers: { 'WWW-Authenticate': ${value} }`;
  return `+ res.set('WWW-Authenticate', ${value});   // before ${shown(text)}; METADATA_URL = https://HOST/.well-known/oauth-protected-resource/mcp`;
}

/** `requireBearerAuth` of the SDK names the metadata only when it is told where they are. */
function checkSdkGate(code: Code, file: ts.SourceFile, hasOAuth: boolean): void {
  for (const call of callsIn(file)) {
    const external = externalOf(code, call.expression);
    if (external?.name !== 'requireBearerAuth' || !external.module.startsWith('@modelcontextprotocol/')) continue;
    const options = objectOf(code, call.arguments[0]);
    const place = code.place(call);
    code.report.saw(ID, `requireBearerAuth of the SDK challenges (${place.file}:${place.line}).`);
    if (!options || options.properties.some(ts.isSpreadAssignment) || property(options, 'resourceMetadataUrl'))
      continue;
    const kept = options.properties.map((each) => each.getText());
    const after = `requireBearerAuth({ ${[...kept, 'resourceMetadataUrl: getOAuthProtectedResourceMetadataUrl(new URL(RESOURCE_URL))'].join(', ')} })`;
    code.report[hasOAuth ? 'fail' : 'warn'](
      ID,
      place,
      'requireBearerAuth is not told where the metadata are, so its 401 names no resource_metadata.',
      `- ${shown(call.getText())}\n+ ${after}`,
    );
  }
}

/** Is there anything of OAuth: metadata, an issuer, a JWKS? */
export function speaksOAuth(code: Code): boolean {
  const words = [
    'oauth-protected-resource',
    'oauth-authorization-server',
    'jwks',
    'openid-configuration',
    '/oauth2/',
    'oauth/token',
  ];
  const names = ['jwtVerify', 'createRemoteJWKSet', 'mcpAuthRouter', 'mcpAuthMetadataRouter', 'verifyAccessToken'];
  return saysAny(code.files, words) || namesAny(code.files, names);
}
