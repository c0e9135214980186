/** The only writers of the program. What needs a heavy library is loaded when it is called. */
export { applyPlan, type ApplyOptions } from './apply.ts';
export { buildChanges, type Changes, type ChangesInput } from './changes.ts';
export { assertClean, type CleanInput } from './clean.ts';
export { hashOf } from './hash.ts';
export { recover, type Recovery } from './recover.ts';
export { applyRemote, forgetRemote, type RemoteContext } from './remote.ts';
export { planRemoval, remove, type Removal, type RemoveOptions } from './remove.ts';
export { STATE_FILE, mergeState, readState, type AuthRecord, type ProjectState } from './state.ts';
export type { ExternalStep, FileChange } from './types.ts';
