import { isRecord } from '../../is-record.ts';
import type { RemoteStep } from '../../types.ts';
import { ProviderError } from '../provider-error.ts';
import { itemsOf, type Values } from '../values.ts';
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
    ...itemsOf('', names),
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

/** Is anything but the status to be changed? */
export const changesBody = (values: Values): boolean => Object.keys(values).some((name) => name !== STATUS);

/** @throws ProviderError */
export async function activate({ api }: Session, path: string, values: Values, what: string): Promise<void> {
  if (values[STATUS] !== 'ACTIVE') return;
  await api.send('POST', `${path}/lifecycle/activate`, undefined, `activate ${what}`);
}
