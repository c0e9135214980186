import { Node } from 'ts-morph';
import { indentationAt } from '../../edit/text.ts';
import { declarationsOf, unwrap } from '../syntax/nodes.ts';
import { packageExport } from '../syntax/packages.ts';
import { isCode, isProcessListener, type StdioProgram } from './program.ts';
import type { SourceEdits } from './source-edits.ts';
import { refuse, type Holder } from './types.ts';

/**
 * Prepares a class that keeps its server to itself: one object for each session, connected from outside. Its server has
 * to be ready when the object is made; what its start method does beside connecting stays with stdio.
 */
export function openHolder(holder: Holder, program: StdioProgram, edits: SourceEdits): void {
  const { property, method, owner } = holder;
  if (!Node.isClassDeclaration(owner) || !Node.isMethodDeclaration(method)) return;
  if (!Node.isPropertyDeclaration(property)) {
    return refuse(`${program.placeOf(owner)}: the property with the server is not declared in the class`);
  }
  checkMadeAtOnce(holder, program);
  checkBeforeConnect(method, program);
  const file = edits.of(owner.getSourceFile());
  if (property.getName().startsWith('#')) {
    refuse(`${program.placeOf(property)}: the server is private to its class`);
  }
  const scope = property.getModifiers().find((each) => ['private', 'protected'].includes(each.getText()));
  if (scope && scope.getText() !== 'public') {
    file.splice([{ start: scope.getStart(), end: scope.getEnd() + 1, text: '' }]);
  }
  moveListeners(holder, program, edits);
}

/** Made in a field or in the constructor, not by a method that somebody has to call first. */
function checkMadeAtOnce({ property }: Holder, program: StdioProgram): void {
  if (!Node.isPropertyDeclaration(property) || property.getInitializer()) return;
  const assigned = program.identifiers.references(property, property.getName()).filter((mention) => {
    const target = mention.getParent();
    const assignment = target?.getParent();
    return (
      Node.isBinaryExpression(assignment) &&
      assignment.getLeft() === target &&
      assignment.getOperatorToken().getText() === '='
    );
  });
  for (const mention of assigned) {
    const code = mention.getFirstAncestor(isCode);
    if (!Node.isConstructorDeclaration(code)) {
      refuse(`${program.placeOf(mention)}: the server is made after the object that holds it`);
    }
  }
  if (assigned.length === 0)
    refuse(`${program.placeOf(property)}: it could not be found out where this server is made`);
}

/** Before it connects, the method may look at things and write a log, but what it prepares would be missing for HTTP. */
function checkBeforeConnect(method: Node, program: StdioProgram): void {
  if (!Node.isMethodDeclaration(method)) return;
  for (const call of method.getDescendants().filter(Node.isCallExpression)) {
    const callee = call.getExpression();
    if (callee.getText().endsWith('.connect') && isTransportCall(call)) return;
    const isOwn = Node.isPropertyAccessExpression(callee) && callee.getText().startsWith('this.');
    if (isOwn) refuse(`${program.placeOf(call)}: ${callee.getText()}() prepares the server after it is made`);
  }
}

function isTransportCall(call: Node): boolean {
  const argument = Node.isCallExpression(call) ? call.getArguments()[0] : undefined;
  if (!argument) return false;
  const made = [
    argument,
    ...declarationsOf(argument).flatMap((each) =>
      Node.isVariableDeclaration(each) ? (each.getInitializer() ?? []) : [],
    ),
  ];
  return made.some((each) => {
    const value = unwrap(each);
    return Node.isNewExpression(value) && packageExport(value.getExpression())?.name === 'StdioServerTransport';
  });
}

/**
 * `process.on('SIGINT', () => this.server.close())` while the object is made would pile up with the sessions: it goes to
 * the beginning of the method that starts stdio.
 */
function moveListeners({ owner, method }: Holder, program: StdioProgram, edits: SourceEdits): void {
  if (!Node.isMethodDeclaration(method) || !Node.isClassDeclaration(owner)) return;
  const text = owner.getSourceFile().getFullText();
  const file = edits.of(owner.getSourceFile());
  const lasting = owner.getDescendants().filter(Node.isExpressionStatement).filter(isProcessListener);
  const { eol } = file.style;
  const target = method.getStatements()[0];
  for (const statement of lasting) {
    const code = statement.getFirstAncestor(isCode);
    if (code === method) continue;
    const isInMaking = code !== undefined && code.getParent() === owner && statement.getParent()?.getParent() === code;
    if (!isInMaking || !target || usesLocals(statement, code)) {
      refuse(`${program.placeOf(statement)}: every session would listen to the process here`);
    }
    const start = statement.getLeadingCommentRanges()[0]?.getPos() ?? statement.getStart();
    const line = text.lastIndexOf('\n', start) + 1;
    const isLast = text.slice(statement.getEnd()).trimStart().startsWith('}');
    const from = isLast ? text.slice(0, line).trimEnd().length + eol.length : line;
    const to = text.indexOf('\n', statement.getEnd()) + 1 || text.length;
    file.splice([
      { start: from, end: to, text: '' },
      {
        start: target.getStart(),
        end: target.getStart(),
        text: text.slice(start, to) + indentationAt(text, target.getStart()),
      },
    ]);
  }
  const timer = owner
    .getDescendants()
    .filter(Node.isCallExpression)
    .find((call) => call.getExpression().getText() === 'setInterval');
  if (timer) refuse(`${program.placeOf(timer)}: every session would start a timer here`);
}

/** Does it need something that only the function around it has? */
function usesLocals(statement: Node, code: Node): boolean {
  return statement
    .getDescendants()
    .some(
      (node) =>
        Node.isIdentifier(node) &&
        declarationsOf(node).some(
          (each) =>
            each.getFirstAncestor((ancestor) => ancestor === code) &&
            !each.getFirstAncestor((a) => a === statement) &&
            !Node.isPropertyDeclaration(each),
        ),
    );
}
