import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { SignJWT } from 'jose';
import { Provider, errors, type Configuration } from 'oidc-provider';
import type { Json, TenantState } from './state.ts';
import { id } from './state.ts';

export const KID = 'tenant-key';
export const USER = 'auth0|anna';

export interface SigningKey {
  privateKey: KeyObject;
  jwk: Json;
}

export function newSigningKey(): SigningKey {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { privateKey, jwk: { ...privateKey.export({ format: 'jwk' }), kid: KID, alg: 'RS256', use: 'sig' } };
}

type Info = Awaited<
  ReturnType<
    NonNullable<NonNullable<NonNullable<Configuration['features']>['resourceIndicators']>['getResourceServerInfo']>
  >
>;

/**
 * The tenant's authorization server for third-party clients. It lives on the state that the Management API changes, and
 * refuses what Auth0 refuses: no API, no default grant for users, no domain-level connection, registration closed.
 */
export function createAuthorizationServer(issuer: string, tenant: TenantState, key: SigningKey): Provider {
  const provider = new Provider(issuer, {
    jwks: { keys: [key.jwk as never] },
    adapter: adapterFor(tenant),
    scopes: ['openid', 'offline_access'],
    findAccount: (_context, sub) => ({ accountId: sub, claims: () => ({ sub }) }),
    pkce: { required: () => true },
    responseTypes: ['code'],
    clientDefaults: { grant_types: ['authorization_code', 'refresh_token'], response_types: ['code'] },
    clientAuthMethods: ['none', 'client_secret_post', 'client_secret_basic'],
    routes: {
      authorization: '/authorize',
      registration: '/oidc/register',
      token: '/oauth/token',
      jwks: '/.well-known/jwks.json',
    },
    interactions: { url: (_context, interaction) => `/u/login/${interaction.uid}` },
    ttl: { AccessToken: 600, AuthorizationCode: 60, Grant: 3600, Interaction: 600, RefreshToken: 3600, Session: 3600 },
    issueRefreshToken: (_context, client) => Promise.resolve(client.grantTypeAllowed('refresh_token')),
    features: {
      devInteractions: { enabled: false },
      registration: { enabled: true, idFactory: () => id('tpc_') },
      userinfo: { enabled: false },
      rpInitiatedLogout: { enabled: false },
      resourceIndicators: {
        enabled: true,
        useGrantedResource: () => true,
        getResourceServerInfo: (_context, resource, client) => infoOf(tenant, resource, client.clientId),
      },
    },
  } as Configuration);
  provider.use(async (context, next) => {
    await next();
    const body = context.body as Json | undefined;
    if (!body || context['oidc']?.route !== 'discovery') return;
    if (tenant.settings.flags['enable_dynamic_client_registration'] !== true) delete body['registration_endpoint'];
    body['authorization_response_iss_parameter_supported'] =
      tenant.settings['authorization_response_iss_parameter_supported'] === true;
  });
  return provider;
}

function infoOf(tenant: TenantState, audience: string, clientId: string): Info {
  const api = tenant.resourceServers.find(({ identifier }) => identifier === audience);
  if (!api) throw new errors.AccessDenied(`Service not found: ${audience}`);
  const own = tenant.grants.find((grant) => grant.audience === audience && grant['client_id'] === clientId);
  const grant =
    own ??
    tenant.grants.find(
      (one) =>
        one.audience === audience && one['default_for'] === 'third_party_clients' && one['subject_type'] === 'user',
    );
  if (!grant || grant['subject_type'] !== 'user') {
    throw new errors.AccessDenied(`Client ${clientId} is not authorized to access resource server ${audience}`);
  }
  const ofApi = (api.scopes ?? []).map(({ value }) => value);
  const granted = grant['allow_all_scopes'] ? ofApi : (grant.scope ?? []).filter((scope) => ofApi.includes(scope));
  // With RBAC a user has what the roles give; this one has none.
  const scope = api['enforce_policies'] ? '' : granted.join(' ');
  if (api['signing_alg'] !== 'RS256') throw new errors.AccessDenied('third-party clients need RS256');
  return { scope, audience, accessTokenFormat: 'jwt', accessTokenTTL: 600, jwt: { sign: { alg: 'RS256', kid: KID } } };
}

