import { createHash, randomBytes, randomUUID, timingSafeEqual } from 'node:crypto';
import { exportJWK, SignJWT } from 'jose';
import type { KeyObject } from 'node:crypto';
import type { ApiAnswer } from './management.ts';
import { signingKey, USER, type Authorization, type Client, type ProjectState } from './state.ts';

/**
 * The Auth service as supabase/auth (of 2026-08-20) has it: internal/api/oauthserver, internal/tokens and
 * internal/api/jwks.go. What it refuses there, it refuses here.
 */
export interface AuthRequest {
  method: string;
  url: URL;
  headers: Record<string, string | undefined>;
  body: string;
}

const SCOPES = ['openid', 'profile', 'email', 'phone', 'offline_access'];
const json = (body: unknown, status = 200): ApiAnswer => ({ status, body });
const failure = (status: number, code: string, msg: string): ApiAnswer =>
  json({ code: status, error_code: code, msg }, status);
const oauthError = (error: string, text: string): ApiAnswer => json({ error, error_description: text }, 400);
const redirect = (location: string): ApiAnswer => ({ status: 302, headers: { location } });

export async function authenticate(state: ProjectState, issuer: string, request: AuthRequest): Promise<ApiAnswer> {
  const { pathname } = request.url;
  const route = `${request.method} ${pathname.replace(/^\/auth\/v1/, '')}`;
  if (request.method === 'OPTIONS') return { status: 204 };
  switch (route) {
    case 'GET /.well-known/jwks.json':
      return json({ keys: await publicKeys(state) });
    case 'GET /.well-known/openid-configuration':
      return json(metadata(state, issuer));
    case 'POST /token':
      return password(state, issuer, request);
    case 'GET /user':
      return user(request);
  }
  // `requireOAuthServerEnabled`
  if (state.settings['oauth_server_enabled'] !== true)
    return failure(404, 'feature_disabled', 'OAuth server is disabled');
  if (pathname === '/.well-known/oauth-authorization-server/auth/v1') return json(metadata(state, issuer));
  switch (route) {
    case 'POST /oauth/clients/register':
      return register(state, request);
    case 'GET /oauth/authorize':
      return authorize(state, request.url.searchParams);
    case 'POST /oauth/token':
      return token(state, issuer, request);
  }
  const [, id, consent] = /^\/auth\/v1\/oauth\/authorizations\/([^/]+)(\/consent)?$/.exec(pathname) ?? [];
  return id === undefined ? failure(404, 'not_found', 'Not Found') : decide(state, id, consent !== undefined, request);
}

/** Secrets are never published; keys on standby are. */
async function publicKeys({ keys }: ProjectState): Promise<object[]> {
  const published = keys.filter((key) => key.public && key.status !== 'revoked');
  return Promise.all(
    published.map(async (key) => ({
      ...(await exportJWK(key.public as KeyObject)),
      kid: key.id,
      alg: 'ES256',
      use: 'sig',
    })),
  );
}

function metadata({ settings }: ProjectState, issuer: string): object {
  const canRegister = settings['oauth_server_enabled'] && settings['oauth_server_allow_dynamic_registration'];
  return {
    issuer,
    authorization_endpoint: `${issuer}/oauth/authorize`,
    token_endpoint: `${issuer}/oauth/token`,
    jwks_uri: `${issuer}/.well-known/jwks.json`,
    userinfo_endpoint: `${issuer}/oauth/userinfo`,
    ...(canRegister && { registration_endpoint: `${issuer}/oauth/clients/register` }),
    scopes_supported: SCOPES,
    response_types_supported: ['code'],
    response_modes_supported: ['query'],
    grant_types_supported: ['authorization_code', 'refresh_token'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256', 'HS256', 'ES256'],
    token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'none'],
    code_challenge_methods_supported: ['S256', 'plain'],
  };
}

function register(state: ProjectState, { body }: AuthRequest): ApiAnswer {
  if (state.settings['oauth_server_allow_dynamic_registration'] !== true) {
    return failure(403, 'oauth_dynamic_client_registration_disabled', 'Dynamic client registration is not enabled');
  }
  const asked = JSON.parse(body) as Record<string, unknown>;
  const uris = asked['redirect_uris'];
  if (!Array.isArray(uris) || uris.length === 0 || uris.length > 10 || !uris.every(isAllowedRedirect)) {
    return failure(400, 'validation_failed', 'invalid redirect_uris');
  }
  const grants = (asked['grant_types'] ?? []) as string[];
  if (!grants.every((grant) => grant === 'authorization_code' || grant === 'refresh_token')) {
    return failure(
      400,
      'validation_failed',
      "grant_types must only contain 'authorization_code' and/or 'refresh_token'",
    );
  }
  const method = String(asked['token_endpoint_auth_method'] ?? 'client_secret_basic');
  const secret = method === 'none' ? undefined : randomBytes(32).toString('base64url');
  const name = String(asked['client_name'] ?? '');
  const client: Client = {
    client_id: randomUUID(),
    redirect_uris: uris as string[],
    token_endpoint_auth_method: method,
    client_name: name,
    secret,
  };
  state.clients.push(client);
  const { secret: _, ...told } = client;
  const answer = { ...told, response_types: ['code'], grant_types: grants, registration_type: 'dynamic' };
  return json(secret === undefined ? answer : { ...answer, client_secret: secret }, 201);
}

