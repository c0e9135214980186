/** The only writers of the program. What needs a heavy library is loaded when it is called. */
import type { Diagnosis } from './prove.ts';
import type { ExternalStep } from './types.ts';

type Install = typeof import('./install.ts');
type Prove = typeof import('./prove.ts');

export { applyPlan, type ApplyOptions } from './apply.ts';
export { buildChanges, type Changes, type ChangesInput } from './changes.ts';
export { assertClean, type CleanInput } from './clean.ts';
export { hashOf } from './hash.ts';
export { recover, type Recovery } from './recover.ts';
export { applyRemote, forgetRemote, type RemoteContext } from './remote.ts';
export { planRemoval, remove, type Removal, type RemoveOptions } from './remove.ts';
export { STATE_FILE, mergeState, readState, type AuthRecord, type ProjectState } from './state.ts';
export type { CompareOptions, Diagnosis, ProofDiagnostic } from './prove.ts';
export type { ExternalStep, FileChange } from './types.ts';

/** The package manager as a step for `applyPlan`. See `install.ts`. */
export async function installStep(...args: Parameters<Install['installStep']>): Promise<ExternalStep> {
  return (await import('./install.ts')).installStep(...args);
}

/** What the compiler says about files now. See `prove.ts`. */
export async function diagnose(...args: Parameters<Prove['diagnose']>): Promise<Diagnosis> {
  return (await import('./prove.ts')).diagnose(...args);
}

/** Throws `verification-failed` on errors that were not there before. See `prove.ts`. */
export async function assertNoNewErrors(...args: Parameters<Prove['assertNoNewErrors']>): Promise<void> {
  (await import('./prove.ts')).assertNoNewErrors(...args);
}
