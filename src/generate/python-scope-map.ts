import { below, pythonParser, type Node } from '../edit/python-parser.ts';
import type { ScopeMap } from '../types.ts';
import { decodePythonString } from './python-string.ts';

/**
 * Reads a scope map of Python that people may have edited.
 * @returns undefined when a part of it is missing or cannot be known without running it
 */
export async function readPythonScopeMap(text: string): Promise<ScopeMap | undefined> {
  return withPythonFile(text, (file) => {
    const toolScopes = readDict(valueOf(file, 'TOOL_SCOPES'));
    const publicTools = readList(valueOf(file, 'PUBLIC_TOOLS'));
    const baseScopes = readList(valueOf(file, 'BASE_SCOPES'));
    return toolScopes && publicTools && baseScopes ? { toolScopes, publicTools, baseScopes } : undefined;
  });
}

/** Lets `use` look at the syntax tree of a text; afterwards the tree's memory is given back. */
export async function withPythonFile<T>(text: string, use: (file: Node) => T): Promise<T> {
  const tree = (await pythonParser()).parse(text);
  if (!tree) throw new Error('The Python parser gave no tree.');
  try {
    return use(tree.rootNode);
  } finally {
    tree.delete();
  }
}

/** The value of a top-level constant, without parentheses. Undefined when it is assigned to more than once, or changed. */
export function valueOf(file: Node, name: string): Node | undefined {
  if (file.hasError) return undefined;
  const uses = identifiers(file).filter((node) => node.text === name);
  const [target] = uses;
  const assignment = target?.parent;
  if (uses.length !== 1 || assignment?.type !== 'assignment') return undefined;
  if (assignment.parent?.parent?.type !== 'module') return undefined;
  let value = assignment.childForFieldName('right') ?? undefined;
  while (value?.type === 'parenthesized_expression') value = value.firstNamedChild ?? undefined;
  return value;
}

function identifiers(file: Node): Node[] {
  return below(file).filter((node) => node.type === 'identifier');
}

/** The members of a dictionary, list or tuple, without comments. */
export function membersOf(container: Node): Node[] {
  return container.namedChildren.filter((child) => child.type !== 'comment');
}

/** Key and value of a dictionary's member, where the key can be known. */
export function pairOf(member: Node): { name: string; value: Node } | undefined {
  if (member.type !== 'pair') return undefined;
  const name = decodePythonString(member.childForFieldName('key'));
  const value = member.childForFieldName('value');
  return name === undefined || !value ? undefined : { name, value };
}

function readDict(value: Node | undefined): Record<string, string[]> | undefined {
  if (value?.type !== 'dictionary') return undefined;
  const entries: [string, string[]][] = [];
  for (const member of membersOf(value)) {
    const pair = pairOf(member);
    const scopes = readList(pair?.value);
    if (!pair || !scopes) return undefined;
    entries.push([pair.name, scopes]);
  }
  // Not assigned one by one: that would lose a tool called __proto__.
  return Object.fromEntries(entries);
}

function readList(value: Node | undefined): string[] | undefined {
  if (value?.type !== 'list' && value?.type !== 'tuple') return undefined;
  const texts = membersOf(value).map(decodePythonString);
  return texts.every((text) => text !== undefined) ? texts : undefined;
}
