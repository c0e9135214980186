import { Node } from 'ts-morph';
import { readPathTests, type PathTests } from '../fetch/path-tests.ts';
import type { Reach } from '../fetch-shared/reach.ts';

/**
 * The paths of a Worker's handler. Behind the bindings of its environment there may be the MCP server itself (a Durable
 * Object), so that a path counts as open only where what answers it takes nothing of the environment but static assets.
 * @param isWhole every way into MCP is one that can be seen from the handler; otherwise no path is open
 */
export function pathsOf(handler: Node | undefined, reach: Reach, isWhole: boolean): PathTests {
  const reaches = (node: Node): boolean => reach.from(node).length > 0;
  const { mcp } = readPathTests(handler, reaches);
  const [, env] = Node.isParametered(handler) ? handler.getParameters() : [];
  const name = env?.getNameNode();
  if (!isWhole || (name && !Node.isIdentifier(name))) return { mcp, open: [] };
  const mayReach = (node: Node): boolean => reaches(node) || (name !== undefined && takesBinding(node, name.getText()));
  return { mcp, open: readPathTests(handler, mayReach).open };
}

/** Is `env` handed on, or anything taken of it but `env.ASSETS`? */
function takesBinding(node: Node, env: string): boolean {
  return [node, ...node.getDescendants()].some((each) => {
    if (!Node.isIdentifier(each) || each.getText() !== env) return false;
    const access = each.getParent();
    return !Node.isPropertyAccessExpression(access) || access.getExpression() !== each || access.getName() !== 'ASSETS';
  });
}
