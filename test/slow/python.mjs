/**
 * The Python package on every stack that it is for: the real packages, servers started as their users start them, asked
 * row by row what the contract says, and by the official TypeScript client from 401 to step-up. Then servers without
 * auth, which the program protects. Arguments name the stacks or projects that are wanted.
 *
 * Needs Python 3.11 and a package index; without them it says so and, where CI is set, fails. Set PYTHON_ENVIRONMENTS
 * to a directory to keep the virtual environments.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { register } from 'tsx/esm/api';
import { checkGate } from './python/checks.mjs';
import { callAll } from './python/client.mjs';
import { environmentWith, findPython } from './python/environments.mjs';
import { freePort, Issuer } from './python/issuer.mjs';
import { PROJECTS } from './python/projects.mjs';
import { startServer } from './python/running.mjs';
import { STACKS } from './python/stacks.mjs';
import { tryJourney } from './python/journey.mjs';
import { tryProject } from './python/story.mjs';
import { resultOf, Wire } from './python/wire.mjs';

register();
const { renderPythonPackage } = await import('../../src/generate/python.ts');
const { startTestIssuer } = await import('../support/oauth-local.ts');

const SCOPES = {
  toolScopes: { whoami: ['read:tasks'], 'delete-task': ['delete:tasks'] },
  publicTools: ['status'],
  baseScopes: ['read:tasks'],
};
const JOURNEY = { name: 'the first day', packages: STACKS.find(({ name }) => name === 'mcp 1').packages };
const scratch = mkdtempSync(path.join(tmpdir(), 'add-auth-python-'));
const wanted = process.argv.slice(2);
let passed = 0;
let failed = 0;

try {
  const python = findPython();
  if (!python) leaveOut('There is no Python 3.11 or younger.');
  for (const each of python ? [...STACKS, ...PROJECTS] : []) {
    if (wanted.length > 0 && !wanted.some((name) => each.name === name || each.fixture === name)) continue;
    console.log(`\n${each.name}`);
    const interpreter = await install(python, each);
    if (interpreter) await (each.fixture ? protectAndAsk(each, interpreter) : tryStack(each, interpreter));
  }
  if (python && (wanted.length === 0 || wanted.includes(JOURNEY.name))) {
    console.log(`\n${JOURNEY.name}`);
    const interpreter = await install(python, JOURNEY);
    if (interpreter) await tryJourney({ interpreter, scratch, check });
  }
  console.log(`\n${passed} passed, ${failed} failed`);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
process.exitCode = failed > 0 ? 1 : 0;

function leaveOut(reason) {
  console.log(`NOT TESTED: ${reason}`);
  if (process.env.CI) failed++;
}

async function install(python, { packages }) {
  const directory = process.env.PYTHON_ENVIRONMENTS ?? path.join(scratch, 'environments');
  mkdirSync(directory, { recursive: true });
  try {
    return await environmentWith(python, directory, packages);
  } catch (error) {
    return leaveOut(`${packages.join(', ')} cannot be installed: ${error.stderr ?? error}`);
  }
}

async function check(title, body) {
  try {
    await body();
    passed++;
    console.log(`  ok ${title}`);
  } catch (error) {
    failed++;
    console.log(`  FAILED ${title}\n${error.stack}\n${error.stdout ?? ''}`);
  }
}

async function protectAndAsk(project, interpreter) {
  const issuer = await Issuer.create();
  await issuer.start();
  try {
    await tryProject({ project, interpreter, scratch, issuer, check });
  } finally {
    await issuer.stop();
  }
}

async function tryStack(stack, interpreter) {
  const issuer = await Issuer.create();
  await withServer(stack, interpreter, { issuer: issuer.url }, async ({ url, log }) => {
    const wire = new Wire(url);
    await checkGate({ wire, issuer, hasSessions: stack.sessions !== false, log, check });
  });
  const resource = 'https://mcp.example/mcp';
  await withServer({ ...stack, hasApps: true }, interpreter, { issuer: issuer.url, resource }, async ({ url }) => {
    const wire = new Wire(url);
    const token = await issuer.token(resource);
    await check('the public host name is not refused', async () => {
      const { answer } = await wire.open(token, { host: 'mcp.example' });
      assert.equal(answer.status, 200, answer.text);
    });
    if (stack.server === 'lowlevel') return; // It is guarded from the outside.
    await check('ChatGPT is told what each tool needs', async () => {
      const { headers } = await wire.open(token, { host: 'mcp.example' });
      const { tools } = resultOf(await wire.post(token, { jsonrpc: '2.0', id: 7, method: 'tools/list' }, headers));
      const schemes = Object.fromEntries(tools.map(({ name, _meta }) => [name, _meta.securitySchemes]));
      assert.deepEqual(schemes, {
        whoami: [{ type: 'oauth2', scopes: ['read:tasks'] }],
        'delete-task': [{ type: 'oauth2', scopes: ['delete:tasks'] }],
        status: [{ type: 'noauth' }],
      });
    });
  });
  await issuer.stop();

  await check('a variable that is missing stops the server and is named', async () => {
    const { output, code } = await startWithout(stack, interpreter, 'MCP_AUTH_AUDIENCE');
    assert.notEqual(code, 0);
    assert.match(output, /MCP_AUTH_AUDIENCE is not set/);
  });

  await check('the official client finds its way, and steps up', async () => {
    const as = await startTestIssuer('http://127.0.0.1/mcp');
    as.settings.scopes = ['read:tasks', 'delete:tasks'];
    try {
      await withServer(stack, interpreter, { issuer: as.settings.issuer }, async ({ url }) => {
        as.settings.resource = as.settings.audience = url;
        const calls = [{ name: 'status' }, { name: 'whoami' }, { name: 'delete-task', arguments: { id: '1' } }];
        const { texts, asked } = await callAll(url, calls);
        assert.equal(texts[0], 'up');
        assert.equal(JSON.parse(texts[1])[0], 'anna');
        assert.equal(texts[2], '1 deleted for anna');
        assert.deepEqual(asked, ['read:tasks', 'read:tasks delete:tasks']);
      });
    } finally {
      await as.close();
    }
  });
}

/** Lets `use` talk to a server of its own, in a directory of its own. */
async function withServer(stack, interpreter, settings, use) {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}/mcp`;
  const { resource = url, issuer } = settings;
  const server = start(stack, interpreter, port, {
    MCP_AUTH_ISSUER: issuer,
    MCP_AUTH_AUDIENCE: resource,
    MCP_RESOURCE_URL: resource,
  });
  try {
    await server.listening();
    await use({ url, log: server.log });
  } finally {
    await server.stop();
  }
}

async function startWithout(stack, interpreter, missing) {
  const all = { MCP_AUTH_ISSUER: 'https://as.example', MCP_AUTH_AUDIENCE: 'x', MCP_RESOURCE_URL: 'https://x.example/' };
  const { child, log } = start(stack, interpreter, await freePort(), { ...all, [missing]: undefined });
  const timeout = setTimeout(() => child.kill('SIGKILL'), 30_000);
  const [code] = await once(child, 'close');
  clearTimeout(timeout);
  return { code, output: log() };
}

function start({ stack, server, hasApps = false }, interpreter, port, env) {
  const project = mkdtempSync(path.join(scratch, 'project-'));
  cpSync(path.join(import.meta.dirname, 'python', 'servers', `${server}.py`), path.join(project, 'server.py'));
  mkdirSync(path.join(project, 'mcp_auth'));
  for (const file of renderPythonPackage({ stack, environment: 'standard', scopes: SCOPES, hasApps })) {
    writeFileSync(path.join(project, file.path), file.text);
  }
  const lines = Object.entries(env).filter(([, value]) => value !== undefined);
  writeFileSync(path.join(project, '.env'), lines.map(([name, value]) => `${name}=${value}\n`).join(''));
  return startServer(interpreter, ['python', 'server.py'], { cwd: project, port });
}
