import { Node, type SourceFile } from 'ts-morph';
import { bareSpecifier } from '../../project/packages.ts';

/** A name that a file takes from a package. */
export interface ImportedName {
  local: string;
  imported: string;
  specifier: string;
}

/**
 * Every value or type a file imports by name: `import { A as B } from`, `const { A } = require(…)` and
 * `const { A } = await import(…)`. Same name, different package is common among MCP servers, so the package decides.
 */
export function importedNames(file: SourceFile): ImportedName[] {
  const found: ImportedName[] = [];
  for (const declaration of file.getImportDeclarations()) {
    const specifier = bareSpecifier(declaration.getModuleSpecifierValue());
    for (const named of declaration.getNamedImports()) {
      found.push({ local: named.getAliasNode()?.getText() ?? named.getName(), imported: named.getName(), specifier });
    }
  }
  const text = file.getFullText();
  if (!text.includes('require(') && !text.includes('import(')) return found;
  file.forEachDescendant((node) => {
    if (!Node.isVariableDeclaration(node)) return;
    const pattern = node.getNameNode();
    const specifier = loadedModule(node.getInitializer());
    if (specifier === undefined || !Node.isObjectBindingPattern(pattern)) return;
    for (const element of pattern.getElements()) {
      found.push({
        local: element.getName(),
        imported: element.getPropertyNameNode()?.getText() ?? element.getName(),
        specifier,
      });
    }
  });
  return found;
}

/** The names that a file uses for those of its imports that are asked for. */
export function localNames(file: SourceFile, isWanted: (name: ImportedName) => boolean): Set<string> {
  return new Set(
    importedNames(file)
      .filter(isWanted)
      .map(({ local }) => local),
  );
}

/** `require('x')`, `import('x')`, `await import('x')` -> `x`. */
export function loadedModule(node: Node | undefined): string | undefined {
  if (!node) return undefined;
  const call = Node.isAwaitExpression(node) ? node.getExpression() : node;
  if (!Node.isCallExpression(call)) return undefined;
  const callee = call.getExpression();
  const isLoad = Node.isImportExpression(callee) || (Node.isIdentifier(callee) && callee.getText() === 'require');
  const [argument] = call.getArguments();
  return isLoad && Node.isStringLiteral(argument) ? bareSpecifier(argument.getLiteralValue()) : undefined;
}
