import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, symlinkSync } from 'node:fs';
import path from 'node:path';

/** The program as it is shipped: `npm test` has built it before the first test runs. */
export const ROOT = path.resolve(import.meta.dirname, '../..');
export const BINARY = path.join(ROOT, 'bin', 'add-auth.js');

export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** The environment without what would make a run non-interactive by itself, plus `extra`. */
export function cleanEnvironment(extra: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  const kept = ['PATH', 'HOME', 'USERPROFILE', 'SystemRoot', 'TEMP', 'TMP', 'LANG'];
  const base = Object.fromEntries(kept.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])));
  return { ...base, TERM: 'xterm-256color', ...extra };
}

/** Runs the built binary with pipes for stdout and stderr. */
export function runBuilt(
  args: string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv; stdin?: 'ignore' | 'pipe' } = {},
): Promise<Ended> {
  const child = spawn(process.execPath, [BINARY, ...args], {
    cwd: options.cwd ?? ROOT,
    env: cleanEnvironment(options.env),
    stdio: [options.stdin ?? 'ignore', 'pipe', 'pipe'],
  });
  const ended: Ended = { code: null, stdout: '', stderr: '' };
  child.stdout?.on('data', (chunk: Buffer) => (ended.stdout += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (ended.stderr += chunk.toString()));
  child.stdin?.end();
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ ...ended, code }));
  });
}

/** A copy of the example server, with the packages of this repository. */
export function copyOfTasksServer(): string {
  const parent = path.join(ROOT, '.tmp');
  mkdirSync(parent, { recursive: true });
  const project = mkdtempSync(path.join(parent, 'tasks-'));
  cpSync(path.join(ROOT, 'examples', 'tasks-server'), project, { recursive: true });
  symlinkSync(path.join(ROOT, 'node_modules'), path.join(project, 'node_modules'), 'junction');
  return project;
}
