import type { AuthRecord } from '../../apply/state.ts';
import { STATE_FILE } from '../../apply/index.ts';
import { CliError } from '../../errors.ts';
import { createReader } from '../../project/read.ts';
import type { SourceEvidence, SourceProblem } from './types.ts';

/**
 * Compares the scopes and settings at the provider with those of the record, where a run has set something up there and
 * credentials are at hand. Reads only; without credentials nothing is said.
 */
export async function gatherProvider(
  root: string,
  record: AuthRecord,
  source: Pick<SourceEvidence, 'looked'>,
): Promise<SourceProblem[]> {
  if (Object.keys(record.remote).length === 0) return [];
  const { compareProvider } = await import('../../drift/provider.ts');
  const { currentScopes } = await import('../../drift/project.ts');
  try {
    const io = { interactive: false, ask: undefined as never, warn: () => undefined };
    const reader = createReader(root);
    const scopes = (await currentScopes(record, reader))?.map ?? record;
    const { drift, unchecked } = await compareProvider(root, record, scopes, reader, io);
    if (unchecked) return [];
    source.looked['src.scopes-kw'] ??= `${record.provider} has what add-auth set up there.`;
    return drift.map(({ message, fix }) => ({
      id: 'src.scopes-kw',
      level: 'fail',
      file: STATE_FILE,
      line: 1,
      detail: message,
      fix,
    }));
  } catch (error) {
    if (error instanceof CliError) return [];
    throw error;
  }
}
