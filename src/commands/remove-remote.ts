import { forgetRemoteLog, mergeRecords, readRemoteLogs, type AuthRecord, type RemoteTraces } from '../apply/index.ts';
import { getProvider } from '../providers/registry.ts';
import type { Reverted } from '../providers/types.ts';
import { accountOf, isSameAccount, nameOf } from '../providers/account.ts';
import type { Io } from './options.ts';
import { providerIo } from './provider-io.ts';

/** Everything that runs did at providers: by the state file, and by the log of runs that died. */
export function remoteTraces(root: string, auth: AuthRecord | undefined): RemoteTraces[] {
  const logs = readRemoteLogs(root);
  if (!auth || Object.keys(auth.remote).length === 0) return logs;
  const account = accountOf(auth);
  const logged = logs.find((log) => isSameAccount(log.account, auth));
  const records = mergeRecords(auth.remote, logged?.records ?? {});
  return [{ account, records, begun: logged?.begun ?? [] }, ...logs.filter((log) => log !== logged)];
}

/** For people, one line each: what was made or changed where, with its id there. */
export function traceLines(traces: RemoteTraces[]): string[] {
  return traces.flatMap(({ account, records, begun }) => [
    ...Object.entries(records).map(
      ([id, { verb, ref }]) => `${id} at ${nameOf(account)}: ${verb === 'create' ? 'created' : 'changed'} (${ref})`,
    ),
    ...begun.map((id) => `${id} at ${nameOf(account)}: begun`),
  ]);
}

export type Outcome = Reverted & { id: string };

/**
 * Takes back what was done at the providers, the last first. Safe to repeat: what is gone is found gone.
 * @throws CliError `provider-refused`; the project is untouched then
 */
export async function removeRemote(root: string, traces: RemoteTraces[], io: Io): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const { account, records, begun } of traces) {
    const connection = getProvider(account.provider).connect(account.target, providerIo(io));
    for (const [id, record] of Object.entries(records).reverse()) {
      if (!connection.revert) throw new Error(`${account.provider} cannot take back ${id}`);
      const reverted = await connection.revert(id, record);
      outcomes.push(told({ id, ...reverted }, io));
    }
    for (const id of begun) outcomes.push(told({ id, outcome: 'left', message: inDoubt(id, nameOf(account)) }, io));
    forgetRemoteLog(root, account);
  }
  return outcomes;
}

function told(outcome: Outcome, { ui }: Io): Outcome {
  if (outcome.outcome === 'left') ui.warn(outcome.message);
  else ui.success(outcome.message);
  return outcome;
}

function inDoubt(id: string, account: string): string {
  return `A run was cut off while ${id} was under way: look at ${account} whether it was done, and undo it there.`;
}
