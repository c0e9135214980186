import { isRecord } from '../../is-record.ts';
import type { EnvVar, RemoteStep } from '../../types.ts';
import type { Part } from '../parts.ts';
import { ProviderError } from '../provider-error.ts';
import type { ProviderInput } from '../types.ts';
import type { Values } from '../values.ts';
import { clientIdOf, createApp, deleteApp, findOurs, labelFor, listApps, markFor, readApp, type App } from './apps.ts';
import type { Session } from './session.ts';

/** The step, and by what the policy knows the client. */
const TEST_STEP = 'okta.test-client';
export const TEST_CLIENT = 'test-client';
const WHAT = 'test client';

interface PlannedTestClient {
  steps: RemoteStep[];
  env: EnvVar[];
}

/** An application that gets tokens for itself, for `add-auth token` where nobody can log in. */
export function planTestClient(session: Session, input: ProviderInput, apps: App[]): PlannedTestClient {
  const id = input.env('MCP_AUTH_CLIENT_ID');
  const secret = input.env('MCP_AUTH_CLIENT_SECRET');
  const found = findOurs(apps, TEST_CLIENT, input, TEST_STEP);
  // Not ours to replace.
  if (!input.wishes.testClient || (!found && id && !input.recorded[TEST_STEP])) return { steps: [], env: [] };
  const step = { id: TEST_STEP, resource: WHAT, reversible: true };
  if (!found) {
    const summary = `${WHAT}: gets test tokens with a secret`;
    return { steps: [{ ...step, verb: 'create', summary, want: { resource: input.resource } }], env: variables() };
  }
  const clientId = clientIdOf(found);
  session.clientIds.set(TEST_CLIENT, clientId);
  if (id === clientId && secret) {
    const keep = { ...step, ref: found.id, verb: 'keep' as const, summary: WHAT, want: {} };
    return { steps: [keep], env: variables(clientId, secret) };
  }
  const summary = `${WHAT}: its secret again, which .env has lost`;
  const change = { have: { secret_in_env: false }, want: { secret_in_env: true } };
  return { steps: [{ ...step, ref: found.id, verb: 'update', summary, ...change }], env: variables(clientId) };
}

function variables(id?: string, secret?: string): EnvVar[] {
  return [
    {
      name: 'MCP_AUTH_CLIENT_ID',
      value: id ?? '',
      comment: 'For test tokens only (add-auth token); the server does not read it',
      ...(id === undefined && { pending: true }),
    },
    {
      name: 'MCP_AUTH_CLIENT_SECRET',
      value: secret ?? '',
      secret: true,
      ...(secret === undefined && { pending: true }),
    },
  ];
}

function newTestClient(resource: string): Values {
  return {
    name: 'oidc_client',
    label: labelFor('add-auth test tokens', resource),
    signOnMode: 'OPENID_CONNECT',
    visibility: { hide: { web: true, iOS: true } },
    profile: markFor(TEST_CLIENT, resource),
    credentials: { oauthClient: { token_endpoint_auth_method: 'client_secret_basic', autoKeyRotation: true } },
    settings: {
      oauthClient: {
        application_type: 'service',
        grant_types: ['client_credentials'],
        response_types: ['token'],
      },
    },
  };
}

/** Makes the client for test tokens, fetches its secret, and takes it back. */
export const testClientPart: Part<Session> = {
  prefix: TEST_STEP,
  async apply(session, { verb, ref = '', want }, { mayBeDone }) {
    const resource = String(want['resource']);
    const lost =
      verb === 'create' && mayBeDone
        ? findOurs(await listApps(session), TEST_CLIENT, { resource, recorded: {} }, TEST_STEP)
        : undefined;
    const app =
      verb === 'update'
        ? await readApp(session, ref)
        : (lost ?? (await createApp(session, newTestClient(resource), `create the ${WHAT}`)));
    if (!app) throw new ProviderError(404, 'The test client was deleted in the meantime.', 'Run add-auth again.');
    session.clientIds.set(TEST_CLIENT, clientIdOf(app));
    const secret = app.credentials?.oauthClient?.client_secret ?? (await secretOf(session, app));
    return { ref: app.id, env: variables(clientIdOf(app), secret) };
  },
  async revert(session, { ref, verb }) {
    const found = await readApp(session, ref);
    if (!found) return { outcome: 'gone', message: 'The test client is gone already.' };
    // Only its secret was fetched; who made it decides over it.
    if (verb === 'update') return { outcome: 'left', message: 'The test client was there before, and stays.' };
    await deleteApp(session, found, `the ${WHAT}`);
    return { outcome: 'deleted', message: 'The test client is deleted.' };
  },
};

/** @throws ProviderError */
async function secretOf({ api }: Session, { id }: App): Promise<string> {
  const path = `/apps/${encodeURIComponent(id)}/credentials/secrets`;
  const secrets = await api.list<{ status?: string; client_secret?: string }>(path, `read the secret of the ${WHAT}`);
  const active = secrets.find(({ status }) => status === 'ACTIVE')?.client_secret;
  if (active !== undefined) return active;
  const made = await api.send('POST', path, {}, `make a secret for the ${WHAT}`);
  if (isRecord(made) && typeof made['client_secret'] === 'string') return made['client_secret'];
  throw new ProviderError(201, 'Okta did not tell the secret of the test client.', 'Run add-auth again.');
}
