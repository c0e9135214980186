import type { AuthRecord } from '../apply/index.ts';
import { accountOf } from '../providers/account.ts';
import { mergeWishes } from '../providers/wishes.ts';
import { CliError } from '../errors.ts';
import type { ProjectReader } from '../project/read.ts';
import { settingsFileOf } from '../project/settings-file.ts';
import { projectFacts } from '../providers/project-facts.ts';
import { getProvider } from '../providers/registry.ts';
import { NO_WISHES, type ProviderFindings, type ProviderInput, type ProviderIo } from '../providers/types.ts';
import type { ScopeMap } from '../types.ts';
import type { Drift } from './types.ts';

export interface ProviderState {
  /** What a run today would set. */
  env: ProviderFindings['env'];
  drift: Drift[];
  /** Ids that people type into their MCP clients, by the client's name. */
  clientIds?: ProviderFindings['clientIds'];
  /** Why the provider could not be asked, where it has something to be asked about. */
  unchecked?: CliError;
}

/** Compares what is at the provider with what a run today would want there. Reads only. */
export async function compareProvider(
  root: string,
  auth: AuthRecord,
  scopes: ScopeMap,
  reader: ProjectReader,
  io: ProviderIo,
): Promise<ProviderState> {
  const { provider, target } = accountOf(auth);
  const connection = getProvider(provider).connect(target, { ...io, interactive: false });
  const input: ProviderInput = {
    resource: auth.resource,
    audience: auth.audience,
    scopes,
    provision: false,
    wishes: mergeWishes(NO_WISHES, auth.wishes),
    recorded: auth.remote,
    ...projectFacts(root, reader, settingsFileOf(reader, auth)),
  };
  const { env } = await connection.look(input);
  if (!connection.apply) return { env, drift: [] };
  try {
    const { remote, clientIds } = await connection.look({ ...input, provision: true });
    const drift = remote
      .filter(({ verb }) => verb !== 'keep')
      .map(({ resource, verb, summary }): Drift => ({
        what: 'provider',
        subject: resource,
        message: `${provider}: ${resource} ${verb === 'create' ? 'is not there' : 'is not as it should be'} (${summary}).`,
        fix: 'Run add-auth again to put it right.',
      }));
    return { env, drift, ...(clientIds && { clientIds }) };
  } catch (error) {
    if (error instanceof CliError) return { env, drift: [], unchecked: error };
    throw error;
  }
}
