import { SyntaxKind, type Node, type SourceFile } from 'ts-morph';
import type { CodeModel } from '../model.ts';
import type { Identifiers } from '../syntax/identifiers.ts';

/** What is known of a server when all ways into it are asked for. */
export interface KnownWays {
  model: CodeModel;
  identifiers: Identifiers;
  /** Handlers and mounts that an adapter puts behind the gate: what stands in them is understood. */
  recognised: Node[];
  /** Does this file belong to the program? What stands elsewhere may be another server, or code nobody runs. */
  isInProgram(file: SourceFile): boolean;
}

/**
 * `run`: code that runs with a request; `value`: an expression that is a function leading to MCP; `router`: one that is a
 * router; `container`: one that is an object or list with such a value in it; `object`: an instance or a module with such
 * a function among its members, or a collection of those.
 */
export interface Step {
  kind: 'run' | 'value' | 'router' | 'container' | 'object';
  node: Node;
  /** Is the call one of the transport itself? */
  isSink?: boolean;
  /** The call that is handed the request, where it stands in callbacks within `node`. */
  entrance?: Node;
  /** By its name alone it may be on a way to MCP. */
  isLoose?: boolean;
  /** Of an `object` that is a module: its exports that lead to MCP. Other members are looked for by their names. */
  exports?: { names: string[]; kind: Step['kind'] };
}

/** `strange`: requests come this way, and not through the gate. `lost`: from here on it cannot be told who may call. */
export type Next = Step[] | 'strange' | 'lost';

/** A step of the same certainty from here to each of these nodes. */
export function stepsTo(nodes: Node[], kind: Step['kind'], more: Partial<Step> = {}): Step[] {
  return [...new Set(nodes)].map((node) => ({ kind, node, ...more }));
}

/** Places where anything is looked at and no more, be it a value or an object. */
export const LOOKED_AT: readonly SyntaxKind[] = [
  SyntaxKind.ExpressionStatement,
  SyntaxKind.TypeOfExpression,
  SyntaxKind.VoidExpression,
  SyntaxKind.PrefixUnaryExpression,
  SyntaxKind.IfStatement,
  SyntaxKind.TemplateSpan,
  SyntaxKind.ExpressionWithTypeArguments,
  SyntaxKind.ClassDeclaration,
];
