import { Node } from 'ts-morph';
import { declarationsOf, methodCall, unwrap } from '../syntax/nodes.ts';
import { staticPort } from '../syntax/static-value.ts';
import { propertyValue } from '../syntax/properties.ts';
import type { CodeModel } from '../model.ts';
import { argumentsFor } from '../syntax/constants.ts';
import type { Identifiers } from '../syntax/identifiers.ts';

/**
 * The port of `x.listen(port, …)` or `x.listen({ port })`: the default that is used when the environment says nothing.
 * The entry's own call comes first, then those of other files.
 */
export function findListenPort(model: CodeModel, identifiers: Identifiers, entry: string): number | undefined {
  const own = (node: Node): number => Number(model.pathOf(node.getSourceFile()) === entry);
  const calls = identifiers
    .named('listen')
    .map((name) => name.getParent()?.getParent())
    .filter(Node.isCallExpression)
    .filter((call) => methodCall(call)?.name === 'listen');
  for (const call of calls.sort((a, b) => own(b) - own(a))) {
    const [argument] = call.getArguments();
    const port = argument && portOf(argument, identifiers);
    if (port !== undefined) return port;
  }
  return undefined;
}

function portOf(node: Node, identifiers: Identifiers, depth = 0): number | undefined {
  const value = unwrap(node);
  if (Node.isObjectLiteralExpression(value)) {
    const port = propertyValue(value, 'port');
    return port && portOf(port, identifiers, depth + 1);
  }
  const known = staticPort(value);
  if (known !== undefined || depth > 4) return known;
  const name = Node.isPropertyAccessExpression(value) ? value.getNameNode() : value;
  if (!Node.isIdentifier(name) && !Node.isPrivateIdentifier(name)) return undefined;
  for (const declaration of declarationsOf(name)) {
    const candidates = Node.isParameterDeclaration(declaration)
      ? argumentsFor(declaration, identifiers)
      : assignedTo(declaration, identifiers);
    const initializer = Node.isInitializerExpressionGetable(declaration) ? declaration.getInitializer() : undefined;
    for (const candidate of [...candidates, initializer]) {
      const port = candidate && portOf(candidate, identifiers, depth + 1);
      if (port !== undefined) return port;
    }
  }
  return undefined;
}

/** What the class itself assigns to one of its fields: `this.port = port`. */
function assignedTo(declaration: Node, identifiers: Identifiers): Node[] {
  if (!Node.isPropertyDeclaration(declaration)) return [];
  return identifiers.references(declaration, declaration.getName()).flatMap((name) => {
    const target = name.getParent();
    const assignment = target?.getParent();
    const isAssigned =
      Node.isPropertyAccessExpression(target) &&
      Node.isBinaryExpression(assignment) &&
      assignment.getLeft() === target &&
      assignment.getOperatorToken().getText() === '=';
    return isAssigned ? [assignment.getRight()] : [];
  });
}
