import { Ajv, type ValidateFunction } from 'ajv';
import { REQUESTS } from './schema.ts';
import type { Json, PoolState } from './state.ts';

/** How AWS refuses. */
export class AwsException extends Error {
  constructor(
    readonly type: string,
    message: string,
  ) {
    super(message);
  }
}

const invalid = (message: string): AwsException => new AwsException('InvalidParameterException', message);
const missing = (what: string): AwsException =>
  new AwsException('ResourceNotFoundException', `${what} does not exist.`);

const ajv = new Ajv({ allErrors: true });
const checks = new Map<string, ValidateFunction>(
  Object.entries(REQUESTS).map(([operation, schema]) => [operation, ajv.compile(schema)]),
);
/** Lists come in pages of so many, however many are asked for. */
const PAGE = 2;

/** Does what an operation says to the pools. @throws AwsException */
export function perform(pools: Map<string, PoolState>, operation: string, body: Json): Json {
  const check = checks.get(operation);
  if (!check) throw new AwsException('UnknownOperationException', operation);
  if (!check(body)) throw invalid(ajv.errorsText(check.errors, { dataVar: operation }));
  if (operation === 'ListUserPools') {
    return paged(
      'UserPools',
      [...pools.keys()].map((Id) => ({ Id, Name: `pool ${Id}` })),
      body,
    );
  }
  if (operation === 'DescribeUserPoolDomain') {
    const found = [...pools].find(([, { domain }]) => domain?.name === body['Domain']);
    if (!found) return { DomainDescription: {} };
    const [UserPoolId, { domain }] = found;
    return { DomainDescription: { UserPoolId, Domain: domain?.name, ManagedLoginVersion: domain?.version } };
  }
  const pool = pools.get(String(body['UserPoolId']));
  if (!pool) throw missing(`User pool ${String(body['UserPoolId'])}`);
  return OPERATIONS[operation]!(pool, body, pools);
}

type Operation = (pool: PoolState, body: Json, pools: Map<string, PoolState>) => Json;

const OPERATIONS: Record<string, Operation> = {
  DescribeUserPool: ({ tier, domain, more }, { UserPoolId: Id }) => ({
    UserPool: { Id, Name: 'Tasks', UserPoolTier: tier, ...(domain && { Domain: domain.name }), ...more },
  }),
  CreateUserPoolDomain(pool, { Domain: name, ManagedLoginVersion: version = 1 }, pools) {
    if (pool.domain) throw invalid('User pool already has a domain configured.');
    if (/aws|amazon|cognito/.test(String(name))) throw invalid('Domain cannot contain reserved word.');
    if ([...pools.values()].some(({ domain }) => domain?.name === name)) throw invalid('Domain already exists.');
    if (version === 2) requireTier(pool);
    pool.domain = { name: String(name), version: version as 1 | 2 };
    return {};
  },
  DeleteUserPoolDomain(pool, { Domain: name }) {
    if (pool.domain?.name !== name) throw invalid('No such domain or user pool exists.');
    delete pool.domain;
    return {};
  },
  DescribeResourceServer(pool, { Identifier, UserPoolId }) {
    const found = pool.resourceServers.get(String(Identifier));
    if (!found) throw missing('Resource server');
    const Scopes = [...found.scopes].map(([ScopeName, ScopeDescription]) => ({ ScopeName, ScopeDescription }));
    return { ResourceServer: { UserPoolId, Identifier, Name: found.name, Scopes } };
  },
  CreateResourceServer(pool, body) {
    if (pool.resourceServers.has(String(body['Identifier']))) {
      throw invalid(`${String(body['Identifier'])} already exists in user pool.`);
    }
    return putServer(pool, body);
  },
  UpdateResourceServer(pool, body) {
    if (!pool.resourceServers.has(String(body['Identifier']))) throw missing('Resource server');
    return putServer(pool, body);
  },
  DeleteResourceServer(pool, { Identifier }) {
    if (!pool.resourceServers.delete(String(Identifier))) throw missing('Resource server');
    return {};
  },
  ListIdentityProviders: (pool, body) =>
    paged(
      'Providers',
      pool.identityProviders.map((ProviderName) => ({ ProviderName, ProviderType: ProviderName })),
      body,
    ),
  ListUserPoolClients: (pool, body) =>
    paged(
      'UserPoolClients',
      [...pool.clients].map(([ClientId, { ClientName }]) => ({ ClientId, ClientName })),
      body,
    ),
  DescribeUserPoolClient: (pool, { UserPoolId, ClientId }) => ({
    UserPoolClient: { UserPoolId, ClientId, ...clientIn(pool, ClientId) },
  }),
  CreateUserPoolClient(pool, { UserPoolId, GenerateSecret, ...settings }) {
    const id = `client${pool.clients.size}${Math.random().toString(36).slice(2)}`;
    const secret = GenerateSecret === true ? { ClientSecret: 'secret' } : {};
    pool.clients.set(id, { ...clientSettings(pool, settings), ...secret, CreationDate: 1.7e9, ClientType: 'REGULAR' });
    return { UserPoolClient: { UserPoolId, ClientId: id, ...pool.clients.get(id) } };
  },
  // What is not sent goes back to its default.
  UpdateUserPoolClient(pool, { UserPoolId, ClientId, ...settings }) {
    const { ClientName, ClientSecret, CreationDate, ClientType } = clientIn(pool, ClientId);
    const kept = { ClientName, ...(ClientSecret !== undefined && { ClientSecret }), CreationDate, ClientType };
    pool.clients.set(String(ClientId), { ...kept, ...clientSettings(pool, settings) });
    return { UserPoolClient: { UserPoolId, ClientId, ...pool.clients.get(String(ClientId)) } };
  },
  DeleteUserPoolClient(pool, { ClientId }) {
    clientIn(pool, ClientId);
    pool.clients.delete(String(ClientId));
    pool.styles.delete(String(ClientId));
    return {};
  },
  DescribeManagedLoginBrandingByClient(pool, { ClientId }) {
    requireTier(pool);
    const id = pool.styles.get(String(ClientId));
    if (id === undefined) throw missing('Managed login branding');
    return { ManagedLoginBranding: { ManagedLoginBrandingId: id, UseCognitoProvidedValues: true } };
  },
  CreateManagedLoginBranding(pool, { ClientId, UseCognitoProvidedValues, Settings }) {
    requireTier(pool);
    clientIn(pool, ClientId);
    if ((UseCognitoProvidedValues === true) === (Settings !== undefined)) {
      throw invalid('useCognitoProvidedValues or settings should be specified (but not both)');
    }
    if (pool.styles.has(String(ClientId))) {
      throw new AwsException('ManagedLoginBrandingExistsException', 'It already has a style.');
    }
    pool.styles.set(String(ClientId), `style-of-${String(ClientId)}`);
    return { ManagedLoginBranding: { ManagedLoginBrandingId: pool.styles.get(String(ClientId)) } };
  },
  DeleteManagedLoginBranding(pool, { ManagedLoginBrandingId: id }) {
    const found = [...pool.styles].find(([, style]) => style === id);
    if (!found) throw missing('Managed login branding');
    pool.styles.delete(found[0]);
    return {};
  },
};

