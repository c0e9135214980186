import { Node, type ClassDeclaration } from 'ts-morph';
import { stepsTo, type KnownWays, type Step } from './known.ts';
import { looseUses } from './loose-uses.ts';
import { moduleSteps } from './modules.ts';
import { instanceSteps } from './objects.ts';
import { usesOf, usesOfProperty } from './uses.ts';

/**
 * A function that is a member of a class or of an object literal: where it is taken by its name, where it may be, and
 * where the object goes, of which somebody may take any member.
 */
export function memberSteps(member: Node, kind: 'value' | 'router' | 'container', known: KnownWays): Step[] {
  const name = Node.hasName(member) ? member.getName() : undefined;
  const loose = name === undefined ? [] : stepsTo(looseUses(member, name, known), kind, { isLoose: true });
  const owner = member.getParentOrThrow();
  if (Node.isObjectLiteralExpression(owner))
    return [...stepsTo(usesOfProperty(member, known.identifiers), kind), ...loose, { kind: 'container', node: owner }];
  return [
    ...stepsTo(usesOf(member, known.identifiers), kind),
    ...loose,
    ...(Node.isClassDeclaration(owner) ? objectSteps(owner, known) : []),
  ];
}

/** What makes the instances of a decorated class is out of sight (dependency injection). */
function objectSteps(owner: ClassDeclaration, known: KnownWays): Step[] {
  const decorated = owner
    .getDecorators()
    .map((decorator): Step => ({ kind: 'object', node: decorator.getExpression() }));
  return [...instanceSteps(owner, known), ...moduleSteps(owner, 'object', known), ...decorated];
}
