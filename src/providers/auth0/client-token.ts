import { CliError } from '../../errors.ts';
import { isRecord } from '../../is-record.ts';
import { isLimited } from './refusal.ts';

/**
 * Gets a Management API token for a machine-to-machine client (client credentials).
 * @throws CliError `provider-refused`; what the tenant said is in it, the secret is not
 */
export async function clientToken(
  domain: string,
  { id, secret }: { id: string; secret: string },
  send: typeof fetch,
): Promise<string> {
  const response = await send(`https://${domain}/oauth/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: id,
      client_secret: secret,
      audience: `https://${domain}/api/v2/`,
    }),
  }).catch((error: unknown) => {
    throw new CliError(
      'provider-refused',
      `https://${domain} cannot be reached (${(error as Error).message}).`,
      'Check --domain and the network, then run again.',
      { cause: error },
    );
  });
  const body: unknown = await response.json().catch(() => undefined);
  const token = isRecord(body) ? body['access_token'] : undefined;
  if (response.ok && typeof token === 'string' && token !== '') return token;
  if (response.status === 429) throw isLimited(response.headers);
  const code = isRecord(body) && typeof body['error'] === 'string' ? `, ${body['error'].slice(0, 60)}` : '';
  throw new CliError(
    'provider-refused',
    `Auth0 gave no Management API token for the client in AUTH0_MGMT_CLIENT_ID (${response.status}${code}).`,
    `It must be a machine-to-machine application of ${domain} that is authorized for the Auth0 Management API; ` +
      'with a custom domain, use the *.auth0.com domain of the tenant.',
  );
}
