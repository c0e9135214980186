import { createHash, generateKeyPairSync, randomUUID } from 'node:crypto';
import { SignJWT } from 'jose';
import { TENANT, type App, type Scope, type TenantState } from './state.ts';

const GRAPH = '00000003-0000-0000-c000-000000000000';
const OPENID = ['openid', 'profile', 'email', 'offline_access'];
const KID = 'tenant-key';
const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });

interface Granted {
  form: URLSearchParams;
  api: App;
  scopes: string[];
}

/** The error of a page or a token answer. */
export class Aadsts extends Error {
  constructor(
    readonly error: string,
    code: string,
    text: string,
  ) {
    super(`${code}: ${text}`);
  }
}

/** What Entra publishes: neither PKCE nor registration, although it has the first. */
export const metadata = (origin: string): Record<string, unknown> => ({
  issuer: `${origin}/${TENANT}/v2.0`,
  authorization_endpoint: `${origin}/${TENANT}/oauth2/v2.0/authorize`,
  token_endpoint: `${origin}/${TENANT}/oauth2/v2.0/token`,
  jwks_uri: `${origin}/${TENANT}/discovery/v2.0/keys`,
  response_types_supported: ['code', 'id_token', 'code id_token', 'id_token token'],
  response_modes_supported: ['query', 'fragment', 'form_post'],
  subject_types_supported: ['pairwise'],
  id_token_signing_alg_values_supported: ['RS256'],
  scopes_supported: ['openid', 'profile', 'email', 'offline_access'],
  token_endpoint_auth_methods_supported: ['client_secret_post', 'private_key_jwt', 'client_secret_basic'],
});

export const keys = { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: KID, use: 'sig' }] };

/** A person who signs in and agrees to everything. @returns where they are sent. @throws Aadsts what they see instead */
export function authorize(state: TenantState, codes: Map<string, Granted>, query: URLSearchParams): string {
  const client = state.apps.find(({ appId }) => appId === query.get('client_id'));
  if (!client || !state.principals.some(({ appId }) => appId === client.appId)) {
    throw new Aadsts(
      'unauthorized_client',
      'AADSTS700016',
      `Application ${query.get('client_id')} was not found in the directory.`,
    );
  }
  const redirect = query.get('redirect_uri') ?? '';
  if (!client.publicClient.redirectUris.some((uri) => uri === redirect || withoutPort(uri) === withoutPort(redirect))) {
    throw new Aadsts(
      'invalid_request',
      'AADSTS50011',
      `The redirect URI ${redirect} does not match those of the application.`,
    );
  }
  const { api, scopes } = resolve(state, query);
  if (query.get('code_challenge_method') !== 'S256')
    throw new Aadsts('invalid_request', 'AADSTS9002325', 'PKCE is required.');
  const code = randomUUID();
  codes.set(code, { form: query, api, scopes });
  const back = new URL(redirect);
  back.searchParams.set('code', code);
  if (query.has('state')) back.searchParams.set('state', query.get('state')!);
  return back.href;
}

/** The API that the scopes name, and `resource` as well. @throws Aadsts */
function resolve(state: TenantState, query: URLSearchParams): { api: App; scopes: string[] } {
  const asked = (query.get('scope') ?? '').split(' ').filter((scope) => scope !== '' && !OPENID.includes(scope));
  if (asked.length === 0)
    throw new Aadsts('invalid_request', 'AADSTS900144', "The request body must contain the parameter 'scope'.");
  const found = asked.map((scope): [App, Scope] => {
    const at = scope.lastIndexOf('/');
    const [uri, value] = [scope.slice(0, at), scope.slice(at + 1)];
    const api = state.apps.find(({ identifierUris }) => identifierUris.includes(uri));
    const known = api?.api.oauth2PermissionScopes.find((one) => one.value === value && one.isEnabled);
    // Without a prefix it is taken for one of Microsoft Graph.
    if (!api || !known) {
      throw new Aadsts(
        'invalid_client',
        'AADSTS650053',
        `asked for scope '${value}' that doesn't exist on the resource '${api?.appId ?? GRAPH}'.`,
      );
    }
    return [api, known];
  });
  const [api] = found[0]!;
  const resource = query.get('resource');
  if (found.some(([other]) => other !== api) || (resource !== null && !api.identifierUris.includes(resource))) {
    throw new Aadsts(
      'invalid_target',
      'AADSTS9010010',
      "The resource parameter provided in the request doesn't match with the requested scopes.",
    );
  }
  if (!state.principals.some(({ appId }) => appId === api.appId)) {
    throw new Aadsts(
      'invalid_resource',
      'AADSTS500011',
      `The resource principal named ${api.appId} was not found in the tenant.`,
    );
  }
  return { api, scopes: found.map(([, { value }]) => value) };
}

/** The tokens for a code, in the version that the API has asked for. @throws Aadsts */
export async function exchange(origin: string, codes: Map<string, Granted>, form: URLSearchParams): Promise<object> {
  const granted = codes.get(form.get('code') ?? '');
  codes.delete(form.get('code') ?? '');
  const challenge = createHash('sha256')
    .update(form.get('code_verifier') ?? '')
    .digest('base64url');
  if (
    !granted ||
    granted.form.get('code_challenge') !== challenge ||
    form.get('client_id') !== granted.form.get('client_id')
  ) {
    throw new Aadsts('invalid_grant', 'AADSTS70000', 'The code is not good.');
  }
  const { api, scopes } = granted;
  const isNew = api.api.requestedAccessTokenVersion === 2;
  const client = granted.form.get('client_id')!;
  const token = await new SignJWT({
    ...(isNew ? { azp: client, ver: '2.0' } : { appid: client, ver: '1.0' }),
    scp: scopes.join(' '),
    oid: randomUUID(),
    tid: TENANT,
  })
    .setProtectedHeader({ alg: 'RS256', kid: KID, typ: 'JWT' })
    .setIssuer(isNew ? `${origin}/${TENANT}/v2.0` : `https://sts.windows.net/${TENANT}/`)
    .setSubject('pairwise-subject')
    .setAudience(isNew ? api.appId : (api.identifierUris[0] ?? api.appId))
    .setIssuedAt()
    .setNotBefore('0s')
    .setExpirationTime('1h')
    .sign(privateKey);
  return { token_type: 'Bearer', scope: granted.form.get('scope'), expires_in: 3600, access_token: token };
}

function withoutPort(uri: string): string {
  const url = new URL(uri);
  if (url.protocol === 'http:' && ['localhost', '127.0.0.1'].includes(url.hostname)) url.port = '';
  return url.href;
}
