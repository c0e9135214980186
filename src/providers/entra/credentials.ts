import { CliError } from '../../errors.ts';
import { isRecord } from '../../is-record.ts';
import { decodeToken } from '../../oauth/inspect-token.ts';
import { isTokenText } from '../../oauth/token-text.ts';
import type { ProviderIo } from '../types.ts';
import type { Tenant } from './target.ts';

/** A token for Microsoft Graph. Kept in memory only. */
export interface Credentials {
  token: string;
  /** Where it comes from, for messages. */
  source: string;
}

/**
 * `AZURE_ACCESS_TOKEN`, or the login of the `az` CLI, or typed by a person.
 * @throws CliError `missing-answer`
 */
export async function findCredentials(tenant: Tenant, { interactive, ask }: ProviderIo): Promise<Credentials> {
  const given = process.env['AZURE_ACCESS_TOKEN']?.trim() ?? '';
  if (given !== '') return { token: checked(given), source: 'AZURE_ACCESS_TOKEN' };
  const token = await tokenOfCli(tenant);
  if (token !== undefined) return { token: checked(token), source: 'the login of the az CLI' };
  if (!interactive) {
    throw new CliError(
      'missing-answer',
      'Provider entra needs Microsoft Graph: AZURE_ACCESS_TOKEN is not set, and the az CLI is not there or not logged in to this tenant.',
      `Log in with az login --tenant ${tenant.name} --allow-no-subscriptions, or set AZURE_ACCESS_TOKEN to a Graph token with ` +
        'Application.ReadWrite.All (or leave the tenant alone with --no-provision).',
    );
  }
  const typed = await ask.text({
    message: 'Access token for Microsoft Graph (Application.ReadWrite.All)',
    option: 'AZURE_ACCESS_TOKEN in the environment',
    secret: true,
    validate: (value) => (value.trim() === '' ? 'Paste the token.' : undefined),
  });
  return { token: checked(typed.trim()), source: 'the token you gave' };
}

/** The tenant that a token is of, as far as it says. */
export function tenantOf(token: string): string | undefined {
  const tid = decodeToken(token)?.claims?.['tid'];
  return typeof tid === 'string' ? tid.toLowerCase() : undefined;
}

/** @returns `undefined` when the CLI is not installed, or not logged in. What it says is not shown: tokens are in it. */
async function tokenOfCli({ name }: Tenant): Promise<string | undefined> {
  const { execa } = await import('execa');
  const args = ['account', 'get-access-token', '--resource-type', 'ms-graph', '--tenant', name, '--output', 'json'];
  const { exitCode, stdout } = await execa('az', args, { reject: false, stdin: 'ignore', timeout: 60_000 });
  if (exitCode !== 0) return undefined;
  try {
    const answer: unknown = JSON.parse(String(stdout));
    const token = isRecord(answer) ? answer['accessToken'] : undefined;
    return typeof token === 'string' ? token : undefined;
  } catch {
    return undefined;
  }
}

/** What a header cannot carry would come back in an error message of `fetch`. */
function checked(token: string): string {
  if (isTokenText(token)) return token;
  throw new CliError(
    'missing-answer',
    'The token for Microsoft Graph contains characters that no access token has.',
    'Copy it again, as one line and without quotes: az account get-access-token --resource-type ms-graph --query accessToken -o tsv',
  );
}
