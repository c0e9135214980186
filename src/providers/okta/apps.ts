import { isRecord } from '../../is-record.ts';
import { ProviderError } from '../provider-error.ts';
import type { ProviderInput } from '../types.ts';
import type { Session } from './session.ts';

/** An application of the org, as far as it matters here. */
export interface App {
  id: string;
  label?: string;
  status?: string;
  profile?: Record<string, unknown>;
  /** With the secret only in the answer that makes it. */
  credentials?: { oauthClient?: { client_id?: string; client_secret?: string } };
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

/** The application that an earlier run has made for a client, else one that is marked for it and for this resource. */
export function findOurs(
  apps: App[],
  client: string,
  { recorded, resource }: Pick<ProviderInput, 'recorded' | 'resource'>,
  step: string,
): App | undefined {
  const known = apps.find(({ id }) => id === recorded[step]?.ref);
  return known && isMarked(known, client) ? known : apps.find((app) => isMarked(app, client, resource));
}

/** Users see it where they consent. */
export const labelFor = (label: string, resource: string): string => `${label}: ${resource}`.slice(0, 100);

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
interface AppChange {
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

/**
 * Can anybody sign in to it? Whom an administrator has assigned is their business, as long as it is somebody; and where
 * that cannot be seen, too.
 */
export async function hasUsers(session: Session, { id }: App): Promise<boolean> {
  const path = `/apps/${encodeURIComponent(id)}`;
  const groups = await visible(session, `${path}/groups?limit=20`, 'read the groups of an application');
  if (groups === undefined || groups.length > 0) return true;
  const users = await visible(session, `${path}/users?limit=1`, 'read the users of an application');
  return users === undefined || users.length > 0;
}

/** The group that everybody in the org is in; administrators of other groups do not see it. */
export async function findEveryone(session: Session): Promise<string | undefined> {
  const query = new URLSearchParams({ filter: 'type eq "BUILT_IN"' });
  const groups = await visible<Group>(session, `/groups?${query}`, 'find the group Everyone');
  // Some orgs have another one, for administrators.
  return groups?.find(({ profile }) => profile?.name === 'Everyone')?.id;
}

interface Group {
  id: string;
  profile?: { name?: string };
}

/** Part of a list; `undefined` when the owner of the token may not see it. */
async function visible<T>({ api }: Session, path: string, what: string): Promise<T[] | undefined> {
  try {
    return (await api.get(path, what)) as T[];
  } catch (error) {
    if (error instanceof ProviderError && [403, 404, 405].includes(error.status ?? 0)) return undefined;
    throw error;
  }
}

/** @throws ProviderError */
export async function assign({ api }: Session, appId: string, group: string, what: string): Promise<void> {
  await api.send('PUT', `/apps/${encodeURIComponent(appId)}/groups/${encodeURIComponent(group)}`, {}, what);
}
