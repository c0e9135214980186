import { constants } from 'node:os';
import { execa } from 'execa';
import { CliError } from '../errors.ts';
import type { Interruption } from './run.ts';

export interface Beside {
  root: string;
  command: string[];
  env: Record<string, string>;
  json: boolean;
  interruption: Interruption;
}

/** How long a command may take to end after a signal, in milliseconds. */
const GRACE = 5000;

/**
 * Runs a command in the project with its terminal, and passes signals on.
 * @returns its exit code; 128 + n when signal n ended it, as shells have it
 * @throws CliError `invalid-option` when it cannot be started
 */
export async function runBeside({ root, command, env, json, interruption }: Beside): Promise<number> {
  const [file = '', ...args] = command;
  // `npm start` ends at a signal without ending what it started. A terminal signals the whole group, and needs it in front.
  const ownGroup = process.platform !== 'win32' && !process.stdin.isTTY;
  const child = execa(file, args, {
    cwd: root,
    env,
    stdin: 'inherit',
    stdout: json ? 2 : 'inherit',
    stderr: 'inherit',
    preferLocal: true,
    localDir: root,
    detached: ownGroup,
    reject: false,
  });
  const kill = (signal: NodeJS.Signals): void => {
    if (ownGroup && child.pid !== undefined) signalGroup(child.pid, signal);
    else child.kill(signal);
  };
  const killAtExit = (): void => kill('SIGKILL');
  process.once('exit', killAtExit);
  let last: NodeJS.Timeout | undefined;
  const pass = (signal: NodeJS.Signals): void => {
    if (interruption.signal !== undefined) return kill('SIGKILL');
    // Ctrl-C at a terminal reaches the whole process group: the command has it already.
    if (signal !== 'SIGINT' || !process.stdin.isTTY) kill(signal);
    last = setTimeout(() => kill('SIGKILL'), GRACE);
  };
  interruption.onSignal = pass;
  if (interruption.signal !== undefined) kill(interruption.signal);
  const result = await child;
  clearTimeout(last);
  process.off('exit', killAtExit);
  if (result.exitCode !== undefined) return result.exitCode;
  if (result.signal !== undefined) return 128 + (constants.signals[result.signal] ?? 0);
  throw new CliError(
    'invalid-option',
    `The command ${JSON.stringify(file)} cannot be started (${result.code ?? result.shortMessage ?? 'unknown reason'}).`,
    'Give a command that works in the project directory, for example: add-auth dev -- npm start',
  );
}

function signalGroup(leader: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-leader, signal);
  } catch {
    // All of them have ended already.
  }
}
