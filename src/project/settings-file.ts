import semver from 'semver';
import type { ProjectReader } from './read.ts';

/** Files with the settings of this machine, in the format of `.env`. */
export const SETTINGS_FILES = ['.env', '.dev.vars'] as const;
export type SettingsFile = (typeof SETTINGS_FILES)[number];

/** Configurations of a Worker, in the order in which wrangler looks for them. */
export const WRANGLER_FILES = ['wrangler.json', 'wrangler.jsonc', 'wrangler.toml'];

/** Before, wrangler took `.env` for itself and gave none of it to the Worker. */
const READS_DOT_ENV = '4.28.0';

interface Server {
  /** As the state file has it. */
  runtime?: 'workers';
  /** Version of wrangler, where it can be told. */
  wrangler?: string | undefined;
}

/**
 * Where a server takes settings from on this machine. For a Worker that is `.dev.vars`, beside which wrangler leaves out all
 * of `.env`: a project that has only the latter keeps it, or it would lose its own settings.
 * https://developers.cloudflare.com/workers/local-development/environment-variables/
 */
export function settingsFileOf({ exists }: Pick<ProjectReader, 'exists'>, { runtime, wrangler }: Server): SettingsFile {
  if (runtime !== 'workers') return '.env';
  const isDotEnvRead = wrangler === undefined || !semver.valid(wrangler) || semver.gte(wrangler, READS_DOT_ENV);
  const hasDotEnv = exists('.env') || exists('.env.local');
  return hasDotEnv && isDotEnvRead && !exists('.dev.vars') ? '.env' : '.dev.vars';
}

/** Is this a file with settings, or the example of one, by its name? */
export function isSettingsFile(name: string): boolean {
  return SETTINGS_FILES.some((file) => name === file || name === exampleOf(file));
}

/** The file that shows people which settings there are; it is committed. */
export function exampleOf(file: SettingsFile): string {
  return `${file}.example`;
}
