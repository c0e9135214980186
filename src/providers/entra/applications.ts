import { setTimeout as delay } from 'node:timers/promises';
import { filter, quoted } from './graph.ts';
import { GraphError } from './refusal.ts';
import type { Session } from './session.ts';
import { settled } from './settled.ts';

/** A delegated permission: what a client asks for as `{identifierUri}/{value}`, and a token names in `scp` as `{value}`. */
export interface PermissionScope {
  id: string;
  value: string;
  isEnabled?: boolean;
  type?: string;
  [text: string]: unknown;
}

export interface PreAuthorized {
  appId: string;
  delegatedPermissionIds: string[];
}

interface Api {
  acceptMappedClaims?: boolean | null;
  knownClientApplications?: string[];
  oauth2PermissionScopes?: PermissionScope[];
  preAuthorizedApplications?: PreAuthorized[];
  requestedAccessTokenVersion?: number | null;
}

interface RequiredAccess {
  resourceAppId: string;
  resourceAccess: { id: string; type: string }[];
}

/** An application registration as Graph v1.0 has it, as far as it matters here. */
export interface Application {
  /** Object id, which URLs name. */
  id: string;
  /** Application (client) id, which tokens name. */
  appId: string;
  displayName?: string;
  tags?: string[];
  identifierUris?: string[];
  api?: Api;
  publicClient?: { redirectUris?: string[] };
  requiredResourceAccess?: RequiredAccess[];
  appRoles?: unknown[];
  passwordCredentials?: unknown[];
  keyCredentials?: unknown[];
}

/** How add-auth knows its own applications again; names are not unique in a tenant. */
export const tagOf = (role: 'server' | 'client', resource: string): string => `add-auth:${role}:${resource}`;

/** @throws GraphError */
export async function search({ api }: Session, expression: string): Promise<Application | undefined> {
  const found = await api.list(`/applications${filter(expression)}`, 'look for the application');
  return found[0] as Application | undefined;
}

export const findByAppId = (session: Session, appId: string): Promise<Application | undefined> =>
  search(session, `appId eq ${quoted(appId)}`);

export const findByTag = (session: Session, tag: string): Promise<Application | undefined> =>
  search(session, `tags/any(t:t eq ${quoted(tag)})`);

/** The application as it is now, with what this run has changed. @throws GraphError when it is gone */
export async function current(session: Session, appId: string): Promise<Application> {
  const found = session.known.get(appId) ?? (await findByAppId(session, appId));
  if (!found) {
    throw new GraphError(404, `The application ${appId} was deleted in the meantime.`, 'Run add-auth again.');
  }
  session.known.set(appId, found);
  return found;
}

/** PATCH, and the same in memory. @throws GraphError */
export async function change(
  session: Session,
  app: Application,
  body: Partial<Omit<Application, 'id' | 'appId'>>,
  what: string,
): Promise<void> {
  await settled(session.fresh.has(app.appId), () => session.api.send('PATCH', `/applications/${app.id}`, body, what));
  Object.assign(app, body);
}

/** Changes settings of `api`; the others go along, because the documentation does not say that they would stay. */
export function changeApi(session: Session, app: Application, settings: Api, what: string): Promise<void> {
  const { acceptMappedClaims, knownClientApplications, ...rest } = app.api ?? {};
  const kept: Api = {
    ...(typeof acceptMappedClaims === 'boolean' && { acceptMappedClaims }),
    ...(knownClientApplications && { knownClientApplications }),
    ...(rest.oauth2PermissionScopes && { oauth2PermissionScopes: rest.oauth2PermissionScopes }),
    ...(rest.preAuthorizedApplications && { preAuthorizedApplications: rest.preAuthorizedApplications }),
    ...(rest.requestedAccessTokenVersion !== undefined && {
      requestedAccessTokenVersion: rest.requestedAccessTokenVersion,
    }),
  };
  return change(session, app, { api: { ...kept, ...settings } }, what);
}

/** POST /applications; one that a run made whose answer was lost is found by its tag. @throws GraphError */
export async function create(
  session: Session,
  body: { tags: [string] } & Record<string, unknown>,
  what: string,
  mayBeDone: boolean,
): Promise<Application> {
  // It takes some seconds until a new application is found.
  if (mayBeDone) await delay(2000);
  const found = mayBeDone ? await findByTag(session, body.tags[0]) : undefined;
  const made = found ?? ((await session.api.send('POST', '/applications', body, what)) as unknown as Application);
  session.known.set(made.appId, made);
  session.fresh.add(made.appId);
  return made;
}

/** Names hold 256 characters. */
export const nameFor = (resource: string, prefix = 'MCP server'): string => `${prefix} ${resource}`.slice(0, 256);
