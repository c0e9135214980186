import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { freePort } from './issuer.mjs';
import { startServer } from './running.mjs';
import { textOf, wasCarriedOut, Wire } from './wire.mjs';

const run = promisify(execFile);
const ROOT = path.join(import.meta.dirname, '..', '..', '..');
const PROVIDER = ['--provider', 'custom', '--no-provision', '--no-install', '--no-verify', '--yes', '--json'];

/**
 * A server without auth is protected by the program, started as its users start it, asked with and without tokens,
 * and left as it was by `remove`.
 * @param {{ project: typeof import('./projects.mjs').PROJECTS[number], interpreter: string, scratch: string,
 *   issuer: import('./issuer.mjs').Issuer, check: (title: string, body: () => Promise<void>) => Promise<void> }} of
 */
export async function tryProject({ project, interpreter, scratch, issuer, check }) {
  const dir = path.join(scratch, project.name.replaceAll(/\W+/g, '-'));
  mkdirSync(dir, { recursive: true });
  cpSync(sourceOf(project.fixture), dir, { recursive: true });
  const before = filesOf(dir);
  const port = await freePort();
  const url = `http://127.0.0.1:${port}${project.path ?? '/mcp'}`;
  const addAuth = async (...args) => {
    const environment = path.dirname(path.dirname(interpreter));
    const env = { ...process.env, VIRTUAL_ENV: environment, CI: '1' };
    const command = ['--import', 'tsx', path.join(ROOT, 'src', 'cli.ts'), ...args];
    const { stdout } = await run(process.execPath, command, { cwd: ROOT, env, maxBuffer: 2 ** 26 });
    return JSON.parse(stdout);
  };
  const options = ['--issuer', issuer.url, '--resource', url, ...PROVIDER];

  let plan;
  await check('add-auth protects it', async () => {
    plan = await addAuth(dir, ...options);
    assert.deepEqual(plan.manual, []);
  });
  if (!plan) return;
  await check('a second run changes nothing', async () => {
    const { changes } = await addAuth(dir, ...options, '--dry-run');
    assert.deepEqual(changes.files, []);
  });
  const command = project.start.map((word) => (word === 'PORT' ? String(port) : word));
  const server = startServer(interpreter, command, { cwd: path.join(dir, project.cwd ?? ''), port });
  try {
    await check('it starts as before', () => server.listening());
    await askAll({ project, url, plan, issuer, check });
  } finally {
    await server.stop();
  }
  await check('remove leaves the project as it was', async () => {
    await addAuth('remove', dir, '--yes', '--json', '--force');
    assert.deepEqual(filesOf(dir), before);
  });
}

async function askAll({ project, url, plan, issuer, check }) {
  const wire = new Wire(url);
  const { origin } = new URL(url);
  const [tool, args, text] = project.call;
  const all = Object.values(plan.toolScopes).flat().join(' ');
  const token = (scope) => issuer.token(url, { claims: { scope } });

  await check('no tool answers without a token, or without its scopes', async () => {
    assert.ok(plan.toolScopes[tool], `${tool} is not among ${Object.keys(plan.toolScopes).join(', ')}`);
    for (const [name, scopes] of Object.entries(plan.toolScopes)) {
      assert.equal((await wire.post(undefined, wire.call(name))).status, 401, name);
      const { status, challenge } = await wire.post(await token('other'), wire.call(name));
      assert.equal(status, 403, name);
      for (const scope of scopes) assert.match(challenge, new RegExp(`scope="[^"]*\\b${scope}\\b`), name);
    }
  });

  await check('a tool answers whoever has its scopes', async () => {
    const { headers } = await wire.open(await token(all));
    const answer = await wire.post(await token(all), wire.call(tool, args), headers);
    assert.equal(answer.status, 200, answer.text);
    assert.doesNotMatch(answer.text, /"isError":true/);
    assert.match(textOf(answer) ?? '', text);
  });

  await check('clients learn where to sign in', async () => {
    const { pathname } = new URL(url);
    for (const where of ['', pathname]) {
      const answer = await wire.send('GET', { path: `${origin}/.well-known/oauth-protected-resource${where}` });
      assert.equal(JSON.parse(answer.text).resource, url);
    }
  });

  await check('its other routes answer, and nothing else leads to MCP', async () => {
    for (const [open, expected] of Object.entries(project.open ?? {}))
      assert.match((await wire.send('GET', { path: origin + open })).text, expected);
    for (const closed of project.closed ?? ['/mcp/', '//mcp', '/MCP']) {
      const { status, text: answered } = await wire.send('POST', {
        body: wire.call(tool, args),
        path: origin + closed,
      });
      assert.ok(status >= 300 && status < 500, `${closed}: ${status}`);
      assert.ok(!wasCarriedOut(answered), closed);
    }
  });
}

function sourceOf(fixture) {
  const golden = path.join(ROOT, 'test', 'fixtures', fixture, 'before');
  return existsSync(golden) ? golden : path.join(import.meta.dirname, 'projects', fixture);
}

/** Every file with its bytes, but for what Python leaves behind. */
function filesOf(dir) {
  const entries = readdirSync(dir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const files = entries.map((entry) => path.join(entry.parentPath, entry.name));
  const own = files.filter((file) => !file.includes('__pycache__')).sort();
  return Object.fromEntries(own.map((file) => [path.relative(dir, file), readFileSync(file, 'latin1')]));
}
