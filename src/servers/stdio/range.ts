import { Node, type VariableDeclaration } from 'ts-morph';
import { declarationsOf } from '../syntax/nodes.ts';
import { indexIn, isCode, isProcessListener, type StdioProgram } from './program.ts';
import { refuse } from './types.ts';

interface Bounds {
  statements: readonly Node[];
  /** Indexes of the statements that start stdio. */
  reserved: Set<number>;
  declaration: VariableDeclaration;
}

/** Neighbouring statements of a list. */
export interface Range {
  first: number;
  last: number;
  /** Those among them that make the server. */
  inside: Node[];
  /** The others, which do not need it, and which somebody else needs: they go before the first. */
  hoisted: Node[];
}

/**
 * Takes in everything from the first to the last of the statements that are needed, and whoever uses what is declared in
 * between. What others need as well is left out, if it does without the server.
 */
export function findRange(core: ReadonlySet<number>, bounds: Bounds, program: StdioProgram): Range {
  const { statements, reserved, declaration } = bounds;
  const needed = new Set(core);
  const hoisted = new Set<number>();
  const leaveOut = (index: number, reason: string): void => {
    if (core.has(index)) refuse(reason);
    hoisted.add(index);
  };
  for (;;) {
    const own = [...needed].filter((index) => !hoisted.has(index));
    const [first, last] = [Math.min(...own), Math.max(...own)];
    const blocking = [...reserved].find((index) => first <= index && index <= last);
    if (blocking !== undefined) {
      const place = program.placeOf(statements[blocking]!);
      refuse(`${place}: what starts stdio stands between the statements that make the server`);
    }
    const before = needed.size + hoisted.size;
    for (let index = first; index <= last; index++) {
      const statement = statements[index]!;
      if (hoisted.has(index)) {
        for (const other of neededBy(statement, bounds)) {
          if (other < first || other > last) continue;
          leaveOut(other, `${program.placeOf(statement)}: others need this, and it needs what makes the server`);
        }
        continue;
      }
      if (!core.has(index) && standsOutside(statement)) {
        hoisted.add(index);
        continue;
      }
      needed.add(index);
      for (const user of usersOf(statement, declaration, program)) {
        const at = indexIn(statements, user);
        if (at >= 0 && !reserved.has(at) && !hoisted.has(at)) needed.add(at);
        else leaveOut(index, usedElsewhere(user, program));
      }
    }
    if (needed.size + hoisted.size > before) continue;
    const inside = statements.slice(first, last + 1).filter((_, offset) => !hoisted.has(first + offset));
    return { first, last, inside, hoisted: [...hoisted].sort((a, b) => a - b).map((index) => statements[index]!) };
  }
}

function usedElsewhere(user: Node, program: StdioProgram): string {
  return `${program.placeOf(user)}: ${user.getText()} is used here, and it stands among the statements that make the server`;
}

/** Imports, exports, and what must not be repeated: nothing of a server, unless it is named in there. */
function standsOutside(statement: Node): boolean {
  if (Node.isImportDeclaration(statement) || Node.isExportDeclaration(statement)) return true;
  if (Node.isExportAssignment(statement)) return true;
  if (Node.isExportable(statement) && statement.isExported()) return true;
  return isProcessListener(statement);
}

/** Indexes of the statements that declare what this one names. */
function neededBy(statement: Node, { statements }: Bounds): number[] {
  return statement
    .getDescendants()
    .filter(Node.isIdentifier)
    .flatMap((name) => declarationsOf(name))
    .map((each) => indexIn(statements, each))
    .filter((index) => index >= 0 && statements[index] !== statement);
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
export function checkInside(inside: readonly Node[], own: Node, program: StdioProgram): void {
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

/** Does a statement wait for something? */
export function hasAwait(statement: Node): boolean {
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
