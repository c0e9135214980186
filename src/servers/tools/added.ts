import { ts } from 'ts-morph';
import type { Evaluator } from './evaluate.ts';
import type { Findings } from './findings.ts';
import { collectDescriptors } from './handlers.ts';
import { serverKind, type ServerKind } from './mcp-objects.ts';

/** Methods that take a tool in one object, by the kind of server; `registerTool` is Skybridge's. */
const METHODS: Partial<Record<ServerKind, string[]>> = {
  fastmcp: ['addTool', 'addTools'],
  'mcp-use': ['tool', 'uiResource'],
  'high-level': ['registerTool'],
};

/** `server.addTool({ name, … })`, `server.addTools([…])`, `server.tool({ name, … }, callback)`. */
export function collectAdded(evaluator: Evaluator, call: ts.CallExpression, findings: Findings): void {
  const callee = call.expression;
  const [argument] = call.arguments;
  if (!argument || !ts.isPropertyAccessExpression(callee)) return;
  const method = callee.name.text;
  if (!Object.values(METHODS).some((methods) => methods.includes(method))) return;
  const kind = serverKind(evaluator, callee.expression);
  if (!METHODS[kind]?.includes(method) && !(kind === 'maybe' && looksLikeTool(argument, call))) return;
  const values = evaluator.ask(argument, undefined);
  // Otherwise it is the name alone that comes first.
  const described = kind === 'high-level' ? values.filter((value) => value.kind === 'object') : values;
  const lists = method === 'addTools' ? values : [{ kind: 'list' as const, items: described }];
  collectDescriptors(evaluator, lists, argument, findings);
}

/** On a receiver of unknown origin: an object that has a name and is executed. */
function looksLikeTool(argument: ts.Expression, call: ts.CallExpression): boolean {
  if (!ts.isObjectLiteralExpression(argument)) return false;
  const names = argument.properties.map((property) => property.name?.getText());
  return names.includes('name') && (names.includes('execute') || call.arguments.length === 2);
}
