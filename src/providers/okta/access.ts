import { isRecord } from '../../is-record.ts';
import type { RemoteStep } from '../../types.ts';
import { ProviderError } from '../provider-error.ts';
import type { Values } from '../values.ts';
import type { Session } from './session.ts';

/** What policies and rules have alike. */
export interface Access {
  id: string;
  name: string;
  priority?: number;
  status?: string;
}

/** A list in a condition. */
export interface Include {
  include?: string[];
}

const STATUS = 'status';

/** The step that adds names to what is there, and switches it on. */
export function planAdditions(
  step: Pick<RemoteStep, 'id' | 'resource' | 'ref'>,
  found: Access,
  names: string[],
): RemoteStep {
  const { resource } = step;
  const isOff = found.status === 'INACTIVE';
  const want: Values = {
    ...Object.fromEntries(names.map((name) => [name, true])),
    ...(isOff && { [STATUS]: 'ACTIVE' }),
  };
  if (Object.keys(want).length === 0) return { ...step, verb: 'keep', summary: resource, want: {}, reversible: true };
  const added = names.map((name) => name.slice(name.indexOf('.') + 1));
  const summary = `${resource}: ${[...added, ...(isOff ? ['active again'] : [])].join(', ')}`;
  return { ...step, verb: 'update', summary, have: isOff ? { [STATUS]: 'INACTIVE' } : {}, want, reversible: true };
}

/**
 * Creates a policy or a rule. Names are unique there, and that one is taken is told like any other mistake in a request.
 * @returns its id @throws ProviderError
 */
export async function createOrFind(
  { api }: Session,
  path: string,
  body: { name: unknown },
  what: string,
): Promise<string> {
  try {
    const made = await api.send('POST', path, body, what);
    const id = isRecord(made) ? String(made['id']) : '';
    api.made(id);
    return id;
  } catch (error) {
    if (!(error instanceof ProviderError && [400, 409].includes(error.status ?? 0))) throw error;
    const found = (await api.list<Access>(path, what)).find(({ name }) => name === body.name);
    if (!found) throw error;
    return found.id;
  }
}

/** A list with those that are wanted by `PREFIX.NAME`, and without those that are not (`null`). */
export function changed(list: Include = {}, values: Values, prefix: string): Include {
  const names = (isKept: boolean): string[] =>
    Object.entries(values).flatMap(([key, value]) =>
      key.startsWith(prefix) && (value !== null) === isKept ? [key.slice(prefix.length)] : [],
    );
  const gone = new Set(names(false));
  const include = new Set([...(list.include ?? []), ...names(true)]);
  return { ...list, include: [...include].filter((name) => !gone.has(name)) };
}

/** What a list has, by `PREFIX.NAME`. */
export const valuesOf = (list: Include | undefined, prefix: string): Values =>
  Object.fromEntries((list?.include ?? []).map((name) => [prefix + name, true]));

/** Is anything but the status to be changed? */
export const changesBody = (values: Values): boolean => Object.keys(values).some((name) => name !== STATUS);

/** @throws ProviderError */
export async function activate({ api }: Session, path: string, values: Values, what: string): Promise<void> {
  if (values[STATUS] !== 'ACTIVE') return;
  await api.send('POST', `${path}/lifecycle/activate`, undefined, `activate ${what}`);
}
