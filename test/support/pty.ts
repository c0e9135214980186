import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { BINARY, cleanEnvironment } from './built.ts';

export interface Screen {
  code: number;
  /** Everything the terminal was sent, without escape sequences. */
  screen: string;
  /** Steps that were never reached. */
  left: [string, string][];
}

export const KEY = { enter: '\r', down: '\x1b[B', up: '\x1b[A', ctrlC: '\x03', ctrlD: '\x04', clearLine: '\x15' };

/**
 * Runs the built binary on a real pseudo terminal.
 * @param steps text to wait for, and what to type when it is there
 */
export async function onTerminal(
  args: string[],
  options: {
    cwd: string;
    env?: NodeJS.ProcessEnv;
    stdin?: 'tty' | 'null';
    stdout?: 'tty' | 'null';
    steps?: [string, string][];
  },
): Promise<Screen> {
  const directory = mkdtempSync(path.join(tmpdir(), 'add-auth-pty-'));
  const script = path.join(directory, 'script.json');
  const { cwd, env, stdin = 'tty', stdout: out = 'tty', steps = [] } = options;
  const argv = [process.execPath, BINARY, ...args];
  writeFileSync(script, JSON.stringify({ argv, cwd, env: cleanEnvironment(env), stdin, stdout: out, steps }));
  try {
    const { stdout } = await promisify(execFile)('python3', [
      path.join(import.meta.dirname, 'pseudo-terminal.py'),
      script,
    ]);
    const result = JSON.parse(stdout) as Screen;
    return { ...result, screen: withoutEscapes(result.screen) };
  } finally {
    rmSync(directory, { recursive: true });
  }
}

function withoutEscapes(text: string): string {
  return text.replace(/\x1b\[[0-9;?]*[A-Za-z]/g, '').replaceAll('\r', '');
}
