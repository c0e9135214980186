import { ts } from 'ts-morph';
import { below, unwrap, type Code } from './code.ts';

export interface External {
  module: string;
  name: string;
}

/** What an expression takes from a package: `jwtVerify` -> { jose, jwtVerify }, `jwt.verify` -> { jsonwebtoken, verify }. */
export function externalOf(code: Code, node: ts.Expression): External | undefined {
  const known = externals.get(node);
  if (known) return known.external;
  const external = findExternal(code, node);
  externals.set(node, { external });
  return external;
}

const externals = new WeakMap<ts.Node, { external: External | undefined }>();

function findExternal({ program }: Code, node: ts.Expression): External | undefined {
  const at = unwrap(node);
  if (ts.isPropertyAccessExpression(at)) {
    const holder = externalOf({ program } as Code, at.expression);
    return holder && (holder.name === 'default' || holder.name === '*') ? { ...holder, name: at.name.text } : undefined;
  }
  if (!ts.isIdentifier(at)) return undefined;
  const symbol = program.checker.getSymbolAtLocation(at);
  return symbol && (program.externalOf(symbol) ?? loadedFrom(symbol.declarations?.[0]));
}

/** `const { verify } = require('jsonwebtoken')`, `const jwt = await import('jsonwebtoken')` */
function loadedFrom(declaration: ts.Declaration | undefined): External | undefined {
  if (!declaration) return undefined;
  const variable = ts.isBindingElement(declaration) ? declaration.parent.parent : declaration;
  if (!ts.isVariableDeclaration(variable) || !variable.initializer) return undefined;
  const call = unwrap(variable.initializer);
  if (!ts.isCallExpression(call)) return undefined;
  const [specifier] = call.arguments;
  const isLoad =
    call.expression.kind === ts.SyntaxKind.ImportKeyword ||
    (ts.isIdentifier(call.expression) && call.expression.text === 'require');
  if (!isLoad || !specifier || !ts.isStringLiteralLike(specifier) || specifier.text.startsWith('.')) return undefined;
  const name = ts.isBindingElement(declaration) ? (declaration.propertyName ?? declaration.name).getText() : 'default';
  return { module: specifier.text, name };
}

/** The value behind a name: what a variable or property of the project was given first, followed a few steps. */
export function valueOf(code: Code, node: ts.Expression, depth = 0): ts.Expression {
  const at = unwrap(node);
  if (depth > 6 || !(ts.isIdentifier(at) || ts.isPropertyAccessExpression(at))) return at;
  const declaration = declarationOf(code, at);
  if (!declaration) return at;
  if (ts.isShorthandPropertyAssignment(declaration)) return valueOf(code, declaration.name, depth + 1);
  const holds =
    ts.isVariableDeclaration(declaration) ||
    ts.isPropertyAssignment(declaration) ||
    ts.isPropertyDeclaration(declaration);
  return holds && declaration.initializer ? valueOf(code, declaration.initializer, depth + 1) : at;
}

export function declarationOf({ program }: Code, node: ts.Node): ts.Declaration | undefined {
  const name = ts.isPropertyAccessExpression(node) ? node.name : node;
  const symbol = program.symbolOf(name);
  return symbol?.valueDeclaration ?? symbol?.declarations?.[0];
}

/** The function that an expression names or is; of a call, the function that is called: it makes what is wanted. */
export function functionOf(code: Code, node: ts.Expression): ts.Node | undefined {
  const at = unwrap(node);
  if (ts.isArrowFunction(at) || ts.isFunctionExpression(at)) return at;
  if (ts.isCallExpression(at)) {
    // `verify.bind(this)`, `wrap(handler)`: what is handed in counts too, and it is found in the arguments.
    return functionOf(code, at.expression);
  }
  const declaration = declarationOf(code, at);
  if (!declaration) return undefined;
  if (ts.isFunctionLike(declaration)) return declaration;
  const holds =
    ts.isVariableDeclaration(declaration) ||
    ts.isPropertyAssignment(declaration) ||
    ts.isPropertyDeclaration(declaration);
  return holds && declaration.initializer && declaration.initializer !== at
    ? functionOf(code, declaration.initializer)
    : undefined;
}

/** The object literal behind an expression; undefined when it is none, or is made in another way. */
export function objectOf(code: Code, node: ts.Expression | undefined): ts.ObjectLiteralExpression | undefined {
  const value = node && valueOf(code, node);
  return value && ts.isObjectLiteralExpression(value) ? value : undefined;
}

/** A property of an object literal: its value. */
export function property(object: ts.ObjectLiteralExpression, name: string): ts.Expression | undefined {
  for (const each of object.properties) {
    if (ts.isShorthandPropertyAssignment(each) && each.name.text === name) return each.name;
    if (!ts.isPropertyAssignment(each)) continue;
    const key = each.name;
    if ((ts.isIdentifier(key) || ts.isStringLiteralLike(key)) && key.text === name) return each.initializer;
  }
  return undefined;
}

export const hasSpread = (object: ts.ObjectLiteralExpression): boolean => object.properties.some(ts.isSpreadAssignment);

/** The text of a literal, also behind a constant; of a template its fixed parts, with `…` for the others. */
export function textOf(code: Code, node: ts.Expression | undefined): string | undefined {
  const value = node && valueOf(code, node);
  if (!value) return undefined;
  if (ts.isStringLiteralLike(value)) return value.text;
  if (!ts.isTemplateExpression(value)) return undefined;
  return value.head.text + value.templateSpans.map(({ literal }) => `…${literal.text}`).join('');
}

