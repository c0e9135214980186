import { posix } from 'node:path';
import { ts } from 'ts-morph';
import { NEXT_MIDDLEWARE } from '../project/source-files.ts';
import { hasGuards, isGuard } from './auth-packages.ts';
import { refusesRequests, type AuthEvidence } from './auth-refusal.ts';
import { CredentialReads } from './credential-reads.ts';
import type { CodeModel } from './model.ts';
import { adapters, firstOf } from './registry.ts';
import { SourceProgram } from './tools/program.ts';
import { reachableCode } from './tools/reach.ts';

const METADATA_PATH = '/.well-known/oauth-protected-resource';
const ROUTE_METHODS = ['get', 'use', 'all', 'route', 'options', 'head', 'on', 'register'];

export interface AuthOptions {
  /** Paths of the MCP endpoint; a check that hangs on another route alone guards something else. */
  paths?: string[];
}

/**
 * Looks for authentication that the server has already: a guard of the SDK or of a vendor, an own look at the
 * credentials of requests, a protected resource metadata route. OAuth client code, outgoing `Authorization` headers and
 * what add-auth wrote itself are none.
 * @param entry the files that are started
 */
export function findAuth(
  model: CodeModel,
  entry: string | string[],
  options: AuthOptions = {},
): AuthEvidence | undefined {
  const ownDirectories = addAuthDirectories(model);
  const served = model
    .sourceFiles()
    .map((file) => model.pathOf(file))
    .find((path) => path.includes(`${METADATA_PATH}/`.slice(1)));
  if (served && ownDirectories.length === 0) return { what: `serves ${METADATA_PATH} (${served}:1)` };

  const ofFramework = firstOf(adapters, ({ ownAuth }) => ownAuth?.(model));
  if (ofFramework && ownDirectories.length === 0) return ofFramework;
  const program = new SourceProgram(model);
  const started = [...[entry].flat(), ...NEXT_MIDDLEWARE].flatMap((path) => model.sourceFile(path)?.compilerNode ?? []);
  const guards = guardNames(program.files);
  const reads = new CredentialReads(program, options.paths ?? []);
  const isReached = lazily(() => reachableCode(program, started));
  const own = (file: ts.SourceFile): boolean => ownDirectories.includes(posix.dirname(program.locate(file).file));
  const files = program.files.filter((file) => !own(file));

  const first = (evidenceAt: (node: ts.Node) => string | undefined): AuthEvidence | undefined => {
    const visit = (node: ts.Node): AuthEvidence | undefined => {
      if (ts.isImportDeclaration(node) || ts.isTypeNode(node)) return undefined;
      const found = evidenceAt(node);
      if (found && isReached()(node))
        return { what: `${found} (${place(program, node)})`, place: place(program, node) };
      return ts.forEachChild(node, visit);
    };
    for (const file of files) {
      const found = visit(file);
      if (found) return found;
    }
    return undefined;
  };
  const guarded = first((node) => guardEvidence(program, guards, node));
  if (guarded) return guarded;
  const read = first((node) => headerRead(reads, node));
  return read && { ...read, isHandedOn: !files.some((file) => refusesRequests(file, isReached())) };
}

function lazily<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}

/** Is the server protected by add-auth already: does its source import `protectMcp` from a folder of the project? */
export function isAddAuth(model: CodeModel): boolean {
  return addAuthDirectories(model).length > 0;
}

/** Directories of the code that add-auth generated, told by who imports `protectMcp` from there. */
function addAuthDirectories(model: CodeModel): string[] {
  return model.sourceFiles().flatMap((file) => {
    const specifiers = [...importsOf(file.compilerNode)].filter(
      (specifier) => specifier.startsWith('.') || specifier.startsWith('@/'),
    );
    return specifiers.flatMap((specifier) => {
      const target = model.resolve(file.getFilePath(), specifier);
      const directory = target && posix.dirname(model.pathOf(target));
      // The generated folder may be cut off by the limits of the snapshot: then the specifier has to do.
      return [directory ?? posix.join(posix.dirname(model.pathOf(file)), posix.dirname(specifier))];
    });
  });
}

/** Module specifiers that `protectMcp` is taken from, by `import` or by `require`. */
function* importsOf(file: ts.SourceFile): Generator<string> {
  for (const statement of file.statements) {
    if (ts.isImportDeclaration(statement) && ts.isStringLiteral(statement.moduleSpecifier)) {
      const bindings = statement.importClause?.namedBindings;
      const names =
        bindings && ts.isNamedImports(bindings) ? bindings.elements.map((e) => (e.propertyName ?? e.name).text) : [];
      if (names.includes('protectMcp')) yield statement.moduleSpecifier.text;
    }
    if (!ts.isVariableStatement(statement)) continue;
    for (const { name, initializer } of statement.declarationList.declarations) {
      if (!ts.isObjectBindingPattern(name) || !initializer || !ts.isCallExpression(initializer)) continue;
      const [argument] = initializer.arguments;
      const names = name.elements.map((element) => (element.propertyName ?? element.name).getText(file));
      if (names.includes('protectMcp') && argument && ts.isStringLiteralLike(argument)) yield argument.text;
    }
  }
}

