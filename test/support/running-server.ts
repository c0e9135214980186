import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import path from 'node:path';
import { cleanEnvironment, ROOT } from './built.ts';

export interface RunningServer {
  port: number;
  /** stdout and stderr so far. */
  log(): string;
  stop(): Promise<void>;
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/**
 * Starts a project as its `start` script says (`tsx …`, `node …` or `wrangler dev`), as a process of its own, and waits
 * for its port.
 */
export async function startProject(dir: string, port: number, env: NodeJS.ProcessEnv = {}): Promise<RunningServer> {
  const { scripts } = JSON.parse(readFileSync(path.join(dir, 'package.json'), 'utf8')) as {
    scripts: { start: string };
  };
  const [runner, ...args] = scripts.start.split(' ');
  const loader = runner === 'tsx' ? ['--import', path.join(ROOT, 'node_modules/tsx/dist/loader.mjs')] : [];
  const program = runner === 'wrangler' ? await wrangler(args, port) : [...loader, ...args];
  const child = spawn(process.execPath, program, {
    cwd: dir,
    env: cleanEnvironment({ PORT: String(port), WRANGLER_SEND_METRICS: 'false', ...env }),
    stdio: ['ignore', 'pipe', 'pipe'],
    // Wrangler has the runtime as a child of its own, which has to end with it.
    detached: runner === 'wrangler',
  });
  let log = '';
  child.stdout.on('data', (chunk: Buffer) => (log += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (log += chunk.toString()));
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const stop = async (): Promise<void> => {
    if (runner === 'wrangler' && child.pid !== undefined && child.exitCode === null)
      process.kill(-child.pid, 'SIGKILL');
    else child.kill('SIGKILL');
    await ended;
  };
  for (let attempt = 0; attempt < 150; attempt++) {
    if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}:\n${log}`);
    if (await answers(port)) return { port, log: () => log, stop };
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  await stop();
  throw new Error(`the server did not come up:\n${log}`);
}

/** Cloudflare's local runtime, on this machine only. */
async function wrangler(args: string[], port: number): Promise<string[]> {
  const program = path.join(ROOT, 'node_modules/wrangler/bin/wrangler.js');
  return [program, ...args, '--ip', '127.0.0.1', '--port', `${port}`, '--inspector-port', `${await freePort()}`];
}

async function answers(port: number): Promise<boolean> {
  return fetch(`http://127.0.0.1:${port}/.well-known/oauth-protected-resource`).then(
    () => true,
    () => false,
  );
}
