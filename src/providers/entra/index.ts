import type { Connection, Provider } from '../types.ts';
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
  normalise: (target) => ({ tenant: checkTarget(target).name }),
  connect(target, io) {
    const tenant = checkTarget(target);
    let opened: Promise<Required<Connection>> | undefined;
    const open = (): Promise<Required<Connection>> =>
      (opened ??= import('./connection.ts').then(({ connectTo }) => connectTo(tenant, io)));
    return {
      look: async (input) => (input.provision ? (await open()).look(input) : factsUnseen(tenant, input)),
      apply: async (step, context) => (await open()).apply(step, context),
      revert: async (id, record) => (await open()).revert(id, record),
    };
  },
};
