import { Node, type SourceFile } from 'ts-morph';
import { moduleSpecifiers } from '../../project/modules.ts';
import { unwrap } from '../syntax/nodes.ts';
import type { NodeServer } from './node-server.ts';

const REWRITERS = ['connect-history-api-fallback', 'express-urlrewrite'];

/**
 * `req.url = '/mcp'`, or a package that does it: the request was for another path when the gate looked at it.
 * @returns the first such place
 */
export function rewrittenUrl({ identifiers, model }: NodeServer, isInProgram: (file: SourceFile) => boolean) {
  const assigned = identifiers.named('url').find((name) => {
    const target = name.getParent();
    const assignment = target?.getParent();
    return (
      Node.isPropertyAccessExpression(target) &&
      target.getNameNode() === name &&
      Node.isBinaryExpression(assignment) &&
      assignment.getLeft() === target &&
      ['=', '||=', '??=', '&&=', '+='].includes(assignment.getOperatorToken().getText()) &&
      mayBeRequest(target.getExpression()) &&
      isInProgram(name.getSourceFile())
    );
  });
  return assigned ?? model.sourceFiles().find((file) => isInProgram(file) && importsRewriter(file));
}

/** A name, or what is behind `.req`, `.request` or `.raw`; elements of lists and fields of objects are none. */
function mayBeRequest(receiver: Node): boolean {
  const value = unwrap(receiver);
  if (Node.isPropertyAccessExpression(value)) return ['raw', 'req', 'request'].includes(value.getName());
  return Node.isIdentifier(value);
}

function importsRewriter(file: SourceFile): boolean {
  return REWRITERS.some((name) => moduleSpecifiers(file.getFullText()).includes(name));
}
