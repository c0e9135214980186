import { Node, Project, type Expression, type ObjectLiteralExpression, type SourceFile } from 'ts-morph';
import type { ScopeMap, ToolScopes } from '../types.ts';

/** The scope map's file as a syntax tree of its own. */
export function parseScopes(text: string): SourceFile {
  const project = new Project({
    useInMemoryFileSystem: true,
    skipLoadingLibFiles: true,
    compilerOptions: { allowJs: true },
  });
  return project.createSourceFile('scopes.ts', text);
}

/**
 * Reads a scope map that people may have edited.
 * @returns undefined when a part of it is missing or cannot be known without running it
 */
export function readScopeMap(text: string): ScopeMap | undefined {
  const file = parseScopes(text);
  const toolScopes = readRecord(valueOf(file, 'TOOL_SCOPES'));
  const publicTools = readList(valueOf(file, 'PUBLIC_TOOLS'));
  const baseScopes = readList(valueOf(file, 'BASE_SCOPES'));
  return toolScopes && publicTools && baseScopes ? { toolScopes, publicTools, baseScopes } : undefined;
}

/** The value of a top-level constant, without `as const`, `satisfies` and parentheses. */
export function valueOf(file: SourceFile, name: string): Expression | undefined {
  let value = file.getVariableDeclaration(name)?.getInitializer();
  while (Node.isAsExpression(value) || Node.isSatisfiesExpression(value) || Node.isParenthesizedExpression(value)) {
    value = value.getExpression();
  }
  return value;
}

/** The key of a property assignment, when it can be known. */
export function keyOf(property: Node): string | undefined {
  if (!Node.isPropertyAssignment(property)) return undefined;
  const name = property.getNameNode();
  if (Node.isIdentifier(name)) return name.getText();
  const literal = Node.isComputedPropertyName(name) ? name.getExpression() : name;
  return Node.isStringLiteral(literal) || Node.isNoSubstitutionTemplateLiteral(literal)
    ? literal.getLiteralText()
    : undefined;
}

function readRecord(value: Expression | undefined): ToolScopes | undefined {
  if (!Node.isObjectLiteralExpression(value)) return undefined;
  const entries = readEntries(value);
  // Not assigned one by one: that would lose a tool called __proto__.
  return entries && Object.fromEntries(entries);
}

function readEntries(value: ObjectLiteralExpression): [string, string[]][] | undefined {
  const entries: [string, string[]][] = [];
  for (const property of value.getProperties()) {
    const name = keyOf(property);
    const scopes = Node.isPropertyAssignment(property) ? readList(property.getInitializer()) : undefined;
    if (name === undefined || !scopes) return undefined;
    entries.push([name, scopes]);
  }
  return entries;
}

function readList(value: Expression | undefined): string[] | undefined {
  if (!Node.isArrayLiteralExpression(value)) return undefined;
  const texts = value
    .getElements()
    .map((element) =>
      Node.isStringLiteral(element) || Node.isNoSubstitutionTemplateLiteral(element)
        ? element.getLiteralText()
        : undefined,
    );
  return texts.every((text) => text !== undefined) ? texts : undefined;
}
