import type { PyNode } from '../../edit/python-tree.ts';

/** Arguments of a call that are not named, without `*args`. */
export function positional(call: PyNode): PyNode[] {
  return (call.child('arguments')?.parts ?? []).filter(
    (each) => each.type !== 'keyword_argument' && !each.type.endsWith('_splat'),
  );
}

/** The value of a named argument. */
export function keyword(call: PyNode, name: string): PyNode | undefined {
  return keywords(call).find(([known]) => known === name)?.[1];
}

export function keywords(call: PyNode): [name: string, value: PyNode][] {
  return (call.child('arguments')?.parts ?? []).flatMap((each): [string, PyNode][] => {
    const [name, value] = [each.child('name'), each.child('value')];
    return each.type === 'keyword_argument' && name && value ? [[name.text, value]] : [];
  });
}

/** `x.y.method(…)` -> `method`, `name(…)` -> `name`. */
export function calledName(call: PyNode): string | undefined {
  const callee = call.child('function');
  return callee?.type === 'attribute' ? callee.child('attribute')?.text : callee?.text;
}

/** The object of a method call. */
export function receiver(call: PyNode): PyNode | undefined {
  const callee = call.child('function');
  return callee?.type === 'attribute' ? callee.child('object') : undefined;
}

/** The expression given for a parameter: by name or by position. */
export function argumentFor(call: PyNode, parameter: PyNode, index: number): PyNode | undefined {
  const given = call.child('arguments')?.parts ?? [];
  const name = parameter.type === 'identifier' ? parameter.text : (parameter.child('name') ?? parameter.parts[0])?.text;
  const named = given.find((each) => each.type === 'keyword_argument' && each.child('name')?.text === name);
  return named ? named.child('value') : given.filter((each) => each.type !== 'keyword_argument')[index];
}
