import type { Connection, ProviderFindings, ProviderInput } from './types.ts';

/**
 * A connection whose code is loaded with the first request: it is big, and many runs never need it.
 * @param unseen what is known without a request, for `--no-provision`
 */
export function lazyConnection(
  load: () => Promise<Required<Connection>>,
  unseen?: (input: ProviderInput) => ProviderFindings,
): Required<Connection> {
  let loaded: Promise<Required<Connection>> | undefined;
  const connection = (): Promise<Required<Connection>> => (loaded ??= load());
  return {
    look: async (input) => (unseen && !input.provision ? unseen(input) : (await connection()).look(input)),
    apply: async (step, context) => (await connection()).apply(step, context),
    revert: async (id, record) => (await connection()).revert(id, record),
  };
}
