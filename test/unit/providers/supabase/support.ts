import {
  applyRemote,
  mergeRecords,
  readRemoteLog,
  type Account,
  type RemoteRecords,
} from '../../../../src/apply/index.ts';
import { supabase } from '../../../../src/providers/supabase/index.ts';
import { NO_WISHES, type ProviderFindings, type ProviderInput } from '../../../../src/providers/types.ts';
import type { FakeSupabase } from '../../../fakes/supabase/index.ts';
import { ACCESS_TOKEN, REF } from '../../../fakes/supabase/state.ts';
import { nobody, plainInput } from '../../../support/providers.ts';

/** Points the program at a fake, as people would. */
export function useFake({ api }: FakeSupabase): void {
  Object.assign(process.env, { SUPABASE_API_URL: api, SUPABASE_ACCESS_TOKEN: ACCESS_TOKEN });
}

export function forgetFake(): void {
  for (const name of ['SUPABASE_API_URL', 'SUPABASE_ACCESS_TOKEN', 'SUPABASE_URL']) delete process.env[name];
}

export const input = (more: Partial<ProviderInput> = {}): ProviderInput => ({
  resource: 'https://mcp.example/mcp',
  scopes: { toolScopes: { whoami: [] }, publicTools: [], baseScopes: [] },
  ...plainInput,
  wishes: { ...NO_WISHES, rotateKeys: true },
  ...more,
});

/** A project of these files. */
export function filesOf(content: Record<string, string>): Pick<ProviderInput, 'exists' | 'files'> {
  return {
    exists: (file) => Object.keys(content).some((path) => path === file || path.startsWith(`${file}/`)),
    files: {
      read: (file) => content[file],
      findText: async (words) =>
        Object.keys(content).find((path) => words.some((word) => content[path]?.includes(word) === true)),
    },
  };
}

export const account = ({ issuer }: FakeSupabase): Account => ({
  provider: 'supabase',
  target: { project: REF, issuer },
});

/** One run's dealings with the provider, as add-auth has them. */
export async function oneRun(
  fake: FakeSupabase,
  root: string,
  more: Partial<ProviderInput> = {},
): Promise<{ findings: ProviderFindings; records: RemoteRecords }> {
  const connection = supabase.connect({ project: REF, issuer: fake.issuer }, nobody);
  const recorded = mergeRecords(more.recorded ?? {}, readRemoteLog(root, account(fake)));
  const findings = await connection.look(input({ ...more, recorded }));
  const { records } = await applyRemote(root, account(fake), findings.remote, (step, context) =>
    connection.apply!(step, context),
  );
  return { findings, records: mergeRecords(recorded, records) };
}

/** Takes back what was done, the last first. */
export async function takeBack(fake: FakeSupabase, records: RemoteRecords): Promise<Record<string, string>> {
  const connection = supabase.connect({ project: REF, issuer: fake.issuer }, nobody);
  const outcomes: Record<string, string> = {};
  for (const [id, record] of Object.entries(records).reverse()) {
    outcomes[id] = (await connection.revert!(id, record)).outcome;
  }
  return outcomes;
}