/** The texts of an array literal, as far as they are literals. */
export function textsOf(code: Code, node: ts.Expression | undefined): string[] | undefined {
  const value = node && valueOf(code, node);
  if (!value) return undefined;
  if (!ts.isArrayLiteralExpression(value)) {
    const text = textOf(code, value);
    return text === undefined ? undefined : [text];
  }
  const texts = value.elements.map((element) => textOf(code, element));
  return texts.every((text) => text !== undefined) ? texts : undefined;
}

/** The name of the environment variable behind an expression: `process.env.X`, `X ?? 'default'`, a constant of it. */
export function envNameOf(code: Code, node: ts.Expression): string | undefined {
  const value = valueOf(code, node);
  if (ts.isBinaryExpression(value)) return envNameOf(code, value.left);
  return readName(value);
}

/** `process.env.X` and `process.env['X']`, also of `import.meta.env` and `Bun.env`. */
export function readName(node: ts.Node): string | undefined {
  if (ts.isPropertyAccessExpression(node) && isEnvironment(node.expression)) return node.name.text;
  const isElement = ts.isElementAccessExpression(node) && isEnvironment(node.expression);
  return isElement && ts.isStringLiteralLike(node.argumentExpression) ? node.argumentExpression.text : undefined;
}

const isEnvironment = (node: ts.Expression): boolean =>
  ts.isPropertyAccessExpression(node) &&
  node.name.text === 'env' &&
  ((ts.isIdentifier(node.expression) && ['process', 'Bun'].includes(node.expression.text)) ||
    ts.isMetaProperty(node.expression));

/** All code that runs when a piece of code runs: itself, and the functions of the project that it names. */
export function reach(code: Code, start: ts.Node, depth = 3): ts.Node[] {
  const found = new Set<ts.Node>([start]);
  let frontier = [start];
  for (let step = 0; step < depth && found.size < 60; step++) {
    const next = frontier.flatMap((node) => namedIn(code, node)).filter((fn) => !found.has(fn));
    for (const fn of next) found.add(fn);
    frontier = [...new Set(next)];
  }
  return [...found];
}

const named = new WeakMap<ts.Node, ts.Node[]>();

/** The functions of the project that a piece of code names. */
function namedIn(code: Code, node: ts.Node): ts.Node[] {
  const known = named.get(node);
  if (known) return known;
  const found = new Set<ts.Node>();
  for (const each of below(node)) {
    const fn = ts.isIdentifier(each) && !isOwnName(each) ? functionNamed(code, each) : undefined;
    if (fn && fn !== node) found.add(fn);
  }
  named.set(node, [...found]);
  return [...found];
}

const isOwnName = (node: ts.Identifier): boolean =>
  (node.parent as ts.NamedDeclaration).name === node && ts.isFunctionLike(node.parent);

function functionNamed(code: Code, node: ts.Identifier): ts.Node | undefined {
  const declaration = declarationOf(code, node);
  if (!declaration || declaration.getSourceFile().isDeclarationFile) return undefined;
  if (ts.isFunctionLike(declaration)) return declaration;
  const initial =
    ts.isVariableDeclaration(declaration) && declaration.initializer ? unwrap(declaration.initializer) : undefined;
  if (!initial) return ts.isClassDeclaration(declaration) ? declaration : undefined;
  return ts.isArrowFunction(initial) ||
    ts.isFunctionExpression(initial) ||
    ts.isCallExpression(initial) ||
    ts.isNewExpression(initial)
    ? initial
    : undefined;
}

interface Words {
  texts: string[];
  names: Set<string>;
}

const words = new WeakMap<ts.Node, Words>();

/** Every text (in lower case) and every name in a piece of code. */
function wordsOf(node: ts.Node): Words {
  const known = words.get(node);
  if (known) return known;
  const made: Words = { texts: [], names: new Set() };
  for (const each of [node, ...below(node)]) {
    if (ts.isIdentifier(each)) made.names.add(each.text);
    const text = literalText(each);
    if (text !== undefined) made.texts.push(text.toLowerCase());
  }
  words.set(node, made);
  return made;
}

/** Does a text with these words (in lower case) stand anywhere in this code? */
export const saysAny = (nodes: readonly ts.Node[], wanted: string[]): boolean =>
  nodes.some((node) => wordsOf(node).texts.some((text) => wanted.some((word) => text.includes(word))));

/** Is one of these names used anywhere in this code? */
export const namesAny = (nodes: readonly ts.Node[], names: string[]): boolean =>
  nodes.some((node) => names.some((name) => wordsOf(node).names.has(name)));

/** Is one of these numbers written anywhere in this code? */
export function countsAny(nodes: ts.Node[], numbers: string[]): boolean {
  return nodes.some((node) => {
    for (const each of below(node)) if (ts.isNumericLiteral(each) && numbers.includes(each.text)) return true;
    return false;
  });
}

/** The fixed text of a literal or of a piece of a template. */
export function literalText(node: ts.Node): string | undefined {
  const isPiece = ts.isStringLiteralLike(node) || ts.isTemplateHead(node) || ts.isTemplateMiddleOrTemplateTail(node);
  return isPiece ? node.text : undefined;
}
