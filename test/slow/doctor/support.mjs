/** What the parts of the suite share: a protected server, the program on it, and the one claim that is made. */
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

export const root = path.resolve(import.meta.dirname, '../../..');
const program = path.join(root, 'bin', 'add-auth.js');
const tsx = pathToFileURL(path.join(root, 'node_modules', 'tsx', 'dist', 'loader.mjs')).href;
/** Whatever the machine has set for other programs must not reach the servers. */
const environment = { PATH: process.env.PATH, HOME: process.env.HOME, CI: '1', NEXT_TELEMETRY_DISABLED: '1' };
export const SCOPES = ['read:tasks', 'write:tasks', 'delete:tasks', 'use:whoami'];
let passed = 0;

/** A file that needs another place, filled with a copy of `from`; removed by `discard`. */
export function workshop(name, from) {
  const directory = mkdtempSync(path.join(tmpdir(), `add-auth-doctor-${name}-`));
  if (from) cpSync(path.join(root, from), directory, { recursive: true });
  return directory;
}

/** A copy of a fixture that finds the packages of this repository. */
export function projectOf(fixture) {
  const project = workshop(fixture, `test/fixtures/${fixture}/before`);
  symlinkSync(path.join(root, 'node_modules'), path.join(project, 'node_modules'), 'junction');
  return project;
}

export const discard = (directory) => rmSync(directory, { recursive: true, force: true });

/** Runs the built program. @returns its exit code and its JSON document; `input` goes to its stdin */
export async function addAuth(args, { input, env } = {}) {
  const child = spawn(process.execPath, [program, ...args, '--json'], { env: { ...environment, ...env } });
  let out = '';
  let said = '';
  child.stdout.on('data', (chunk) => (out += chunk));
  child.stderr.on('data', (chunk) => (said += chunk));
  child.stdin.end(input ?? '');
  const [exit] = await once(child, 'close');
  assert.notEqual(out, '', `add-auth ${args.join(' ')} said nothing: ${said}`);
  return { exit, document: JSON.parse(out) };
}

/** Puts the gate into a project. */
export async function protect(project, options) {
  const { exit, document } = await addAuth([project, '--no-install', '--no-verify', '--yes', ...options]);
  assert.equal(exit, 0, JSON.stringify(document.error ?? document.manual));
}

/** Starts a command and waits until `url` answers anything. */
export async function start(args, { cwd, env, url }) {
  const child = spawn(process.execPath, args, {
    cwd,
    env: { ...environment, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += chunk));
  const stop = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'close');
    child.kill();
    await ended;
  };
  try {
    await answers(url, () => child.exitCode !== null);
  } catch (error) {
    await stop();
    throw new Error(`${error.message}\n${said}`);
  }
  return { stop, said: () => said };
}

/** Arguments for Node that start TypeScript sources. */
export const typescript = (file) => ['--import', tsx, file];
export const startAddAuth = (args, where) => start([program, ...args], where);

export async function answers(url, hasEnded = () => false) {
  for (let attempt = 0; attempt < 1500 && !hasEnded(); attempt++) {
    const isUp = await fetch(url, { signal: AbortSignal.timeout(5000) }).then(
      () => true,
      () => false,
    );
    if (isUp) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(`nothing answers at ${url}`);
}

export async function freePort() {
  const server = http.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

/** Runs a program to its end. @returns its stdout */
export function run(file, args, options) {
  return new Promise((resolve, reject) => {
    execFile(file, args, { ...options, env: { ...environment, ...options?.env } }, (error, stdout, stderr) =>
      error ? reject(new Error(`${error.message}\n${stdout}\n${stderr}`)) : resolve(stdout),
    );
  });
}

/** The claim: nothing is called broken that is not, and what can be looked at was looked at. */
export async function isHealthy(title, args, { token, sees = ['rs.rejects-garbage'] } = {}) {
  const withToken = token === undefined ? [] : ['--token', '-'];
  const { exit, document } = await addAuth(['doctor', ...args, '--timeout', '20', ...withToken], { input: token });
  const told = (status) =>
    (document.checks ?? []).filter((each) => each.status === status).map(({ id, detail }) => `${id}: ${detail}`);
  assert.deepEqual(told('fail'), [], title);
  assert.equal(exit, 0, `${title}: ${JSON.stringify(document.error)}`);
  for (const id of token === undefined ? sees : [...sees, 'tok.sig', 'rs.accepts']) {
    const { status, detail } = document.checks.find((each) => each.id === id);
    assert.equal(status, 'pass', `${title}: ${id}: ${detail}`);
  }
  passed++;
  const warnings = told('warn');
  console.log(`ok   ${title}${warnings.length > 0 ? `\n       warns: ${warnings.join('\n              ')}` : ''}`);
}

export const count = () => passed;