/** Names that something of a guarding package goes by: only these are worth asking the compiler about. */
function guardNames(files: ts.SourceFile[]): Set<string> {
  const names = new Set<string>();
  const addAll = (node: ts.Node): void => {
    if (ts.isIdentifier(node)) names.add(node.text);
    ts.forEachChild(node, addAll);
  };
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node) && hasGuards(node.text)) {
      // The import, re-export or `const … = require(…)` around the specifier.
      let holder: ts.Node = node.parent;
      while (ts.isExpression(holder)) holder = holder.parent;
      addAll(ts.isVariableDeclaration(holder) ? holder.name : holder);
    }
    ts.forEachChild(node, visit);
  };
  files.forEach(visit);
  return names;
}

function guardEvidence(program: SourceProgram, guards: Set<string>, node: ts.Node): string | undefined {
  if (ts.isIdentifier(node)) return guards.has(node.text) ? guardAt(program, node) : undefined;
  const isMetadata = ts.isStringLiteralLike(node) && node.text.includes(METADATA_PATH) && isServedPath(node);
  return isMetadata ? `serves ${METADATA_PATH}` : undefined;
}

function headerRead(reads: CredentialReads, node: ts.Node): string | undefined {
  const header = reads.at(node);
  return header && `looks at the ${header} header of requests`;
}

/** A use (not the import) of something a package exports to guard servers. */
function guardAt(program: SourceProgram, node: ts.Identifier): string | undefined {
  const external = externalAt(program, node);
  if (!external) return undefined;
  const accessed =
    ts.isPropertyAccessExpression(node.parent) && node.parent.expression === node ? `.${node.parent.name.text}` : '';
  const whole = external.name === '*' ? accessed.slice(1) : external.name;
  return isGuard(external.module, whole) ? `uses ${node.text}${accessed} of ${external.module}` : undefined;
}

function externalAt(program: SourceProgram, node: ts.Identifier): { module: string; name: string } | undefined {
  const parent = node.parent;
  const isDeclared =
    ts.isImportSpecifier(parent) ||
    ts.isImportClause(parent) ||
    ts.isBindingElement(parent) ||
    ts.isVariableDeclaration(parent);
  if (
    isDeclared ||
    (ts.isPropertyAccessExpression(parent) && parent.name === node) ||
    ts.isPropertyAssignment(parent)
  ) {
    if (
      !(ts.isVariableDeclaration(parent) && parent.initializer === node) &&
      !(ts.isPropertyAssignment(parent) && parent.initializer === node)
    ) {
      return undefined;
    }
  }
  const symbol = program.checker.getSymbolAtLocation(node);
  if (!symbol) return undefined;
  return program.externalOf(symbol) ?? requiredFrom(symbol.declarations?.[0]);
}

/** `const { auth } = require('package')`, `const passport = require('passport')` */
function requiredFrom(declaration: ts.Declaration | undefined): { module: string; name: string } | undefined {
  if (!declaration) return undefined;
  const variable = ts.isBindingElement(declaration) ? declaration.parent.parent : declaration;
  if (!ts.isVariableDeclaration(variable) || !variable.initializer || !ts.isCallExpression(variable.initializer))
    return undefined;
  const { expression, arguments: args } = variable.initializer;
  const [specifier] = args;
  if (!ts.isIdentifier(expression) || expression.text !== 'require' || !specifier || !ts.isStringLiteralLike(specifier))
    return undefined;
  const name = ts.isBindingElement(declaration) ? (declaration.propertyName ?? declaration.name).getText() : 'default';
  return { module: specifier.text, name };
}

/** A path that requests are compared with or that a route is registered for; a text in a log line is none. */
function isServedPath(node: ts.Node): boolean {
  const parent = node.parent;
  if (ts.isCaseClause(parent)) return true;
  if (ts.isBinaryExpression(parent)) {
    return [ts.SyntaxKind.EqualsEqualsEqualsToken, ts.SyntaxKind.EqualsEqualsToken].includes(parent.operatorToken.kind);
  }
  if (ts.isArrayLiteralExpression(parent)) return isServedPath(parent);
  if (!ts.isCallExpression(parent) || !ts.isPropertyAccessExpression(parent.expression)) return false;
  const method = parent.expression.name.text;
  return ['startsWith', 'endsWith'].includes(method) || (ROUTE_METHODS.includes(method) && parent.arguments.length > 1);
}

function place(program: SourceProgram, node: ts.Node): string {
  const { file, line } = program.locate(node);
  return `${file}:${line}`;
}
