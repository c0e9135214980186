import { ts } from 'ts-morph';
import type { Tool } from '../../types.ts';
import type { Evaluator } from './evaluate.ts';
import type { Env, Value } from './values.ts';

type Annotations = NonNullable<Tool['annotations']>;

const HINTS = ['readOnlyHint', 'destructiveHint'] as const;

/** Hints of a descriptor or a `registerTool` configuration: the object's `annotations`. */
export function annotationsOf(evaluator: Evaluator, holders: Value[], at: ts.Node): Annotations | undefined {
  const objects = holders.filter((holder) => holder.kind === 'object' || holder.kind === 'map');
  return hintsIn(evaluator, evaluator.properties.get(objects, 'annotations', at), at);
}

/** Hints as an argument of their own: `server.tool(name, description, schema, { readOnlyHint: true }, handler)`. */
export function annotationsAmong(evaluator: Evaluator, args: readonly ts.Expression[], env: Env): Annotations | undefined {
  for (const argument of args) {
    if (ts.isArrowFunction(argument) || ts.isFunctionExpression(argument) || ts.isStringLiteralLike(argument)) continue;
    const values = evaluator.ask(argument, env);
    const found = annotationsOf(evaluator, values, argument) ?? hintsIn(evaluator, values, argument);
    if (found) return found;
  }
  return undefined;
}

/** Only what is the same for every value the object can have, and only when it is written out. */
function hintsIn(evaluator: Evaluator, values: Value[], at: ts.Node): Annotations | undefined {
  const objects = values.filter((value) => value.kind === 'object');
  const found: Annotations = {};
  for (const hint of HINTS) {
    const literals = objects.flatMap((object) => object.node.properties).flatMap((property) => {
      if (!ts.isPropertyAssignment(property) || !ts.isIdentifier(property.name) || property.name.text !== hint) return [];
      if (property.initializer.kind === ts.SyntaxKind.TrueKeyword) return [true];
      return property.initializer.kind === ts.SyntaxKind.FalseKeyword ? [false] : [];
    }); // prettier-ignore
    const [first] = literals;
    if (first !== undefined && literals.length === objects.length && literals.every((value) => value === first)) found[hint] = first;
  }
  void evaluator;
  void at;
  return Object.keys(found).length > 0 ? found : undefined;
}
