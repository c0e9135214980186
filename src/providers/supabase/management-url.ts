import { checkApiUrl } from '../url.ts';

/** Where Supabase's own projects are managed. */
export const DEFAULT_API = 'https://api.supabase.com';

/**
 * The base URL of the Management API: `SUPABASE_API_URL`, or Supabase's own.
 * @throws CliError `invalid-url`
 */
export function managementUrl(given = process.env['SUPABASE_API_URL']): string {
  if (given === undefined || given === '') return DEFAULT_API;
  const fix = `Unset it, or give the base URL of the Management API, such as ${DEFAULT_API}`;
  return checkApiUrl('SUPABASE_API_URL', given, fix).replace(/\/v1$/, '');
}
