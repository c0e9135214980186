/** Better Auth, known to add-auth by its issuer alone. */
import { signUp, withBetterAuth } from '../better-auth/server.mjs';
import { beside } from './protected-server.mjs';
import { freePort, SCOPES } from './support.mjs';

const REDIRECT = 'http://127.0.0.1:33418/callback';

export async function betterAuth() {
  const port = await freePort();
  await withBetterAuth(`http://127.0.0.1:${port}/mcp`, async ({ origin, issuer }) => {
    await beside('Better Auth', (resource) => ({ issuer, isOpen: true, token: () => tokenOf(origin, resource) }), port);
  });
}

/** A login as a browser would do it: ask, allow, exchange. */
async function tokenOf(origin, resource) {
  const api = `${origin}/api/auth`;
  const { agree, post } = await signUp(origin);
  const scope = SCOPES.join(' ');
  const registration = {
    redirect_uris: [REDIRECT],
    application_type: 'native',
    token_endpoint_auth_method: 'none',
    grant_types: ['authorization_code'],
    response_types: ['code'],
    scope,
  };
  const { client_id } = await (await post('/oauth2/register', registration)).json();
  const verifier = 'v'.repeat(64);
  const challenge = Buffer.from(await crypto.subtle.digest('SHA-256', Buffer.from(verifier))).toString('base64url');
  const asked = new URLSearchParams({
    response_type: 'code',
    client_id,
    redirect_uri: REDIRECT,
    scope,
    state: 's',
    resource,
    code_challenge: challenge,
    code_challenge_method: 'S256',
  });
  const code = (await agree(`${api}/oauth2/authorize?${asked}`)).searchParams.get('code');
  const fields = { grant_type: 'authorization_code', code, client_id, redirect_uri: REDIRECT, resource };
  const answer = await fetch(`${api}/oauth2/token`, {
    method: 'POST',
    body: new URLSearchParams({ ...fields, code_verifier: verifier }),
  });
  const { access_token, ...rest } = await answer.json();
  if (!access_token) throw new Error(`no token from Better Auth: ${JSON.stringify(rest)}`);
  return access_token;
}
