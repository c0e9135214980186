import { Node, type Expression, type ObjectLiteralExpression } from 'ts-morph';
import type { CodeModel } from '../model.ts';
import { identifiersOf } from '../syntax/identifiers.ts';
import { declarationsOf, unwrap } from '../syntax/nodes.ts';

/** The objects of `export default { … }`, `Bun.serve({ … })`, `Deno.serve({ … })` and `serve({ … })`, also when they have a name. */
export function serverObjects(model: CodeModel): ObjectLiteralExpression[] {
  const exported = model
    .sourceFiles()
    .flatMap((file) => file.getExportAssignments().map((node) => node.getExpression()));
  const served = identifiersOf(model)
    .named('serve')
    .flatMap((name) => {
      const parent = name.getParent();
      const call = Node.isPropertyAccessExpression(parent) ? parent.getParent() : parent;
      return Node.isCallExpression(call) && isServe(call.getExpression()) ? call.getArguments() : [];
    });
  return [...exported, ...served].flatMap(objectBehind);
}

const DENO = 'Deno.serve';

/** What the function is called in these options. */
export function handlerName(options: ObjectLiteralExpression): 'fetch' | 'handler' {
  const call = options.getParent();
  return Node.isCallExpression(call) && call.getExpression().getText() === DENO ? 'handler' : 'fetch';
}

/** `Deno.serve(handler)`, `Deno.serve({ port }, handler)`: what stands there for the handler. */
export function denoHandlers(model: CodeModel): Expression[] {
  return identifiersOf(model)
    .named('serve')
    .flatMap((name) => {
      const call = name.getParent()?.getParent();
      if (!Node.isCallExpression(call) || call.getExpression().getText() !== DENO) return [];
      return call
        .getArguments()
        .filter(Node.isExpression)
        .filter((argument) => objectBehind(argument).length === 0);
    });
}

function objectBehind(node: Node): ObjectLiteralExpression[] {
  const value = unwrap(node);
  if (Node.isObjectLiteralExpression(value)) return [value];
  if (!Node.isIdentifier(value)) return [];
  return declarationsOf(value).flatMap((declaration) => {
    const initializer = Node.isVariableDeclaration(declaration) ? declaration.getInitializer() : undefined;
    const object = initializer && unwrap(initializer);
    return Node.isObjectLiteralExpression(object) && object.getSourceFile() === node.getSourceFile() ? [object] : [];
  });
}

function isServe(callee: Node): boolean {
  return ['serve', 'Bun.serve', DENO].includes(callee.getText());
}