function isAllowedRedirect(uri: unknown): boolean {
  if (typeof uri !== 'string' || !URL.canParse(uri)) return false;
  const { protocol, hostname, hash } = new URL(uri);
  return hash === '' && (protocol !== 'http:' || ['localhost', '127.0.0.1', '[::1]'].includes(hostname));
}

function authorize(state: ProjectState, query: URLSearchParams): ApiAnswer {
  const client = state.clients.find(({ client_id: id }) => id === query.get('client_id'));
  if (!client) return failure(400, 'oauth_client_not_found', 'invalid client_id');
  const redirectUri = query.get('redirect_uri') ?? '';
  if (!client.redirect_uris.includes(redirectUri)) return failure(400, 'validation_failed', 'invalid redirect_uri');
  const back = query.get('state') ?? undefined;
  const refuse = (error: string, text: string): ApiAnswer =>
    redirect(withQuery(redirectUri, { error, error_description: text, state: back }));
  const scope = query.get('scope') || 'email';
  const unsupported = scope.split(' ').find((name) => name !== '' && !SCOPES.includes(name));
  if (unsupported !== undefined) return refuse('invalid_request', `unsupported scope: ${unsupported}`);
  const resource = query.get('resource');
  if (resource && (!URL.canParse(resource) || new URL(resource).hash || new URL(resource).search)) {
    return refuse('invalid_request', 'resource must be a valid URI');
  }
  const challenge = query.get('code_challenge') ?? '';
  if (query.get('code_challenge_method')?.toLowerCase() !== 's256' || challenge.length < 43) {
    return refuse('invalid_request', 'PKCE flow requires both code_challenge and code_challenge_method');
  }
  const path = state.settings['oauth_server_authorization_path'];
  if (!path) return refuse('server_error', 'oauth authorization path not configured');
  const id = randomBytes(16).toString('hex');
  const common = { status: 'pending', user: undefined, code: undefined } as const;
  state.authorizations.push({ id, client, redirectUri, scope, state: back, challenge, ...common });
  return redirect(`${String(state.settings['site_url']).replace(/\/+$/, '')}${String(path)}?authorization_id=${id}`);
}

/** What the consent page does, for the user that it has signed in. */
function decide(state: ProjectState, id: string, isDecision: boolean, request: AuthRequest): ApiAnswer {
  const { origin } = request.headers;
  const site = new URL(String(state.settings['site_url']));
  const isLocal = ['localhost', '127.0.0.1'].includes(site.hostname);
  if (origin !== undefined && (isLocal ? new URL(origin).hostname !== site.hostname : origin !== site.origin)) {
    return failure(400, 'validation_failed', 'unauthorized request origin');
  }
  if (!isSession(request)) return failure(403, 'bad_jwt', 'authentication required');
  const authorization = state.authorizations.find((one) => one.id === id && one.status === 'pending');
  if (!authorization) return failure(404, 'oauth_authorization_not_found', 'authorization not found');
  if (!isDecision) {
    authorization.user = USER.id;
    const { client, redirectUri, scope } = authorization;
    return json({
      authorization_id: id,
      redirect_uri: redirectUri,
      client: { id: client.client_id, name: client.client_name },
      user: { id: USER.id, email: USER.email },
      scope,
    });
  }
  // Only who has looked at it may decide.
  if (authorization.user !== USER.id) return failure(404, 'oauth_authorization_not_found', 'authorization not found');
  const { action } = JSON.parse(request.body) as { action: unknown };
  authorization.status = action === 'approve' ? 'approved' : 'denied';
  if (authorization.status === 'denied') {
    const parameters = {
      error: 'access_denied',
      error_description: 'User denied the request',
      state: authorization.state,
    };
    return json({ redirect_url: withQuery(authorization.redirectUri, parameters) });
  }
  authorization.code = randomBytes(16).toString('hex');
  return json({
    redirect_url: withQuery(authorization.redirectUri, { code: authorization.code, state: authorization.state }),
  });
}

