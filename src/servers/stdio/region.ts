import { Node, type VariableDeclaration } from 'ts-morph';
import { indexIn, statementOf, statementsAround, type StdioProgram } from './program.ts';
import { checkInside, findRange, hasAwait } from './range.ts';
import { placeOfMention } from './mentions.ts';
import { refuse, type Start } from './types.ts';

/** The statements that make one server: from its creation to the last registration, and whatever belongs to them. */
export interface Region {
  statements: Node[];
  first: number;
  last: number;
  /** Among them, and for all servers together: they go before the function. */
  hoisted: Node[];
  declaration: VariableDeclaration;
  name: string;
  /** `export const server = …`: what is exported is the server that stdio uses. */
  exported: boolean;
  /** Something in there is awaited. */
  isAsync: boolean;
  /** Statements beside the one that starts stdio that add to a server from elsewhere: first and last of their list. */
  late?: { statements: Node[]; first: number; last: number; hoisted: Node[]; isAsync: boolean };
}

/**
 * Finds the statements that would have to be repeated for a second server.
 * @param declaration of the server, or of the object that holds it
 * @param belongs statements that have to be among them too: state that no two servers may share
 */
export function findRegion(
  declaration: VariableDeclaration,
  start: Start,
  program: StdioProgram,
  belongs: readonly Node[] = [],
): Region {
  const name = declaration.getName();
  const own = statementOf(declaration);
  const statements = own && statementsAround(own);
  if (!own || !statements || !Node.isVariableStatement(own)) {
    return refuse(`${program.placeOf(declaration)}: the server is not made by a statement of its own`);
  }
  if (own.getDeclarations().length > 1) return refuse(`${program.placeOf(own)}: several things are declared together`);
  const reserved = startStatements(statements, start, program);
  const needed = new Set([statements.indexOf(own)]);
  const late: Node[] = [];
  for (const mention of program.identifiers.references(declaration, name)) {
    const index = placeOfMention(mention, { statements, reserved, start, own }, program);
    if (index === 'late') late.push(mention);
    else if (index !== undefined) needed.add(index);
  }
  for (const node of belongs) needed.add(indexIn(statements, node));
  const { inside, ...range } = findRange(needed, { statements, reserved, declaration }, program);
  const exported = own.isExported();
  checkInside(inside, own, program);
  const region = { statements, ...range, declaration, name, exported, isAsync: inside.some(hasAwait) };
  return late.length > 0 ? { ...region, late: lateRange(late, start, declaration, program) } : region;
}

/** `registerTools(server)` right before the server is connected, in another function than the one that makes it. */
function lateRange(
  mentions: readonly Node[],
  start: Start,
  declaration: VariableDeclaration,
  program: StdioProgram,
): NonNullable<Region['late']> {
  const statements = statementsAround(start.statement) ?? [];
  const reserved = new Set([statements.indexOf(start.statement)]);
  const needed = new Set(mentions.map((mention) => indexIn(statements, mention)));
  const { inside, ...range } = findRange(needed, { statements, reserved, declaration }, program);
  checkInside(inside, declaration, program);
  return { statements, ...range, isAsync: inside.some(hasAwait) };
}

/** The statement that starts stdio, the functions around it, and whoever calls those. */
function startStatements(statements: readonly Node[], start: Start, program: StdioProgram): Set<number> {
  const found = new Set<number>();
  const add = (node: Node): void => {
    const index = indexIn(statements, node);
    if (index < 0 || found.has(index)) return;
    found.add(index);
    const statement = statements[index];
    if (!Node.isFunctionDeclaration(statement) && !Node.isVariableStatement(statement)) return;
    const declarations = Node.isFunctionDeclaration(statement) ? [statement] : statement.getDeclarations();
    for (const declaration of declarations) {
      const name = declaration.getName();
      if (name !== undefined) program.identifiers.references(declaration, name).forEach(add);
    }
  };
  add(start.statement);
  if (start.holder) add(start.holder.owner);
  return found;
}
