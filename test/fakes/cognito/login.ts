import { createHash, randomUUID } from 'node:crypto';
import { exportJWK, generateKeyPair, SignJWT, type JWK } from 'jose';
import { POOL, type Json, type PoolState } from './state.ts';

interface Grant {
  clientId: string;
  redirectUri: string;
  challenge: string;
  scope: string;
  resource?: string;
}

/** What an endpoint of the domain answers: where the browser goes, or JSON. */
type Outcome = { location: string } | { status: number; json: Json };

const refuse = (error: string): Outcome => ({ status: 400, json: { error } });

/** Keys, and codes that were not redeemed yet. */
export interface Login {
  jwk: JWK;
  authorize(pool: PoolState, query: URLSearchParams): Outcome;
  token(pool: PoolState, form: URLSearchParams, issuer: string): Promise<Outcome>;
}

/**
 * The endpoints of a pool's domain, for a person who is logged in already: rules and claims as in the developer guide
 * ("Authorize endpoint", "Token endpoint", "Understanding the access token", "Resource binding"). There is no page that
 * asks for consent: Cognito has none.
 */
export async function newLogin(): Promise<Login> {
  const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true });
  const jwk = { ...(await exportJWK(publicKey)), kid: 'pool-key', alg: 'RS256', use: 'sig' };
  const grants = new Map<string, Grant>();
  return {
    jwk,
    authorize(pool, query) {
      const refused = problem(pool, query);
      if (refused !== undefined) return refuse(refused);
      const resource = query.get('resource');
      const code = randomUUID();
      const redirectUri = query.get('redirect_uri')!;
      grants.set(code, {
        clientId: query.get('client_id')!,
        redirectUri,
        challenge: query.get('code_challenge') ?? '',
        scope: query.get('scope')!,
        ...(resource !== null && pool.domain?.version === 2 && { resource }),
      });
      const answer = new URLSearchParams({ code, state: query.get('state') ?? '' });
      return { location: `${redirectUri}?${answer.toString()}` };
    },
    async token(pool, form, issuer) {
      const grant = grants.get(form.get('code') ?? '');
      grants.delete(form.get('code') ?? '');
      const challenge = createHash('sha256')
        .update(form.get('code_verifier') ?? '')
        .digest('base64url');
      const { clientId = '', redirectUri } = grant ?? {};
      if (form.get('grant_type') !== 'authorization_code' || !pool.clients.has(clientId))
        return refuse('invalid_grant');
      if (form.get('client_id') !== clientId || form.get('redirect_uri') !== redirectUri)
        return refuse('invalid_grant');
      if (grant!.challenge !== challenge) return refuse('invalid_grant');
      const { scope, resource } = grant!;
      const claims = { token_use: 'access', client_id: clientId, scope, version: 2, username: 'ann', origin_jti: 'x' };
      const token = new SignJWT({ ...claims, ...(resource !== undefined && { aud: resource }) })
        .setProtectedHeader({ alg: 'RS256', kid: 'pool-key' })
        .setIssuer(issuer)
        .setSubject('b7f6d7f2-ann')
        .setIssuedAt()
        .setExpirationTime('1h');
      const json = { access_token: await token.sign(privateKey), token_type: 'Bearer', expires_in: 3600 };
      return { status: 200, json };
    },
  };
}

/** Why nobody logs in, as the page of errors has it. */
function problem(pool: PoolState, query: URLSearchParams): string | undefined {
  const client = pool.clients.get(query.get('client_id') ?? '');
  const list = (name: string): string[] => (client?.[name] as string[] | undefined) ?? [];
  if (!client || client['AllowedOAuthFlowsUserPoolClient'] !== true) return 'invalid_client';
  if (!list('CallbackURLs').includes(query.get('redirect_uri') ?? '')) return 'redirect_mismatch';
  if (query.get('response_type') !== 'code' || !list('AllowedOAuthFlows').includes('code'))
    return 'unauthorized_client';
  const scopes = (query.get('scope') ?? '').split(' ');
  if (!scopes.every((scope) => list('AllowedOAuthScopes').includes(scope))) return 'invalid_scope';
  if (pool.domain?.version === 2 && !pool.styles.has(query.get('client_id')!)) return 'login_pages_unavailable';
  const resource = query.get('resource');
  if (resource !== null && !/^(https:\/\/|http:\/\/localhost\b|(?!https?:)[a-z][\w.+-]*:\/\/)/.test(resource)) {
    return 'invalid_request';
  }
  return undefined;
}

/** Metadata of a pool; endpoints are named only where it has a domain, and neither PKCE nor registration. */
export function metadataOf(url: string, pool: PoolState): Json {
  const issuer = `${url}/${POOL}`;
  return {
    issuer,
    jwks_uri: `${issuer}/.well-known/jwks.json`,
    response_types_supported: ['code', 'token'],
    scopes_supported: ['openid', 'email', 'phone', 'profile'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
    token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
    ...(pool.domain && { authorization_endpoint: `${url}/oauth2/authorize`, token_endpoint: `${url}/oauth2/token` }),
  };
}
