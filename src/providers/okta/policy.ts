import { isRecord } from '../../is-record.ts';
import type { RemoteStep } from '../../types.ts';
import type { Part } from '../parts.ts';
import type { ProviderInput } from '../types.ts';
import { withItems, type Values } from '../values.ts';
import { activate, changesBody, createOrFind, planAdditions, type Access, type Include } from './access.ts';
import { clientIdsFor } from './clients.ts';
import { inServer, pathOf, type Session } from './session.ts';
import { TEST_CLIENT } from './test-client.ts';

const ID = 'okta.policy';
const CLIENT = 'clients.';
const TYPE = 'OAUTH_AUTHORIZATION_POLICY';

interface Policy extends Access {
  description?: string;
  conditions?: { clients?: Include };
}

/** A policy for our own clients alone. Its place is behind those that are there, whose order is not ours to change. */
export async function planPolicy(session: Session, input: ProviderInput, clients: string[]): Promise<RemoteStep> {
  const name = `MCP clients of ${input.resource}`.slice(0, 100);
  const policies = session.serverId === undefined ? [] : await readPolicies(session);
  const recorded = policies.find(({ id }) => refOf(session, id) === input.recorded[ID]?.ref);
  const found = recorded ?? policies.find((policy) => policy.name === name);
  const resource = 'access policy';
  if (!found) {
    const want = { name, priority: policies.length + 1, clients };
    const summary = `${resource} for the ${clients.length} applications`;
    return { id: ID, resource, verb: 'create', summary, want, reversible: true };
  }
  session.policyId = found.id;
  const present = found.conditions?.clients?.include ?? [];
  const isMissing = (client: string): boolean => !present.includes(session.clientIds.get(client) ?? '');
  const missing = present.includes('ALL_CLIENTS') ? [] : clients.filter(isMissing);
  const names = missing.map((client) => CLIENT + client);
  return planAdditions({ id: ID, resource, ref: refOf(session, found.id) }, found, names);
}

/** Lets the clients in, and takes that back. */
export const policyPart: Part<Session> = {
  prefix: ID,
  async apply(session, { verb, ref = '', want }) {
    if (verb === 'update') {
      await change(session, ref, want);
      return { ref, manual: [clientIdsFor(session, forPeople(session))] };
    }
    const include = (want['clients'] as string[]).map((client) => clientId(session, client));
    const body = {
      type: TYPE,
      name: want['name'],
      description: 'Made by add-auth',
      priority: want['priority'],
      status: 'ACTIVE',
      conditions: { clients: { include } },
    };
    session.policyId = await createOrFind(session, inServer(session, '/policies'), body, 'create the access policy');
    return { ref: refOf(session, session.policyId), manual: [clientIdsFor(session, forPeople(session))] };
  },
  async revert({ api }, record) {
    const found = await api.find(policyPath(record.ref), 'read the access policy');
    if (!isRecord(found)) return { outcome: 'gone', message: 'The access policy is gone already.' };
    if (record.verb === 'update') return { outcome: 'left', message: 'The access policy stays: it was there before.' };
    await api.send('DELETE', policyPath(record.ref), undefined, 'delete the access policy');
    return { outcome: 'deleted', message: 'The access policy is deleted.' };
  },
};

/** The others are of no use to those who have no secret. */
const forPeople = ({ clientIds }: Session): string[] =>
  [...clientIds.keys()].filter((client) => client !== TEST_CLIENT);

const refOf = ({ serverId }: Session, id: string): string => `${serverId}/${id}`;
const policyPath = (ref: string): string => pathOf(ref, 'authorizationServers', 'policies');

function readPolicies(session: Session): Promise<Policy[]> {
  return session.api.list<Policy>(inServer(session, '/policies'), 'list the access policies');
}

function clientId({ clientIds }: Session, client: string): string {
  const id = clientIds.get(client);
  if (id === undefined) throw new Error(`no client id for ${client}`);
  return id;
}

/** PUT replaces all of it: what is there goes along. */
async function change(session: Session, ref: string, values: Values): Promise<void> {
  if (changesBody(values)) {
    const found = (await session.api.get(policyPath(ref), 'read the access policy')) as Policy;
    const { name, description, priority, conditions = {} } = found;
    const ids = Object.keys(values).flatMap((key) =>
      key.startsWith(CLIENT) ? [[clientId(session, key.slice(CLIENT.length)), true] as const] : [],
    );
    const clients = {
      ...conditions.clients,
      include: withItems(conditions.clients?.include, Object.fromEntries(ids), ''),
    };
    const body = { type: TYPE, name, description, priority, conditions: { ...conditions, clients } };
    await session.api.send('PUT', policyPath(ref), body, 'change the access policy');
  }
  await activate(session, policyPath(ref), values, 'the access policy');
}
