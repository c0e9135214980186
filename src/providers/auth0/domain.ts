import { CliError } from '../../errors.ts';
import { hostTyped } from '../url.ts';

/**
 * Checks the domain of a tenant: a host name with a port at most, as it stands between `https://` and `/` of the issuer.
 * @returns the text, unchanged
 * @throws CliError `invalid-option`
 */
export function checkDomain(text: string): string {
  const better = hostTyped(text);
  if (better === undefined) {
    throw new CliError(
      'invalid-option',
      `--domain ${JSON.stringify(text)} is not the domain of an Auth0 tenant.`,
      'Use --domain TENANT.REGION.auth0.com, as the settings of any application in the dashboard show it.',
    );
  }
  if (text === better) return text;
  throw new CliError(
    'invalid-option',
    `--domain ${JSON.stringify(text)} must be the bare domain in lower case.`,
    `Use --domain ${better}`,
  );
}
