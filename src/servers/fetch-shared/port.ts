import { Node, type ObjectLiteralExpression } from 'ts-morph';
import type { CodeModel } from '../model.ts';
import { staticPort } from './static-value.ts';

/**
 * The port that a Fetch server listens on: `serve({ fetch, port })` (@hono/node-server), `Bun.serve({ port, … })`,
 * `export default { port, fetch }`. The entry's own answer comes first, then that of any other file.
 */
export function findPort(model: CodeModel, entry: string): number | undefined {
  const files = [...model.sourceFiles()].sort((a, b) => Number(model.pathOf(b) === entry) - Number(model.pathOf(a) === entry));
  for (const file of files) {
    if (!file.getFullText().includes('port')) continue;
    for (const node of file.getDescendants()) {
      const options = serverOptions(node);
      const port = options && staticPort(propertyValue(options, 'port'));
      if (port !== undefined) return port;
    }
  }
  return undefined;
}

function serverOptions(node: Node): ObjectLiteralExpression | undefined {
  if (Node.isExportAssignment(node)) {
    const value = node.getExpression();
    return Node.isObjectLiteralExpression(value) ? value : undefined;
  }
  if (!Node.isCallExpression(node) || !isServe(node.getExpression())) return undefined;
  return node.getArguments().find(Node.isObjectLiteralExpression);
}

export function isServe(callee: Node): boolean {
  return ['serve', 'Bun.serve'].includes(callee.getText());
}

/** The value of a property, `{ port }` included. */
export function propertyValue(object: ObjectLiteralExpression, name: string): Node | undefined {
  const property = object.getProperty(name);
  if (Node.isPropertyAssignment(property)) return property.getInitializer();
  return Node.isShorthandPropertyAssignment(property) ? property.getNameNode() : undefined;
}
