import type { RemoteStep } from '../../types.ts';
import type { Part, Planned } from '../parts.ts';
import type { ProviderInput } from '../types.ts';
import {
  changeApi,
  create,
  current,
  findByAppId,
  findByTag,
  nameFor,
  search,
  tagOf,
  type Application,
} from './applications.ts';
import { facts } from './facts.ts';
import { quoted } from './graph.ts';
import type { Session } from './session.ts';
import { isId } from './target.ts';

const ID = 'entra.application';
const VERSION = 'requestedAccessTokenVersion';

/** The application of this server: by the id that is known, by its URL (which one application of a tenant can have), by our tag. */
export async function findServer(
  session: Session,
  { resource, recorded, audience }: ProviderInput,
): Promise<Application | undefined> {
  for (const id of new Set([audience ?? '', (recorded[ID] ?? recorded['entra.scopes'])?.ref ?? ''])) {
    const found = isId(id) ? await findByAppId(session, id) : undefined;
    if (found) return found;
  }
  const uri = `identifierUris/any(u:u eq ${quoted(resource)})`;
  return (await search(session, uri)) ?? (await findByTag(session, tagOf('server', resource)));
}

/** The application, with tokens of version 2: Entra takes an https identifier of others only with those. */
export function planApplication({ resource }: ProviderInput, found: Application | undefined): Planned {
  if (!found) {
    const displayName = nameFor(resource);
    const want = {
      displayName,
      signInAudience: 'AzureADMyOrg',
      tags: [tagOf('server', resource)],
      api: { [VERSION]: 2 },
    };
    const summary = `application ${displayName}, whose tokens are of version 2`;
    const step: RemoteStep = {
      id: ID,
      resource: `application ${displayName}`,
      verb: 'create',
      summary,
      want,
      reversible: true,
    };
    return { steps: [step], warnings: [] };
  }
  const name = `application ${found.displayName ?? found.appId}`;
  const step = { id: ID, resource: name, ref: found.appId, reversible: true };
  const version = found.api?.[VERSION] ?? null;
  if (version === 2) return { steps: [{ ...step, verb: 'keep', summary: name, want: {} }], warnings: [] };
  const update: RemoteStep = {
    ...step,
    verb: 'update',
    summary: `${name}: tokens of version 2`,
    have: { [VERSION]: version },
    want: { [VERSION]: 2 },
    notice:
      'This application was there before. Its tokens get another issuer and another audience (its id): whatever else checks them has to accept those.',
  };
  return { steps: [update], warnings: [] };
}

/** Makes the application or has its tokens be of version 2, and takes that back. */
export const applicationPart: Part<Session> = {
  prefix: ID,
  async apply(session, { verb, ref, want }, { mayBeDone }) {
    if (verb === 'update' && ref !== undefined) {
      const app = await current(session, ref);
      await changeApi(session, app, { [VERSION]: 2 }, 'have tokens be of version 2');
      return { ref };
    }
    const made = await create(session, want as never, 'create the application', mayBeDone);
    session.server = made.appId;
    return { ref: made.appId, env: facts(session.resource, session.issuer, made.appId).env };
  },
  async revert(session, { ref, verb, before }) {
    const found = await findByAppId(session, ref);
    if (!found) return { outcome: 'gone', message: `The application ${ref} is gone already.` };
    const name = `The application ${found.displayName ?? ref}`;
    if (verb === 'update') {
      if (found.api?.[VERSION] !== 2) return { outcome: 'left', message: `${name} stays: somebody changed it since.` };
      const version = before?.[VERSION];
      await changeApi(session, found, { [VERSION]: version === 1 ? 1 : null }, 'restore the version of its tokens');
      return { outcome: 'restored', message: `${name} is as before.` };
    }
    const others = inUse(found);
    if (others.length > 0) {
      return { outcome: 'left', message: `${name} stays: somebody has given it ${others.join(', ')} since.` };
    }
    await session.api.send('DELETE', `/applications/${found.id}`, undefined, 'delete the application');
    return { outcome: 'deleted', message: `${name} is deleted (Entra keeps it for 30 days).` };
  },
};

/** What nobody but somebody else can have given it: ours was taken back before. */
function inUse({ identifierUris, api, appRoles, passwordCredentials, keyCredentials }: Application): string[] {
  const lists: [string, readonly unknown[] | undefined][] = [
    ['identifier URIs', identifierUris],
    ['scopes', api?.oauth2PermissionScopes],
    ['authorized clients', api?.preAuthorizedApplications],
    ['roles', appRoles],
    ['secrets', passwordCredentials],
    ['certificates', keyCredentials],
  ];
  return lists.filter(([, list]) => list !== undefined && list.length > 0).map(([name]) => name);
}
