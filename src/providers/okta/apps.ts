import { isRecord } from '../../is-record.ts';
import { ProviderError } from '../provider-error.ts';
import type { Session } from './session.ts';

/** An application of the org, as far as it matters here. */
export interface App {
  id: string;
  label?: string;
  status?: string;
  profile?: Record<string, unknown>;
  credentials?: { oauthClient?: { client_id?: string } };
  settings?: { oauthClient?: { redirect_uris?: string[] } };
}

/** How add-auth knows its own applications again: labels are not unique, and the profile is open to all. */
export const markFor = (client: string, resource: string): Record<string, string> => ({
  addAuthClient: client,
  addAuthResource: resource,
});

/** Is it ours, for this client? */
export function isMarked({ profile = {} }: App, client: string, resource?: string): boolean {
  const { addAuthClient, addAuthResource } = profile;
  return addAuthClient === client && (resource === undefined || addAuthResource === resource);
}

/** Every OAuth client of the org; those that are switched off are told only when they are asked for. @throws ProviderError */
export function listApps({ api }: Session): Promise<App[]> {
  const query = new URLSearchParams({ filter: 'name eq "oidc_client"', includeNonDeleted: 'true', limit: '200' });
  return api.list<App>(`/apps?${query}`, 'list the applications');
}

/** @throws ProviderError */
export async function readApp({ api }: Session, id: string): Promise<App | undefined> {
  const found = await api.find(`/apps/${encodeURIComponent(id)}`, 'read an application');
  return isRecord(found) ? (found as unknown as App) : undefined;
}

/** @throws ProviderError */
export async function createApp({ api }: Session, body: object, what: string): Promise<App> {
  const made = await api.send('POST', '/apps', body, what);
  if (!isRecord(made))
    throw new ProviderError(200, 'Okta did not tell the new application’s id.', 'Run add-auth again.');
  api.made(String(made['id']));
  return made as unknown as App;
}

/** The id that the client itself uses; that of the application unless somebody chose another. */
export const clientIdOf = ({ id, credentials }: App): string => credentials?.oauthClient?.client_id ?? id;

/** What of an application may change. */
export interface AppChange {
  label?: string;
  profile?: Record<string, unknown>;
  redirectUris?: string[];
}

/** PUT replaces all of it: what is there goes along, without what Okta alone may set. @throws ProviderError */
export async function changeApp({ api }: Session, app: App, change: AppChange, what: string): Promise<void> {
  const { name, signOnMode, accessibility, visibility, settings = {}, credentials = {} } = app as unknown as Json;
  const { label = app.label, profile = app.profile, redirectUris = app.settings?.oauthClient?.redirect_uris } = change;
  const body = {
    ...{ name, label, signOnMode, accessibility, visibility, profile },
    credentials: { oauthClient: (credentials as Json)['oauthClient'] },
    settings: { ...(settings as Json), oauthClient: { ...app.settings?.oauthClient, redirect_uris: redirectUris } },
  };
  await api.send('PUT', `/apps/${encodeURIComponent(app.id)}`, body, what);
}

type Json = Record<string, unknown>;

/** Okta deletes only what is not active. @throws ProviderError */
export async function deleteApp({ api }: Session, { id, status }: App, title: string): Promise<void> {
  const path = `/apps/${encodeURIComponent(id)}`;
  if (status !== 'INACTIVE') {
    await api.send('POST', `${path}/lifecycle/deactivate`, undefined, `deactivate ${title}`);
  }
  await api.send('DELETE', path, undefined, `delete ${title}`);
}

/** Can anybody sign in to it? Whom an administrator has assigned is their business, as long as it is somebody. */
export async function hasUsers({ api }: Session, { id }: App): Promise<boolean> {
  const path = `/apps/${encodeURIComponent(id)}`;
  const groups = await api.get(`${path}/groups?limit=20`, 'read the groups of an application');
  if (Array.isArray(groups) && groups.length > 0) return true;
  const users = await api.get(`${path}/users?limit=1`, 'read the users of an application');
  return Array.isArray(users) && users.length > 0;
}

/** Assigns the group that everybody in the org is in. @throws ProviderError */
export async function assignEveryone(session: Session, appId: string, what: string): Promise<void> {
  session.everyone ??= await findEveryone(session);
  const path = `/apps/${encodeURIComponent(appId)}/groups/${encodeURIComponent(session.everyone)}`;
  await session.api.send('PUT', path, {}, what);
}

async function findEveryone({ api }: Session): Promise<string> {
  const query = new URLSearchParams({ filter: 'type eq "BUILT_IN"' });
  const groups = await api.list<Group>(`/groups?${query}`, 'find the group Everyone');
  // Some orgs have another one, for administrators.
  const group = groups.find(({ profile }) => profile?.name === 'Everyone');
  if (group) return group.id;
  throw new ProviderError(
    undefined,
    'OKTA_API_TOKEN does not show the group Everyone.',
    'Use a token of a super administrator: that of a group administrator sees only some groups.',
  );
}

interface Group {
  id: string;
  profile?: { name?: string };
}
