import { Node, type VariableDeclaration } from 'ts-morph';
import { indexIn, isCode, isProcessListener, statementOf, statementsAround, type StdioProgram } from './program.ts';
import { placeOfMention } from './mentions.ts';
import { refuse, type Start } from './types.ts';

/** The statements that make one server: from its creation to the last registration, and whatever belongs to them. */
export interface Region {
  statements: Node[];
  first: number;
  last: number;
  declaration: VariableDeclaration;
  name: string;
  /** `export const server = …`: what is exported is the server that stdio uses. */
  exported: boolean;
  /** Something in there is awaited. */
  isAsync: boolean;
  /** Statements beside the one that starts stdio that add to a server from elsewhere: first and last of their list. */
  late?: { statements: Node[]; first: number; last: number; isAsync: boolean };
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
  const range = widen(needed, { statements, reserved, declaration }, program);
  const inside = statements.slice(range.first, range.last + 1);
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
  const range = widen(needed, { statements, reserved, declaration }, program);
  const inside = statements.slice(range.first, range.last + 1);
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

interface Bounds {
  statements: readonly Node[];
  reserved: Set<number>;
  declaration: VariableDeclaration;
}

/** Takes in, from the first to the last, whoever uses what is declared in between. */
function widen(needed: Set<number>, bounds: Bounds, program: StdioProgram): { first: number; last: number } {
  const { statements, reserved, declaration } = bounds;
  for (;;) {
    const first = Math.min(...needed);
    const last = Math.max(...needed);
    const blocking = [...reserved].find((index) => first <= index && index <= last);
    const blocker = blocking === undefined ? undefined : statements[blocking];
    if (blocker)
      refuse(`${program.placeOf(blocker)}: what starts stdio stands between the statements that make the server`);
    const before = needed.size;
    for (let index = first; index <= last; index++) {
      needed.add(index);
      for (const user of usersOf(statements[index]!, declaration, program)) {
        const at = indexIn(statements, user);
        if (at < 0 || reserved.has(at)) {
          refuse(
            `${program.placeOf(user)}: ${user.getText()} is used here, and it stands among the statements that make the server`,
          );
        }
        needed.add(at);
      }
    }
    if (needed.size === before) return { first, last };
  }
}

/** Every mention of what a statement declares, the server itself left out. */
function usersOf(statement: Node, server: VariableDeclaration, { identifiers }: StdioProgram): Node[] {
  return declaredBy(statement)
    .filter((declaration) => declaration !== server)
    .flatMap((declaration) => {
      const name = Node.hasName(declaration) ? declaration.getName() : undefined;
      return name === undefined ? [] : identifiers.references(declaration, name);
    });
}

function declaredBy(statement: Node): Node[] {
  if (!Node.isVariableStatement(statement)) return [statement];
  return statement.getDeclarations().flatMap((declaration): Node[] => {
    const pattern = declaration.getNameNode();
    return Node.isIdentifier(pattern) ? [declaration] : pattern.getDescendants().filter(Node.isBindingElement);
  });
}

/** What cannot stand in a function, or must not happen once for each session. */
function checkInside(inside: readonly Node[], own: Node, program: StdioProgram): void {
  for (const statement of inside) {
    const place = program.placeOf(statement);
    if (Node.isImportDeclaration(statement))
      refuse(`${place}: an import stands among the statements that make the server`);
    const isExport = Node.isExportDeclaration(statement) || Node.isExportAssignment(statement);
    if (isExport || (statement !== own && Node.isExportable(statement) && statement.isExported())) {
      refuse(`${place}: an export stands among the statements that make the server`);
    }
    for (const node of [statement, ...statement.getDescendants()]) {
      const isNested = !runsWith(statement, node);
      if (!isNested && Node.isReturnStatement(node)) refuse(`${place}: the function may end before the server is made`);
      if (!Node.isCallExpression(node)) continue;
      const called = node.getExpression().getText();
      const isLasting = isProcessListener(node.getParent()!) || ['setInterval', 'setTimeout'].includes(called);
      if (isLasting && !isNested) refuse(`${program.placeOf(node)}: ${called}() would be repeated for each session`);
      if (called === 'process.exit' && isNested) {
        refuse(`${program.placeOf(node)}: one session could end the program for all, with process.exit()`);
      }
    }
  }
}

function hasAwait(statement: Node): boolean {
  return [statement, ...statement.getDescendants()].some(
    (node) =>
      (Node.isAwaitExpression(node) || (Node.isForOfStatement(node) && node.isAwaited())) && runsWith(statement, node),
  );
}

/** Does this part of a statement run when the statement runs, and not when some function in it is called? */
function runsWith(statement: Node, node: Node): boolean {
  if (isCode(statement) || Node.isClassDeclaration(statement)) return false;
  return node === statement || node.getFirstAncestor((each) => isCode(each) || each === statement) === statement;
}