async function token(state: ProjectState, issuer: string, request: AuthRequest): Promise<ApiAnswer> {
  const form = new URLSearchParams(request.body);
  // `requireOAuthClientAuth` comes before everything else.
  const client = state.clients.find((one) => isClient(one, form, request.headers['authorization']));
  if (!client) return json({ error: 'invalid_client', error_description: 'Invalid client credentials' }, 401);
  if (form.get('grant_type') !== 'authorization_code') return oauthError('unsupported_grant_type', 'not in the tests');
  const authorization = state.authorizations.find(({ code }) => code !== undefined && code === form.get('code'));
  if (!authorization) return oauthError('invalid_grant', 'Invalid authorization code');
  if (authorization.client !== client) return oauthError('invalid_grant', 'Code was not issued for this client');
  const challenge = createHash('sha256')
    .update(form.get('code_verifier') ?? '')
    .digest('base64url');
  if (challenge !== authorization.challenge) return oauthError('invalid_grant', 'PKCE verification failed');
  authorization.code = undefined;
  return json({
    access_token: await accessToken(state, issuer, authorization),
    token_type: 'bearer',
    expires_in: state.settings['jwt_exp'],
    refresh_token: randomBytes(9).toString('base64url'),
  });
}

function isClient(client: Client, form: URLSearchParams, header: string | undefined): boolean {
  const basic = Buffer.from(header?.replace(/^Basic /i, '') ?? '', 'base64')
    .toString()
    .split(':');
  const [id, secret] = header === undefined ? [form.get('client_id'), form.get('client_secret') ?? ''] : basic;
  if (id !== client.client_id) return false;
  if (client.secret === undefined) return client.token_endpoint_auth_method === 'none';
  const [a, b] = [Buffer.from(client.secret), Buffer.from(secret ?? '')];
  return a.length === b.length && timingSafeEqual(a, b);
}

/** A session of the user's own app: it has no `client_id`. */
async function password(state: ProjectState, issuer: string, { url, body }: AuthRequest): Promise<ApiAnswer> {
  const { email, password: typed } = JSON.parse(body) as Record<string, unknown>;
  if (url.searchParams.get('grant_type') !== 'password' || email !== USER.email || typed !== USER.password) {
    return failure(400, 'invalid_credentials', 'Invalid login credentials');
  }
  const expires = 3600;
  return json({
    access_token: await accessToken(state, issuer, undefined),
    token_type: 'bearer',
    expires_in: expires,
    expires_at: Math.floor(Date.now() / 1000) + expires,
    refresh_token: randomBytes(9).toString('base64url'),
    user: publicUser(),
  });
}

const publicUser = (): object => ({ id: USER.id, aud: 'authenticated', role: 'authenticated', email: USER.email });

function user(request: AuthRequest): ApiAnswer {
  return isSession(request) ? json(publicUser()) : failure(403, 'bad_jwt', 'authentication required');
}

/** Good enough for a fake: whoever has a token of a session is Alice. */
function isSession({ headers }: AuthRequest): boolean {
  const payload = headers['authorization']?.split('.')[1];
  const claims = payload && (JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<string, unknown>);
  return claims !== undefined && claims !== '' && claims['sub'] === USER.id;
}

export async function accessToken(
  state: ProjectState,
  issuer: string,
  authorization: Pick<Authorization, 'client' | 'scope'> | undefined,
): Promise<string> {
  const key = signingKey(state);
  const claims = {
    email: USER.email,
    phone: '',
    app_metadata: state.appMetadata,
    user_metadata: { mcp_scopes: ['delete:tasks'] },
    role: 'authenticated',
    aal: 'aal1',
    amr: [{ method: authorization ? 'oauth_provider/authorization_code' : 'password', timestamp: 1 }],
    session_id: randomUUID(),
    is_anonymous: false,
    ...(authorization && { client_id: authorization.client.client_id, scope: authorization.scope }),
  };
  return new SignJWT(state.hook?.(claims) ?? claims)
    .setProtectedHeader({ alg: key.algorithm, typ: 'JWT', ...(key.id !== '' && { kid: key.id }) })
    .setIssuer(issuer)
    .setSubject(USER.id)
    .setAudience('authenticated')
    .setIssuedAt()
    .setExpirationTime(`${Number(state.settings['jwt_exp'])}s`)
    .sign(key.secret);
}

function withQuery(uri: string, parameters: Record<string, string | undefined>): string {
  const url = new URL(uri);
  for (const [name, value] of Object.entries(parameters)) if (value !== undefined) url.searchParams.set(name, value);
  return url.href;
}
