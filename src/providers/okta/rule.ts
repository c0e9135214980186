import { isRecord } from '../../is-record.ts';
import { scopeCatalogue } from '../../scopes/catalogue.ts';
import type { RemoteStep } from '../../types.ts';
import type { Part } from '../parts.ts';
import type { ProviderInput } from '../types.ts';
import { itemsOf, putBack, withItems, type Values } from '../values.ts';
import { activate, changesBody, createOrFind, planAdditions, type Access, type Include } from './access.ts';
import { inServer, pathOf, type Session } from './session.ts';

const ID = 'okta.rule';
const SCOPE = 'scopes.';
const GRANT = 'grantTypes.';
const CODE = 'authorization_code';
const MACHINES = 'client_credentials';
const TYPE = 'RESOURCE_ACCESS';
/** Okta gives no token at all when one of the scopes that a client asks for is not allowed, and many ask for these. */
const OIDC_SCOPES = ['openid', 'profile', 'email', 'offline_access'];

interface Rule extends Access {
  conditions?: { people?: object; grantTypes?: Include; scopes?: Include };
  actions?: object;
}

/** A rule that lets everybody who logs in have our scopes; with `offline_access` there are refresh tokens. */
export async function planRule(session: Session, { scopes, recorded, wishes }: ProviderInput): Promise<RemoteStep> {
  const rules = session.policyId === undefined ? [] : await readRules(session);
  const found = rules.find(({ id }) => refOf(session, id) === recorded[ID]?.ref) ?? rules[0];
  const resource = 'access rule';
  const grantTypes = [CODE, ...(wishes.testClient ? [MACHINES] : [])];
  const allowed = [...new Set([...scopeCatalogue(scopes), ...OIDC_SCOPES])];
  if (!found) {
    const want = { priority: 1, people: 'EVERYONE', grantTypes, scopes: allowed };
    const summary = `${resource}: everybody who logs in may have ${scopeCatalogue(scopes).join(' ') || 'a token'}`;
    return { id: ID, resource, verb: 'create', summary, want, reversible: true };
  }
  const present = found.conditions?.scopes?.include ?? [];
  const missing = present.includes('*') ? [] : allowed.filter((name) => !present.includes(name));
  const grants = found.conditions?.grantTypes?.include ?? [];
  const names = [
    ...missing.map((name) => SCOPE + name),
    ...grantTypes.filter((grant) => !grants.includes(grant)).map((grant) => GRANT + grant),
  ];
  return planAdditions({ id: ID, resource, ref: refOf(session, found.id) }, found, names);
}

/** Lets people have the scopes, and takes that back. */
export const rulePart: Part<Session> = {
  prefix: ID,
  async apply(session, { verb, ref = '', want }) {
    if (verb === 'update') {
      await change(session, ref, want);
      return { ref };
    }
    const body = {
      type: TYPE,
      name: 'MCP clients',
      priority: want['priority'],
      status: 'ACTIVE',
      conditions: {
        people: { groups: { include: [want['people']] } },
        grantTypes: { include: want['grantTypes'] },
        scopes: { include: want['scopes'] },
      },
      actions: {
        token: { accessTokenLifetimeMinutes: 60, refreshTokenLifetimeMinutes: 0, refreshTokenWindowMinutes: 10_080 },
      },
    };
    return { ref: refOf(session, await createOrFind(session, rulesPath(session), body, 'create the access rule')) };
  },
  async revert(session, record) {
    const found = await session.api.find(rulePath(record.ref), 'read the access rule');
    if (!isRecord(found)) return { outcome: 'gone', message: 'The access rule is gone already.' };
    if (record.verb === 'create') {
      await session.api.send('DELETE', rulePath(record.ref), undefined, 'delete the access rule');
      return { outcome: 'deleted', message: 'The access rule is deleted.' };
    }
    const { conditions: { scopes, grantTypes } = {} } = found as unknown as Rule;
    const { back } = putBack({ ...itemsOf(SCOPE, scopes?.include), ...itemsOf(GRANT, grantTypes?.include) }, record);
    await change(session, record.ref, back);
    return { outcome: 'restored', message: 'The access rule is as before.' };
  },
};

const refOf = ({ serverId, policyId }: Session, id: string): string => `${serverId}/${policyId}/${id}`;
const rulePath = (ref: string): string => pathOf(ref, 'authorizationServers', 'policies', 'rules');
const rulesPath = (session: Session): string =>
  inServer(session, `/policies/${encodeURIComponent(session.policyId ?? '')}/rules`);

function readRules(session: Session): Promise<Rule[]> {
  return session.api.list<Rule>(rulesPath(session), 'list the access rules');
}

/** PUT replaces all of it: what is there goes along. */
async function change(session: Session, ref: string, values: Values): Promise<void> {
  if (changesBody(values)) {
    const found = (await session.api.get(rulePath(ref), 'read the access rule')) as Rule;
    const { name, priority, conditions = {}, actions } = found;
    const scopes = { ...conditions.scopes, include: withItems(conditions.scopes?.include, values, SCOPE) };
    const grantTypes = { ...conditions.grantTypes, include: withItems(conditions.grantTypes?.include, values, GRANT) };
    const body = { type: TYPE, name, priority, conditions: { ...conditions, scopes, grantTypes }, actions };
    await session.api.send('PUT', rulePath(ref), body, 'change the access rule');
  }
  await activate(session, rulePath(ref), values, 'the access rule');
}
