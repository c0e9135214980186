import type { Configuration, errors as ProviderErrors, Provider } from 'oidc-provider';
import { TOKEN_CLIENT_ID, type LocalKeys } from './keys.ts';
import { errorPage } from './pages.ts';
import { adaptClient } from './registration.ts';
import type { LocalSettings } from './settings.ts';
import type { Store } from './store.ts';

export interface ProviderInput {
  issuer: string;
  settings: () => LocalSettings;
  keys: LocalKeys;
  store: Store;
  /** Lifetime of access tokens in seconds. */
  ttl: number;
  /** For client-ID metadata documents; oidc-provider itself refuses private addresses. */
  fetch?: typeof fetch;
}

type ResourceIndicators = NonNullable<NonNullable<Configuration['features']>['resourceIndicators']>;

const DAY = 24 * 3600;
const COOKIE = { httpOnly: true, sameSite: 'lax', signed: true } as const;
/** What a client may ask for beside the project's scopes; it gets them or not, but is never refused for them. */
const OPENID_SCOPES = ['openid', 'offline_access', 'profile', 'email', 'address', 'phone'];

/** Loads oidc-provider without its remark on Node 20, which add-auth supports and tests. */
async function loadLibrary(): Promise<typeof import('oidc-provider')> {
  const original = globalThis.console.warn;
  globalThis.console.warn = (...words: unknown[]) => {
    if (!String(words[0]).includes('Unsupported runtime')) original(...words);
  };
  try {
    return await import('oidc-provider');
  } finally {
    globalThis.console.warn = original;
  }
}

/** The authorization server proper, as MCP clients need it; the HTTP around it is in front.ts. */
export async function createProvider(input: ProviderInput): Promise<Provider> {
  const { Provider, errors } = await loadLibrary();
  const provider = new Provider(input.issuer, configuration(input, errors));
  provider.use(async (context, next) => {
    await next();
    // The scopes may change while we run; the library's own list is fixed.
    const body = context.body as Record<string, unknown> | undefined;
    if (body && context['oidc']?.route === 'discovery') {
      body['scopes_supported'] = [...new Set([...input.settings().scopes, 'openid', 'offline_access'])];
    }
  });
  return provider;
}

function configuration(input: ProviderInput, errors: typeof ProviderErrors): Configuration {
  const { settings, keys, store, ttl } = input;
  const { port } = new URL(input.issuer);
  return {
    adapter: store.adapter,
    jwks: keys.jwks,
    clients: [tokenClient(keys)],
    // Cookies do not know ports, and more than one such server may run on this machine.
    cookies: {
      keys: keys.cookieKeys,
      names: { session: `session_${port}`, interaction: `interaction_${port}`, resume: `resume_${port}` },
      long: COOKIE,
      short: COOKIE,
    },
    scopes: ['openid', 'offline_access'],
    findAccount: (_context, sub) => ({ accountId: sub, claims: async () => ({ sub }) }),
    pkce: { required: () => true },
    rotateRefreshToken: true,
    issueRefreshToken: (_context, client, code) =>
      Promise.resolve(client.grantTypeAllowed('refresh_token') && mayRefresh(code.scopes, settings())),
    ttl: {
      AccessToken: ttl,
      ClientCredentials: ttl,
      AuthorizationCode: 60,
      IdToken: 300,
      Interaction: 600,
      Session: DAY,
      Grant: 30 * DAY,
      RefreshToken: 30 * DAY,
    },
    clientDefaults: { grant_types: ['authorization_code', 'refresh_token'], response_types: ['code'] },
    responseTypes: ['code'],
    clientAuthMethods: ['none', 'client_secret_basic', 'client_secret_post', 'private_key_jwt'],
    extraClientMetadata: clientAdaptation(errors),
    clientBasedCORS: () => true,
    routes: { authorization: '/authorize', registration: '/register', token: '/token', jwks: '/jwks' },
    interactions: { url: (_context, interaction) => `/interaction/${interaction.uid}` },
    renderError(context, out) {
      context.type = 'html';
      context.body = errorPage(out.error, out.error_description);
    },
    ...(input.fetch && { fetch: input.fetch as NonNullable<Configuration['fetch']> }),
    features: {
      devInteractions: { enabled: false },
      registration: { enabled: true, issueRegistrationAccessToken: false },
      clientIdMetadataDocument: { enabled: true, ack: 'draft-02' },
      clientCredentials: { enabled: true },
      revocation: { enabled: true },
      // Nothing that generated servers do not check, and nothing a client could wrongly rely on.
      dPoP: { enabled: false },
      pushedAuthorizationRequests: { enabled: false },
      rpInitiatedLogout: { enabled: false },
      // With it, `openid` would turn the access token into one for the userinfo endpoint.
      userinfo: { enabled: false },
      resourceIndicators: resourceIndicators(input, errors),
    } as Configuration['features'],
  } as Configuration;
}

