import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto';
import { SignJWT } from 'jose';
import type { AppState, OrgState, RuleState, ServerState } from './state.ts';

export const USER = 'anna@example.com';

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const KID = 'okta-key';

interface Code {
  clientId: string;
  redirectUri: string;
  challenge: string;
  scopes: string[];
}

const codes = new Map<string, Code>();

export interface Response {
  status: number;
  body?: object;
  location?: string;
}

/**
 * A custom authorization server with its policies, for a user who is signed in and agrees to everything. Refuses what
 * Okta refuses; `resource` means nothing to it, and tokens name the audience of the server.
 */
export async function authorize(
  org: OrgState,
  base: string,
  url: URL,
  { body, authorization }: { body: string; authorization: string | undefined },
): Promise<Response | undefined> {
  const [, id = '', rest = ''] = /^\/oauth2\/([^/]+)\/(.*)$/.exec(url.pathname) ?? [];
  const server = org.servers.find((one) => one.id === id);
  if (!server || server.status !== 'ACTIVE') return undefined;
  if (rest === '.well-known/oauth-authorization-server' || rest === '.well-known/openid-configuration') {
    return { status: 200, body: metadata(server, base) };
  }
  if (rest === 'v1/keys') {
    return {
      status: 200,
      body: { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: KID, alg: 'RS256', use: 'sig' }] },
    };
  }
  if (rest === 'v1/authorize') return logIn(org, server, url.searchParams);
  if (rest === 'v1/token') return token(org, server, new URLSearchParams(body), authorization);
  return undefined;
}

function metadata({ issuer, scopes }: ServerState, base: string): object {
  return {
    issuer,
    authorization_endpoint: `${issuer}/v1/authorize`,
    token_endpoint: `${issuer}/v1/token`,
    // Takes requests of administrators only, and is advertised all the same.
    registration_endpoint: `${base}/oauth2/v1/clients`,
    jwks_uri: `${issuer}/v1/keys`,
    response_types_supported: ['code', 'token', 'id_token', 'code id_token', 'code token', 'id_token token'],
    grant_types_supported: ['authorization_code', 'implicit', 'refresh_token', 'password', 'client_credentials'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
    scopes_supported: scopes.filter((scope) => scope.metadataPublish === 'ALL_CLIENTS').map(({ name }) => name),
    token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'none'],
    code_challenge_methods_supported: ['S256'],
  };
}

function logIn(org: OrgState, server: ServerState, query: URLSearchParams): Response {
  const app = org.apps.find(({ credentials }) => credentials.oauthClient.client_id === query.get('client_id'));
  const redirectUri = query.get('redirect_uri') ?? '';
  if (!app || app.status !== 'ACTIVE') return { status: 400, body: { error: 'invalid_client' } };
  if (!app.settings.oauthClient.redirect_uris?.includes(redirectUri)) {
    return {
      status: 400,
      body: {
        error: 'invalid_request',
        error_description: "The 'redirect_uri' parameter must be a Login redirect URI in the client app settings",
      },
    };
  }
  const back = (fields: Record<string, string>): Response => {
    const location = new URL(redirectUri);
    for (const [name, value] of Object.entries({ ...fields, state: query.get('state') ?? '' }))
      location.searchParams.set(name, value);
    return { status: 302, location: location.href };
  };
  const scopes = (query.get('scope') ?? '').split(' ').filter((scope) => scope !== '');
  const refused = notAPerson(app, query) ?? refusalOf(server, app, scopes, 'authorization_code');
  if (refused !== undefined) return back({ error: 'access_denied', error_description: refused });
  const code = randomBytes(12).toString('hex');
  const challenge = query.get('code_challenge') ?? '';
  codes.set(code, { clientId: app.credentials.oauthClient.client_id, redirectUri, challenge, scopes });
  return back({ code });
}

