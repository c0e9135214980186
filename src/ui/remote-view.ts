import type { RemoteStep } from '../types.ts';
import type { Style } from './style.ts';

/** What will be done at the provider, each with the settings before and after and what that means for others. */
export function remoteLines(steps: readonly RemoteStep[], style: Style): string[] {
  return steps.flatMap((step) => {
    const mark = { create: style.green('create'), update: style.yellow('update'), keep: style.dim('keep  ') }[
      step.verb
    ];
    const details = step.verb === 'keep' ? [] : differences(step.have ?? {}, step.want);
    const notice = step.verb === 'keep' || step.notice === undefined ? [] : [style.yellow(`! ${step.notice}`)];
    return [`${mark} ${step.summary}`, ...[...details, ...notice].map((line) => `       ${line}`)];
  });
}

/** `flags.enable_dynamic_client_registration: false -> true`; of lists only what comes and goes. */
function differences(have: Record<string, unknown>, want: Record<string, unknown>): string[] {
  const before = new Map(flatten(have));
  return flatten(want).flatMap(([key, value]) => {
    const old = before.get(key);
    if (JSON.stringify(old) === JSON.stringify(value)) return [];
    if (Array.isArray(old) && Array.isArray(value)) return [`${key}: ${listDifference(old, value)}`];
    return [old === undefined ? `${key}: ${shown(value)}` : `${key}: ${shown(old)} -> ${shown(value)}`];
  });
}

function flatten(value: Record<string, unknown>, prefix = ''): [string, unknown][] {
  return Object.entries(value).flatMap(([key, inner]): [string, unknown][] =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? flatten(inner as Record<string, unknown>, `${prefix}${key}.`)
      : [[prefix + key, inner]],
  );
}

function listDifference(before: unknown[], after: unknown[]): string {
  const [old, now] = [before.map(shown), after.map(shown)];
  const added = now.filter((item) => !old.includes(item)).map((item) => `+${item}`);
  const removed = old.filter((item) => !now.includes(item)).map((item) => `-${item}`);
  const kept = now.length - added.length;
  return [...added, ...removed, ...(kept > 0 ? [`(${kept} stay as they are)`] : [])].join(' ');
}

/** A value in one line. Of an object in a list what it is called: `{ value: 'read:tasks', … }` is `read:tasks`. */
function shown(value: unknown): string {
  if (Array.isArray(value)) return value.map(shown).join(' ') || 'none';
  if (typeof value === 'object' && value !== null) {
    const { value: name } = value as { value?: unknown };
    return typeof name === 'string' ? name : JSON.stringify(value);
  }
  return String(value);
}
