import type { Connection, Provider } from '../types.ts';
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
        input.provision ? (await tenant()).look(input) : { ...facts(input, domain), remote: [], warnings: [] },
      apply: async (step, context) => (await tenant()).apply(step, context),
      revert: async (id, record) => (await tenant()).revert(id, record),
    };
  },
};
