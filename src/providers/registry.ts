import { CliError } from '../errors.ts';
import { auth0 } from './auth0/index.ts';
import { cognito } from './cognito/index.ts';
import { custom } from './custom/index.ts';
import { keycloak } from './keycloak/index.ts';
import { local } from './local.ts';
import { okta } from './okta/index.ts';
import { supabase } from './supabase/index.ts';
import type { Provider } from './types.ts';

/** Providers that can be chosen, in the order of the prompt. */
export const providers: readonly Provider[] = [local, auth0, supabase, okta, keycloak, cognito, custom];

/** Names of the contract that have no support of their own yet, each with the issuer to give to `custom`. */
const ISSUERS: Record<string, string> = {
  entra: 'https://login.microsoftonline.com/TENANT/v2.0',
};

/** Every name `--provider` takes. */
export const providerNames: readonly string[] = [
  'auth0',
  'supabase',
  'okta',
  'keycloak',
  'cognito',
  ...Object.keys(ISSUERS),
  'custom',
  'local',
];

/**
 * The provider of this name.
 * @throws CliError `provider-not-supported` for one that is only planned, `invalid-option` for any other name
 */
export function getProvider(name: string): Provider {
  const provider = providers.find(({ id }) => id === name);
  if (provider) return provider;
  if (Object.hasOwn(ISSUERS, name)) {
    throw new CliError(
      'provider-not-supported',
      `add-auth cannot set up ${name} by itself yet.`,
      `Until then use --provider custom --issuer ${ISSUERS[name]}`,
    );
  }
  throw new CliError(
    'invalid-option',
    `There is no provider ${JSON.stringify(name)}.`,
    `Use --provider with one of ${providerNames.join(', ')}`,
  );
}
