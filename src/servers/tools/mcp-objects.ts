import { ts } from 'ts-morph';
import { MCP_PACKAGES, packageOf } from '../../project/packages.ts';
import type { Evaluator } from './evaluate.ts';
import type { Env, Value } from './values.ts';

/**
 * Is a receiver one of the SDK's server objects? `maybe` when the source does not say: plain JavaScript parameters,
 * values from containers that are not followed.
 */
export type ServerKind = 'high-level' | 'low-level' | 'tasks' | 'fastmcp' | 'mcp-use' | 'maybe' | 'no';

/** Decides by where the class was imported from, never by its name alone: several packages have an `McpServer`. */
export function serverKind(evaluator: Evaluator, receiver: ts.Expression, env?: Env): ServerKind {
  const kinds = evaluator.ask(receiver, env).map((value) => kindOf(evaluator, value));
  return (
    kinds.find((kind) => kind !== 'maybe' && kind !== 'no') ??
    (kinds.length === 0 || kinds.includes('maybe') ? 'maybe' : 'no')
  );
}

function kindOf(evaluator: Evaluator, value: Value): ServerKind {
  if (value.kind === 'unknown') return 'maybe';
  if (value.kind === 'made') return kindOfExternal(value.module, value.name);
  if (value.kind === 'instance') {
    const base = baseOf(evaluator, value.of);
    return base ? kindOfExternal(base.module, base.name) : 'no';
  }
  return 'no';
}

/** Frameworks whose methods return their server. */
const FLUENT = ['mcp-use', 'skybridge'];

function kindOfExternal(module: string, made: string): ServerKind {
  const from = packageOf(module) ?? '';
  if (!MCP_PACKAGES.includes(from)) return 'no';
  const name = FLUENT.includes(from) && made.endsWith('()') ? made.slice(0, made.indexOf('.')) : made;
  if (name === 'FastMCP' && from === 'fastmcp') return 'fastmcp';
  if (from === 'mcp-use' && ['MCPServer', 'createMCPServer'].includes(name)) return 'mcp-use';
  if (name === 'McpServer') return 'high-level';
  if (name === 'Server' || name === 'McpServer.server') return 'low-level';
  if (name === 'McpServer.experimental.tasks') return 'tasks';
  return 'no';
}

/** The class of a package that a class derives from, over any number of classes of the project. */
export function baseOf(
  evaluator: Evaluator,
  node: ts.ClassLikeDeclaration,
): { module: string; name: string } | undefined {
  const base = node.heritageClauses?.find((clause) => clause.token === ts.SyntaxKind.ExtendsKeyword)?.types[0];
  for (const value of base ? evaluator.values(base.expression, undefined) : []) {
    if (value.kind === 'external') return value;
    if (value.kind === 'class') return baseOf(evaluator, value.node);
  }
  return undefined;
}
