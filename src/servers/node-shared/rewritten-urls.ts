import { Node, SyntaxKind, type SourceFile } from 'ts-morph';
import { moduleSpecifiers } from '../../project/modules.ts';
import { unwrap } from '../syntax/nodes.ts';
import { quotedAccesses } from '../syntax/quoted.ts';
import { staticString } from '../syntax/static-value.ts';
import type { NodeServer } from './node-server.ts';

const REWRITERS = ['connect-history-api-fallback', 'express-urlrewrite'];
const SETTERS = ['Object.assign', 'Object.defineProperty', 'Reflect.defineProperty', 'Reflect.set'];
const ASSIGNING = ['=', '||=', '??=', '&&=', '+='];

/**
 * `req.url = '/mcp'`, or a package that does it: the request was for another path when the gate looked at it.
 * @returns the first such place
 */
export function rewrittenUrl(
  { identifiers, model }: NodeServer,
  isInProgram: (file: SourceFile) => boolean,
): Node | undefined {
  const files = model.sourceFiles().filter(isInProgram);
  const accesses = identifiers.named('url').flatMap((name) => {
    const access = name.getParent();
    return Node.isPropertyAccessExpression(access) && access.getNameNode() === name ? [access] : [];
  });
  const quoted = files.flatMap((file) => quotedAccesses(file).get('url') ?? []);
  const assigned = [...accesses, ...quoted].find((each) => isAssigned(each) && isInProgram(each.getSourceFile()));
  return assigned ?? files.flatMap(settersIn)[0] ?? files.find(importsRewriter);
}

function isAssigned(access: Node): boolean {
  const assignment = access.getParent();
  const isTarget = Node.isBinaryExpression(assignment) && assignment.getLeft() === access;
  if (!isTarget || !ASSIGNING.includes(assignment.getOperatorToken().getText())) return false;
  const isMember = Node.isPropertyAccessExpression(access) || Node.isElementAccessExpression(access);
  return isMember && mayBeRequest(access.getExpression());
}

/** `Object.assign(req, { url: '/mcp' })`, `Reflect.set(req, 'url', '/mcp')`. */
function settersIn(file: SourceFile): Node[] {
  if (!SETTERS.some((name) => file.getFullText().includes(name))) return [];
  return file.getDescendantsOfKind(SyntaxKind.CallExpression).filter((call) => {
    const [target, ...values] = call.getArguments();
    const isSetter = SETTERS.includes(call.getExpression().getText());
    return isSetter && target !== undefined && mayBeRequest(target) && values.some(namesUrl);
  });
}

function namesUrl(value: Node): boolean {
  return Node.isObjectLiteralExpression(value) ? value.getProperty('url') !== undefined : staticString(value) === 'url';
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