/** Clients are those of the tenant; the rest is kept aside. */
function adapterFor(tenant: TenantState): (name: string) => unknown {
  const kept = new Map<string, Json>();
  return (name) => ({
    upsert(key: string, payload: Json) {
      kept.set(`${name}:${key}`, payload);
      if (payload['uid'] !== undefined) kept.set(`${name}:uid:${String(payload['uid'])}`, payload);
      return Promise.resolve();
    },
    find: (key: string) =>
      Promise.resolve(kept.get(`${name}:${key}`) ?? (name === 'Client' ? registered(tenant, key) : undefined)),
    findByUid: (uid: string) => Promise.resolve(kept.get(`${name}:uid:${uid}`)),
    findByUserCode: () => Promise.resolve(undefined),
    consume(key: string) {
      const payload = kept.get(`${name}:${key}`);
      if (payload) payload['consumed'] = Math.floor(Date.now() / 1000);
      return Promise.resolve();
    },
    destroy: (key: string) => Promise.resolve(void kept.delete(`${name}:${key}`)),
    revokeByGrantId: () => Promise.resolve(),
  });
}

function registered({ clients }: TenantState, clientId: string): Json | undefined {
  const client = clients.find((one) => one.client_id === clientId && one['is_first_party'] === false);
  return (
    client && {
      client_id: clientId,
      client_name: client.name,
      redirect_uris: client['callbacks'] ?? [],
      grant_types: client['grant_types'] ?? ['authorization_code'],
      token_endpoint_auth_method: client['token_endpoint_auth_method'],
      application_type: client['app_type'] === 'native' ? 'native' : 'web',
    }
  );
}

/** A person who signs in and agrees to everything, if there is a way to sign in at all. */
export async function signIn(
  provider: Provider,
  tenant: TenantState,
  ...[request, response]: Parameters<Provider['interactionDetails']>
): Promise<void> {
  const { prompt, session, params, grantId } = await provider.interactionDetails(request, response);
  const canSignIn = tenant.connections.some((connection) => connection['is_domain_connection'] === true);
  if (!canSignIn) {
    const denied = { error: 'access_denied', error_description: 'no connections enabled for the client' };
    return provider.interactionFinished(request, response, denied);
  }
  if (prompt.name === 'login') return provider.interactionFinished(request, response, { login: { accountId: USER } });
  const clientId = String(params['client_id']);
  const grant =
    (grantId && (await provider.Grant.find(grantId))) ||
    new provider.Grant({ accountId: session!.accountId, clientId });
  const { missingResourceScopes = {}, missingOIDCScope = [] } = prompt.details as {
    missingResourceScopes?: Record<string, string[]>;
    missingOIDCScope?: string[];
  };
  if (missingOIDCScope.length > 0) grant.addOIDCScope(missingOIDCScope.join(' '));
  for (const [resource, scopes] of Object.entries(missingResourceScopes))
    grant.addResourceScope(resource, scopes.join(' '));
  await provider.interactionFinished(
    request,
    response,
    { consent: { grantId: await grant.save() } },
    { mergeWithLastSubmission: true },
  );
}

/** Client credentials as Auth0 has them: `audience` names the API. */
export async function clientCredentials(
  issuer: string,
  tenant: TenantState,
  key: SigningKey,
  form: URLSearchParams,
): Promise<{ status: number; body: Json }> {
  const client = tenant.clients.find((one) => one.client_id === form.get('client_id'));
  if (!client || client['client_secret'] !== form.get('client_secret'))
    return { status: 401, body: { error: 'access_denied', error_description: 'Unauthorized' } };
  const audience = form.get('audience') ?? form.get('resource') ?? '';
  const grant = tenant.grants.find(
    (one) => one.audience === audience && one['client_id'] === client.client_id && one['subject_type'] === 'client',
  );
  if (!grant)
    return {
      status: 403,
      body: { error: 'access_denied', error_description: `Client is not authorized to access ${audience}` },
    };
  const scope = (grant.scope ?? []).join(' ');
  const token = await new SignJWT({ scope, client_id: client.client_id, gty: 'client-credentials' })
    .setProtectedHeader({ alg: 'RS256', kid: KID, typ: 'at+jwt' })
    .setIssuer(issuer)
    .setSubject(`${client.client_id}@clients`)
    .setAudience(audience)
    .setIssuedAt()
    .setExpirationTime('10m')
    .sign(key.privateKey);
  return { status: 200, body: { access_token: token, token_type: 'Bearer', expires_in: 600, scope } };
}
