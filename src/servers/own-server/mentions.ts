import { Node } from 'ts-morph';
import type { CodeModel } from '../model.ts';
import { identifiersOf, type Identifiers } from '../syntax/identifiers.ts';
import { localNames } from '../syntax/imports.ts';
import { packageExport } from '../syntax/packages.ts';
import { quotedAccesses } from '../syntax/quoted.ts';

/** An export of a package whose every use has to be known. */
interface Exported {
  module: string;
  name: string;
}

/** Where the project mentions it, under whatever name it has been imported: `Server`, `ns.Server`. */
export function mentionsOf(identifiers: Identifiers, { module, name }: Exported): Node[] {
  const names = new Set([name]);
  // A Set hands out what is added while it is walked through.
  for (const each of names) for (const { local } of identifiers.taken(each)) names.add(local);
  return [...names]
    .flatMap((each) => identifiers.named(each))
    .map((node) => {
      const parent = node.getParent();
      return Node.isPropertyAccessExpression(parent) && parent.getNameNode() === node ? parent : node;
    })
    .filter((node) => {
      const found = packageExport(node);
      return found?.module === module && found.name === name;
    });
}

/**
 * Where a class or function is handed on as a value, so that what it makes is not seen: `const Alias = Server`,
 * `make(Server)`, `ns['Server']`, `export { Server } from`.
 */
export function handedOn(model: CodeModel, exported: Exported, isInProgram: IsInProgram): Node | undefined {
  const isOwn = (node: Node): boolean => isInProgram(node.getSourceFile());
  const identifiers = identifiersOf(model);
  const values = mentionsOf(identifiers, exported).filter((node) => !isPlainUse(node));
  return [...values, ...quoted(model, exported), ...reexports(model, exported)].find(isOwn);
}

type IsInProgram = (file: ReturnType<Node['getSourceFile']>) => boolean;

/** It is imported, called, asked for as a type, or compared with. What derives from it is looked for elsewhere. */
function isPlainUse(node: Node): boolean {
  const parent = node.getParent();
  if (Node.isImportSpecifier(parent) || Node.isBindingElement(parent) || Node.isTypeNode(parent)) return true;
  if (Node.isQualifiedName(parent)) return true;
  if (Node.isNewExpression(parent) || Node.isCallExpression(parent)) return parent.getExpression() === node;
  return Node.isBinaryExpression(parent) && parent.getOperatorToken().getText() === 'instanceof';
}

function quoted(model: CodeModel, { module, name }: Exported): Node[] {
  return model
    .sourceFiles()
    .flatMap((file) => quotedAccesses(file).get(name) ?? [])
    .filter(
      (access) => Node.isElementAccessExpression(access) && packageExport(access.getExpression())?.module === module,
    );
}

function reexports(model: CodeModel, { module, name }: Exported): Node[] {
  return model.sourceFiles().flatMap((file) => {
    const own = localNames(file, (each) => each.imported === name && each.specifier === module);
    return file
      .getExportDeclarations()
      .filter((each) => !each.isTypeOnly())
      .filter((declaration) => {
        const specifier = declaration.getModuleSpecifierValue();
        if (specifier !== undefined && specifier !== module) return false;
        const names = declaration.getNamedExports().filter((each) => !each.isTypeOnly());
        if (names.length === 0) return specifier !== undefined;
        return names.some((each) => (specifier === undefined ? own.has(each.getName()) : each.getName() === name));
      });
  });
}
