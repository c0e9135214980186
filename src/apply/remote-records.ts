import type { RemoteRecord, RemoteStep } from '../types.ts';

/** By step id. */
export type RemoteRecords = Record<string, RemoteRecord>;

/** What the state file keeps of a step. Of what was created the id is enough: it goes as a whole. */
export function recordOf(step: RemoteStep & { ref: string }): RemoteRecord {
  const { ref, verb, have, want } = step;
  if (verb !== 'update') return { verb: 'create', ref };
  return { verb, ref, ...(have && { before: have }), after: want };
}

/** Joins what earlier runs did with what a later one did. */
export function mergeRecords(earlier: RemoteRecords, later: RemoteRecords): RemoteRecords {
  const merged = { ...earlier };
  for (const [id, record] of Object.entries(later)) merged[id] = mergeRecord(earlier[id], record);
  return merged;
}

/** What was created stays created, and settings keep the value they had before the first run. */
export function mergeRecord(earlier: RemoteRecord | undefined, later: RemoteRecord): RemoteRecord {
  if (earlier === undefined || later.verb === 'create') return later;
  if (earlier.verb === 'create') return { verb: 'create', ref: later.ref };
  return {
    verb: 'update',
    ref: later.ref,
    before: { ...later.before, ...earlier.before },
    after: { ...earlier.after, ...later.after },
  };
}
