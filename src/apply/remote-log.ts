import { isDeepStrictEqual } from 'node:util';
import type { ProviderTarget } from '../providers/types.ts';
import type { RemoteRecord } from '../types.ts';
import { nodeDisk, type Disk } from './disk.ts';
import { removeFile, replacePrivateFile } from './durable.ts';
import { ensurePrivateDir, privateDir, removePrivateDirWhenEmpty } from './private-dir.ts';
import type { RemoteRecords } from './remote-records.ts';

/** The account that steps were sent to: a project may have been set up with another before. */
export interface Account {
  provider: string;
  target: ProviderTarget;
}

/** A step as the log has it. Without `ref` the run died before the provider had answered, and nobody knows more. */
export type Entry = Omit<RemoteRecord, 'ref'> & { ref?: string };

interface AccountLog {
  account: Account;
  steps: Record<string, Entry>;
}

/** What runs that never came to write the state file did at an account. */
export function readSteps(disk: Disk, root: string, account: Account): Record<string, Entry> {
  return readLogs(disk, root).find(isOf(account))?.steps ?? {};
}

/** The same as records of the state file. Steps without an answer are left out. */
export function readRemoteLog(root: string, account: Account, disk: Disk = nodeDisk): RemoteRecords {
  return answered(readSteps(disk, root, account));
}

/** What add-auth did at one account. */
export interface RemoteTraces {
  account: Account;
  records: RemoteRecords;
  /** Ids of steps whose answer never came: they may have been done. */
  begun: string[];
}

/** Every account with steps that the state file may not know. */
export function readRemoteLogs(root: string, disk: Disk = nodeDisk): RemoteTraces[] {
  return readLogs(disk, root).map(({ account, steps }) => {
    const records = answered(steps);
    return { account, records, begun: Object.keys(steps).filter((id) => !(id in records)) };
  });
}

/** Whether a run has begun any step at this account without coming to its end. */
export function hasRemoteLog(root: string, account: Account, disk: Disk = nodeDisk): boolean {
  return Object.keys(readSteps(disk, root, account)).length > 0;
}

/** Puts one step on disk, before it is sent and again when it is answered. */
export function writeStep(disk: Disk, root: string, account: Account, id: string, entry: Entry): void {
  const place = privateDir(root);
  ensurePrivateDir(disk, place);
  const logs = readLogs(disk, root);
  const log = logs.find(isOf(account)) ?? { account, steps: {} };
  const next = { account, steps: { ...log.steps, [id]: entry } };
  write(disk, place.remote, [...logs.filter((other) => other !== log), next]);
}

/** Forgets an account: the state file has it all now, or all of it was taken back. */
export function forgetRemoteLog(root: string, account: Account, disk: Disk = nodeDisk): void {
  const place = privateDir(root);
  const logs = readLogs(disk, root);
  const rest = logs.filter((log) => !isOf(account)(log));
  if (rest.length === logs.length) return;
  if (rest.length > 0) return write(disk, place.remote, rest);
  removeFile(disk, place.remote);
  removePrivateDirWhenEmpty(disk, place);
}

/** Those whose answer is known. */
function answered(steps: Record<string, Entry>): RemoteRecords {
  return Object.fromEntries(
    Object.entries(steps).flatMap(([id, { ref, ...entry }]) => (ref === undefined ? [] : [[id, { ...entry, ref }]])),
  );
}

function readLogs(disk: Disk, root: string): AccountLog[] {
  const bytes = disk.read(privateDir(root).remote);
  return bytes === null ? [] : (JSON.parse(bytes.toString()) as AccountLog[]);
}

function write(disk: Disk, file: string, logs: AccountLog[]): void {
  replacePrivateFile(disk, file, `${JSON.stringify(logs, null, 2)}\n`);
}

function isOf(account: Account): (log: AccountLog) => boolean {
  return (log) => isDeepStrictEqual(log.account, JSON.parse(JSON.stringify(account)));
}
