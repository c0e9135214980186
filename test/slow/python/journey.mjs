import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { freePort } from './issuer.mjs';
import { isListening } from './running.mjs';
import { textOf, Wire } from './wire.mjs';

const run = promisify(execFile);
const ROOT = path.join(import.meta.dirname, '..', '..', '..');
const PROGRAM = [
  '--import',
  path.join(ROOT, 'node_modules', 'tsx', 'dist', 'loader.mjs'),
  path.join(ROOT, 'src/cli.ts'),
];

/**
 * What a person does on the first day, with no account anywhere: add, dev, token, doctor, status, remove.
 * @param {{ interpreter: string, scratch: string,
 *   check: (title: string, body: () => Promise<void>) => Promise<void> }} of an environment with version 1 of the SDK
 */
export async function tryJourney({ interpreter, scratch, check }) {
  const dir = path.join(scratch, 'journey');
  cpSync(path.join(ROOT, 'test/fixtures/python-sdk1-script/before'), dir, { recursive: true });
  const port = await freePort();
  const url = `http://127.0.0.1:${port}/mcp`;
  const { PATH, HOME } = process.env;
  const env = { PATH, HOME, CI: '1', VIRTUAL_ENV: path.dirname(path.dirname(interpreter)), PORT: String(port) };
  const addAuth = async (...args) => {
    const { stdout, stderr } = await run(process.execPath, [...PROGRAM, ...args], {
      cwd: dir,
      env,
      maxBuffer: 2 ** 26,
    });
    return { stdout, stderr };
  };

  await check('what was written is proven by the Python of the project', async () => {
    const issuer = `http://127.0.0.1:${await freePort()}`;
    const { stderr } = await addAuth('--provider', 'local', '--issuer', issuer, '--resource', url, '--yes');
    assert.match(stderr, /it compiles, and the generated package loads/);
  });

  const dev = spawn(process.execPath, [...PROGRAM, 'dev', '--', interpreter, 'server.py'], { cwd: dir, env });
  dev.stdout.resume();
  dev.stderr.resume();
  try {
    await check('dev starts it beside the authorization server', async () => assert.ok(await isListening(port)));
    await check('token gives a token that a tool answers to', async () => {
      const token = (await addAuth('token', '--scope', 'read:tasks')).stdout.trim();
      const wire = new Wire(url);
      const { headers } = await wire.open(token);
      const answer = await wire.post(token, wire.call('search_tasks', { query: 'plants' }), headers);
      assert.match(textOf(answer) ?? '', /plants/);
      assert.equal((await wire.post(token, wire.call('delete_task', { id: '1' }), headers)).status, 403);
    });
    await check('doctor finds nothing wrong, neither in the source nor on the wire', async () => {
      const { checks, rootCauses } = JSON.parse((await addAuth('doctor', '.', '--json')).stdout);
      assert.deepEqual(rootCauses, []);
      assert.ok(checks.some(({ id, status }) => id === 'src.verifier-claims' && status === 'pass'));
    });
    await check('status finds nothing that has drifted', async () => {
      assert.deepEqual(JSON.parse((await addAuth('status', '--json')).stdout).drift, []);
    });
  } finally {
    dev.kill('SIGTERM');
    await once(dev, 'close');
  }
  await check('remove takes it out', async () => {
    assert.match((await addAuth('remove', '--yes')).stderr, /taken out/);
  });
}
