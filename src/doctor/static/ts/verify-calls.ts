import { ts } from 'ts-morph';
import { callsIn, lastName, unwrap, type Code } from './code.ts';
import { envNameOf, externalOf, functionOf, objectOf, reach, textOf, valueOf } from './values.ts';

/** A call that verifies a token: with which key, and with which options. */
export interface VerifyCall {
  call: ts.CallExpression;
  library: 'jose' | 'jsonwebtoken' | 'hono';
  key: ts.Expression | undefined;
  /** The options as they are written; `unknown` when they are made elsewhere. */
  options: ts.ObjectLiteralExpression | 'unknown' | undefined;
}

const DECODERS: Record<string, string[]> = {
  jsonwebtoken: ['decode'],
  jose: ['decodeJwt'],
  'jwt-decode': ['jwtDecode', 'default'],
  'hono/jwt': ['decode'],
};

/** Every call that verifies a token with one of the usual libraries. */
export function verifyCalls(code: Code): VerifyCall[] {
  return code.files.flatMap((file) => [...callsIn(file)].flatMap((call) => verifyCall(code, call) ?? []));
}

function verifyCall(code: Code, call: ts.CallExpression): VerifyCall | undefined {
  const external = externalOf(code, call.expression);
  if (!external) return undefined;
  const [, key, third] = call.arguments;
  if (external.module === 'jose' && external.name === 'jwtVerify') {
    return { call, library: 'jose', key, options: optionsOf(code, third) };
  }
  if (external.module === 'jsonwebtoken' && external.name === 'verify') {
    const options = third && isCallback(third) ? undefined : optionsOf(code, third);
    return { call, library: 'jsonwebtoken', key, options };
  }
  return undefined;
}

const isCallback = (node: ts.Expression): boolean => ts.isArrowFunction(node) || ts.isFunctionExpression(node);

function optionsOf(code: Code, node: ts.Expression | undefined): VerifyCall['options'] {
  if (!node) return undefined;
  return objectOf(code, node) ?? 'unknown';
}

/** A call that reads a token without verifying it. */
export function decodeCalls(code: Code): ts.CallExpression[] {
  return code.files.flatMap((file) => [...callsIn(file)].filter((call) => isDecoder(code, call)));
}

function isDecoder(code: Code, call: ts.CallExpression): boolean {
  const external = externalOf(code, call.expression);
  return external !== undefined && (DECODERS[external.module]?.includes(external.name) ?? false);
}

/** `JSON.parse(Buffer.from(token.split('.')[1], 'base64').toString())`, and with `atob`. */
export function handmadeDecoders(code: Code): ts.CallExpression[] {
  return code.files.flatMap((file) =>
    [...callsIn(file)].filter((call) => {
      const callee = call.expression.getText();
      if (callee !== 'atob' && callee !== 'Buffer.from') return false;
      const [text] = call.arguments;
      return text !== undefined && isPartOfToken(code, text);
    }),
  );
}

/** `token.split('.')[1]`, also through a variable or `const [, payload] = token.split('.')`. */
function isPartOfToken(code: Code, node: ts.Expression): boolean {
  const value = valueOf(code, node);
  const isSplit = (each: ts.Node): boolean =>
    ts.isCallExpression(each) && lastName(each.expression) === 'split' && textOf(code, each.arguments[0]) === '.';
  if (ts.isElementAccessExpression(value)) {
    // The first part names the key and is read by whoever verifies.
    return value.argumentExpression.getText() !== '0' && isSplit(valueOf(code, value.expression));
  }
  if (!ts.isIdentifier(value)) return false;
  const declaration = code.program.symbolOf(value)?.valueDeclaration;
  const holder = declaration && ts.isBindingElement(declaration) ? declaration.parent.parent : undefined;
  return (
    holder !== undefined &&
    ts.isVariableDeclaration(holder) &&
    holder.initializer !== undefined &&
    isSplit(unwrap(holder.initializer))
  );
}

const SECRET_MAKERS = ['createSecretKey', 'encode', 'from', 'decode'];

/** The secret behind a key, when it is one that both sides share: a text, or the bytes of one. */
export function sharedSecret(code: Code, key: ts.Expression | undefined): ts.Expression | undefined {
  if (!key) return undefined;
  const value = valueOf(code, key);
  if (ts.isStringLiteralLike(value)) return isPem(value.text) ? undefined : value;
  const name = envNameOf(code, value);
  if (name !== undefined) return saysSecret(name) ? value : undefined;
  if (ts.isBinaryExpression(value)) return sharedSecret(code, value.right);
  if (!ts.isCallExpression(value)) return undefined;
  const isMaker = SECRET_MAKERS.includes(lastName(value.expression) ?? '');
  return isMaker ? (sharedSecret(code, value.arguments[0]) ?? namedSecret(value.arguments[0])) : undefined;
}

const isPem = (text: string): boolean => text.includes('-----BEGIN');
const saysSecret = (name: string): boolean =>
  name.includes('SECRET') || name.includes('HMAC') || name.includes('SIGNING');
const namedSecret = (node: ts.Expression | undefined): ts.Expression | undefined =>
  node && lastName(node)?.toLowerCase().includes('secret') ? node : undefined;

/** Does the project issue tokens of its own? Then it may share a secret with itself. */
export function signsTokens(code: Code): boolean {
  return code.files.some(
    (file) =>
      [...callsIn(file)].some((call) => {
        const external = externalOf(code, call.expression);
        return external?.module === 'jsonwebtoken' && external.name === 'sign';
      }) || file.text.includes('SignJWT'),
  );
}

/** The code of every function that an SDK calls to verify a token, by its name. */
export function verifierFunctions(code: Code): ts.Node[] {
  return code.files.flatMap((file) => {
    const found: ts.Node[] = [];
    const visit = (node: ts.Node): void => {
      const isNamed =
        (ts.isMethodDeclaration(node) || ts.isPropertyAssignment(node) || ts.isPropertyDeclaration(node)) &&
        node.name.getText() === 'verifyAccessToken';
      if (isNamed) {
        const fn = ts.isMethodDeclaration(node) ? node : node.initializer && functionOf(code, node.initializer);
        if (fn) found.push(fn);
      }
      if (ts.isShorthandPropertyAssignment(node) && node.name.text === 'verifyAccessToken') {
        const fn = functionOf(code, node.name);
        if (fn) found.push(fn);
      }
      ts.forEachChild(node, visit);
    };
    visit(file);
    return found;
  });
}

/** Does the SDK's `requireBearerAuth` stand in front: it has rules of its own for what a verifier gives and throws. */
export function usesSdkGate(code: Code): boolean {
  return code.files.some((file) =>
    [...callsIn(file)].some((call) => {
      const external = externalOf(code, call.expression);
      return external?.name === 'requireBearerAuth' && external.module.startsWith('@modelcontextprotocol/');
    }),
  );
}

export const codeOf = (code: Code, fn: ts.Node): ts.Node[] => reach(code, fn, 2);
