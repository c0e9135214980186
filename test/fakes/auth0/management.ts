import type { Json, TenantState } from './state.ts';
import { id } from './state.ts';

export interface Call {
  /** `GET clients/{id}` */
  operation: string;
  /** What `{id}` stands for. */
  id: string;
  query: URLSearchParams;
  body: Json;
  scopes: ReadonlySet<string>;
}
export interface Answer {
  status: number;
  body?: unknown;
}
type Handler = (tenant: TenantState, call: Call) => Answer;

const ok = (body: unknown, status = 200): Answer => ({ status, body });
const TEXT: Record<number, string> = { 400: 'Bad Request', 403: 'Forbidden', 404: 'Not Found', 409: 'Conflict' };

/** An error as the vendor words it. */
export const failure = (statusCode: number, message: string, errorCode?: string): Answer => ({
  status: statusCode,
  body: { statusCode, error: TEXT[statusCode] ?? 'Error', message, ...(errorCode && { errorCode }) },
});

/** The most that one page holds on the public cloud. */
const MOST = 50;

/** Lists come in pages by number or by checkpoint; asked for neither, bare. */
function paged(items: Json[], key: string, query: URLSearchParams): Answer {
  if (query.has('take') || query.has('from')) {
    const start = Number(query.get('from') ?? 0);
    const end = start + Math.min(Number(query.get('take') ?? MOST), MOST);
    return ok({ [key]: items.slice(start, end), ...(end < items.length && { next: String(end) }) });
  }
  const limit = Math.min(Number(query.get('per_page') ?? MOST), MOST);
  const start = Number(query.get('page') ?? 0) * limit;
  const page = items.slice(start, start + limit);
  return ok(query.get('include_totals') === 'true' ? { [key]: page, start, limit, total: items.length } : page);
}

const matching = (items: Json[], query: URLSearchParams, names: string[]): Json[] =>
  items.filter((item) => names.every((name) => !query.has(name) || String(item[name]) === query.get(name)));

function fieldsOf(item: Json, query: URLSearchParams): Json {
  const fields = query.get('fields')?.split(',');
  return fields ? Object.fromEntries(Object.entries(item).filter(([name]) => fields.includes(name))) : item;
}

const findApi = (tenant: TenantState, key: string): TenantState['resourceServers'][number] | undefined =>
  tenant.resourceServers.find((api) => api.id === key || api.identifier === key);
const noApi = (): Answer => failure(404, 'The resource server does not exist', 'inexistent_resource_server');
const noClient = (): Answer => failure(404, 'The client does not exist', 'inexistent_client');
const noGrant = (): Answer => failure(404, 'The client grant does not exist.', 'inexistent_client_grant');

/** Secrets are for those who may read keys. */
function publicClient(client: Json, { query, scopes }: Call): Json {
  const { client_secret: secret, ...rest } = client;
  return fieldsOf(
    scopes.has('read:client_keys') && secret !== undefined ? { ...rest, client_secret: secret } : rest,
    query,
  );
}

const isValidScope = (tenant: TenantState, audience: string, scope: unknown): boolean =>
  ((scope ?? []) as string[]).every((name) => findApi(tenant, audience)?.scopes?.some(({ value }) => value === name));

