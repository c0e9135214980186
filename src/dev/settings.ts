import { statSync } from 'node:fs';
import path from 'node:path';
import { readState, STATE_FILE, stateUnreadable, type AuthRecord } from '../apply/state.ts';
import { CliError } from '../errors.ts';
import { isRecord } from '../is-record.ts';
import { checkLocalIssuer, DEFAULT_LOCAL_ISSUER } from '../providers/local.ts';
import type { Report } from './report.ts';

/** What the embedded authorization server takes from the project's `.mcp-builder/state.json`. */
export interface LocalSettings {
  issuer: string;
  /** The one resource it issues tokens for. */
  resource: string;
  /** `aud` of those tokens. */
  audience: string;
  /** Every scope that can be granted. */
  scopes: string[];
  /** What is granted when a client asks for no scope at all (RFC 6749 §3.3). */
  defaultScopes: string[];
}

/**
 * Reads the settings of a project that was set up with provider local.
 * @throws CliError `missing-answer` (not set up), `usage` (another provider), `state-unreadable`
 */
export function readSettings(root: string): LocalSettings {
  const auth = readAuthState(root);
  if (auth.provider !== 'local') {
    throw new CliError(
      'usage',
      `This project uses provider ${auth.provider}; only provider local has a server to run here.`,
      'Start the MCP server by itself, or switch with add-auth --provider local',
    );
  }
  return settingsOf(auth);
}

/**
 * The part of the state that the server runs on. People edit that file, so its values are checked.
 * @throws CliError `state-unreadable` without a resource, `invalid-url` for an issuer that is not on this machine
 */
export function settingsOf(auth: AuthRecord & { baseScopes?: unknown }): LocalSettings {
  const { resource, issuer, audience } = auth;
  if (!isText(resource) || !URL.canParse(resource)) throw stateUnreadable('names no resource');
  const toolScopes = Object.values(isRecord(auth.toolScopes) ? auth.toolScopes : {}).flatMap(strings);
  const baseScopes = strings(auth.baseScopes);
  const scopes = [...new Set([...baseScopes, ...strings(auth.scopes), ...toolScopes])];
  return {
    issuer: checkLocalIssuer(isText(issuer) ? issuer : DEFAULT_LOCAL_ISSUER),
    resource,
    audience: isText(audience) ? audience : resource,
    scopes,
    defaultScopes: baseScopes.length > 0 ? baseScopes : scopes,
  };
}

/**
 * The settings as they are now: another run of add-auth may have added tools while the server runs. A file that is
 * broken for a moment leaves the last good settings in force.
 */
export function liveSettings(root: string, report: Report): () => LocalSettings {
  let settings = readSettings(root);
  let seen = stampOf(root);
  return () => {
    const stamp = stampOf(root);
    if (stamp === seen) return settings;
    seen = stamp;
    try {
      const next = readSettings(root);
      if (next.issuer !== settings.issuer) report.warn(`The issuer is now ${next.issuer}: start add-auth dev again.`);
      settings = { ...next, issuer: settings.issuer };
    } catch (error) {
      report.warn(`Going on with the old settings: ${(error as Error).message}`);
    }
    return settings;
  };
}

function stampOf(root: string): string {
  const stat = statSync(path.join(root, STATE_FILE), { throwIfNoEntry: false });
  return stat ? `${stat.mtimeMs} ${stat.size}` : '';
}

/**
 * What add-auth wrote about this project.
 * @throws CliError `missing-answer` (not set up), `state-unreadable`
 */
export function readAuthState(root: string): AuthRecord {
  const { auth } = readState(root);
  if (!auth) throw notSetUp();
  return auth;
}

const notSetUp = (): CliError =>
  new CliError(
    'missing-answer',
    'This project has not been set up with add-auth.',
    'Run add-auth --provider local first',
  );

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

const strings = (value: unknown): string[] => (Array.isArray(value) ? value.filter(isText) : []);
