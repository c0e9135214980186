import { CliError } from '../errors.ts';
import { auth0 } from './auth0/index.ts';
import { cognito } from './cognito/index.ts';
import { custom } from './custom/index.ts';
import { entra } from './entra/index.ts';
import { keycloak } from './keycloak/index.ts';
import { local } from './local.ts';
import { okta } from './okta/index.ts';
import { supabase } from './supabase/index.ts';
import type { Provider } from './types.ts';

/** Providers that can be chosen, in the order of the prompt. */
export const providers: readonly Provider[] = [local, auth0, supabase, okta, entra, cognito, keycloak, custom];

/** Every name `--provider` takes. */
export const providerNames: readonly string[] = providers.map(({ id }) => id);

/**
 * The provider of this name.
 * @throws CliError `invalid-option`
 */
export function getProvider(name: string): Provider {
  const provider = providers.find(({ id }) => id === name);
  if (provider) return provider;
  throw new CliError(
    'invalid-option',
    `There is no provider ${JSON.stringify(name)}.`,
    `Use --provider with one of ${providerNames.join(', ')}`,
  );
}