function requireTier({ tier }: PoolState): void {
  if (tier !== 'LITE') return;
  throw new AwsException('FeatureUnavailableInTierException', 'Managed login is not available in your feature plan.');
}

function paged(key: string, all: Json[], { MaxResults = 60, NextToken }: Json): Json {
  const start = Number(NextToken ?? 0);
  const end = start + Math.min(PAGE, Number(MaxResults));
  return { [key]: all.slice(start, end), ...(end < all.length && { NextToken: String(end) }) };
}

function putServer(pool: PoolState, { Identifier, Name, Scopes = [] }: Json): Json {
  const scopes = (Scopes as { ScopeName: string; ScopeDescription: string }[]).map(
    ({ ScopeName, ScopeDescription }) => [ScopeName, ScopeDescription] as const,
  );
  pool.resourceServers.set(String(Identifier), { name: String(Name), scopes: new Map(scopes) });
  return { ResourceServer: { Identifier, Name, Scopes } };
}

function clientIn(pool: PoolState, id: unknown): Json {
  const found = pool.clients.get(String(id));
  if (!found) throw missing(`User pool client ${String(id)}`);
  return found;
}

const OIDC = ['openid', 'email', 'phone', 'profile', 'aws.cognito.signin.user.admin'];

/** Settings as they are kept, when all of them go together. */
function clientSettings(pool: PoolState, settings: Json): Json {
  const list = (name: string): string[] => (settings[name] as string[] | undefined) ?? [];
  const custom = [...pool.resourceServers].flatMap(([id, { scopes }]) =>
    [...scopes.keys()].map((one) => `${id}/${one}`),
  );
  const unknown = list('AllowedOAuthScopes').find((scope) => ![...OIDC, ...custom].includes(scope));
  if (unknown !== undefined)
    throw new AwsException('ScopeDoesNotExistException', `Invalid scope requested: ${unknown}`);
  for (const url of list('CallbackURLs')) {
    if (/^http:/.test(url) && !/^http:\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d+)?(\/|$)/.test(url)) {
      throw invalid(`${url} cannot use the HTTP protocol.`);
    }
    if (url.includes('#')) throw invalid(`${url} has a fragment.`);
  }
  const providers = ['COGNITO', ...pool.identityProviders];
  const provider = list('SupportedIdentityProviders').find((name) => !providers.includes(name));
  if (provider !== undefined) throw invalid(`The provider ${provider} does not exist.`);
  if (settings['AllowedOAuthFlowsUserPoolClient'] === true && list('AllowedOAuthFlows').length === 0) {
    throw invalid('AllowedOAuthFlows and AllowedOAuthScopes are required if user pool client is allowed to use OAuth.');
  }
  return {
    RefreshTokenValidity: 30,
    TokenValidityUnits: {},
    EnableTokenRevocation: true,
    AuthSessionValidity: 3,
    AllowedOAuthFlowsUserPoolClient: false,
    ...settings,
    LastModifiedDate: 1.7e9,
  };
}
