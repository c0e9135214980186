import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { errors, Provider, type Configuration, type Interaction } from 'oidc-provider';
import { freePort } from './running-server.ts';

export interface TokenProvider {
  issuer: string;
  /** Port of the callback of client FIXED. */
  callbackPort: number;
  /** Path and method of every request, in order. */
  asked: string[];
  /** Bodies of the token requests. */
  tokenRequests: URLSearchParams[];
  /** Queries of the authorization requests. */
  authorizations: URLSearchParams[];
  /** Ids of the clients that are registered now. */
  registered: Set<string>;
  /** What the person in the browser does. */
  person: 'allows' | 'denies' | 'walks away';
  close(): Promise<void>;
}

export interface TokenProviderOptions {
  resource: string;
  scopes?: string[];
  registration?: boolean;
  /** Can registrations be taken back (RFC 7592)? */
  management?: boolean;
  device?: boolean;
}

export const MACHINE = { id: 'machine', secret: 'machine-secret-of-the-tests' };
/** A scope that is refused; others that do not exist are left out in silence. */
export const FORBIDDEN = 'forbidden:tasks';
/** A public client with a fixed callback, as web forms of vendors register them. */
export const FIXED = { id: 'fixed' };

/**
 * oidc-provider as a stranger would run it: none of our own server's leniency. Its pages are a person who answers at
 * once, so that any browser that follows redirects gets to the end.
 */
export async function startTokenProvider(options: TokenProviderOptions): Promise<TokenProvider> {
  const { resource, registration = true, management = true, device = true } = options;
  const scopes = options.scopes ?? ['read:tasks', 'write:tasks'];
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const callbackPort = await freePort();
  const provider = quietly(issuer, {
    clients: clients(callbackPort),
    scopes: ['openid', 'offline_access'],
    findAccount: (_context, sub) => ({ accountId: sub, claims: async () => ({ sub }) }),
    pkce: { required: () => true },
    clientDefaults: { grant_types: ['authorization_code'], response_types: ['code'] },
    interactions: { url: (_context, { uid }) => `/interaction/${uid}` },
    cookies: { keys: ['test'] },
    ttl: {
      AccessToken: 600,
      AuthorizationCode: 60,
      ClientCredentials: 600,
      DeviceCode: 600,
      Grant: 600,
      IdToken: 60,
      Interaction: 600,
      Session: 600,
    },
    features: {
      devInteractions: { enabled: false },
      userinfo: { enabled: false },
      registration: { enabled: registration },
      registrationManagement: { enabled: registration && management },
      clientCredentials: { enabled: true },
      deviceFlow: { enabled: device },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo({ oidc }, asked) {
          if (asked !== resource) throw new errors.InvalidTarget(`${asked} is not an API of this server`);
          if (String(oidc.params?.['scope']).includes(FORBIDDEN))
            throw new errors.InvalidScope('no such scope', FORBIDDEN);
          return {
            scope: scopes.join(' '),
            accessTokenFormat: 'jwt',
            accessTokenTTL: 600,
            jwt: { sign: { alg: 'RS256' } },
          };
        },
      },
    },
  } as Configuration);
  const test: TokenProvider = {
    issuer,
    callbackPort,
    asked: [],
    tokenRequests: [],
    authorizations: [],
    registered: new Set(),
    person: 'allows',
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  provider.on('registration_create.success', (_context, { clientId }) => void test.registered.add(clientId));
  provider.on('registration_delete.success', (_context, { clientId }) => void test.registered.delete(clientId));
  provider.use(async (context, next) => {
    await next();
    const { route } = context.oidc ?? {};
    // The library names no interval, which means five seconds.
    if (route === 'device_authorization') Object.assign(context.body as object, { interval: 1 });
    if (route === 'token') test.tokenRequests.push(new URLSearchParams(context.oidc.body as Record<string, string>));
  });
  const callback = provider.callback();
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const url = new URL(request.url!, issuer);
    test.asked.push(`${request.method} ${url.pathname}`);
    if (url.pathname === '/auth') test.authorizations.push(url.searchParams);
    if (!url.pathname.startsWith('/interaction/')) return void callback(request, response);
    void answer(provider, test.person, request, response);
  });
  return test;
}

/** Without its remarks on keys and storage, which are right for tests. */
function quietly(issuer: string, configuration: Configuration): Provider {
  const { warn } = globalThis.console;
  globalThis.console.warn = () => undefined;
  try {
    return new Provider(issuer, configuration);
  } finally {
    globalThis.console.warn = warn;
  }
}

/** The person at the login and consent pages. */
async function answer(
  provider: Provider,
  person: TokenProvider['person'],
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (person === 'walks away') return void response.end('<p>Sign in</p>');
  const interaction = await provider.interactionDetails(request, response);
  const result =
    person === 'denies'
      ? { error: 'access_denied', error_description: 'the person said no' }
      : interaction.prompt.name === 'login'
        ? { login: { accountId: 'ada' } }
        : { consent: { grantId: await grantOf(provider, interaction) } };
  await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: person === 'allows' });
}

async function grantOf(provider: Provider, { session, params, prompt }: Interaction): Promise<string> {
  const grant = new provider.Grant({ accountId: session!.accountId, clientId: String(params['client_id']) });
  const missing = prompt.details as { missingResourceScopes?: Record<string, string[]>; missingOIDCScope?: string[] };
  if (missing.missingOIDCScope) grant.addOIDCScope(missing.missingOIDCScope.join(' '));
  for (const [resource, scopes] of Object.entries(missing.missingResourceScopes ?? {})) {
    grant.addResourceScope(resource, scopes.join(' '));
  }
  return grant.save();
}

function clients(callbackPort: number): NonNullable<Configuration['clients']> {
  const none = { redirect_uris: [], response_types: [] as never[] };
  return [
    { client_id: MACHINE.id, client_secret: MACHINE.secret, grant_types: ['client_credentials'], ...none },
    {
      client_id: FIXED.id,
      token_endpoint_auth_method: 'none',
      redirect_uris: [`http://127.0.0.1:${callbackPort}/callback`],
      application_type: 'native',
    },
  ];
}
