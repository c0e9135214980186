import { CliError } from '../../errors.ts';
import { decodeToken } from '../../oauth/inspect-token.ts';
import { isTokenText } from '../../oauth/token-text.ts';
import type { ProviderIo } from '../types.ts';

/** What the API of the org takes as proof. Kept in memory only. */
export interface Credentials {
  token: string;
  /** The Authorization header. */
  header: string;
}

/**
 * `OKTA_API_TOKEN`, or typed by a person.
 * @throws CliError `missing-answer`
 */
export async function findCredentials({ interactive, ask }: ProviderIo, domain: string): Promise<Credentials> {
  const given = process.env['OKTA_API_TOKEN']?.trim() ?? '';
  if (given !== '') return credentialsOf(given);
  if (!interactive) {
    throw new CliError(
      'missing-answer',
      'Provider okta needs an API token, and OKTA_API_TOKEN is not set.',
      `Make one in the admin console of ${domain} (Security > API > Tokens) and set OKTA_API_TOKEN in the environment, or leave the org alone with --no-provision.`,
    );
  }
  const typed = await ask.text({
    message: `API token of ${domain} (admin console: Security > API > Tokens > Create token)`,
    option: 'OKTA_API_TOKEN in the environment',
    secret: true,
    validate: (value) => (value.trim() === '' ? 'Paste the token.' : undefined),
  });
  return credentialsOf(typed.trim());
}

/** Tokens of the console go by a scheme of Okta's own, access tokens (which are JWTs) by that of OAuth. */
function credentialsOf(token: string): Credentials {
  if (!isTokenText(token)) {
    throw new CliError(
      'missing-answer',
      'OKTA_API_TOKEN contains characters that no token has.',
      'Copy it again, as one line and without quotes.',
    );
  }
  return { token, header: `${decodeToken(token)?.claims ? 'Bearer' : 'SSWS'} ${token}` };
}
