import { CliError } from '../../errors.ts';
import { isLoopback } from '../../oauth/loopback.ts';

/** Where Supabase's own projects are managed. */
export const DEFAULT_API = 'https://api.supabase.com';

/**
 * The base URL of the Management API: `SUPABASE_API_URL`, or Supabase's own.
 * @throws CliError `invalid-url`
 */
export function managementUrl(given = process.env['SUPABASE_API_URL']): string {
  if (given === undefined || given === '') return DEFAULT_API;
  const url = URL.canParse(given) ? new URL(given) : undefined;
  const isSafe = url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback(url.hostname));
  if (!url || !isSafe || url.username || url.password || url.search || url.hash) {
    throw new CliError(
      'invalid-url',
      'SUPABASE_API_URL is not an https URL.',
      `Unset it, or give the base URL of the Management API, such as ${DEFAULT_API}`,
    );
  }
  const path = url.pathname.replace(/\/+$/, '').replace(/\/v1$/, '');
  return url.origin + path;
}
