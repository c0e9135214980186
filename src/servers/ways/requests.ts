import { Node } from 'ts-morph';
import { contains, declarationsOf, methodCall } from '../syntax/nodes.ts';

/** Of promises and lists: what the callback is given comes from where they are made, in the function around it. */
const HANDING_ON = [
  'then',
  'catch',
  'finally',
  'map',
  'flatMap',
  'forEach',
  'filter',
  'find',
  'some',
  'every',
  'reduce',
];

/**
 * Is a function that is written as an argument a part of the function around it (`als.run(store, () => …)`,
 * `new Promise((resolve) => …)`), or does whoever calls it bring a request of its own (`server.on('upgrade', (req) => …)`)?
 * Told by what it hands on: a parameter of its own, or what it sees from outside.
 */
export function isContinuation(code: Node, run: Node, isSink: boolean): boolean {
  if (!Node.isParametered(code) || code.getParameters().length === 0) return true;
  const call = code.getParent();
  if (call && HANDING_ON.includes(methodCall(call)?.name ?? '')) return true;
  const values = Node.isCallExpression(run) || Node.isNewExpression(run) ? run.getArguments() : [];
  const handedOn = isSink ? values.slice(Node.isNewExpression(run) ? 1 : 0, 2) : values;
  return !handedOn.some((value) => comesFromParameter(value, code, new Set()));
}

function comesFromParameter(value: Node, code: Node, seen: Set<Node>): boolean {
  return [value, ...value.getDescendants()].filter(Node.isIdentifier).some((name) =>
    declarationsOf(name).some((declaration) => {
      if (seen.has(declaration) || !contains(code, declaration)) return false;
      seen.add(declaration);
      const parameter = Node.isParameterDeclaration(declaration)
        ? declaration
        : declaration.getFirstAncestor(Node.isParameterDeclaration);
      if (parameter && parameter.getParent() === code) return true;
      const variable = Node.isVariableDeclaration(declaration)
        ? declaration
        : declaration.getFirstAncestor(Node.isVariableDeclaration);
      const made = variable && contains(code, variable) ? variable.getInitializer() : undefined;
      return made !== undefined && comesFromParameter(made, code, seen);
    }),
  );
}
