import { Ajv } from 'ajv';
import { REQUESTS } from './schema.ts';
import { EVERYONE, newId, newServer, type AppState, type OrgState, type PolicyState, type RuleState } from './state.ts';

const ajv = new Ajv({ allErrors: true });
const validators = new Map(
  Object.entries(REQUESTS).map(([name, { body }]) => [name, body && ajv.compile(body)] as const),
);

type Json = Record<string, unknown>;

export interface Answer {
  status: number;
  body?: unknown;
}

/** An error as Okta tells it. */
export function failure(status: number, code: string, summary: string, causes: string[] = []): Answer {
  const errorCauses = causes.map((errorSummary) => ({ errorSummary }));
  return {
    status,
    body: { errorCode: code, errorSummary: summary, errorLink: code, errorId: newId('oae'), errorCauses },
  };
}

const notFound = (id = ''): Answer => failure(404, 'E0000007', `Not found: Resource not found: ${id}`);
const invalid = (cause: string): Answer => failure(400, 'E0000001', 'Api validation failed', [cause]);
const taken = (): Answer => invalid('name: An object with this field already exists in the current organization');
const ok = (body: unknown): Answer => ({ status: 200, body });
const made = (body: unknown): Answer => ({ status: 201, body });
const done: Answer = { status: 204 };

/** Answers one request to `/api/v1…`, and holds it to the schema. */
export function administer(org: OrgState, base: string, method: string, url: URL, raw: string): Answer {
  const path = url.pathname.slice('/api/v1'.length);
  const ids: string[] = [];
  // Kinds and ids take turns, but for `lifecycle/activate` and `credentials/secrets`.
  const parts = path.split('/').slice(1);
  const shape = parts.map((part, i) => {
    if (i % 2 === 0 || ['lifecycle', 'credentials'].includes(parts[i - 1] ?? '')) return part;
    ids.push(decodeURIComponent(part));
    return '*';
  });
  const operation = `${method} /${shape.join('/')}`;
  const validate = validators.get(operation);
  if (validate === undefined) return failure(405, 'E0000022', `The endpoint does not support the method: ${operation}`);
  const unknown = [...url.searchParams.keys()].filter((key) => !REQUESTS[operation]?.query?.includes(key));
  if (unknown.length > 0) return invalid(`unknown query ${unknown.join()}`);
  const body: unknown = raw === '' ? undefined : JSON.parse(raw);
  if (validate === null ? body !== undefined : !validate(body)) return invalid(ajv.errorsText(validate?.errors));
  return shape[0] === 'apps' || shape[0] === 'groups'
    ? onApp(org, operation, ids, body as Json, url)
    : onServer(org, base, operation, ids, body as Json);
}

function onServer(org: OrgState, base: string, operation: string, ids: string[], body: Json): Answer {
  const [serverId = '', inner = ''] = ids;
  if (operation === 'GET /authorizationServers') return ok(org.servers.map(shown));
  if (operation === 'POST /authorizationServers') {
    const server = newServer(base, body);
    org.servers.push(server);
    return made(shown(server));
  }
  const server = org.servers.find(({ id }) => id === serverId);
  if (!server) return notFound(serverId);
  const rest = operation.replace(' /authorizationServers/*', '');
  switch (rest) {
    case 'GET':
      return ok(shown(server));
    case 'PUT':
      Object.assign(server, body);
      return ok(shown(server));
    case 'DELETE':
      if (server.status === 'ACTIVE')
        return failure(403, 'E0000006', 'An active authorization server cannot be deleted');
      org.servers = org.servers.filter((one) => one !== server);
      return done;
    case 'POST/lifecycle/activate':
    case 'POST/lifecycle/deactivate':
      server.status = rest.endsWith('deactivate') ? 'INACTIVE' : 'ACTIVE';
      return done;
    case 'GET/scopes':
      return ok(server.scopes);
    case 'POST/scopes':
      return create(server.scopes, { metadataPublish: 'NO_CLIENTS', consent: 'IMPLICIT', ...body, id: newId('scp') });
    case 'GET/policies':
      return ok(server.policies.map(shownPolicy));
    case 'POST/policies':
      return create(server.policies, {
        status: 'ACTIVE',
        ...body,
        id: newId('00p'),
        rules: [],
      } as unknown as PolicyState);
  }
  if (rest.includes('/scopes')) return onItem(server.scopes, rest.replace('/scopes/*', ''), inner, body);
  const policy = server.policies.find(({ id }) => id === inner);
  if (!policy) return notFound(inner);
  return rest.includes('/rules')
    ? onRule(policy, rest, ids[2] ?? '', body)
    : onItem(server.policies, rest.replace('/policies/*', ''), inner, body);
}

