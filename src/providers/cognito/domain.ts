import { createHash } from 'node:crypto';
import type { RemoteStep } from '../../types.ts';
import type { Part } from '../parts.ts';
import { readPool, text, type PoolState } from './pool.ts';
import { AwsError } from './refusal.ts';
import type { Session } from './session.ts';

const ID = 'cognito.domain';

/** People log in, and clients get tokens, at a domain of the pool; whichever it has is good. */
export function planDomain({ pool: { id } }: Session, { domain, isLite }: PoolState): RemoteStep {
  const step = { id: ID, reversible: true };
  if (domain) {
    const resource = `domain ${domain.name}`;
    return { ...step, resource, verb: 'keep', ref: domain.name, summary: resource, want: {} };
  }
  // Names are shared by all customers of a region.
  const name = `mcp-${createHash('sha256').update(id).digest('hex').slice(0, 12)}`;
  return {
    ...step,
    resource: `domain ${name}`,
    verb: 'create',
    summary: `domain ${name}, where people log in`,
    want: { Domain: name, ...(!isLite && { ManagedLoginVersion: 2 }) },
  };
}

/** Makes the domain, and deletes it while no other client logs people in there. */
export const domainPart: Part<Session> = {
  prefix: ID,
  async apply(session, { want }) {
    const body = { UserPoolId: session.pool.id, ...want };
    try {
      await session.api.call('CreateUserPoolDomain', body, `make the domain ${String(want['Domain'])}`);
    } catch (error) {
      // Made in the meantime, or by a run whose answer was lost.
      if (!(error instanceof AwsError)) throw error;
      const { domain } = await readPool(session);
      if (!domain) throw error;
      return { ref: domain.name };
    }
    return { ref: String(want['Domain']) };
  },
  async revert(session, { ref }) {
    const { api, pool } = session;
    const { domain } = await readPool(session);
    if (domain?.name !== ref) return { outcome: 'gone', message: `The domain ${ref} is gone already.` };
    const other = await userOf(session);
    if (other !== undefined) {
      return { outcome: 'left', message: `The domain ${ref} stays: the app client ${other} logs people in there.` };
    }
    await api.find('DeleteUserPoolDomain', { Domain: ref, UserPoolId: pool.id }, `delete the domain ${ref}`);
    return { outcome: 'deleted', message: `The domain ${ref} is deleted.` };
  },
};

/** The name of an app client that uses login pages. */
async function userOf({ api, pool }: Session): Promise<string | undefined> {
  const of = { UserPoolId: pool.id };
  for (const { ClientId } of await api.list('ListUserPoolClients', of, 'UserPoolClients', 'list the app clients')) {
    const found = await api.find('DescribeUserPoolClient', { ...of, ClientId }, 'read an app client');
    const client = found?.['UserPoolClient'] as Record<string, unknown> | undefined;
    if (client?.['AllowedOAuthFlowsUserPoolClient'] === true) return text(client['ClientName']) ?? String(ClientId);
  }
  return undefined;
}