function clientAdaptation(errors: typeof ProviderErrors): NonNullable<Configuration['extraClientMetadata']> {
  return {
    // The validator runs for every client, whether or not it sends the property.
    properties: ['x_add_auth'],
    validator(_context, _key, _value, metadata) {
      if (metadata.client_id === TOKEN_CLIENT_ID) return;
      const problem = adaptClient(metadata);
      if (problem !== undefined) throw new errors.InvalidClientMetadata(problem);
    },
  };
}

/** RFC 8707: every access token is a JWT for the one resource of the project (RFC 9068). */
function resourceIndicators({ settings, ttl }: ProviderInput, errors: typeof ProviderErrors): ResourceIndicators {
  return {
    enabled: true,
    defaultResource: () => settings().resource,
    useGrantedResource: () => true,
    getResourceServerInfo(context, resource) {
      const now = settings();
      if (!isSameUrl(resource, now.resource)) {
        throw new errors.InvalidTarget(`unknown resource ${resource}: this server is for ${now.resource} only`);
      }
      refuseUnknownScopes(context.oidc.params?.['scope'], now, errors);
      return {
        scope: now.scopes.join(' '),
        audience: now.audience,
        accessTokenTTL: ttl,
        accessTokenFormat: 'jwt',
        jwt: { sign: { alg: 'RS256' } },
      };
    },
  };
}

/** The client behind `add-auth token`: client credentials, because nobody sits at that keyboard. */
function tokenClient(keys: LocalKeys): NonNullable<Configuration['clients']>[number] {
  return {
    client_id: TOKEN_CLIENT_ID,
    client_secret: keys.tokenClientSecret,
    token_endpoint_auth_method: 'client_secret_post',
    grant_types: ['client_credentials'],
    response_types: [],
    redirect_uris: [],
  };
}

/**
 * Version 1 of the official client answers a 403 by refreshing when it can, gets the same scopes, and gives up. It
 * never asks for `offline_access`, so it gets a refresh token only when there is nothing left to step up to.
 */
function mayRefresh(granted: Set<string>, { scopes }: LocalSettings): boolean {
  return granted.has('offline_access') || scopes.every((scope) => granted.has(scope));
}

/** The library would drop an unknown scope in silence, and the client would ask for it again and again. */
function refuseUnknownScopes(asked: unknown, { scopes }: LocalSettings, errors: typeof ProviderErrors): void {
  const unknown = String(asked ?? '')
    .split(' ')
    .filter((scope) => scope !== '' && !scopes.includes(scope) && !OPENID_SCOPES.includes(scope));
  if (unknown.length === 0) return;
  const known = scopes.join(' ');
  throw new errors.InvalidScope(`unknown scope ${unknown.join(' ')}; this project has: ${known}`, unknown.join(' '));
}

/** Older clients send `http://localhost:3000/` for `http://localhost:3000`; both mean the same. */
const isSameUrl = (a: string, b: string): boolean =>
  a === b || (URL.canParse(a) && new URL(a).href === new URL(b).href);
