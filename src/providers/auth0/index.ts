import type { Warning } from '../../types.ts';
import { lazyConnection } from '../lazy.ts';
import type { Provider, ProviderInput } from '../types.ts';
import { checkDomain } from './domain.ts';
import { facts } from './facts.ts';

/** Auth0: the tenant is set up through its Management API. */
export const auth0: Provider = {
  id: 'auth0',
  label: 'Auth0',
  hint: 'sets up your tenant through its Management API',
  needs: ['domain'],
  issuesScopes: true,
  connect(target, io) {
    const domain = checkDomain(target.domain ?? '');
    return lazyConnection(
      async () => (await import('./connection.ts')).connectTo(domain, io),
      (input) => ({ ...facts(input, domain), remote: [], warnings: [notLookedAt(input, domain)] }),
    );
  },
};

/** `--no-provision`: what somebody else has to see to. */
function notLookedAt({ audience, resource }: ProviderInput, domain: string): Warning {
  return {
    message:
      `Tenant ${domain} was not looked at; it needs an API with the identifier ${audience ?? resource}, ` +
      'a default grant on it for third-party clients, dynamic client registration, and a domain-level connection.',
    fix: 'Run again without --no-provision, or set it up in the dashboard as the README lists it under Auth0.',
  };
}
