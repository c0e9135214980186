import { Node, type CallExpression } from 'ts-morph';
import { declarationsOf, declaredValue, isFunctionNode, methodCall, returnedValues, unwrap } from '../syntax/nodes.ts';
import { functionsBehind } from '../ways/functions.ts';
import type { NodeServer } from './node-server.ts';

/** The function that a handler expression is (written out, a name, or a call), if it is one of the project's own. */
export function functionOf(handler: Node, server: NodeServer, depth = 0): Node | undefined {
  const node = unwrap(handler);
  if (isFunctionNode(node) || depth > 5) return isFunctionNode(node) ? node : undefined;
  if (Node.isCallExpression(node)) {
    const bound = methodCall(node);
    const candidates = bound?.name === 'bind' ? [bound.receiver] : node.getArguments();
    const inner = candidates.find((candidate) => server.leads.from(candidate).length > 0);
    return inner ? functionOf(inner, server, depth + 1) : returnedFunction(node, server, depth);
  }
  const name = Node.isPropertyAccessExpression(node) ? node.getNameNode() : node;
  for (const declaration of declarationsOf(name)) {
    if (isFunctionNode(declaration)) return declaration;
    const value = declaredValue(declaration);
    const found = value && functionOf(value, server, depth + 1);
    if (found) return found;
  }
  return undefined;
}

/** `mcp(server)`: the one function that this returns and that leads to MCP, if nothing else in it does. */
function returnedFunction(call: CallExpression, server: NodeServer, depth: number): Node | undefined {
  const [factory, ...others] = functionsBehind(call.getExpression());
  if (!factory || others.length > 0) return undefined;
  const [value, ...more] = returnedValues(factory).filter((each) => server.leads.from(each).length > 0);
  const code = value && more.length === 0 ? functionOf(value, server, depth + 1) : undefined;
  const sinks = code ? server.leads.from(code) : [];
  return server.leads.from(call).every((sink) => sinks.includes(sink)) ? code : undefined;
}
