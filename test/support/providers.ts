import {
  NO_WISHES,
  type Provider,
  type ProviderFindings,
  type ProviderInput,
  type ProviderTarget,
} from '../../src/providers/types.ts';
import type { Prompts } from '../../src/ui/index.ts';

/** What a provider is asked when nothing special is wanted. */
export const plainInput: Omit<ProviderInput, 'resource' | 'scopes'> = {
  provision: true,
  wishes: NO_WISHES,
  recorded: {},
  env: () => undefined,
  exists: () => false,
};

/** Nobody is at the keyboard: a question fails the test. */
export const nobody = {
  interactive: false,
  ask: new Proxy({} as Prompts, {
    get: (_, question) => () => Promise.reject(new Error(`asked: ${String(question)}`)),
  }),
  warn: () => undefined,
};

/** Connects without a person and looks once. */
export async function look(
  provider: Provider,
  target: ProviderTarget,
  input: ProviderInput,
): Promise<ProviderFindings> {
  return provider.connect(target, nobody).look(input);
}
