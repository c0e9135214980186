import {
  forgetRemoteLog,
  mergeRecords,
  readRemoteLogs,
  type Account,
  type AuthRecord,
  type RemoteRecords,
} from '../apply/index.ts';
import { getProvider } from '../providers/registry.ts';
import type { Reverted } from '../providers/types.ts';
import { accountOf, isSameAccount, nameOf } from '../providers/account.ts';
import type { Io } from './options.ts';

/** What add-auth did at one account. */
interface Traces {
  account: Account;
  records: RemoteRecords;
}

/** Everything that runs did at providers: by the state file, and by the log of runs that died. */
export function remoteTraces(root: string, auth: AuthRecord | undefined): Traces[] {
  const logs = readRemoteLogs(root);
  if (!auth || Object.keys(auth.remote).length === 0) return logs;
  const account = accountOf(auth);
  const isOfState = (log: Traces): boolean => isSameAccount(log.account, auth);
  const logged = logs.find(isOfState)?.records ?? {};
  return [{ account, records: mergeRecords(auth.remote, logged) }, ...logs.filter((log) => !isOfState(log))];
}

/** For people: what `--remote` is about to take back. */
export function traceLines(traces: Traces[]): string[] {
  return traces.flatMap(({ account, records }) =>
    Object.entries(records).map(([id, { verb }]) => {
      return `take back ${id} at ${nameOf(account)}, which was ${verb === 'create' ? 'created' : 'changed'}`;
    }),
  );
}

export type Outcome = Reverted & { id: string };

/**
 * Takes back what was done at the providers, the last first. Safe to repeat: what is gone is found gone.
 * @throws CliError `provider-refused`; the project is untouched then
 */
export async function removeRemote(root: string, traces: Traces[], io: Io): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const { account, records } of traces) {
    const connection = getProvider(account.provider).connect(account.target, {
      interactive: io.mode.interactive,
      ask: io.ui.ask,
      warn: io.ui.warn,
    });
    for (const [id, record] of Object.entries(records).reverse()) {
      if (!connection.revert) throw new Error(`${account.provider} cannot take back ${id}`);
      const reverted = await connection.revert(id, record);
      if (reverted.outcome === 'left') io.ui.warn(reverted.message);
      else io.ui.success(reverted.message);
      outcomes.push({ id, ...reverted });
    }
    forgetRemoteLog(root, account);
  }
  return outcomes;
}
