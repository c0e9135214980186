import type { ManualStep } from '../errors.ts';
import type { EnvVar, RemoteStep } from '../types.ts';
import { nodeDisk, type Disk } from './disk.ts';
import { readSteps, writeStep, type Account } from './remote-log.ts';
import { mergeRecord, recordOf, type RemoteRecords } from './remote-records.ts';

export interface RemoteContext {
  /** A run died while this step was under way: look for its result at the provider before creating it again. */
  mayBeDone: boolean;
}

export interface RemoteResult {
  records: RemoteRecords;
  /** What only the provider's answers could tell. */
  env: EnvVar[];
  manual: ManualStep[];
}

type SendStep = (
  step: RemoteStep,
  context: RemoteContext,
) => Promise<{ ref: string; env?: EnvVar[]; manual?: ManualStep[] }>;

/**
 * Carries out the steps at the provider one by one. Each result is on disk before the next step starts: a run that
 * died is finished by the next, which finds done what is done and still knows that it was add-auth's doing.
 * @param send sends one step; its `env` and `manual` are never written to the log
 * @throws what `send` throws; the steps before it are done and recorded
 */
export async function applyRemote(
  root: string,
  account: Account,
  steps: readonly RemoteStep[],
  send: SendStep,
  disk: Disk = nodeDisk,
): Promise<RemoteResult> {
  const result: RemoteResult = { records: {}, env: [], manual: [] };
  for (const step of steps) {
    const known = readSteps(disk, root, account)[step.id];
    if (step.verb === 'keep') {
      if (known && step.ref !== undefined) result.records[step.id] = { ...known, ref: step.ref };
      continue;
    }
    if (!known) {
      const { ref: _, ...begun } = recordOf({ ...step, ref: '' });
      writeStep(disk, root, account, step.id, begun);
    }
    const {
      ref,
      env = [],
      manual = [],
    } = await send(step, { mayBeDone: known !== undefined && known.ref === undefined });
    const record = mergeRecord(known && { ...known, ref }, recordOf({ ...step, ref }));
    writeStep(disk, root, account, step.id, record);
    result.records[step.id] = record;
    result.env.push(...env);
    result.manual.push(...manual);
  }
  return result;
}
