/**
 * Derives dist/templates/{ts,esm,cjs} from the TypeScript masters in templates/: the masters themselves, JavaScript with
 * import/export, and JavaScript with require/module.exports. Comments stay; types go without a trace. What is Python
 * goes to dist/templates/python as it is.
 */
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import MagicString from 'magic-string';
import * as prettier from 'prettier';
import tsBlankSpace from 'ts-blank-space';
import ts from 'typescript';

const root = path.resolve(import.meta.dirname, '..');
const masters = path.join(root, 'templates');

/** @returns the three variants of one master */
export async function variantsOf(source) {
  const esm = await format(withoutTypes(source), 'esm');
  return { ts: source, esm, cjs: await format(toCommonJs(esm), 'cjs') };
}

/**
 * Builds all variants into a directory. Files that are right already are not touched, and none is missing for a moment:
 * tests may read while others build.
 */
export async function buildTemplates(out = path.join(root, 'dist', 'templates')) {
  const built = new Map();
  for (const name of readdirSync(masters).filter((file) => file.endsWith('.ts'))) {
    const variants = await variantsOf(readFileSync(path.join(masters, name), 'utf8'));
    for (const [kind, text] of Object.entries(variants)) {
      built.set(path.join(kind, kind === 'ts' ? name : `${name.slice(0, -'.ts'.length)}.js`), text);
    }
  }
  for (const name of readdirSync(path.join(masters, 'python'), { recursive: true })) {
    if (!name.endsWith('.py')) continue;
    built.set(path.join('python', name), readFileSync(path.join(masters, 'python', name), 'utf8'));
  }
  for (const kind of ['ts', 'esm', 'cjs', 'python', 'python/mcp_auth']) {
    mkdirSync(path.join(out, kind), { recursive: true });
    const present = readdirSync(path.join(out, kind), { withFileTypes: true }).filter((entry) => entry.isFile());
    const stale = present.map(({ name }) => name).filter((name) => !built.has(path.join(kind, name)));
    for (const name of stale) rmSync(path.join(out, kind, name));
  }
  for (const [name, text] of built) {
    const file = path.join(out, name);
    if (existsSync(file) && readFileSync(file, 'utf8') === text) continue;
    writeFileSync(`${file}.${process.pid}`, text);
    renameSync(`${file}.${process.pid}`, file);
  }
  // What decides whether a build is up to date is the age of its newest file.
  utimesSync(path.join(out, 'ts', 'gate.ts'), new Date(), new Date());
}

const parse = (text, file) => ts.createSourceFile(file, text, ts.ScriptTarget.ESNext, true);

/** Declarations that are types only go with their comments, everything else is blanked in place. */
function withoutTypes(source) {
  const text = new MagicString(source);
  const file = parse(source, 'master.ts');
  for (const statement of file.statements) {
    const isType =
      ts.isInterfaceDeclaration(statement) ||
      ts.isTypeAliasDeclaration(statement) ||
      (ts.isImportDeclaration(statement) && statement.importClause?.isTypeOnly);
    if (isType) text.remove(statement.getFullStart(), statement.getEnd());
  }
  return tsBlankSpace(text.toString(), (node) => {
    throw new Error(`templates must be erasable: ${node.getText()}`);
  }).replaceAll(".ts'", ".js'");
}

function toCommonJs(source) {
  const text = new MagicString(source);
  const file = parse(source, 'master.js');
  const exported = [];
  for (const statement of file.statements) {
    if (ts.isImportDeclaration(statement)) {
      text.overwrite(statement.getStart(), statement.getEnd(), requireOf(statement));
    } else if (ts.isExportDeclaration(statement)) {
      if (statement.moduleSpecifier) throw new Error('export … from is not translated');
      exported.push(...statement.exportClause.elements.map((element) => element.name.text));
      text.remove(statement.getFullStart(), statement.getEnd());
    } else {
      const keyword = statement.modifiers?.find((modifier) => modifier.kind === ts.SyntaxKind.ExportKeyword);
      if (!keyword) continue;
      text.remove(keyword.getStart(), keyword.getEnd() + 1);
      exported.push(...namesOf(statement));
    }
  }
  if (exported.length > 0) text.append(`\nmodule.exports = { ${exported.join(', ')} };\n`);
  return `'use strict';\n\n${text.toString()}`;
}

function requireOf({ importClause, moduleSpecifier }) {
  const bindings = importClause?.namedBindings;
  if (importClause?.name && !bindings)
    return `const ${importClause.name.text} = require(${moduleSpecifier.getText()});`;
  if (!bindings || !ts.isNamedImports(bindings) || importClause.name)
    throw new Error('only named imports, or a default import alone, are translated');
  const names = bindings.elements.map(({ propertyName, name }) =>
    propertyName ? `${propertyName.text}: ${name.text}` : name.text,
  );
  return `const { ${names.join(', ')} } = require(${moduleSpecifier.getText()});`;
}

function namesOf(statement) {
  if (!ts.isVariableStatement(statement)) return [statement.name.text];
  return statement.declarationList.declarations.map((declaration) => declaration.name.text);
}

async function format(text, kind) {
  const options = await prettier.resolveConfig(path.join(masters, 'gate.ts'));
  // Blanked types leave gaps; blank lines at the start and in a row are prettier's to take out.
  return prettier.format(text, { ...options, parser: 'babel', filepath: kind === 'cjs' ? 'x.cjs' : 'x.mjs' });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildTemplates();
