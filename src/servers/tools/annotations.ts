import { ts } from 'ts-morph';
import type { Tool } from '../../types.ts';
import type { Evaluator } from './evaluate.ts';
import type { Env, Value } from './values.ts';

type Annotations = NonNullable<Tool['annotations']>;

const HINTS = ['readOnlyHint', 'destructiveHint'] as const;

/** Hints of a descriptor or a `registerTool` configuration: the object's `annotations`. */
export function annotationsOf(evaluator: Evaluator, holders: Value[], at: ts.Node): Annotations | undefined {
  return agreed(holders.map((holder) => agreed(evaluator.properties.get([holder], 'annotations', at).map(hintsIn))));
}

/** Hints as an argument of their own: `server.tool(name, description, schema, { readOnlyHint: true }, handler)`. */
export function annotationsAmong(
  evaluator: Evaluator,
  args: readonly ts.Expression[],
  env: Env,
): Annotations | undefined {
  for (const argument of args) {
    if (ts.isArrowFunction(argument) || ts.isFunctionExpression(argument) || ts.isStringLiteralLike(argument)) continue;
    const values = evaluator.ask(argument, env);
    const found = annotationsOf(evaluator, values, argument) ?? agreed(values.map(hintsIn));
    if (found) return found;
  }
  return undefined;
}

/** Hints that are written out as `true` or `false`. */
function hintsIn(value: Value): Annotations | undefined {
  if (value.kind !== 'object') return undefined;
  const found: Annotations = {};
  for (const property of value.node.properties) {
    if (!ts.isPropertyAssignment(property) || !ts.isIdentifier(property.name)) continue;
    const hint = HINTS.find((name) => ts.isIdentifier(property.name) && property.name.text === name);
    if (!hint) continue;
    if (property.initializer.kind === ts.SyntaxKind.TrueKeyword) found[hint] = true;
    if (property.initializer.kind === ts.SyntaxKind.FalseKeyword) found[hint] = false;
  }
  return found;
}

/** What is the same whichever of several values it is: a hint of one tool must not pass to another. */
function agreed(all: (Annotations | undefined)[]): Annotations | undefined {
  const [first] = all;
  const same = HINTS.filter((hint) => first?.[hint] !== undefined && all.every((each) => each?.[hint] === first[hint]));
  if (!first || same.length === 0) return undefined;
  return Object.fromEntries(same.map((hint) => [hint, first[hint]]));
}
