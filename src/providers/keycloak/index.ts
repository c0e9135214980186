import type { Connection, Provider } from '../types.ts';
import { notLookedAt } from './facts.ts';
import { checkTarget } from './target.ts';
import { standardEnv, standardSpec } from '../standard.ts';

/** Keycloak 26 and newer: a realm is set up through the Admin REST API. */
export const keycloak: Provider = {
  id: 'keycloak',
  label: 'Keycloak',
  hint: 'sets up a realm through the Admin REST API',
  needs: ['issuer'],
  takes: ['realm'],
  questions: { issuer: { message: 'Issuer URL of the realm', placeholder: 'https://login.example.com/realms/REALM' } },
  issuesScopes: true,
  fixesScopes: true,
  normalise: (target) => ({ issuer: checkTarget(target).issuer }),
  connect(target, io) {
    const realm = checkTarget(target);
    let opened: Promise<Required<Connection>> | undefined;
    const open = (): Promise<Required<Connection>> =>
      (opened ??= import('./connection.ts').then(({ connectTo }) => connectTo(realm, io)));
    return {
      async look(input) {
        if (input.provision) return (await open()).look(input);
        const spec = standardSpec(input, realm.issuer);
        return { spec, env: standardEnv(spec), remote: [], warnings: [notLookedAt(realm, spec.audience)] };
      },
      apply: async (step, context) => (await open()).apply(step, context),
      revert: async (id, record) => (await open()).revert(id, record),
    };
  },
};
