import { CliError } from '../../errors.ts';
import type { ApiError } from './api-error.ts';
import { secondsToWait } from '../patient.ts';

const AGAIN = 'Run the same command again: it goes on where this one stopped.';

/** What people get to read when the Management API says no. @param secret never to be shown, even if it was echoed */
export function refusal(error: ApiError, domain: string, secret: string | undefined): CliError {
  const { operation, status, code } = error;
  const said = clean(error.message, secret);
  const refuse = (message: string, fix: string): CliError =>
    new CliError('provider-refused', message, fix, { cause: said });
  if (status === 0 && /\b(ENOTFOUND|ECONNREFUSED)\b/.test(said)) {
    return refuse(
      `${domain} cannot be reached, so add-auth could not ${operation} (${said}).`,
      'Is that the domain of the tenant, and is there a network? Then run the same command again.',
    );
  }
  if (status === 0)
    return refuse(`The connection to ${domain} broke while add-auth tried to ${operation} (${said}).`, AGAIN);
  if (status === 401) {
    return refuse(
      `Auth0 does not accept the Management API token any more, so add-auth could not ${operation}.`,
      `Get a new token, then run the same command again.`,
    );
  }
  const scopes = code === 'insufficient_scope' || /insufficient scope/i.test(said) ? scopesIn(said) : [];
  if (status === 403 && (scopes.length > 0 || code === 'insufficient_scope')) {
    return refuse(
      `The Management API token may not ${operation}: it lacks ${scopes.join(' or ') || 'a scope'}.`,
      `Get a token with ${scopes.join(' or ') || 'the scopes in the README'}, then run the same command again.`,
    );
  }
  if (status === 403 && /limit|entitlement|subscription|plan/i.test(`${said} ${code}`)) {
    return refuse(
      `The plan of ${domain} does not let add-auth ${operation}: ${said}.`,
      'Delete what is no longer needed in the tenant or raise the plan, then run the same command again.',
    );
  }
  if (status === 429) {
    return refuse(
      `Auth0's rate limit kept add-auth from going on; it could not ${operation}.`,
      `Wait a minute. ${AGAIN}`,
    );
  }
  return refuse(`Auth0 did not let add-auth ${operation} (${status}${said === '' ? '' : `: ${said}`}).`, AGAIN);
}

/** The refusal before there is a token. */
export function isLimited(headers: Headers): CliError {
  const seconds = Math.ceil(secondsToWait(headers));
  return new CliError('provider-refused', "Auth0's rate limit is used up.", `Wait ${seconds} s, then run again.`);
}

/** The refusal before the first write. */
export function missingScopes(missing: readonly string[], source: string): CliError {
  return new CliError(
    'provider-refused',
    `Nothing was changed at Auth0: ${source} lacks ${missing.length === 1 ? 'the scope' : 'the scopes'} ${missing.join(' ')}.`,
    'Get a Management API token with them, or give them to the client, then run again.',
  );
}

/** "Insufficient scope, expected any of: create:clients, update:clients." */
function scopesIn(message: string): string[] {
  return message.match(/\b(?:read|create|update|delete):\w+/g) ?? [];
}

function clean(message: string, secret: string | undefined): string {
  const shown = secret === undefined ? message : message.replaceAll(secret, '…');
  const line = shown.replaceAll(/\s+/g, ' ').trim();
  return (line.endsWith('.') ? line.slice(0, -1) : line).slice(0, 300);
}
