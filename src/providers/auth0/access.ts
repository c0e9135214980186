import { CliError } from '../../errors.ts';
import { decodeToken } from '../../oauth/inspect-token.ts';
import { isTokenText } from '../../oauth/token-text.ts';
import type { ProviderIo } from '../types.ts';
import { cliAccess } from './cli-access.ts';
import { clientToken } from './client-token.ts';
import { patient } from '../patient.ts';
import { allScopes } from './scopes.ts';

/** A way into the Management API. */
export interface Access {
  /** Where it comes from, for messages. */
  source: string;
  /** Goes into the Authorization header, and nowhere else. */
  token?: string;
  /** What it may do, as far as the token says. */
  scopes?: ReadonlySet<string>;
  fetch: typeof fetch;
}

type Way = () => Promise<Access | undefined>;

/**
 * Looks for credentials: an API token, a machine-to-machine client, the `auth0` CLI, the person at the keyboard. The
 * first that the tenant accepts is taken.
 * @param accepts sends one request; false when the tenant does not know these credentials
 * @throws CliError `missing-answer` when there are none, `provider-refused` when none is accepted
 */
export async function findAccess(
  domain: string,
  io: ProviderIo,
  wants: { clients: boolean; roles: boolean },
  accepts: (access: Access) => Promise<boolean>,
): Promise<Access> {
  const wait = (seconds: number): void => io.warn(`Auth0 asks to wait ${seconds} s (rate limit).`);
  const ways: Way[] = [
    async () => tokenAccess('AUTH0_API_TOKEN', process.env['AUTH0_API_TOKEN'], wait),
    async () => {
      const credentials = clientOfEnvironment();
      if (!credentials) return undefined;
      const token = await clientToken(domain, credentials, patient(fetch, wait));
      return tokenAccess('AUTH0_MGMT_CLIENT_ID', token, wait);
    },
    () => cliAccess(domain, wait),
    async () =>
      io.interactive ? tokenAccess('the token you gave', await askToken(domain, io, wants), wait) : undefined,
  ];
  const refused: string[] = [];
  for (const way of ways) {
    const access = await way();
    if (!access) continue;
    if (await accepts(access)) return access;
    refused.push(access.source);
    io.warn(`Auth0 does not accept ${access.source} for ${domain}.`);
  }
  throw refused.length > 0 ? notAccepted(domain, refused) : noCredentials(domain, wants);
}

/** @throws CliError `missing-answer` when there is half of it */
function clientOfEnvironment(): { id: string; secret: string } | undefined {
  const { AUTH0_MGMT_CLIENT_ID: id = '', AUTH0_MGMT_CLIENT_SECRET: secret = '' } = process.env;
  if (id === '' && secret === '') return undefined;
  if (id !== '' && secret !== '') return { id, secret };
  const missing = id === '' ? 'AUTH0_MGMT_CLIENT_ID' : 'AUTH0_MGMT_CLIENT_SECRET';
  throw new CliError(
    'missing-answer',
    `${missing} is not set, and its other half is.`,
    'Set both AUTH0_MGMT_CLIENT_ID and AUTH0_MGMT_CLIENT_SECRET in the environment.',
  );
}

function tokenAccess(source: string, text: string | undefined, wait: (seconds: number) => void): Access | undefined {
  const token = text?.trim() ?? '';
  if (token === '') return undefined;
  if (!isTokenText(token)) throw notAToken(source);
  const scopes = scopesOf(token);
  return { source, token, fetch: patient(fetch, wait), ...(scopes && { scopes }) };
}

/** What a token says of itself; `undefined` when it is opaque. It is not verified: the tenant does that. */
export function scopesOf(token: string): ReadonlySet<string> | undefined {
  const scope = decodeToken(token)?.claims?.['scope'];
  return typeof scope === 'string' ? new Set(scope.split(' ')) : undefined;
}

function askToken(domain: string, io: ProviderIo, wants: { clients: boolean; roles: boolean }): Promise<string> {
  return io.ask.text({
    message: [
      `Management API token of ${domain}`,
      '  Dashboard (https://manage.auth0.com): Applications > APIs > Auth0 Management API > API Explorer, copy the token.',
      `  Scopes it needs: ${allScopes(wants).join(' ')}`,
    ].join('\n'),
    option: 'AUTH0_API_TOKEN in the environment',
    secret: true,
    validate: (value) => (value.trim() === '' ? 'Paste the token.' : undefined),
  });
}

/** No HTTP library would send it, and the error of some would show it. */
function notAToken(source: string): CliError {
  return new CliError(
    'provider-refused',
    `${source} is not a token: there are spaces or other characters in it that tokens do not have.`,
    'Copy it again, as one line.',
  );
}

function noCredentials(domain: string, wants: { clients: boolean; roles: boolean }): CliError {
  return new CliError(
    'missing-answer',
    `There are no credentials for the Management API of ${domain}, and this run must not ask for them.`,
    'Set AUTH0_API_TOKEN, or AUTH0_MGMT_CLIENT_ID and AUTH0_MGMT_CLIENT_SECRET, in the environment, or log in with ' +
      `the auth0 CLI (auth0 login --domain ${domain}). Scopes needed: ${allScopes(wants).join(' ')}. ` +
      'Or set the tenant up by hand and use --no-provision.',
  );
}

function notAccepted(domain: string, sources: string[]): CliError {
  return new CliError(
    'provider-refused',
    `Auth0 does not accept ${sources.join(' nor ')} for ${domain}: expired, revoked, or of another tenant.`,
    `Get a new token: dashboard of ${domain}, Applications > APIs > Auth0 Management API > API Explorer.`,
  );
}
