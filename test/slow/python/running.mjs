import { spawn } from 'node:child_process';
import { once } from 'node:events';
import net from 'node:net';
import path from 'node:path';

/**
 * Starts a server in a virtual environment.
 * @param {string} interpreter of the environment
 * @param {string[]} command whose first word is a program of the environment
 * @param {{ cwd: string, port: number }} where
 */
export function startServer(interpreter, [program, ...args], { cwd, port }) {
  const { PATH, HOME } = process.env;
  const bin = path.dirname(interpreter);
  const more = {
    PORT: String(port),
    PYTHONUNBUFFERED: '1',
    PYTHONDONTWRITEBYTECODE: '1',
    FASTMCP_CHECK_FOR_UPDATES: 'off',
  };
  const env = { PATH: `${bin}${path.delimiter}${PATH}`, HOME, ...more };
  const child = spawn(path.join(bin, program), args, { cwd, env });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (piece) => (output += piece));
  const log = () => output;
  return {
    child,
    log,
    listening: () => listening(port, child, log),
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGKILL');
      await once(child, 'close');
    },
  };
}

async function listening(port, child, log) {
  if (await isListening(port, () => child.exitCode === null)) return;
  throw new Error(`the server did not start:\n${log()}`);
}

/** Waits a minute for somebody to listen on a port. @param goesOn says whether there is still hope */
export async function isListening(port, goesOn = () => true) {
  for (let attempt = 0; attempt < 600 && goesOn(); attempt++) {
    const socket = net.connect(port, '127.0.0.1');
    const isThere = await new Promise((resolve) =>
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false)),
    );
    socket.destroy();
    if (isThere) return true;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return false;
}
