import { CliError } from '../../errors.ts';
import { scopeCatalogue } from '../../scopes/catalogue.ts';
import { describeScope } from '../../scopes/describe.ts';
import type { RemoteStep } from '../../types.ts';
import type { ProviderInput, Reverted } from '../types.ts';
import { difference, putBack, type Values } from '../values.ts';
import { findScope, readScope, readScopes, type ClientScope, type RealmScopes } from './client-scope.ts';
import { restored, type Part } from '../parts.ts';
import { ProviderError } from '../provider-error.ts';
import type { Session } from './session.ts';

const PREFIX = 'keycloak.scope.';
const IN_TOKEN = 'include.in.token.scope';
const ON_CONSENT = 'display.on.consent.screen';
const TEXT = 'consent.screen.text';
const OFFERED = 'offered';
/** Tells ours from what somebody else made in the same moment. */
const MARK = 'add-auth.created';

/** An optional client scope for each scope of the map: in tokens by its name, and shown on the consent page. */
export function planScopes({ scopes }: ProviderInput, realm: RealmScopes): RemoteStep[] {
  return scopeCatalogue(scopes).map((name) => {
    const found = realm.scopes.find((scope) => scope.name === name);
    const resource = `client scope ${name}`;
    const step = { id: PREFIX + name, resource, reversible: true };
    const wanted: Values = { [IN_TOKEN]: 'true', [ON_CONSENT]: 'true', [OFFERED]: 'optional' };
    if (!found) {
      const want = { name, [TEXT]: describeScope(name, scopes.toolScopes), ...wanted };
      return { ...step, verb: 'create', summary: `optional ${resource}, shown on the consent page`, want };
    }
    checkProtocol(found);
    const have = valuesOf(found, realm);
    // What every client gets anyway need not be offered.
    const change = difference(have, { ...wanted, ...(have[OFFERED] === 'default' && { [OFFERED]: 'default' }) });
    if (!change) return { ...step, ref: found.id, verb: 'keep', summary: resource, want: {} };
    const summary = `${resource}: ${Object.keys(change.want).map(spoken).join(', ')}`;
    return { ...step, ref: found.id, verb: 'update', summary, ...change };
  });
}

function checkProtocol({ name, protocol = 'openid-connect' }: ClientScope): void {
  if (protocol === 'openid-connect') return;
  throw new CliError(
    'provider-refused',
    `The realm has a client scope ${name} already, for ${protocol}.`,
    'Use another name for the scope: --tool-scope TOOL=SCOPE',
  );
}

function spoken(setting: string): string {
  if (setting === OFFERED) return 'offer it to new clients';
  return setting === IN_TOKEN ? 'name it in tokens' : 'show it on the consent page';
}

/** Attributes that are absent count as true (keycloak, ClientScopeModel). */
function valuesOf({ id, attributes }: ClientScope, { optional, standard }: RealmScopes): Values {
  return {
    [IN_TOKEN]: attributes?.[IN_TOKEN] ?? 'true',
    [ON_CONSENT]: attributes?.[ON_CONSENT] ?? 'true',
    [OFFERED]: optional.has(id) ? 'optional' : standard.has(id) ? 'default' : null,
  };
}

/** Creates a client scope or brings one up to date, and takes that back. */
export const scopePart: Part<Session> = {
  prefix: PREFIX,
  async apply(session, { verb, ref = '', want }) {
    if (verb === 'update') {
      await write(session, ref, want);
      return { ref };
    }
    const { name, [TEXT]: text, ...values } = want;
    return { ref: await create(session, String(name), String(text), values) };
  },
  async revert(session, record) {
    const found = await readScope(session, record.ref);
    if (!found) return { outcome: 'gone', message: `The client scope ${record.ref} is gone already.` };
    if (record.verb === 'create') return deleteScope(session, found);
    const { back, changed } = putBack(valuesOf(found, await readScopes(session)), record);
    if (Object.keys(back).length > 0) await write(session, found.id, back);
    return restored(`The client scope ${found.name}`, changed);
  },
};

/** @returns its id. One that somebody made a moment ago is taken as it is, with what it lacks added. */
async function create(session: Session, name: string, text: string, values: Values): Promise<string> {
  const attributes = { [IN_TOKEN]: 'true', [ON_CONSENT]: 'true', [TEXT]: text, [MARK]: 'true' };
  const body = { name, protocol: 'openid-connect', description: text, attributes };
  let id: string;
  try {
    id = await session.api.send('POST', '/client-scopes', body, `create the client scope ${name}`);
  } catch (error) {
    const found = error instanceof ProviderError && error.status === 409 ? await findScope(session, name) : undefined;
    if (!found) throw error;
    checkProtocol(found);
    await write(session, found.id, values);
    return found.id;
  }
  await offer(session, id, values[OFFERED]);
  return id;
}

async function write(session: Session, id: string, values: Values): Promise<void> {
  const attributes = Object.entries(values).filter(([name]) => name !== OFFERED);
  if (attributes.length > 0) {
    const found = await readScope(session, id);
    if (!found)
      throw new ProviderError(404, `The client scope ${id} was deleted in the meantime.`, 'Run add-auth again.');
    // Mappers are not changed with their scope.
    const { protocolMappers: _, ...kept } = found;
    const body = { ...kept, attributes: { ...kept.attributes, ...Object.fromEntries(attributes) } };
    await session.api.send('PUT', `/client-scopes/${id}`, body, `change the client scope ${found.name}`);
  }
  if (OFFERED in values) await offer(session, id, values[OFFERED]);
}

/** `default` stays as it is. Adding what is there is a conflict, and removing what is not there is no error. */
async function offer({ api }: Session, id: string, how: unknown): Promise<void> {
  if (how === 'default') return;
  const path = `/default-optional-client-scopes/${id}`;
  try {
    await api.send(how === null ? 'DELETE' : 'PUT', path, undefined, 'change the scopes that new clients may ask for');
  } catch (error) {
    if (!(error instanceof ProviderError && [404, 409].includes(error.status ?? 0))) throw error;
  }
}

/** Not while it serves somebody else too: our own mappers are gone by now. */
async function deleteScope(
  session: Session,
  { id, name, attributes, protocolMappers = [] }: ClientScope,
): Promise<Reverted> {
  if (attributes?.[MARK] === undefined) {
    return { outcome: 'left', message: `The client scope ${name} stays: somebody else has made it.` };
  }
  if (protocolMappers.length > 0) {
    const others = protocolMappers.map((mapper) => mapper.name ?? mapper.id).join(', ');
    return { outcome: 'left', message: `The client scope ${name} stays: it has other mappers by now (${others}).` };
  }
  await session.api.send('DELETE', `/client-scopes/${id}`, undefined, `delete the client scope ${name}`);
  return { outcome: 'deleted', message: `The client scope ${name} is deleted.` };
}
