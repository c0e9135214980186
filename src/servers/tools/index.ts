import { ts } from 'ts-morph';
import type { Tool, UnresolvedTool } from '../../types.ts';
import { readDispatches } from '../json-rpc/dispatches.ts';
import { collectDispatched } from '../json-rpc/tools.ts';
import type { CodeModel } from '../model.ts';
import { collectAdded } from './added.ts';
import { collectDecorated } from './decorated.ts';
import { collectDerived } from './derived.ts';
import { Evaluator } from './evaluate.ts';
import { Findings } from './findings.ts';
import { collectHandler } from './handlers.ts';
import { collectModules } from './modules.ts';
import { SourceProgram } from './program.ts';
import { reachableCode } from './reach.ts';
import { collectRegistration } from './registrations.ts';

export interface ListOptions {
  /** Files that are started: only tools they can reach are listed. Without them every file counts as started. */
  entries?: string[];
}

/**
 * Lists the tools that a server registers, however it does that, from the source alone.
 * @returns tools by file and line, each name once; and the registrations whose name the source does not tell
 */
export function listTools(
  model: CodeModel,
  options: ListOptions = {},
): { tools: Tool[]; unresolved: UnresolvedTool[] } {
  const program = new SourceProgram(model);
  const evaluator = new Evaluator(program);
  const findings = new Findings(program);
  const entries = options.entries?.flatMap((path) => model.sourceFile(path)?.compilerNode ?? []);
  const isReached = reachableCode(program, entries ?? program.files);

  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && isReached(node)) {
      collectRegistration(evaluator, node, findings);
      collectHandler(evaluator, node, findings);
      collectAdded(evaluator, node, findings);
      collectDecorated(evaluator, node, findings);
    }
    collectDerived(evaluator, node, findings);
    ts.forEachChild(node, visit);
  };
  for (const file of program.files) visit(file);
  collectModules(evaluator, model, findings);
  for (const dispatch of readDispatches(model))
    if (isReached(dispatch.call.compilerNode)) collectDispatched(evaluator, dispatch, findings);
  return findings.result();
}
