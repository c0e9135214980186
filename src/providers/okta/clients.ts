import { capital } from '../../capital.ts';
import type { ManualStep } from '../../errors.ts';
import { clientIdsByHand, labelOf } from '../known-clients.ts';
import type { Part } from '../parts.ts';
import { ProviderError } from '../provider-error.ts';
import { itemsOf, putBack, withItems, type Values } from '../values.ts';
import {
  assign,
  changeApp,
  clientIdOf,
  createApp,
  deleteApp,
  isMarked,
  labelFor,
  listApps,
  markFor,
  readApp,
  type App,
} from './apps.ts';
import type { Session } from './session.ts';

export const PREFIX = 'okta.client.';
export const CALLBACK = 'redirect_uris.';
export const ASSIGNED = 'assigned';
export const EVERYONE = { [ASSIGNED]: 'Everyone' };
/** What the wants of a step are beside the settings of the application. */
export const [CLIENT, RESOURCE, REDIRECTS] = ['client', 'resource', 'redirect_uris'];

function newApp(want: Values): Values {
  const [client, resource] = [String(want[CLIENT]), String(want[RESOURCE])];
  return {
    name: 'oidc_client',
    label: labelFor(String(want['label']), resource),
    signOnMode: 'OPENID_CONNECT',
    // It starts in the client and not in the dashboard.
    visibility: { hide: { web: true, iOS: true } },
    profile: markFor(client, resource),
    credentials: {
      oauthClient: { token_endpoint_auth_method: 'none', pkce_required: true, autoKeyRotation: true },
    },
    settings: {
      oauthClient: {
        application_type: 'native',
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
        redirect_uris: want[REDIRECTS],
        consent_method: 'REQUIRED',
        refresh_token: { rotation_type: 'ROTATE', leeway: 30 },
      },
    },
  };
}

/** What people have to do once the clients are there. @param clients by id, in the order in which they are told */
export function clientIdsFor({ clientIds, resource }: Session, clients: Iterable<string>): ManualStep {
  const ids = Array.from(clients, (client) => [client, clientIds.get(client)] as const);
  return clientIdsByHand('at Okta, clients cannot register themselves', ids, resource);
}

/** Registers a client or brings one up to date, and takes that back. */
export const clientPart: Part<Session> = {
  prefix: PREFIX,
  async apply(session, { id, verb, ref = '', want, resource }, { mayBeDone }) {
    const client = id.slice(PREFIX.length);
    if (verb === 'update') {
      await write(session, await existing(session, ref), want, resource);
      return { ref };
    }
    const lost = mayBeDone
      ? (await listApps(session)).find((app) => isMarked(app, client, String(want[RESOURCE])))
      : undefined;
    const app = lost ?? (await createApp(session, newApp(want), `create the ${resource}`));
    session.clientIds.set(client, clientIdOf(app));
    await assignAsWanted(session, app, want, resource);
    return { ref: app.id };
  },
  async revert(session, record, id) {
    const title = `the application for ${labelOf(id.slice(PREFIX.length))}`;
    const found = await readApp(session, record.ref);
    if (!found) return { outcome: 'gone', message: `${capital(title)} is gone already.` };
    if (record.verb === 'create') {
      await deleteApp(session, found, title);
      return { outcome: 'deleted', message: `${capital(title)} is deleted.` };
    }
    const current = itemsOf(CALLBACK, found.settings?.oauthClient?.redirect_uris);
    const { [ASSIGNED]: _, ...after } = record.after ?? {};
    const { back } = putBack(current, { ...record, after });
    await write(session, found, back, title.slice('the '.length));
    return { outcome: 'restored', message: `${capital(title)} is as before, but stays assigned.` };
  },
};

async function existing(session: Session, id: string): Promise<App> {
  const found = await readApp(session, id);
  if (found) return found;
  throw new ProviderError(404, `The application ${id} was deleted in the meantime.`, 'Run add-auth again.');
}

async function write(session: Session, app: App, values: Values, resource: string): Promise<void> {
  const { [RESOURCE]: url } = values;
  const changesUris = Object.keys(values).some((name) => name.startsWith(CALLBACK));
  if (changesUris || typeof url === 'string') {
    const redirectUris = withItems(app.settings?.oauthClient?.redirect_uris, values, CALLBACK);
    const change = { redirectUris, ...(typeof url === 'string' && movedTo(url, app)) };
    await changeApp(session, app, change, `change the ${resource}`);
  }
  await assignAsWanted(session, app, values, resource);
}

async function assignAsWanted(session: Session, app: App, values: Values, resource: string): Promise<void> {
  const { everyone } = session;
  if (values[ASSIGNED] !== undefined && everyone !== undefined) {
    await assign(session, app.id, everyone, `assign the ${resource}`);
  }
}

/** Users see the label where they consent. */
function movedTo(url: string, { label = '', profile }: App): { label: string; profile: Values } {
  return { label: labelFor(label.split(': ')[0] ?? '', url), profile: { ...profile, addAuthResource: url } };
}
