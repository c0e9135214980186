import type { CallExpression, Node } from 'ts-morph';
import { HANDLER_PACKAGES } from '../../project/packages.ts';
import type { CodeModel } from '../model.ts';
import { identifiersOf } from '../syntax/identifiers.ts';
import { packageExport } from '../syntax/packages.ts';

/** `createMcpHandler(…)` of mcp-handler: what it returns is the MCP server, as a function from Request to Response. */
export interface HandlerCall {
  kind: 'handler';
  call: CallExpression;
}

/** Finds every handler that mcp-handler (or `@vercel/mcp-adapter`, its old name) makes. */
export function findHandlerCalls(model: CodeModel): HandlerCall[] {
  const isUsed = [...model.snapshot.files.values()].some((text) =>
    HANDLER_PACKAGES.some((name) => text.includes(name)),
  );
  if (!isUsed) return [];
  const identifiers = identifiersOf(model);
  const locals = ['createMcpHandler', ...identifiers.taken('createMcpHandler').map(({ local }) => local), 'default'];
  const names = [...locals, ...identifiers.taken('default').map(({ local }) => local)];
  const calls = identifiers.calls(names).filter((call) => makesHandler(call.getExpression()));
  return calls.map((call) => ({ kind: 'handler', call }));
}

/** Told by the package: SDK 2 has a `createMcpHandler` of its own, which makes another thing. */
function makesHandler(callee: Node): boolean {
  const made = packageExport(callee);
  const isHandlerPackage = HANDLER_PACKAGES.some((name) => made?.module === name || made?.module === `${name}/next`);
  return isHandlerPackage && ['createMcpHandler', 'default'].includes(made?.name ?? '');
}