export const HANDLERS: Record<string, Handler> = {
  'GET tenants/settings': ({ settings }) => {
    // Told by no tenant, whatever was set.
    const { dynamic_client_registration_security_mode: _, ...told } = settings;
    return ok(told);
  },
  'PATCH tenants/settings': ({ settings }, { body: { flags = {}, ...rest } }) => {
    Object.assign(settings, rest);
    Object.assign(settings.flags, flags);
    return ok(settings);
  },
  'GET resource-servers/{id}': (tenant, { id: key }) => {
    const api = findApi(tenant, key);
    return api ? ok(api) : noApi();
  },
  'POST resource-servers': (tenant, { body }) => {
    if (findApi(tenant, String(body['identifier']))) {
      return failure(409, 'A resource server with the same identifier already exists.');
    }
    const defaults = { allow_offline_access: false, token_lifetime: 86_400, signing_alg: 'HS256' };
    const api: TenantState['resourceServers'][number] = {
      id: id(''),
      ...defaults,
      ...(body as Json & { identifier: string }),
    };
    tenant.resourceServers.push(api);
    // What is at its default is not told.
    if (api['enforce_policies'] === false) delete api['enforce_policies'];
    return ok(api, 201);
  },
  'PATCH resource-servers/{id}': (tenant, { id: key, body }) => {
    const api = findApi(tenant, key);
    return api ? ok(Object.assign(api, body)) : noApi();
  },
  'DELETE resource-servers/{id}': (tenant, { id: key }) => {
    const api = findApi(tenant, key);
    if (!api) return noApi();
    tenant.resourceServers = tenant.resourceServers.filter((one) => one !== api);
    tenant.grants = tenant.grants.filter(({ audience }) => audience !== api.identifier);
    return { status: 204 };
  },
  'GET client-grants': ({ grants }, { query }) =>
    paged(matching(grants, query, ['audience', 'client_id', 'subject_type', 'default_for']), 'client_grants', query),
  'GET client-grants/{id}': ({ grants }, call) => {
    const grant = grants.find((one) => one.id === call.id);
    return grant ? ok(grant) : noGrant();
  },
  'POST client-grants': (tenant, { body }) => {
    const { audience, client_id: client, default_for: group, scope = [] } = body as Json & { audience: string };
    if ((client === undefined) === (group === undefined)) {
      return failure(400, 'Exactly one of client_id and default_for is needed', 'invalid_body');
    }
    if (!findApi(tenant, audience)) return noApi();
    if (client !== undefined && !tenant.clients.some((one) => one.client_id === client)) return noClient();
    if (!isValidScope(tenant, audience, scope))
      return failure(400, 'Some scopes are not those of the API', 'invalid_body');
    // Looks right, and gives users nothing.
    const subject = body['subject_type'] ?? 'client';
    const isSame = (one: Json): boolean =>
      one['audience'] === audience &&
      one['client_id'] === client &&
      one['default_for'] === group &&
      one['subject_type'] === subject;
    if (tenant.grants.some(isSame)) return failure(409, `A client grant for ${audience} already exists.`);
    const grant = { id: id('cgr_'), ...body, audience, scope: scope as string[], subject_type: subject };
    tenant.grants.push(grant);
    return ok(grant, 201);
  },
  'PATCH client-grants/{id}': (tenant, { id: key, body }) => {
    const grant = tenant.grants.find((one) => one.id === key);
    if (!grant) return noGrant();
    if (!isValidScope(tenant, grant.audience, body['scope']))
      return failure(400, 'Some scopes are not those of the API');
    return ok(Object.assign(grant, body));
  },
  'DELETE client-grants/{id}': (tenant, { id: key }) => {
    tenant.grants = tenant.grants.filter((one) => one.id !== key);
    return { status: 204 };
  },
  'GET connections': ({ connections }, { query }) =>
    paged(matching(connections, query, ['name', 'strategy']), 'connections', query),
  'GET connections/{id}': ({ connections }, call) => {
    const connection = connections.find((one) => one.id === call.id);
    return connection ? ok(connection) : failure(404, 'The connection does not exist', 'inexistent_connection');
  },
  'PATCH connections/{id}': ({ connections }, { id: key, body }) => {
    const connection = connections.find((one) => one.id === key);
    return connection ? ok(Object.assign(connection, body)) : failure(404, 'The connection does not exist');
  },
  'GET clients': ({ clients }, call) => {
    const found = matching(clients, call.query, ['app_type', 'is_first_party', 'external_client_id']);
    return paged(
      found.map((client) => publicClient(client, call)),
      'clients',
      call.query,
    );
  },
  'GET clients/{id}': ({ clients }, call) => {
    const client = clients.find((one) => one.client_id === call.id);
    return client ? ok(publicClient(client, call)) : noClient();
  },
  'POST clients': ({ clients }, { body }) => {
    const isThird = body['is_first_party'] === false;
    const defaults = { is_first_party: true, token_endpoint_auth_method: 'none', oidc_conformant: false };
    const client = {
      client_id: id(isThird ? 'tpc_' : ''),
      client_secret: id('secret-'),
      ...defaults,
      ...(body as Json & { name: string }),
    };
    clients.push(client);
    return ok(client, 201);
  },
  'PATCH clients/{id}': ({ clients }, call) => {
    const client = clients.find((one) => one.client_id === call.id);
    return client ? ok(publicClient(Object.assign(client, call.body), call)) : noClient();
  },
  'DELETE clients/{id}': (tenant, { id: key }) => {
    tenant.clients = tenant.clients.filter((one) => one.client_id !== key);
    tenant.grants = tenant.grants.filter((one) => one['client_id'] !== key);
    return { status: 204 };
  },
  'POST clients/{id}/rotate-secret': ({ clients }, call) => {
    const client = clients.find((one) => one.client_id === call.id);
    return client ? ok(Object.assign(client, { client_secret: id('secret-') })) : noClient();
  },
  'POST clients/cimd/preview': (_tenant, { body }) => ok(imported(body)),
  'POST clients/cimd/register': ({ clients }, { body }) => {
    const url = String(body['external_client_id']);
    const known = clients.find((one) => one['external_client_id'] === url);
    const client = known ?? { client_id: id('tpc_'), name: url, external_client_id: url, is_first_party: false };
    if (!known) clients.push(client);
    return ok({ ...imported(body), client_id: client.client_id }, known ? 200 : 201);
  },
  'GET roles': ({ roles }, { query }) => {
    const named = roles.filter(({ name }) => name.includes(query.get('name_filter') ?? ''));
    return paged(
      named.map(({ permissions: _, ...role }) => role),
      'roles',
      query,
    );
  },
  'POST roles': ({ roles }, { body }) => {
    if (roles.some(({ name }) => name === body['name'])) return failure(409, 'The role already exists.');
    const role = { id: id('rol_'), ...(body as { name: string }) };
    roles.push({ ...role, permissions: [] });
    return ok(role);
  },
  'GET roles/{id}': ({ roles }, call) => {
    const role = roles.find((one) => one.id === call.id);
    return role
      ? ok({ id: role.id, name: role.name, description: role['description'] })
      : failure(404, 'Role not found.');
  },
  'DELETE roles/{id}': (tenant, { id: key }) => {
    tenant.roles = tenant.roles.filter((one) => one.id !== key);
    return ok(undefined);
  },
  'GET roles/{id}/permissions': ({ roles }, { id: key, query }) =>
    paged(roles.find((one) => one.id === key)?.permissions ?? [], 'permissions', query),
  'POST roles/{id}/permissions': ({ roles }, { id: key, body }) => {
    roles.find((one) => one.id === key)?.permissions.push(...(body['permissions'] as Json[]));
    return { status: 201 };
  },
  'DELETE roles/{id}/permissions': ({ roles }, { id: key, body }) => {
    const gone = new Set((body['permissions'] as Json[]).map((one) => one['permission_name']));
    const role = roles.find((one) => one.id === key);
    if (role) role.permissions = role.permissions.filter((one) => !gone.has(one['permission_name']));
    return ok(undefined);
  },
};

const imported = ({ external_client_id: url }: Json): Json => ({
  mapped_fields: { external_client_id: url, name: url, grant_types: ['authorization_code'] },
  validation: { valid: true, violations: [], warnings: [] },
});
