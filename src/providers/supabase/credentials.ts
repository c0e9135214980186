import { CliError } from '../../errors.ts';
import { isTokenText } from '../../oauth/token-text.ts';
import type { ProviderIo } from '../types.ts';
import { TOKENS_PAGE } from './refusal.ts';

/**
 * The access token for the Management API: `SUPABASE_ACCESS_TOKEN`, or typed unseen. It is kept in memory only.
 * @throws CliError `missing-answer`
 */
export async function findAccessToken({ interactive, ask }: ProviderIo): Promise<string> {
  const given = process.env['SUPABASE_ACCESS_TOKEN']?.trim();
  if (given !== undefined && given !== '') return checked(given);
  if (!interactive) {
    throw new CliError(
      'missing-answer',
      'Provider supabase needs an access token for the Management API, and SUPABASE_ACCESS_TOKEN is not set.',
      `Create one at ${TOKENS_PAGE} and set SUPABASE_ACCESS_TOKEN to it (or leave the project alone with --no-provision).`,
    );
  }
  const typed = await ask.text({
    message: `Supabase access token (${TOKENS_PAGE})`,
    option: 'SUPABASE_ACCESS_TOKEN in the environment',
    secret: true,
    validate: (value) => (value.trim() === '' ? 'A token is needed.' : undefined),
  });
  return checked(typed.trim());
}

/** What a header cannot carry would come back in an error message of `fetch`. */
function checked(token: string): string {
  if (isTokenText(token)) return token;
  throw new CliError(
    'missing-answer',
    'SUPABASE_ACCESS_TOKEN contains characters that no access token has.',
    `Copy it again from ${TOKENS_PAGE}`,
  );
}
