import type { Warning } from '../../types.ts';
import type { Connection, Provider, ProviderInput } from '../types.ts';
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
    let opened: Promise<Required<Connection>> | undefined;
    // The client of the Management API is big, and many runs never need it.
    const tenant = (): Promise<Required<Connection>> =>
      (opened ??= import('./connection.ts').then(({ connectTo }) => connectTo(domain, io)));
    return {
      look: async (input) =>
        input.provision
          ? (await tenant()).look(input)
          : { ...facts(input, domain), remote: [], warnings: [notLookedAt(input, domain)] },
      apply: async (step, context) => (await tenant()).apply(step, context),
      revert: async (id, record) => (await tenant()).revert(id, record),
    };
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
