import { CliError } from '../../errors.ts';
import type { ProviderTarget } from '../types.ts';

/** `--project local`: the stack that the Supabase CLI runs on this machine. */
export const LOCAL = 'local';

/**
 * The project's reference, as the dashboard shows it.
 * @throws CliError `missing-answer`, `invalid-option`
 */
export function checkProject({ project }: ProviderTarget): string {
  if (project === undefined) {
    throw new CliError(
      'missing-answer',
      'Provider supabase needs the reference of the project.',
      'Add --project REF (Settings, General in the dashboard), or --project local for the stack of the Supabase CLI.',
    );
  }
  // It becomes a host name and part of a path.
  if (/^[a-z\d][a-z\d-]{0,62}$/.test(project)) return project;
  throw new CliError(
    'invalid-option',
    `--project ${JSON.stringify(project)} is not the reference of a Supabase project.`,
    'It is 20 lower case letters: the first part of https://REF.supabase.co, or see Settings, General in the dashboard.',
  );
}

/** Issuer of a project that is hosted by Supabase: no slash at the end. */
export function hostedIssuer(ref: string): string {
  return `https://${ref}.supabase.co/auth/v1`;
}
