import { lazyConnection } from '../lazy.ts';
import type { Provider } from '../types.ts';
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
    return lazyConnection(
      async () => (await import('./connection.ts')).connectTo(realm, io),
      (input) => {
        const spec = standardSpec(input, realm.issuer);
        return { spec, env: standardEnv(spec), remote: [], warnings: [notLookedAt(realm, spec.audience)] };
      },
    );
  },
};
