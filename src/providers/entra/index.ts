import { lazyConnection } from '../lazy.ts';
import type { Provider } from '../types.ts';
import { factsUnseen } from './facts.ts';
import { checkTarget } from './target.ts';

/** Microsoft Entra ID: a tenant is set up through Microsoft Graph. */
export const entra: Provider = {
  id: 'entra',
  label: 'Microsoft Entra ID',
  hint: 'sets up app registrations through Microsoft Graph',
  needs: ['tenant'],
  questions: { tenant: { message: 'Entra tenant (its id, or a domain)', placeholder: 'contoso.onmicrosoft.com' } },
  issuesScopes: true,
  typesClientIds: true,
  normalise: (target) => ({ tenant: checkTarget(target).name }),
  connect(target, io) {
    const tenant = checkTarget(target);
    return lazyConnection(
      async () => (await import('./connection.ts')).connectTo(tenant, io),
      (input) => factsUnseen(tenant, input),
    );
  },
};
