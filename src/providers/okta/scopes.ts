import { isRecord } from '../../is-record.ts';
import { scopeCatalogue } from '../../scopes/catalogue.ts';
import { describeScope } from '../../scopes/describe.ts';
import type { RemoteStep } from '../../types.ts';
import { restored, type Part } from '../parts.ts';
import { ProviderError } from '../provider-error.ts';
import type { ProviderInput } from '../types.ts';
import { difference, putBack, type Values } from '../values.ts';
import { inServer, pathOf, type Session } from './session.ts';

const PREFIX = 'okta.scope.';
const PUBLISHED = 'metadataPublish';
/** Stands for an id where somebody else made the scope in the same moment. */
const THEIRS = 'theirs';

/** A scope of an authorization server. */
interface Scope {
  id: string;
  name: string;
  description?: string;
  displayName?: string;
  consent?: string;
  metadataPublish?: string;
  default?: boolean;
  optional?: boolean;
  system?: boolean;
}

/** A scope for each of the map, published and shown to the user; of one that is there only the publication is changed. */
export async function planScopes(session: Session, { scopes, recorded }: ProviderInput): Promise<RemoteStep[]> {
  const present = session.serverId === undefined ? [] : await readScopes(session);
  return scopeCatalogue(scopes).map((name) => {
    const found = present.find((scope) => scope.name === name);
    const resource = `scope ${name}`;
    const step = { id: PREFIX + name, resource, reversible: true };
    if (!found) {
      const description = describeScope(name, scopes.toolScopes);
      // FLEXIBLE: users are asked where the application wants that, and machines need not be.
      const want = { name, displayName: name, description, consent: 'FLEXIBLE', [PUBLISHED]: 'ALL_CLIENTS' };
      return { ...step, verb: 'create', summary: `${resource}, in the metadata and with consent`, want };
    }
    const ref = recorded[step.id]?.ref === THEIRS ? THEIRS : `${session.serverId}/${found.id}`;
    const change = found.system === true ? undefined : difference(valuesOf(found), { [PUBLISHED]: 'ALL_CLIENTS' });
    if (!change) return { ...step, ref, verb: 'keep', summary: resource, want: {} };
    return { ...step, ref, verb: 'update', summary: `${resource}: name it in the metadata`, ...change };
  });
}

const valuesOf = ({ metadataPublish }: Scope): Values => ({ [PUBLISHED]: metadataPublish ?? 'NO_CLIENTS' });

function readScopes(session: Session): Promise<Scope[]> {
  return session.api.list<Scope>(`${inServer(session, '/scopes')}?limit=200`, 'list the scopes');
}

/** Makes a scope or publishes it, and takes that back. */
export const scopePart: Part<Session> = {
  prefix: PREFIX,
  async apply(session, { verb, ref = '', want }) {
    if (verb === 'update') {
      await write(session, ref, want);
      return { ref };
    }
    const name = String(want['name']);
    try {
      const made = await session.api.send('POST', inServer(session, '/scopes'), want, `create the scope ${name}`);
      return { ref: `${session.serverId}/${isRecord(made) ? String(made['id']) : ''}` };
    } catch (error) {
      // Okta tells that a name is taken like any other mistake in a request.
      if (!(error instanceof ProviderError && [400, 409].includes(error.status ?? 0))) throw error;
      if (!(await readScopes(session)).some((scope) => scope.name === name)) throw error;
      return { ref: THEIRS };
    }
  },
  async revert(session, record, id) {
    const title = `The scope ${id.slice(PREFIX.length)}`;
    if (record.ref === THEIRS) return { outcome: 'left', message: `${title} stays: somebody else has made it.` };
    const found = await readScope(session, record.ref);
    if (!found) return { outcome: 'gone', message: `${title} is gone already.` };
    if (record.verb === 'create') {
      await session.api.send('DELETE', scopePath(record.ref), undefined, `delete the scope ${found.name}`);
      return { outcome: 'deleted', message: `${title} is deleted.` };
    }
    const { back, changed } = putBack(valuesOf(found), record);
    if (Object.keys(back).length > 0) await write(session, record.ref, back);
    return restored(title, changed);
  },
};

const scopePath = (ref: string): string => pathOf(ref, 'authorizationServers', 'scopes');

async function readScope({ api }: Session, ref: string): Promise<Scope | undefined> {
  const found = await api.find(scopePath(ref), 'read a scope');
  return isRecord(found) ? (found as unknown as Scope) : undefined;
}

/** PUT replaces all of it: what is there goes along, without what Okta alone may set. */
async function write(session: Session, ref: string, values: Values): Promise<void> {
  const found = await readScope(session, ref);
  if (!found) throw new ProviderError(404, `The scope ${ref} was deleted in the meantime.`, 'Run add-auth again.');
  const { id: _, system: __, ...kept } = found;
  const body = Object.fromEntries(Object.entries({ ...kept, ...values }).filter(([name]) => !name.startsWith('_')));
  await session.api.send('PUT', scopePath(ref), body, `change the scope ${found.name}`);
}