function notAPerson(app: AppState, query: URLSearchParams): string | undefined {
  if (query.get('code_challenge_method') !== 'S256') return 'PKCE code challenge is required by the application.';
  if (app.groups.length + app.users.length === 0) return 'User is not assigned to the client application.';
  return undefined;
}

function refusalOf(server: ServerState, app: AppState, scopes: string[], grant: string): string | undefined {
  const unknown = scopes.filter((scope) => !server.scopes.some(({ name }) => name === scope));
  if (scopes.length === 0 || unknown.length > 0)
    return 'One or more scopes are not configured for the authorization server resource.';
  const clientId = app.credentials.oauthClient.client_id;
  const isAllowed = server.policies.some(({ status, conditions, rules }) => {
    const isFor = ['ALL_CLIENTS', clientId].some((one) => conditions.clients.include.includes(one));
    return status === 'ACTIVE' && isFor && rules.some((rule) => fits(rule, scopes, grant));
  });
  return isAllowed ? undefined : 'Policy evaluation failed for this request, please check the policy configurations.';
}

function fits({ status, conditions }: RuleState, asked: string[], grant: string): boolean {
  const allowed = conditions.scopes?.include ?? [];
  const isForIt = conditions.grantTypes?.include.includes(grant) === true;
  return status === 'ACTIVE' && isForIt && (allowed.includes('*') || asked.every((scope) => allowed.includes(scope)));
}

async function token(
  org: OrgState,
  server: ServerState,
  form: URLSearchParams,
  authorization: string | undefined,
): Promise<Response> {
  if (form.get('grant_type') === 'client_credentials') return machine(org, server, form, authorization ?? '');
  const code = codes.get(form.get('code') ?? '');
  codes.delete(form.get('code') ?? '');
  const proof = createHash('sha256')
    .update(form.get('code_verifier') ?? '')
    .digest('base64url');
  const isGood =
    code !== undefined &&
    proof === code.challenge &&
    form.get('redirect_uri') === code.redirectUri &&
    form.get('client_id') === code.clientId;
  if (form.get('grant_type') !== 'authorization_code' || !isGood)
    return { status: 400, body: { error: 'invalid_grant' } };
  return issue(server, { cid: code.clientId, uid: '00u1', scp: code.scopes }, USER);
}

/** No user, no consent: scopes that insist on it are refused. */
function machine(
  org: OrgState,
  server: ServerState,
  form: URLSearchParams,
  authorization: string,
): Promise<Response> | Response {
  const [id = '', secret = ''] = Buffer.from(authorization.replace(/^Basic /, ''), 'base64')
    .toString()
    .split(':');
  const app = org.apps.find(({ credentials }) => credentials.oauthClient.client_id === decodeURIComponent(id));
  if (!app?.secrets?.some((one) => one.client_secret === decodeURIComponent(secret))) {
    return { status: 401, body: { error: 'invalid_client' } };
  }
  const scopes = (form.get('scope') ?? '').split(' ').filter((scope) => scope !== '');
  const wantsConsent = server.scopes.some(({ name, consent }) => scopes.includes(name) && consent === 'REQUIRED');
  const refused = wantsConsent ? 'consent' : refusalOf(server, app, scopes, 'client_credentials');
  if (refused !== undefined) return { status: 400, body: { error: 'invalid_scope', error_description: refused } };
  return issue(server, { cid: app.id, scp: scopes }, app.id);
}

async function issue(
  server: ServerState,
  claims: { cid: string; scp: string[]; uid?: string },
  subject: string,
): Promise<Response> {
  const access = await new SignJWT({ ver: 1, ...claims })
    .setProtectedHeader({ alg: 'RS256', kid: KID })
    .setIssuer(server.issuer)
    .setAudience(server.audiences[0] ?? '')
    .setSubject(subject)
    .setJti(randomBytes(8).toString('hex'))
    .setIssuedAt()
    .setExpirationTime('1h')
    .sign(privateKey);
  return {
    status: 200,
    body: { token_type: 'Bearer', expires_in: 3600, access_token: access, scope: claims.scp.join(' ') },
  };
}
