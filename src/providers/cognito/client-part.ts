import type { ManualStep } from '../../errors.ts';
import type { EnvVar } from '../../types.ts';
import { clientIdsByHand, labelOf } from '../known-clients.ts';
import { restored, type Part } from '../parts.ts';
import type { Reverted } from '../types.ts';
import { putBack, withItems, type Values } from '../values.ts';
import type { Answer } from './api.ts';
import { CALLBACK, CODE_FLOW, PREFIX, readClient, readStyle, RESOURCE, SCOPE, STYLE, valuesOf } from './clients.ts';
import { strings } from './pool.ts';
import { AwsError, isUnknown } from './refusal.ts';
import type { Session } from './session.ts';

/** The clients whose tokens the server takes although they name no audience. */
export function clientVariable({ clientIds }: Pick<Session, 'clientIds'>, more: { pending?: true } = {}): EnvVar {
  return {
    name: 'MCP_AUTH_CLIENT_IDS',
    value: [...clientIds].sort().join(' '),
    comment: 'Clients whose tokens are good without "aud": Cognito leaves it out unless a client names this resource',
    ...more,
  };
}

/** What people have to do once the clients are there. */
export function clientIdsFor({ clients, resource }: Session): ManualStep {
  return clientIdsByHand('this user pool lets no client register itself', clients, resource);
}

/** Makes an app client or adds to it, and takes that back. */
export const clientPart: Part<Session> = {
  prefix: PREFIX,
  async apply(session, { verb, ref = '', want, resource }) {
    const { name, [STYLE]: style, ...values } = want;
    const id = verb === 'update' ? ref : await create(session, String(name), values);
    if (verb === 'update' && Object.keys(values).length > 0) await write(session, id, values);
    if (style === true) await addStyle(session, id);
    session.clientIds.add(id);
    const client = [...session.clients.keys()].find((one) => RESOURCE + labelOf(one) === resource);
    const isNew = client !== undefined && session.clients.get(client) === undefined;
    if (client !== undefined) session.clients.set(client, id);
    const isLast = isNew && ![...session.clients.values()].includes(undefined);
    return { ref: id, env: [clientVariable(session)], ...(isLast && { manual: [clientIdsFor(session)] }) };
  },
  async revert(session, record) {
    const { ref } = record;
    const found = await readClient(session, ref, true);
    if (!found) return { outcome: 'gone', message: `The app client ${ref} is gone already.` };
    if (record.verb === 'create') return deleteClient(session, ref);
    const { back, changed } = putBack(valuesOf(found), record);
    const { [STYLE]: style, ...values } = back;
    if (Object.keys(values).length > 0) await write(session, ref, values);
    if (style === null) await deleteStyle(session, ref);
    return restored(`The app client ${ref}`, changed);
  },
};

async function create({ api, pool }: Session, name: string, values: Values): Promise<string> {
  const of = { UserPoolId: pool.id };
  const list = api.list('ListIdentityProviders', of, 'Providers', 'list the identity providers');
  const listed = await list.catch((error: unknown) => {
    if (isUnknown(error)) return [];
    throw error;
  });
  const body = {
    ...of,
    ClientName: name,
    // They run where nothing stays secret; PKCE takes its place.
    GenerateSecret: false,
    ...merged({}, values),
    SupportedIdentityProviders: ['COGNITO', ...strings(listed.map(({ ProviderName }) => ProviderName))],
    PreventUserExistenceErrors: 'ENABLED',
    EnableTokenRevocation: true,
  };
  const answer = await api.call('CreateUserPoolClient', body, `make the app client ${name}`);
  const client = answer['UserPoolClient'] as Answer | undefined;
  if (typeof client?.['ClientId'] === 'string') return client['ClientId'];
  throw new AwsError('', 200, `AWS has made the app client ${name} and not told its id.`, 'Run add-auth again.');
}

/** What `UpdateUserPoolClient` does not take back of what `DescribeUserPoolClient` tells. */
const READ_ONLY = ['ClientSecret', 'ClientType', 'CreationDate', 'LastModifiedDate'];

/** The update resets all that it is not told: what is there goes along. */
async function write(session: Session, id: string, values: Values): Promise<void> {
  const found = await readClient(session, id, false);
  const what = `change the app client ${id}`;
  if (!found) throw new AwsError('', 404, `Could not ${what}: it was deleted in the meantime.`, 'Run add-auth again.');
  const kept = Object.entries(found.settings).filter(([name, value]) => !READ_ONLY.includes(name) && value !== null);
  const body = { ...Object.fromEntries(kept), ...merged(found.settings, values), UserPoolId: session.pool.id };
  await session.api.call('UpdateUserPoolClient', { ...body, ClientId: id }, what);
}

/** Settings with values of the preview put in (`true`) or taken out (`null`). */
function merged(settings: Answer, values: Values): Answer {
  const flow = values[CODE_FLOW];
  return {
    AllowedOAuthScopes: withItems(strings(settings['AllowedOAuthScopes']), values, SCOPE),
    CallbackURLs: withItems(strings(settings['CallbackURLs']), values, CALLBACK),
    ...(flow === true && {
      AllowedOAuthFlows: [...new Set([...strings(settings['AllowedOAuthFlows']), 'code'])],
      AllowedOAuthFlowsUserPoolClient: true,
    }),
    // Which part of it was ours is not known any more; without the switch nobody logs in by it.
    ...(flow === null && { AllowedOAuthFlowsUserPoolClient: false }),
  };
}

/** Pages in Cognito's own style. */
async function addStyle(session: Session, clientId: string): Promise<void> {
  const body = { UserPoolId: session.pool.id, ClientId: clientId, UseCognitoProvidedValues: true };
  try {
    await session.api.call('CreateManagedLoginBranding', body, 'give the login pages a style');
  } catch (error) {
    // There since, or by a run whose answer was lost.
    if (isUnknown(error)) return;
    if (!(error instanceof AwsError && (await readStyle(session, clientId)) !== undefined)) throw error;
  }
}

async function deleteStyle(session: Session, clientId: string): Promise<void> {
  const style = await readStyle(session, clientId);
  if (!style) return;
  const body = { UserPoolId: session.pool.id, ManagedLoginBrandingId: style };
  await session.api.find('DeleteManagedLoginBranding', body, 'delete the style of login pages');
}

async function deleteClient(session: Session, id: string): Promise<Reverted> {
  await deleteStyle(session, id);
  const body = { UserPoolId: session.pool.id, ClientId: id };
  await session.api.find('DeleteUserPoolClient', body, `delete the app client ${id}`);
  return { outcome: 'deleted', message: `The app client ${id} is deleted.` };
}
