import type { Management } from 'auth0';
import { scopeCatalogue } from '../../scopes/catalogue.ts';
import type { RemoteStep } from '../../types.ts';
import type { ProviderInput } from '../types.ts';
import { itemsOf, putBack, withItems, type Values } from '../values.ts';
import { ApiError, isConflict } from './api-error.ts';
import { call, callOptional, checkpointList, deleted, type Part, type Planned, type Session } from './session.ts';

const DEFAULT_GRANT = 'auth0.client-grant';
const TEST_GRANT = 'auth0.test-client-grant';
const SCOPE = 'scope.';

export interface Grant {
  id: string;
  client_id?: string;
  audience: string;
  scope?: string[];
  subject_type?: string;
  default_for?: string;
  allow_all_scopes?: boolean;
}

/** Every grant on an API, or all there are. */
export async function readGrants({ api }: Session, audience?: string): Promise<Grant[]> {
  const grants = await checkpointList<Grant>('list the client grants', 'client_grants', (query) =>
    api.clientGrants.list({ ...query, ...(audience !== undefined && { audience }), include_totals: false }),
  );
  return audience === undefined ? grants : grants.filter((grant) => grant.audience === audience);
}

/**
 * What clients that register themselves may ask for on behalf of users. Without `subject_type` Auth0 makes it a grant
 * for machines, which looks right and lets nobody in.
 */
export function planDefaultGrant(input: ProviderInput, audience: string, grants: Grant[]): Planned {
  const scope = scopeCatalogue(input.scopes);
  const ofDefault = grants.filter(({ default_for: kind }) => kind === 'third_party_clients');
  const found = ofDefault.find(({ subject_type: type }) => type === 'user');
  const resource = 'default grant for third-party clients';
  const want = { default_for: 'third_party_clients', audience, scope, subject_type: 'user' };
  const summary = `${resource}: they may ask users for ${scope.join(' ')}`;
  const isMachines = !found && ofDefault.length > 0;
  return {
    steps: [found ? extend(DEFAULT_GRANT, resource, found, scope) : create(DEFAULT_GRANT, resource, summary, want)],
    warnings: isMachines
      ? [
          {
            message: `The default grant on ${audience} is for machines (subject_type client); it gives users nothing.`,
            fix: 'add-auth makes one for users beside it and leaves that one alone.',
          },
        ]
      : [],
  };
}

/** What the test client may ask for on its own behalf. @param clientId `undefined`: the step before makes the client */
export function planTestGrant(
  input: ProviderInput,
  audience: string,
  grants: Grant[],
  clientId: string | undefined,
): RemoteStep {
  const scope = scopeCatalogue(input.scopes);
  const found = grants.find(
    (grant) => clientId !== undefined && grant.client_id === clientId && grant.subject_type !== 'user',
  );
  const resource = 'grant for the test client';
  const want = { ...(clientId !== undefined && { client_id: clientId }), audience, scope, subject_type: 'client' };
  const summary = `${resource}: ${scope.join(' ')}`;
  return found ? extend(TEST_GRANT, resource, found, scope) : create(TEST_GRANT, resource, summary, want);
}

function create(id: string, resource: string, summary: string, want: Values): RemoteStep {
  return { id, resource, verb: 'create', summary, want, reversible: true };
}

/** PATCH replaces the list, so what is there goes along. */
function extend(
  id: string,
  resource: string,
  { id: ref, scope: present = [], allow_all_scopes: all }: Grant,
  scope: string[],
): RemoteStep {
  const missing = all ? [] : scope.filter((value) => !present.includes(value));
  const step = { id, resource, ref, reversible: true };
  if (missing.length === 0) return { ...step, verb: 'keep', summary: resource, want: {} };
  const want = itemsOf(SCOPE, missing);
  return { ...step, verb: 'update', summary: `${resource}: ${missing.join(' ')} too`, have: {}, want };
}

/** Grants clients access to the API, and takes that back. */
export const grantPart: Part = {
  async apply(session, step) {
    if (step.verb === 'update') {
      const found = await readGrant(session, step.ref ?? '');
      if (!found) throw new ApiError(`change the ${step.resource}`, 404, 'it was deleted in the meantime');
      await write(session, found, step.want, `change the ${step.resource}`);
      return { ref: found.id };
    }
    const body = { ...step.want } as unknown as Management.CreateClientGrantRequestContent;
    const made = step.id === TEST_GRANT ? session.refs.get('auth0.test-client') : undefined;
    if (made !== undefined) body.client_id = made;
    try {
      return { ref: ((await call(`create the ${step.resource}`, session.api.clientGrants.create(body))) as Grant).id };
    } catch (error) {
      const present = isConflict(error) ? await sameGrant(session, body) : undefined;
      if (!present) throw error;
      const missing = (body.scope ?? []).filter((name) => !present.allow_all_scopes && !present.scope?.includes(name));
      if (missing.length > 0) await write(session, present, itemsOf(SCOPE, missing), `change the ${step.resource}`);
      return { ref: present.id };
    }
  },
  async revert(session, id, record) {
    const what = id === TEST_GRANT ? 'grant for the test client' : 'default grant for third-party clients';
    const gone = { outcome: 'gone' as const, message: `The ${what} is gone already.` };
    if (record.verb === 'create') {
      const isThere = await deleted(`delete the ${what}`, session.api.clientGrants.delete(record.ref));
      return isThere ? { outcome: 'deleted', message: `Deleted the ${what}.` } : gone;
    }
    const found = await readGrant(session, record.ref);
    if (!found) return gone;
    const { back } = putBack(itemsOf(SCOPE, found.scope), record);
    if (Object.keys(back).length > 0) await write(session, found, back, `restore the ${what}`);
    return { outcome: 'restored', message: `The ${what} is as it was before.` };
  },
};

async function readGrant(session: Session, id: string): Promise<Grant | undefined> {
  const found = await callOptional('read the grant', session.api.clientGrants.get(id));
  return (found as Grant | undefined) ?? (await readGrants(session)).find((grant) => grant.id === id);
}

async function sameGrant(
  session: Session,
  body: Management.CreateClientGrantRequestContent,
): Promise<Grant | undefined> {
  const grants = await readGrants(session, body.audience);
  return grants.find(
    (grant) =>
      grant.subject_type === body.subject_type &&
      (body.client_id === undefined ? grant.default_for === body.default_for : grant.client_id === body.client_id),
  );
}

async function write({ api }: Session, found: Grant, values: Values, operation: string): Promise<void> {
  const scope = withItems(found.scope, values, SCOPE);
  await call(operation, api.clientGrants.update(found.id, { scope }));
}
