import type { Node } from 'ts-morph';
import { reachOf } from '../fetch-shared/reach.ts';
import type { CodeModel } from '../model.ts';
import { identifiersOf } from '../syntax/identifiers.ts';
import { programOf } from '../ways/program.ts';
import { strangeWay } from '../ways/strange-way.ts';
import { mcpHandlers, nodeListeners, servedAsDefault, unknownEntrances } from './handlers.ts';

/**
 * Whoever has the handler that `createMcpHandler` makes can lead requests into it. All places that it gets to have to be
 * known: a listener of node:http, or `fetch`, which the adapters look at.
 * @returns why the run is refused
 */
export function escapedHandler(model: CodeModel, entry: string): string | undefined {
  const handlers = mcpHandlers(model);
  const isInProgram = programOf(model, entry);
  const placeOf = (node: Node): string => model.placeOf(node);
  const unknown = unknownEntrances(model).find((node) => isInProgram(node.getSourceFile()));
  if (unknown) return `at ${placeOf(unknown)} ${unknown.getText()} is used in a way that add-auth does not follow`;
  const served = servedAsDefault(model).find((node) => isInProgram(node.getSourceFile()));
  if (served)
    return `at ${placeOf(served)} the MCP handler is the default export, which Bun, Deno and Workers serve as it is`;
  const known = {
    model,
    identifiers: identifiersOf(model),
    recognised: [...nodeListeners(model), ...reachOf(model).calls.map(({ call }) => call)],
    isInProgram,
  };
  for (const node of handlers) {
    const way = strangeWay({ kind: 'value', node }, known);
    if (way) return `at ${placeOf(way.node)} the MCP handler is handed on, and it cannot be told to whom`;
  }
  return undefined;
}
