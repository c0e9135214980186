import { Node, ts, type SourceFile } from 'ts-morph';
import type { CodeModel } from '../model.ts';
import { once } from '../syntax/memo.ts';
import { declarationsOf, declaredValue } from '../syntax/nodes.ts';
import { identifiersOf } from '../syntax/identifiers.ts';
import { loadedModule } from '../syntax/imports.ts';
import { stepsTo, type KnownWays, type Step } from './known.ts';
import { usesOfLocal } from './uses.ts';

/** An expression that is the whole module: `import('./x.js')`, `require('./x')`, a use of `import * as x`. */
interface ModuleObject {
  node: Node;
  /** `undefined`: the name is worked out while the program runs, so it may be any. */
  target: SourceFile | undefined;
}

/** Where a module is taken as an object, what it exports may be taken from that by its name, or by one worked out. */
export function moduleSteps(declaration: Node, kind: Step['kind'], { model, isInProgram }: KnownWays): Step[] {
  return moduleObjects(model).flatMap(({ node, target }) => {
    if (!isInProgram(node.getSourceFile())) return [];
    const names = target
      ? namesOf(declaration, target)
      : model.sourceFiles().flatMap((file) => namesOf(declaration, file));
    return names.length > 0 ? stepsTo([node], 'object', { exports: { names, kind } }) : [];
  });
}

/** `module.exports = value`: every expression that is this module is the value. */
export function wholeModules(file: SourceFile, { model, isInProgram }: KnownWays): Node[] {
  return moduleObjects(model)
    .filter(({ node, target }) => (target ?? file) === file && isInProgram(node.getSourceFile()))
    .map(({ node }) => node);
}

/** The names that a module exports a declaration under. */
function namesOf(declaration: Node, target: SourceFile): string[] {
  return [...exportsOf(target)].filter(([, exported]) => exported.includes(declaration)).map(([name]) => name);
}

const exportsOf = once(
  (file: SourceFile): Map<string, Node[]> =>
    new Map(
      [...file.getExportedDeclarations()].map(([name, declarations]) => [
        name,
        declarations.flatMap((declaration: Node) => [declaration, ...namedBy(declaration)]),
      ]),
    ),
);

/** `exports.x = handler` -> `handler`. */
function namedBy(declaration: Node): Node[] {
  const value = Node.isPropertyAccessExpression(declaration) ? declaredValue(declaration) : undefined;
  return Node.isIdentifier(value) ? declarationsOf(value) : [];
}

const moduleObjects = once((model: CodeModel): ModuleObject[] =>
  model.sourceFiles().flatMap((file) => {
    const identifiers = identifiersOf(model);
    const found: ModuleObject[] = [];
    const add = (specifier: string, nodes: (target: SourceFile) => Node[]): void => {
      const target = model.resolve(file.getFilePath(), specifier);
      if (target) found.push(...nodes(target).map((node) => ({ node, target })));
    };
    for (const { specifier, local, isDefault } of importedObjects(file)) {
      add(specifier, (target) =>
        isDefault && exportsOf(target).has('default') ? [] : usesOfLocal(file, local, identifiers),
      );
    }
    for (const declaration of file.getExportDeclarations()) {
      const specifier = declaration.getModuleSpecifierValue();
      if (specifier !== undefined && declaration.getNamespaceExport()) add(specifier, () => [declaration]);
    }
    for (const call of loadsIn(file)) {
      const specifier = loadedModule(call);
      if (specifier === undefined) found.push({ node: call, target: undefined });
      else add(specifier, () => [call]);
    }
    return found;
  }),
);

/** `import * as x`, `import x` (of a CommonJS module), `import x = require()`. */
function importedObjects(file: SourceFile): { specifier: string; local: string; isDefault: boolean }[] {
  const imports = file.getImportDeclarations().flatMap((declaration) => {
    const specifier = declaration.getModuleSpecifierValue();
    const space = declaration.getNamespaceImport()?.getText();
    const whole = declaration.getDefaultImport()?.getText();
    return [
      ...(space === undefined ? [] : [{ specifier, local: space, isDefault: false }]),
      ...(whole === undefined ? [] : [{ specifier, local: whole, isDefault: true }]),
    ];
  });
  const required = file.getStatements().flatMap((statement) => {
    const reference = Node.isImportEqualsDeclaration(statement) ? statement.getModuleReference() : undefined;
    const specifier = reference?.getDescendants().find(Node.isStringLiteral)?.getLiteralValue();
    if (!Node.isImportEqualsDeclaration(statement) || specifier === undefined) return [];
    return [{ specifier, local: statement.getName(), isDefault: false }];
  });
  return [...imports, ...required];
}

function loadsIn(file: SourceFile): Node[] {
  const text = file.getFullText();
  if (!text.includes('import(') && !text.includes('require(')) return [];
  const found: Node[] = [];
  const visit = (node: ts.Node): void => {
    const isLoad =
      ts.isCallExpression(node) &&
      (node.expression.kind === ts.SyntaxKind.ImportKeyword || node.expression.getText() === 'require');
    const keyword = isLoad ? file.getDescendantAtPos(node.expression.getStart(file.compilerNode)) : undefined;
    const call = keyword?.getParent();
    if (call) found.push(call);
    ts.forEachChild(node, visit);
  };
  visit(file.compilerNode);
  return found;
}