function onRule({ rules }: PolicyState, rest: string, id: string, body: Json): Answer {
  if (rest === 'GET/policies/*/rules') return ok(rules);
  const { people, grantTypes } = (body?.['conditions'] ?? {}) as RuleState['conditions'];
  if (grantTypes?.include.includes('authorization_code') && people === undefined) {
    return invalid(
      "conditions.people: At least one of 'conditions.people.users.include' or … must contain a valid user",
    );
  }
  if (rest === 'POST/policies/*/rules') {
    return create(rules, { status: 'ACTIVE', ...body, id: newId('0pr') } as unknown as RuleState);
  }
  return onItem(rules, rest.replace('/policies/*/rules/*', ''), id, body);
}

/** Lists of things whose names are unique. */
function create<T extends { name: string }>(list: T[], item: Json | T): Answer {
  if (list.some(({ name }) => name === (item as T).name)) return taken();
  list.push(item as T);
  return made(shownPolicy(item));
}

function onItem<T extends { id: string; status?: string }>(list: T[], method: string, id: string, body: Json): Answer {
  const at = list.findIndex((one) => one.id === id);
  const item = list[at];
  if (!item) return notFound(id);
  if (method === 'GET') return ok(shownPolicy(item));
  if (method === 'DELETE') {
    list.splice(at, 1);
    return done;
  }
  if (method === 'PUT') Object.assign(item, body);
  else item.status = 'ACTIVE';
  return method === 'PUT' ? ok(shownPolicy(item)) : done;
}

const HIDDEN = ['scopes', 'policies', 'rules', 'groups', 'users', 'secrets'];
const shownPolicy = (item: object): object =>
  Object.fromEntries(Object.entries(item).filter(([name]) => name !== 'rules'));
const shown = (item: object): Json => ({
  ...Object.fromEntries(Object.entries(item).filter(([name]) => !HIDDEN.includes(name))),
  created: '2026-11-21T00:00:00.000Z',
  _links: {},
});

function onApp(org: OrgState, operation: string, [id = '', inner = '']: string[], body: Json, url: URL): Answer {
  if (operation === 'GET /groups') {
    if (url.searchParams.get('filter') !== 'type eq "BUILT_IN"') return ok([]);
    return ok([{ id: EVERYONE, type: 'BUILT_IN', profile: { name: 'Everyone' } }]);
  }
  if (operation === 'GET /apps') {
    const withOff = url.searchParams.get('includeNonDeleted') === 'true';
    return ok(org.apps.filter(({ status }) => withOff || status === 'ACTIVE').map(shown));
  }
  if (operation === 'POST /apps') return newApp(org, body);
  const app = org.apps.find((one) => one.id === id);
  if (!app) return notFound(id);
  switch (operation) {
    case 'GET /apps/*':
      return ok(shown(app));
    case 'PUT /apps/*':
      Object.assign(app, body);
      return ok(shown(app));
    case 'DELETE /apps/*':
      if (app.status === 'ACTIVE') return failure(403, 'E0000056', 'Delete application forbidden.');
      org.apps = org.apps.filter((one) => one !== app);
      return done;
    case 'POST /apps/*/lifecycle/deactivate':
      app.status = 'INACTIVE';
      return { status: 200 };
    case 'GET /apps/*/groups':
      return ok(app.groups.map((group) => ({ id: group })));
    case 'GET /apps/*/credentials/secrets':
      return ok(app.secrets ?? []);
    case 'GET /apps/*/users':
      return ok(app.users.map((user) => ({ id: user })));
    default:
      if (inner !== EVERYONE) return notFound(inner);
      app.groups = [...new Set([...app.groups, inner])];
      return ok({ id: inner });
  }
}

function newApp(org: OrgState, body: Json): Answer {
  const { credentials, settings } = body as unknown as AppState;
  const { token_endpoint_auth_method: method, pkce_required: pkce } = credentials.oauthClient;
  if (method === 'none' && pkce === false) return invalid('pkce_required must be true for public clients');
  if (settings.oauthClient['application_type'] === 'web' && method === 'none') return invalid('web needs a secret');
  const isService = settings.oauthClient['application_type'] === 'service';
  if (!isService && !settings.oauthClient.redirect_uris?.length) return invalid('redirect_uris: must not be empty');
  const id = newId('0oa');
  const app = { ...body, id, status: 'ACTIVE', groups: [], users: [] } as unknown as AppState;
  app.credentials.oauthClient.client_id ??= id;
  org.apps.push(app);
  if (method === 'none') return ok(shown(app));
  app.secrets = [{ id: newId('ocs'), status: 'ACTIVE', client_secret: newId('secret-') }];
  const { client_secret: secret } = app.secrets[0]!;
  const { oauthClient } = app.credentials;
  return ok({ ...shown(app), credentials: { oauthClient: { ...oauthClient, client_secret: secret } } });
}
