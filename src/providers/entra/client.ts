import { KNOWN_CLIENTS } from '../known-clients.ts';
import type { RemoteStep } from '../../types.ts';
import type { Part } from '../parts.ts';
import { TOKEN_FACTS } from '../token-facts.ts';
import type { ProviderInput } from '../types.ts';
import { difference, itemsOf, putBack, withItems, type Values } from '../values.ts';
import { change, create, current, findByAppId, findByTag, nameFor, tagOf, type Application } from './applications.ts';
import { redirectUris } from './known-clients.ts';
import { clientsByHand } from './manual.ts';
import { serverOf, type Session } from './session.ts';

const ID = TOKEN_FACTS.entra.step;
const REDIRECT = 'redirectUris.';
const WHAT = 'the application for MCP clients';

/** The application that clients without an id of their own share. */
export async function findClient(
  session: Session,
  { recorded, resource }: ProviderInput,
): Promise<Application | undefined> {
  const ref = recorded[ID]?.ref ?? '';
  return (ref === '' ? undefined : await findByAppId(session, ref)) ?? findByTag(session, tagOf('client', resource));
}

/** A public client with the redirects of known clients: Entra lets nobody register by request. */
export function planClient({ resource, wishes }: ProviderInput, found: Application | undefined): RemoteStep {
  const uris = redirectUris(wishes.callbacks);
  const step = { id: ID, resource: 'application for MCP clients', reversible: true };
  if (!found) {
    const labels = [...KNOWN_CLIENTS.map(({ label }) => label), 'others'].join(', ');
    const want = { displayName: nameFor(resource, 'MCP clients of'), redirectUris: uris };
    return {
      ...step,
      verb: 'create',
      summary: `public ${step.resource} (${labels}), which cannot register here`,
      want,
    };
  }
  const ref = found.appId;
  const change = difference(valuesOf(found), itemsOf(REDIRECT, uris));
  if (!change) return { ...step, ref, verb: 'keep', summary: step.resource, want: {} };
  const names = Object.keys(change.want).map((key) => key.slice(REDIRECT.length));
  return { ...step, ref, verb: 'update', summary: `${step.resource}: call back at ${names.join(' ')} too`, ...change };
}

const valuesOf = ({ publicClient }: Application): Values => itemsOf(REDIRECT, publicClient?.redirectUris);

/** Makes the application for clients or brings it up to date, and takes that back. */
export const clientPart: Part<Session> = {
  prefix: ID,
  async apply(session, step, { mayBeDone }) {
    if (step.verb === 'update' && step.ref !== undefined) {
      await write(session, await current(session, step.ref), step.want);
      return { ref: step.ref };
    }
    const server = await serverOf(session);
    const scopes = server.api?.oauth2PermissionScopes ?? [];
    const body = {
      displayName: step.want['displayName'],
      signInAudience: 'AzureADMyOrg',
      tags: [tagOf('client', session.resource)] as [string],
      isFallbackPublicClient: true,
      publicClient: { redirectUris: step.want['redirectUris'] },
      // What an administrator sees who consents for everybody.
      requiredResourceAccess: [
        { resourceAppId: server.appId, resourceAccess: scopes.map(({ id }) => ({ id, type: 'Scope' })) },
      ],
    };
    const made = await create(session, body, `create ${WHAT}`, mayBeDone);
    session.client = made.appId;
    return { ref: made.appId, manual: [clientsByHand(session, server.appId, made.appId)] };
  },
  async revert(session, record) {
    const found = await findByAppId(session, record.ref);
    if (!found) return { outcome: 'gone', message: 'The application for MCP clients is gone already.' };
    if (record.verb === 'create') {
      await session.api.send('DELETE', `/applications/${found.id}`, undefined, `delete ${WHAT}`);
      return { outcome: 'deleted', message: 'The application for MCP clients is deleted.' };
    }
    const { back } = putBack(valuesOf(found), record);
    if (Object.keys(back).length > 0) await write(session, found, back);
    return { outcome: 'restored', message: 'The application for MCP clients is as before.' };
  },
};

/** PATCH replaces the list: what is there goes along. */
async function write(session: Session, app: Application, values: Values): Promise<void> {
  const redirectUris = withItems(app.publicClient?.redirectUris, values, REDIRECT);
  await change(session, app, { publicClient: { redirectUris } }, `change ${WHAT}`);
}
