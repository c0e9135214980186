import { ts } from 'ts-morph';
import { annotationsOf } from './annotations.ts';
import type { Evaluator } from './evaluate.ts';
import type { Findings } from './findings.ts';
import { collectDescriptors } from './handlers.ts';
import { baseOf } from './mcp-objects.ts';
import { reasonOf } from './registrations.ts';
import type { Value } from './values.ts';

/**
 * `class X extends MCPTool { name = … }` of mcp-framework, and `class X extends MCPApp { tools = [{ name, … }] }`. It finds
 * them on the disk, so nothing has to import them.
 */
export function collectDerived(evaluator: Evaluator, node: ts.Node, findings: Findings): void {
  if (!ts.isClassLike(node) || node.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.AbstractKeyword)) return;
  const base = node.heritageClauses && baseOf(evaluator, node);
  if (base?.module !== 'mcp-framework') return;
  const made: Value = { kind: 'instance', of: node, exact: true };
  const at = node.name ?? node;
  if (base.name === 'MCPApp') {
    const lists = evaluator.properties.get([made], 'tools', at);
    return collectDescriptors(evaluator, lists, node as unknown as ts.Expression, findings);
  }
  if (base.name !== 'MCPTool') return;
  const names = evaluator.properties.get([made], 'name', at);
  if (names.length === 0) findings.unresolved(at, 'the class has no name that is known');
  for (const name of names) {
    if (name.kind === 'string') findings.tool(name, at, annotationsOf(evaluator, [made], at));
    else findings.unresolved(name.kind === 'unknown' ? name.node : at, reasonOf(name));
  }
}
