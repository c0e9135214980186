import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';

/** A port that nobody listens on now. */
export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

const running = new Set();

/** Starts a program in a group of its own and keeps what it prints. */
export function start(file, args, { cwd, env = {} }) {
  const child = spawn(file, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: process.platform !== 'win32',
  });
  const started = { child, output: '' };
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (started.output += chunk));
  running.add(started);
  child.once('exit', () => running.delete(started));
  return started;
}

/** Runs a program to its end. */
export async function run(file, args, options) {
  const started = start(file, args, options);
  const [code] = await once(started.child, 'close');
  return { code, output: started.output };
}

/** Waits until `url` answers anything at all. */
export async function answering(url, started, seconds = 30) {
  for (const end = Date.now() + seconds * 1000; Date.now() < end;) {
    if (started.child.exitCode !== null) break;
    const answer = await fetch(url).catch(() => undefined);
    await answer?.body?.cancel();
    if (answer) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`${url} does not answer. The program printed:\n${started.output}`);
}

export async function stop(started) {
  if (started.child.exitCode !== null || started.child.signalCode !== null) return;
  const ended = once(started.child, 'exit');
  signal(started, 'SIGTERM');
  const timer = setTimeout(() => signal(started, 'SIGKILL'), 3000);
  await ended;
  clearTimeout(timer);
}

export async function stopAll() {
  await Promise.all([...running].map(stop));
}

/** The whole group: npm and tsx start children of their own. */
function signal({ child }, name) {
  try {
    if (process.platform === 'win32') child.kill(name);
    else process.kill(-child.pid, name);
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}
