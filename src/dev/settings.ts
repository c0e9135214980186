import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { CliError } from '../errors.ts';
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

const stateFile = (root: string): string => path.join(root, '.mcp-builder', 'state.json');

/**
 * Reads the settings of a project that was set up with provider local.
 * @throws CliError `missing-answer` (not set up), `usage` (another provider), `state-unreadable`
 */
export function readSettings(root: string): LocalSettings {
  const auth = readAuthState(root);
  if (auth['provider'] !== 'local') {
    throw new CliError(
      'usage',
      `This project uses provider ${String(auth['provider'])}; only provider local has a server to run here.`,
      'Start the MCP server by itself, or switch with add-auth --provider local',
    );
  }
  return settingsOf(root, auth);
}

/** @throws CliError `state-unreadable` */
export function settingsOf(root: string, auth: Record<string, unknown>): LocalSettings {
  const text = (key: string): string | undefined => (typeof auth[key] === 'string' ? auth[key] : undefined);
  const resource = text('resource');
  if (resource === undefined || !URL.canParse(resource)) throw unreadable(root, 'auth.resource is missing');
  const toolScopes = Object.values(isRecord(auth['toolScopes']) ? auth['toolScopes'] : {}).flatMap(strings);
  const baseScopes = strings(auth['baseScopes']);
  const scopes = [...new Set([...baseScopes, ...strings(auth['scopes']), ...toolScopes])];
  return {
    issuer: checkLocalIssuer(text('issuer') ?? DEFAULT_LOCAL_ISSUER),
    resource,
    audience: text('audience') ?? resource,
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
  const stat = statSync(stateFile(root), { throwIfNoEntry: false });
  return stat ? `${stat.mtimeMs} ${stat.size}` : '';
}

/**
 * What add-auth wrote about this project, under `auth` of `.mcp-builder/state.json`.
 * @throws CliError `missing-answer` (not set up), `state-unreadable`
 */
export function readAuthState(root: string): Record<string, unknown> {
  let text: string;
  try {
    text = readFileSync(stateFile(root), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw notSetUp();
    throw unreadable(root, (error as Error).message);
  }
  let state: unknown;
  try {
    state = JSON.parse(text);
  } catch (error) {
    throw unreadable(root, (error as Error).message);
  }
  const auth = isRecord(state) ? state['auth'] : undefined;
  if (auth === undefined) throw notSetUp();
  if (!isRecord(auth)) throw unreadable(root, '"auth" is not an object');
  return auth;
}

const notSetUp = (): CliError =>
  new CliError(
    'missing-answer',
    'This project has not been set up with add-auth.',
    'Run add-auth --provider local first',
  );

const unreadable = (root: string, why: string): CliError =>
  new CliError(
    'state-unreadable',
    `${path.relative(root, stateFile(root))} cannot be used: ${why}.`,
    'Restore the file from version control, or run add-auth again.',
  );

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const strings = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string' && item !== '') : [];
