import type { ExitCode } from '../errors.ts';
import type { Mode } from '../mode.ts';
import { NO_WISHES, type ProviderTarget, type ProviderWishes } from '../providers/types.ts';
import type { ToolScopes } from '../types.ts';
import type { Ui } from '../ui/index.ts';

/** What every command is given beside its options. */
export interface Io {
  mode: Mode;
  ui: Ui;
}

/**
 * How a command ended. `json` is printed under `--json`, after `version`, `command` and `ok` (which is `exit === 0`
 * unless `json` itself says otherwise).
 */
export interface CommandResult {
  exit: ExitCode;
  json: object;
}

/** `add-auth [dir]`, as parsed and checked for form; whether a tool or provider exists is not known yet. */
export interface AddOptions extends ProviderTarget {
  dir: string;
  provider?: string;
  resource?: string;
  audience?: string;
  toolScopes: ToolScopes;
  publicTools: string[];
  /** What is wanted at the provider beside its defaults. */
  wishes: ProviderWishes;
  entry?: string;
  /** A server that speaks stdio only gets a Streamable HTTP side as well. */
  addHttp: boolean;
  dryRun: boolean;
  yes: boolean;
  provision: boolean;
  install: boolean;
  verify: boolean;
  force: boolean;
  json: boolean;
}

/** What is not said on the command line. */
export const ADD_DEFAULTS = {
  toolScopes: {},
  publicTools: [],
  wishes: NO_WISHES,
  addHttp: false,
  dryRun: false,
  yes: false,
  provision: true,
  install: true,
  verify: true,
  force: false,
  json: false,
} satisfies Omit<AddOptions, 'dir'>;

export interface TokenOptions {
  dir: string;
  /** Asked for instead of all scopes of the project. */
  scopes?: string[];
  /** A client that is registered at the authorization server; its secret comes from the environment. */
  clientId?: string;
  /** Port of the redirect URI, for a client that was registered with one. */
  port?: number;
  device: boolean;
  copy: boolean;
  decode: boolean;
  json: boolean;
}

export interface DevOptions {
  dir: string;
  /** What stands after `--`: the command to run beside the authorization server. Empty: none. */
  command: string[];
  json: boolean;
}

export interface StatusOptions {
  dir: string;
  json: boolean;
}

export interface RemoveOptions {
  dir: string;
  /** Also what add-auth created at the provider. */
  remote: boolean;
  dryRun: boolean;
  yes: boolean;
  force: boolean;
  json: boolean;
}
