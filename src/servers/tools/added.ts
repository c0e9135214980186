import { ts } from 'ts-morph';
import type { Evaluator } from './evaluate.ts';
import type { Findings } from './findings.ts';
import { collectDescriptors } from './handlers.ts';
import { serverKind } from './mcp-objects.ts';

/** `server.addTool({ name, … })` and `server.addTools([…])` of fastmcp. */
export function collectAdded(evaluator: Evaluator, call: ts.CallExpression, findings: Findings): void {
  const callee = call.expression;
  const [argument] = call.arguments;
  if (!argument || !ts.isPropertyAccessExpression(callee)) return;
  const isOne = callee.name.text === 'addTool';
  if (!isOne && callee.name.text !== 'addTools') return;
  const kind = serverKind(evaluator, callee.expression);
  if (kind !== 'fastmcp' && !(kind === 'maybe' && looksLikeTool(argument))) return;
  const values = evaluator.ask(argument, undefined);
  collectDescriptors(evaluator, isOne ? [{ kind: 'list', items: values }] : values, argument, findings);
}

/** On a receiver of unknown origin: an object that has a name and is executed. */
function looksLikeTool(argument: ts.Expression): boolean {
  if (!ts.isObjectLiteralExpression(argument)) return false;
  const names = argument.properties.map((property) => property.name?.getText());
  return names.includes('name') && names.includes('execute');
}
