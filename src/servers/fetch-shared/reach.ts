import { Node } from 'ts-morph';
import { findDispatches } from '../json-rpc/dispatches.ts';
import type { CodeModel } from '../model.ts';
import { identifiersOf, type Identifiers } from '../syntax/identifiers.ts';
import { once } from '../syntax/memo.ts';
import { contains } from '../syntax/nodes.ts';
import { findAgentCalls } from '../workers/entrances.ts';
import { findHandlerCalls } from './handler-calls.ts';
import { mcpFetches } from '../sdk2/handlers.ts';
import { findTransportCalls, type TransportCall } from './transport-calls.ts';

/** Tells which transport calls a piece of code leads to, through the project's own functions. */
export interface Reach {
  calls: TransportCall[];
  /** The calls themselves, and every mention of a function that leads to one. */
  places: Node[];
  /** Every transport call inside `node` or in a function that it names, directly or not. */
  from(node: Node): TransportCall[];
}

/**
 * Goes backwards, from the few calls to whoever names the functions around them: that looks at little of a large
 * project, where following every name forwards would look at all of it. Worked out once for all adapters.
 */
export const reachOf = once((model: CodeModel): Reach => {
  const calls = [
    ...findTransportCalls(model),
    ...mcpFetches(model),
    ...findHandlerCalls(model),
    ...findAgentCalls(model),
    ...findDispatches(model),
  ];
  if (calls.length === 0) return { calls, places: [], from: () => [] };
  const identifiers = identifiersOf(model);
  const places = new Map(calls.map((call) => [call, placesLeadingTo(call.call, identifiers)]));
  return {
    calls,
    places: [...new Set([...places.values()].flat())],
    from: (node) => calls.filter((call) => places.get(call)?.some((place) => contains(node, place))),
  };
});

/** The call itself, and every mention of a function that leads to it. */
function placesLeadingTo(call: Node, identifiers: Identifiers): Node[] {
  const places = new Set([call]);
  const visited = new Set<Node>();
  for (const place of places) {
    for (const { declaration, name } of holders(place)) {
      if (visited.has(declaration)) continue;
      visited.add(declaration);
      for (const reference of identifiers.references(declaration, name)) places.add(reference);
    }
  }
  return [...places];
}

/** The named things around a place, by whose name it can be got at: functions, methods, variables that hold them. */
function holders(place: Node): { declaration: Node; name: string }[] {
  return place.getAncestors().flatMap((declaration) => {
    if (Node.isVariableDeclaration(declaration)) return variableNames(declaration);
    const isHolder =
      Node.isFunctionDeclaration(declaration) ||
      Node.isMethodDeclaration(declaration) ||
      Node.isPropertyDeclaration(declaration) ||
      Node.isPropertyAssignment(declaration);
    // A default export without a name is imported under any name; `default` stands for it.
    return isHolder ? [{ declaration, name: declaration.getName() ?? 'default' }] : [];
  });
}

/** `const handler = …` has one name, `const { GET, POST } = …` several. */
function variableNames(declaration: Node): { declaration: Node; name: string }[] {
  if (!Node.isVariableDeclaration(declaration)) return [];
  const name = declaration.getNameNode();
  if (!Node.isObjectBindingPattern(name)) return [{ declaration, name: name.getText() }];
  return name.getElements().map((element) => ({ declaration: element, name: element.getName() }));
}
