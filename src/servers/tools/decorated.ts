import { ts } from 'ts-morph';
import { annotationsOf } from './annotations.ts';
import type { Evaluator } from './evaluate.ts';
import type { Findings } from './findings.ts';
import { reasonOf } from './registrations.ts';

/** `@Tool({ name, … })` of mcp-nest on a method, which is called like the tool when the options do not say. */
export function collectDecorated(evaluator: Evaluator, call: ts.CallExpression, findings: Findings): void {
  const decorator = call.parent;
  if (!ts.isDecorator(decorator) || !ts.isIdentifier(call.expression)) return;
  const symbol = evaluator.program.checker.getSymbolAtLocation(call.expression);
  const external = symbol && evaluator.program.externalOf(symbol);
  if (external?.module !== '@rekog/mcp-nest' || external.name !== 'Tool') return;
  const [options] = call.arguments;
  const holders = options ? evaluator.ask(options, undefined) : [];
  const unknown = holders.find((holder) => holder.kind === 'unknown');
  if (unknown) return findings.unresolved(call, reasonOf(unknown));
  const names = options ? evaluator.properties.get(holders, 'name', options) : [];
  const hints = annotationsOf(evaluator, holders, call);
  for (const name of names) {
    if (name.kind === 'string') findings.tool(name, call, hints);
    else findings.unresolved(call, reasonOf(name));
  }
  const method = decorator.parent;
  if (names.length > 0 || !ts.isMethodDeclaration(method) || !ts.isIdentifier(method.name)) return;
  findings.tool({ kind: 'string', value: method.name.text, node: method.name }, call, hints);
}
