import type { RemoteRecord, RemoteStep, Warning } from '../types.ts';
import type { Applied, Connection, Reverted } from './types.ts';

/** What a part of the program wants done. */
export interface Planned {
  steps: RemoteStep[];
  warnings: Warning[];
}

/** A kind of step: how it is done and how it is undone. */
export interface Part<Session> {
  /** What ids of its steps start with. */
  prefix: string;
  apply(session: Session, step: RemoteStep, context: { mayBeDone: boolean }): Promise<Applied>;
  revert(session: Session, record: RemoteRecord, id: string): Promise<Reverted>;
}

/** What came of putting settings back. @param title to begin a sentence @param changed names that somebody else changed */
export function restored(title: string, changed: readonly string[]): Reverted {
  if (changed.length === 0) return { outcome: 'restored', message: `${title} is as before.` };
  return { outcome: 'left', message: `${title} keeps ${changed.join(', ')}: somebody changed that since.` };
}

/** Steps by the part that their ids name. */
export function dispatch<Session>(
  parts: readonly Part<Session>[],
  session: Session,
): Pick<Required<Connection>, 'apply' | 'revert'> {
  const partOf = (id: string): Part<Session> => {
    const part = parts.find(({ prefix }) => id.startsWith(prefix));
    if (part) return part;
    throw new Error(`no part of the program does the step ${id}`);
  };
  return {
    apply: (step, context) => partOf(step.id).apply(session, step, context),
    revert: (id, record) => partOf(id).revert(session, record, id),
  };
}
