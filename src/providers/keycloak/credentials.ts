import { CliError } from '../../errors.ts';
import { isTokenText } from '../../oauth/token-text.ts';
import type { ProviderIo } from '../types.ts';

/** A way into the Admin REST API. Kept in memory only. */
export type Credentials = { user: string; password: string } | { token: string };

/**
 * `KEYCLOAK_ADMIN_USER` with `KEYCLOAK_ADMIN_PASSWORD`, or `KEYCLOAK_ACCESS_TOKEN`, or typed by a person.
 * @throws CliError `missing-answer`
 */
export async function findCredentials({ interactive, ask }: ProviderIo): Promise<Credentials> {
  const user = process.env['KEYCLOAK_ADMIN_USER'] ?? '';
  const password = process.env['KEYCLOAK_ADMIN_PASSWORD'] ?? '';
  const token = process.env['KEYCLOAK_ACCESS_TOKEN']?.trim() ?? '';
  if (user !== '' && password !== '') return { user, password };
  if (token !== '') return { token: checkedToken(token) };
  if (user !== '' || password !== '') {
    const missing = user === '' ? 'KEYCLOAK_ADMIN_USER' : 'KEYCLOAK_ADMIN_PASSWORD';
    throw new CliError(
      'missing-answer',
      `${missing} is not set, and its other half is.`,
      'Set both KEYCLOAK_ADMIN_USER and KEYCLOAK_ADMIN_PASSWORD in the environment.',
    );
  }
  if (!interactive) {
    throw new CliError(
      'missing-answer',
      'Provider keycloak needs an administrator, and neither KEYCLOAK_ADMIN_USER nor KEYCLOAK_ACCESS_TOKEN is set.',
      'Set KEYCLOAK_ADMIN_USER and KEYCLOAK_ADMIN_PASSWORD, or KEYCLOAK_ACCESS_TOKEN (or leave the realm alone with --no-provision).',
    );
  }
  const isGiven = (value: string): string | undefined => (value === '' ? 'An administrator is needed.' : undefined);
  const option = 'KEYCLOAK_ADMIN_USER and KEYCLOAK_ADMIN_PASSWORD in the environment';
  return {
    user: await ask.text({ message: 'Administrator of Keycloak', option, validate: isGiven }),
    password: await ask.text({ message: 'Password', option, secret: true, validate: isGiven }),
  };
}

/** What a header cannot carry would come back in an error message of `fetch`. */
function checkedToken(token: string): string {
  if (isTokenText(token)) return token;
  throw new CliError(
    'missing-answer',
    'KEYCLOAK_ACCESS_TOKEN contains characters that no access token has.',
    'Copy it again: it is the access_token of the token endpoint, without quotes.',
  );
}
