import { CliError } from '../../errors.ts';
import { isRecord } from '../../is-record.ts';
import type { RemoteStep } from '../../types.ts';
import type { ProviderInput, ProviderIo } from '../types.ts';
import type { Part } from '../parts.ts';
import { ProviderError } from '../provider-error.ts';
import type { Session } from './session.ts';
import type { Realm } from './target.ts';

const ID = 'keycloak.realm';

/** @returns whether the realm is there, and switched on. @throws ProviderError */
export async function readRealm({ api }: Session): Promise<{ enabled: boolean } | undefined> {
  const found = await api.find('', 'read the realm');
  return isRecord(found) ? { enabled: found['enabled'] !== false } : undefined;
}

/** @throws CliError `missing-answer`, `interrupted` when the realm must not be made */
export async function agreeToCreate({ name, base }: Realm, { wishes }: ProviderInput, io: ProviderIo): Promise<void> {
  if (wishes.createRealm) return;
  const missing = `There is no realm ${name} at ${base}`;
  if (!io.interactive) {
    throw new CliError(
      'missing-answer',
      `${missing}, and this run must not make one unasked.`,
      'Check --issuer and --realm, or add --create-realm to have it made.',
    );
  }
  const option = '--create-realm';
  if (await io.ask.confirm({ message: `${missing}. Make it?`, option, initial: false })) return;
  throw new CliError('interrupted', 'The realm was not made, and nothing was changed.', 'Check --issuer and --realm.');
}

export function planNewRealm({ name, base }: Realm): RemoteStep {
  return {
    id: ID,
    resource: `realm ${name}`,
    verb: 'create',
    summary: `realm ${name} at ${base}`,
    want: { realm: name, enabled: true },
    reversible: true,
  };
}

/** There already: said all the same, so that a run whose predecessor died still knows who has made it. */
export function keepRealm({ name }: Realm): RemoteStep {
  const resource = `realm ${name}`;
  return { id: ID, resource, verb: 'keep', ref: name, summary: resource, want: {}, reversible: true };
}

/** Makes a realm, and deletes it again while nobody lives there. */
export const realmPart: Part<Session> = {
  prefix: ID,
  async apply({ api, realm }, { want }) {
    await api.createRealm(want).catch((error: unknown) => {
      // Made in the meantime, or by a run whose answer was lost.
      if (!(error instanceof ProviderError && error.status === 409)) throw error;
    });
    return { ref: realm.name };
  },
  async revert(session) {
    const { api, realm } = session;
    const title = `The realm ${realm.name}`;
    if (!(await readRealm(session))) return { outcome: 'gone', message: `${title} is gone already.` };
    const users = await api.get('/users/count', 'count the users');
    const clients = await api.get('/clients', 'read the clients');
    const theirs = (Array.isArray(clients) ? clients : []).filter(
      (one) => isRecord(one) && !isBuiltIn(one, realm.name),
    );
    if (users !== 0 || theirs.length > 0) {
      const message = `${title} stays: it has ${String(users)} users and ${theirs.length} clients by now.`;
      return { outcome: 'left', message };
    }
    await api.send('DELETE', '', undefined, 'delete the realm');
    return { outcome: 'deleted', message: `${title} is deleted.` };
  },
};

const BUILT_IN = ['account', 'account-console', 'admin-cli', 'broker', 'realm-management', 'security-admin-console'];

function isBuiltIn({ clientId }: Record<string, unknown>, realm: string): boolean {
  return BUILT_IN.includes(String(clientId)) || clientId === `${realm}-realm`;
}
