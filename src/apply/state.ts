import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { removeJsonProperty, setJsonProperty, withoutBom } from '../edit/json.ts';
import { CliError } from '../errors.ts';
import { isRecord } from '../is-record.ts';
import type { ProviderTarget, ProviderWishes } from '../providers/types.ts';
import type { ToolScopes } from '../types.ts';
import { codeOf, nodeDisk, type Disk } from './disk.ts';
import type { RemoteRecords } from './remote-records.ts';

/** Relative to the project root. Meant to be committed: it holds no secrets. */
export const STATE_FILE = '.mcp-builder/state.json';

/** What `.mcp-builder/state.json` holds under `auth`. */
export interface AuthRecord extends ProviderTarget {
  provider: string;
  resource: string;
  audience: string;
  scopes: string[];
  toolScopes: ToolScopes;
  publicTools: string[];
  /** What the first challenge asks for; the development server grants no more to a client that asks for nothing. */
  baseScopes: string[];
  /** What was wanted at the provider beside its defaults. */
  wishes?: Partial<ProviderWishes>;
  /** What was created or changed at the provider, by step: ids, and settings as they were before. */
  remote: RemoteRecords;
  /** Names of the environment keys that we set. */
  env: string[];
  /** What the server runs on, where that is not Node.js or Python: settings are elsewhere then. */
  runtime?: 'workers';
  /** Names of the variables that we set in the configuration of a deployed Worker. */
  vars?: string[];
  /** sha256 of every file as we wrote it, by path. Not settings, which are nobody else's business. */
  files: Record<string, string>;
  /** The add-auth that wrote this. */
  version: string;
}

export interface ProjectState {
  /** The text of the state file, `undefined` when there is none. */
  text: string | undefined;
  auth: AuthRecord | undefined;
}

/**
 * Reads the state file.
 * @throws CliError `state-unreadable` when it cannot be read or is not JSON; nothing may be touched then
 */
export function readState(root: string, disk: Disk = nodeDisk): ProjectState {
  const bytes = bytesOf(path.join(root, STATE_FILE), disk);
  if (bytes === null) return { text: undefined, auth: undefined };
  const text = bytes.toString();
  return { text, auth: parseState(text) };
}

/** The `auth` part of the text of a state file. @throws CliError `state-unreadable` */
export function parseState(text: string): AuthRecord | undefined {
  const value = parse(text);
  if (!isRecord(value)) throw stateUnreadable('is not a JSON object');
  const auth = value['auth'];
  if (auth === undefined) return undefined;
  if (!isRecord(auth)) throw stateUnreadable('has an "auth" that is not an object');
  return {
    provider: '',
    resource: '',
    audience: '',
    scopes: [],
    toolScopes: {},
    publicTools: [],
    baseScopes: [],
    remote: {},
    env: [],
    files: {},
    version: '',
    ...(auth as Partial<AuthRecord>),
  };
}

/**
 * Puts our part into the text of a state file; what other tools keep there stays byte for byte. Nothing changes when
 * only the version of add-auth would.
 * @param text `undefined` when there is no file
 * @throws CliError `state-unreadable`
 */
export function mergeState(text: string | undefined, auth: AuthRecord): string {
  if (text === undefined || text.trim() === '') return `${JSON.stringify({ auth }, null, 2)}\n`;
  const present = parseState(text);
  if (present && isDeepStrictEqual({ ...present, version: auth.version }, { ...auth })) return text;
  return setJsonProperty(text, 'auth', auth);
}

/** Takes our part out; `null` when nothing is left in the file. @throws CliError `state-unreadable` */
export function withoutAuth(text: string): string | null {
  parseState(text);
  const rest = removeJsonProperty(text, 'auth');
  return rest === undefined || rest.replace(/\s/g, '') === '{}' ? null : rest;
}

function bytesOf(file: string, disk: Disk): Buffer | null {
  try {
    return disk.read(file);
  } catch (error) {
    throw stateUnreadable(`cannot be read (${codeOf(error) ?? 'unknown reason'})`);
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(withoutBom(text));
  } catch {
    throw stateUnreadable('is not JSON');
  }
}

/** The refusal to go on from a state file that cannot be trusted. @param what predicate: `is not JSON` */
export function stateUnreadable(what: string): CliError {
  return new CliError(
    'state-unreadable',
    `${STATE_FILE} ${what}, so it is not clear what add-auth did here before; nothing was touched.`,
    `Repair ${STATE_FILE} (git log has its last good version) or delete it, then run again.`,
  );
}
