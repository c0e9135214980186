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
  const child = execa(file, args, {
    cwd: root,
    env,
    stdin: 'inherit',
    stdout: json ? 2 : 'inherit',
    stderr: 'inherit',
    preferLocal: true,
    localDir: root,
    reject: false,
  });
  let last: NodeJS.Timeout | undefined;
  const pass = (signal: NodeJS.Signals): void => {
    if (interruption.signal !== undefined) return void child.kill('SIGKILL');
    // Ctrl-C at a terminal reaches the whole process group: the command has it already.
    if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
    last = setTimeout(() => child.kill('SIGKILL'), GRACE);
  };
  interruption.onSignal = pass;
  if (interruption.signal !== undefined) child.kill(interruption.signal);
  const result = await child;
  clearTimeout(last);
  if (result.exitCode !== undefined) return result.exitCode;
  if (result.signal !== undefined) return 128 + (constants.signals[result.signal] ?? 0);
  throw new CliError(
    'invalid-option',
    `The command ${JSON.stringify(file)} cannot be started (${result.code ?? result.shortMessage ?? 'unknown reason'}).`,
    'Give a command that works in the project directory, for example: add-auth dev -- npm start',
  );
}
