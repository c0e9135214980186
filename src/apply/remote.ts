import type { EnvVar, RemoteRecord, RemoteStep } from '../types.ts';
import { nodeDisk, type Disk } from './disk.ts';
import { removeFile, replacePrivateFile } from './durable.ts';
import { ensurePrivateDir, privateDir, removePrivateDirWhenEmpty } from './private-dir.ts';
import { mergeRecords, recordOf, type RemoteRecords } from './remote-records.ts';

/** A step as the log has it. Without `ref` the run died before the provider had answered, and nobody knows more. */
type Entry = Omit<RemoteRecord, 'ref'> & { ref?: string };

type RemoteLog = Record<string, Entry>;

export interface RemoteContext {
  /** A run died while this step was under way: look for its result at the provider before creating it again. */
  mayBeDone: boolean;
}

export interface RemoteResult {
  records: RemoteRecords;
  /** What only the provider's answers could tell. */
  env: EnvVar[];
}

/**
 * Carries out the steps at the provider one by one. Each result is on disk before the next step starts: a run that
 * died is finished by the next, which finds done what is done and still knows that it was add-auth's doing.
 * @param run sends one step; its `env` is never written to the log
 * @throws what `run` throws; the steps before it are done and recorded
 */
export async function applyRemote(
  root: string,
  steps: readonly RemoteStep[],
  run: (step: RemoteStep, context: RemoteContext) => Promise<{ ref: string; env?: EnvVar[] }>,
  disk: Disk = nodeDisk,
): Promise<RemoteResult> {
  const result: RemoteResult = { records: {}, env: [] };
  for (const step of steps) {
    const known = readLog(root, disk)[step.id];
    if (step.verb === 'keep') {
      if (known && step.ref !== undefined) result.records[step.id] = { ...known, ref: step.ref };
      continue;
    }
    // The same step again: its log entry knows best how things were before.
    const entry = known ?? recordOf({ ...step, ref: '' });
    record(root, disk, step.id, known?.ref === undefined ? withoutRef(entry) : entry);
    const { ref, env = [] } = await run(step, { mayBeDone: known !== undefined && known.ref === undefined });
    const done = recordOf({ ...step, ref });
    const merged = known ? mergeRecords({ [step.id]: { ...known, ref } }, { [step.id]: done })[step.id] : done;
    result.records[step.id] = merged ?? done;
    record(root, disk, step.id, result.records[step.id] ?? done);
    result.env.push(...env);
  }
  return result;
}

/** What runs did that never came to write their state file. Steps without an answer are not among them. */
export function readRemoteLog(root: string, disk: Disk = nodeDisk): RemoteRecords {
  const answered = Object.entries(readLog(root, disk)).flatMap(([id, { ref, ...entry }]) =>
    ref === undefined ? [] : [[id, { ...entry, ref }] as const],
  );
  return Object.fromEntries(answered);
}

/** The state file has it all now. */
export function forgetRemoteLog(root: string, disk: Disk = nodeDisk): void {
  const place = privateDir(root);
  if (disk.read(place.remote) === null) return;
  removeFile(disk, place.remote);
  removePrivateDirWhenEmpty(disk, place);
}

function record(root: string, disk: Disk, id: string, entry: Entry): void {
  const place = privateDir(root);
  ensurePrivateDir(disk, place);
  const log = { ...readLog(root, disk), [id]: entry };
  replacePrivateFile(disk, place.remote, `${JSON.stringify(log, null, 2)}\n`);
}

function readLog(root: string, disk: Disk): RemoteLog {
  const bytes = disk.read(privateDir(root).remote);
  return bytes === null ? {} : (JSON.parse(bytes.toString()) as RemoteLog);
}

function withoutRef({ ref: _, ...entry }: Entry): Entry {
  return entry;
}
