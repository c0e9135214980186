import { Node, type ExportAssignment, type FunctionDeclaration, type SourceFile } from 'ts-morph';
import type { CodeModel } from '../model.ts';
import { functionOf } from '../node-shared/handler-function.ts';
import { nodeServer, type NodeServer } from '../node-shared/node-server.ts';
import type { Sink } from '../node-shared/sinks.ts';
import { once } from '../syntax/memo.ts';
import { functionPlace, type FunctionPlace } from './places.ts';

/** A file whose default export `(req, res)` leads to MCP. */
export interface McpFunction {
  file: SourceFile;
  place: FunctionPlace;
  /** `export default function …` itself, or the expression behind `export default`. */
  handler: Node;
  sinks: Sink[];
}

/** Every function of the project that takes Node requests for MCP. */
export const findFunctions = once((model: CodeModel): McpFunction[] => {
  const server = nodeServer(model);
  if (server.sinks.length === 0) return [];
  return model.sourceFiles().flatMap((file) => {
    const place = functionPlace(model.pathOf(file), model.snapshot);
    const handler = place && defaultExport(file);
    if (!handler || !takesNodeRequest(handler, server)) return [];
    const sinks = server.leads.from(handler);
    return sinks.length > 0 ? [{ file, place, handler, sinks }] : [];
  });
});

function defaultExport(file: SourceFile): Node | undefined {
  const isDefault = (node: Node): node is FunctionDeclaration | ExportAssignment =>
    (Node.isFunctionDeclaration(node) && node.isDefaultExport() && node.hasDefaultKeyword()) ||
    (Node.isExportAssignment(node) && !node.isExportEquals());
  const found = file.getStatements().find(isDefault);
  return Node.isExportAssignment(found) ? found.getExpression() : found;
}

/** `(req, res)`; a handler of Requests has the Request alone, or some context beside it. */
function takesNodeRequest(handler: Node, server: NodeServer): boolean {
  const code = functionOf(handler, server);
  const [request, response] = Node.isParametered(code) ? code.getParameters() : [];
  return response !== undefined && !['Request', 'NextRequest'].includes(request?.getTypeNode()?.getText() ?? '');
}
