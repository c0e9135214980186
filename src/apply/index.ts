/**
 * The only writers of the program. The package manager (`install.ts`) and the proof (`prove.ts`) stand apart: they load
 * heavy libraries, which most commands do without.
 */
export { applyPlan, type ApplyOptions } from './apply.ts';
export { buildChanges, type Changes, type ChangesInput } from './changes.ts';
export { assertClean, type CleanInput } from './clean.ts';
export { hashOf } from './hash.ts';
export { assertFinished, isUnfinished, recover, type Recovery } from './recover.ts';
export { applyRemote, type RemoteContext } from './remote.ts';
export {
  forgetRemoteLog,
  hasRemoteLog,
  readRemoteLog,
  readRemoteLogs,
  type Account,
  type RemoteTraces,
} from './remote-log.ts';
export { mergeRecords, type RemoteRecords } from './remote-records.ts';
export { planRemoval, remove, type Removal, type RemoveOptions } from './remove.ts';
export { STATE_FILE, mergeState, readState, type AuthRecord, type ProjectState } from './state.ts';
export type { ExternalStep, FileChange } from './types.ts';
