import { isDeepStrictEqual } from 'node:util';
import type { RemoteStep } from '../types.ts';
import { nodeDisk, type Disk } from './disk.ts';
import { replacePrivateFile } from './durable.ts';
import { ensurePrivateDir, privateDir } from './private-dir.ts';

/** What came of a step. `started` without a result: the run died in between, and nobody knows whether it was done. */
interface RemoteEntry {
  want: unknown;
  status: 'started' | 'done';
  result?: unknown;
}

type RemoteLog = Record<string, RemoteEntry>;

export interface RemoteContext {
  /** A run died while this step was under way: look for its result at the provider before creating it again. */
  mayBeDone: boolean;
}

/**
 * Carries out the steps at the provider one by one. Each result is on disk before the next step starts, so that a run
 * that died goes on where it stopped: done steps are not sent again.
 * @param run sends one step and returns what is to be remembered (ids, no secrets); must be JSON
 * @returns the results by step id
 */
export async function applyRemote(
  root: string,
  steps: readonly RemoteStep[],
  run: (step: RemoteStep, context: RemoteContext) => Promise<unknown>,
  disk: Disk = nodeDisk,
): Promise<Record<string, unknown>> {
  const results: Record<string, unknown> = {};
  for (const step of steps) {
    if (step.verb === 'keep') continue;
    const known = readLog(root, disk)[step.id];
    const isSame = known !== undefined && isDeepStrictEqual(known.want, asJson(step.want));
    if (isSame && known.status === 'done') {
      results[step.id] = known.result;
      continue;
    }
    record(root, disk, step.id, { want: step.want, status: 'started' });
    const result = await run(step, { mayBeDone: isSame });
    record(root, disk, step.id, { want: step.want, status: 'done', result });
    results[step.id] = result;
  }
  return results;
}

function record(root: string, disk: Disk, id: string, entry: RemoteEntry): void {
  const place = privateDir(root);
  ensurePrivateDir(disk, place);
  const log = { ...readLog(root, disk), [id]: entry };
  replacePrivateFile(disk, place.remote, `${JSON.stringify(log, null, 2)}\n`);
}

function readLog(root: string, disk: Disk): RemoteLog {
  const bytes = disk.read(privateDir(root).remote);
  return bytes === null ? {} : (JSON.parse(bytes.toString()) as RemoteLog);
}

function asJson(value: unknown): unknown {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
}
