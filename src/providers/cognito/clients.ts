import { isRecord } from '../../is-record.ts';
import type { RemoteStep } from '../../types.ts';
import { clientsToRegister } from '../known-clients.ts';
import type { ProviderInput } from '../types.ts';
import { itemsOf, type Values } from '../values.ts';
import type { Answer } from './api.ts';
import { strings, text } from './pool.ts';
import { isUnknown } from './refusal.ts';
import { nameFor, type Session } from './session.ts';

export const PREFIX = 'cognito.client.';
export const SCOPE = 'scopes.';
export const CALLBACK = 'callbacks.';
export const CODE_FLOW = 'code flow';
/** Managed login shows pages for clients with a style only (CreateManagedLoginBranding). */
export const STYLE = 'login pages';

/** What a step is about, before the label of its client. */
export const RESOURCE = 'app client for ';

/** An app client of the pool, as `DescribeUserPoolClient` has it, and whether its login pages have a style. */
interface AppClient {
  id: string;
  settings: Answer;
  hasStyle: boolean;
}

/**
 * Public app clients for the code flow, one for each MCP client.
 * @param identifier of the resource server, which stands before its scopes
 * @param isManaged whether login pages need a style
 */
export async function planClients(
  session: Session,
  input: ProviderInput,
  { identifier, scopes, isManaged }: { identifier: string; scopes: readonly string[]; isManaged: boolean },
): Promise<RemoteStep[]> {
  const { api, pool } = session;
  const listed = await api.list(
    'ListUserPoolClients',
    { UserPoolId: pool.id },
    'UserPoolClients',
    'list the app clients',
  );
  const steps: RemoteStep[] = [];
  session.clients.clear();
  for (const wanted of clientsToRegister(input.wishes)) {
    const id = `${PREFIX}${wanted.id}.${identifier}`;
    const name = nameFor(`${wanted.label} at`, input.resource);
    const candidates = listed.filter(({ ClientId, ClientName }) => {
      return ClientId === input.recorded[id]?.ref || ClientName === name;
    });
    const found = await findOurs(session, candidates, identifier, isManaged);
    if (found) session.clientIds.add(found.id);
    session.clients.set(wanted.id, found?.id);
    const want = {
      ...itemsOf(SCOPE, scopes),
      ...itemsOf(CALLBACK, wanted.redirectUris),
      [CODE_FLOW]: true,
      ...(isManaged && { [STYLE]: true }),
    };
    steps.push(planOne({ id, name, label: wanted.label, want }, found));
  }
  return steps;
}

function planOne(
  { id, name, label, want }: { id: string; name: string; label: string; want: Values },
  found: AppClient | undefined,
): RemoteStep {
  const resource = RESOURCE + label;
  const step = { id, resource, reversible: true };
  if (!found) return { ...step, verb: 'create', summary: `public ${resource}`, want: { name, ...want } };
  const have = valuesOf(found);
  const missing = Object.fromEntries(Object.entries(want).filter(([key]) => have[key] !== true));
  const known = { ...step, ref: found.id };
  const names = Object.keys(missing);
  if (names.length === 0) return { ...known, verb: 'keep', summary: `${resource} (${found.id})`, want: {} };
  const said = names.map((key) => key.replace(SCOPE, '').replace(CALLBACK, 'call back at ')).join(', ');
  return { ...known, verb: 'update', summary: `${resource}: ${said}`, have: {}, want: missing };
}

/** Its settings by the names of the preview; what is not there is not named. */
export function valuesOf({ settings, hasStyle }: AppClient): Values {
  const isOn = settings['AllowedOAuthFlowsUserPoolClient'] === true;
  return {
    ...itemsOf(SCOPE, strings(settings['AllowedOAuthScopes'])),
    ...itemsOf(CALLBACK, strings(settings['CallbackURLs'])),
    ...(isOn && strings(settings['AllowedOAuthFlows']).includes('code') && { [CODE_FLOW]: true }),
    ...(hasStyle && { [STYLE]: true }),
  };
}

/** Names are not unique: ours has no secret, and a scope of this resource server unless somebody took all away. */
async function findOurs(
  session: Session,
  candidates: Answer[],
  identifier: string,
  isManaged: boolean,
): Promise<AppClient | undefined> {
  for (const { ClientId } of candidates) {
    const client = await readClient(session, String(ClientId), isManaged);
    if (!client || text(client.settings['ClientSecret']) !== undefined) continue;
    const scopes = strings(client.settings['AllowedOAuthScopes']);
    if (scopes.length === 0 || scopes.some((scope) => scope === 'openid' || scope.startsWith(`${identifier}/`))) {
      return client;
    }
  }
  return undefined;
}

/** @param isManaged whether to look for a style of its login pages */
export async function readClient(
  { api, pool }: Session,
  id: string,
  isManaged: boolean,
): Promise<AppClient | undefined> {
  const of = { UserPoolId: pool.id, ClientId: id };
  const settings = (await api.find('DescribeUserPoolClient', of, 'read an app client'))?.['UserPoolClient'];
  if (!isRecord(settings)) return undefined;
  const style = isManaged && (await readStyle({ api, pool }, id)) !== undefined;
  return { id, settings, hasStyle: style };
}

/** The id of the style of a client's login pages; empty where there are no styles. */
export async function readStyle(
  { api, pool }: Pick<Session, 'api' | 'pool'>,
  clientId: string,
): Promise<string | undefined> {
  const of = { UserPoolId: pool.id, ClientId: clientId };
  const read = api.find('DescribeManagedLoginBrandingByClient', of, 'read the style of login pages');
  const answer = await read.catch((error: unknown) => {
    if (isUnknown(error)) return { ManagedLoginBranding: '' };
    throw error;
  });
  const found = answer?.['ManagedLoginBranding'];
  if (found === '') return '';
  return isRecord(found) ? text(found['ManagedLoginBrandingId']) : undefined;
}
