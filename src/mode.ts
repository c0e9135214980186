import { isAgent } from 'std-env';

export interface Mode {
  /** May questions be asked? */
  interactive: boolean;
  json: boolean;
  /** May colour be used on the terminal people look at (stderr)? */
  color: boolean;
  /** The same for stdout, where results go. */
  colorOut: boolean;
}

export interface ModeInput {
  yes?: boolean;
  json?: boolean;
  env?: NodeJS.ProcessEnv;
  stdinIsTTY?: boolean;
  stdoutIsTTY?: boolean;
  stderrIsTTY?: boolean;
  agent?: boolean;
}

/**
 * Decides, in this one place, whether the run is interactive: stdin and stdout are terminals, `CI` is unset,
 * no coding agent drives us, and neither `--yes` nor `--json` is given.
 */
export function decideMode(input: ModeInput): Mode {
  const env = input.env ?? process.env;
  const stdinIsTTY = input.stdinIsTTY ?? process.stdin.isTTY;
  const stdoutIsTTY = input.stdoutIsTTY ?? process.stdout.isTTY;
  const stderrIsTTY = input.stderrIsTTY ?? process.stderr.isTTY;
  const agent = input.agent ?? isAgent;
  const json = input.json === true;
  const forced = Boolean(env['FORCE_COLOR']) && env['FORCE_COLOR'] !== '0';
  const colorOf = (isTTY: boolean | undefined): boolean =>
    env['NO_COLOR'] ? false : forced ? true : Boolean(isTTY) && env['TERM'] !== 'dumb';
  return {
    interactive: Boolean(stdinIsTTY && stdoutIsTTY) && !env['CI'] && !agent && !input.yes && !json,
    json,
    color: colorOf(stderrIsTTY),
    colorOut: colorOf(stdoutIsTTY),
  };
}

/**
 * Is somebody there who could log in in a browser? Unlike questions this needs no stdout, which `$(add-auth token)`
 * takes away; one of the other streams has to be a terminal, or a browser be named by whoever called us.
 */
export function isAttended(input: ModeInput = {}): boolean {
  const env = input.env ?? process.env;
  const stdinIsTTY = input.stdinIsTTY ?? process.stdin.isTTY;
  const stderrIsTTY = input.stderrIsTTY ?? process.stderr.isTTY;
  if (env['CI'] || (input.agent ?? isAgent)) return false;
  return Boolean(stdinIsTTY || stderrIsTTY || env['BROWSER']);
}
