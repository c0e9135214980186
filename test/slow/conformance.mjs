/**
 * The official conformance suite on a server before and after it was protected (through a proxy that adds a token):
 * what passed before passes still.
 */
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';

const SUITE = '@modelcontextprotocol/conformance@0.2.0-alpha.12';
/** The suite imports `globSync`, which `fs` has from Node 22 on, for a command that is not used here. */
const NODE_20 = `
import { register } from 'node:module';
const fs = 'data:text/javascript,' + encodeURIComponent(
  "export * from 'node:fs'; export { default } from 'node:fs'; export const globSync = undefined;");
register('data:text/javascript,' + encodeURIComponent(
  'export async function resolve(s, c, n) { return s === "fs" ? { url: ' + JSON.stringify(fs) +
  ', shortCircuit: true, format: "module" } : n(s, c); }'));
`;

const root = path.resolve(import.meta.dirname, '../..');
mkdirSync(path.join(root, '.tmp'), { recursive: true });
const scratch = mkdtempSync(path.join(root, '.tmp', 'conformance-'));
const running = [];

try {
  // npm refuses to install into a directory below a package without one of its own.
  execFileSync('npm', ['init', '--yes'], { cwd: scratch, stdio: 'ignore' });
  execFileSync('npm', ['install', '--ignore-scripts', SUITE], { cwd: scratch, stdio: ['ignore', 'ignore', 'inherit'] });
  let passed = 0;
  for (const [fixture, ...start] of [
    ['express5-sessions', '--import', 'tsx', 'src/server.ts'],
    ['hono-mcp-js', 'server.js'],
    ['node-http-ts', '--import', 'tsx', 'src/server.ts'],
  ]) {
    const before = await failing(fixture, start, false);
    const after = await failing(fixture, start, true);
    assert.ok(before.checks > 20, `the suite ran ${before.checks} checks only`);
    const broken = after.failed.filter((id) => !before.failed.includes(id));
    const mended = before.failed.filter((id) => !after.failed.includes(id));
    assert.deepEqual([broken, after.checks], [[], before.checks], fixture);
    // A session that is over is 404 with the gate, whatever the server itself would say.
    assert.ok(
      mended.every((id) => id.includes('session')),
      `mended as well: ${mended.join(', ')}`,
    );
    console.log(
      `ok ${fixture}: ${before.checks} checks, ${before.failed.length} failed before, ${after.failed.length} after`,
    );
    passed++;
  }
  console.log(`\n${passed} passed, 0 failed`);
} finally {
  for (const stop of running.splice(0)) stop();
  rmSync(scratch, { recursive: true, force: true });
}

/** Runs the suite on a fresh copy of a fixture. */
async function failing(fixture, start, isProtected) {
  const project = mkdtempSync(path.join(scratch, `${fixture}-`));
  cpSync(path.join(root, 'test/fixtures', fixture, 'before'), project, { recursive: true });
  const port = await freePort();
  let url = `http://127.0.0.1:${port}/mcp`;
  if (isProtected) {
    const issuer = await startIssuer();
    const options = ['--provider', 'custom', '--issuer', issuer.url, '--resource', url];
    const binary = path.join(root, 'bin/add-auth.js');
    execFileSync(process.execPath, [binary, project, ...options, '--no-provision', '--no-install', '--yes'], {
      stdio: 'ignore',
    });
    await startServer(project, start, port);
    assert.equal((await fetch(url, { method: 'POST' })).status, 401);
    const scopes = ['read:tasks', 'write:tasks', 'delete:tasks', 'use:whoami'];
    const proxyPort = await startProxy(port, await issuer.token(url, scopes));
    url = `http://127.0.0.1:${proxyPort}/mcp`;
  } else {
    await startServer(project, start, port);
  }
  const found = await conformance(url);
  for (const stop of running.splice(0)) stop();
  return found;
}

/** The ids of all failing checks, with their scenario. The exit code only says that some failed. */
async function conformance(url) {
  const out = mkdtempSync(path.join(scratch, 'out-'));
  const main = path.join(scratch, 'node_modules/@modelcontextprotocol/conformance/dist/index.js');
  const shim = `data:text/javascript,${encodeURIComponent(NODE_20)}`;
  const child = spawn(process.execPath, ['--import', shim, main, 'server', '--url', url, '-o', out], {
    stdio: 'ignore',
  });
  await new Promise((resolve) => child.once('close', resolve));
  const scenarios = readdirSync(out).map((name) => ({
    name: name.replace(/-\d{4}-\d\d-\d\dT.*$/, ''),
    checks: JSON.parse(readFileSync(path.join(out, name, 'checks.json'), 'utf8')),
  }));
  const failed = scenarios.flatMap(({ name, checks }) =>
    checks.filter(({ status }) => status === 'FAILURE').map(({ id }) => `${name}/${id}`),
  );
  return { checks: scenarios.flatMap(({ checks }) => checks).length, failed: failed.sort() };
}

async function startIssuer() {
  const { privateKey, publicKey } = await generateKeyPair('RS256');
  const jwk = { ...(await exportJWK(publicKey)), kid: 'k', alg: 'RS256', use: 'sig' };
  let url = '';
  const server = http.createServer((req, res) => {
    const isKeys = req.url === '/jwks';
    res.setHeader('content-type', 'application/json');
    res.end(JSON.stringify(isKeys ? { keys: [jwk] } : { issuer: url, jwks_uri: `${url}/jwks` }));
  });
  url = `http://127.0.0.1:${await listen(server)}`;
  const token = (audience, scopes) =>
    new SignJWT({ scope: scopes.join(' '), client_id: 'conformance', sub: 'conformance' })
      .setProtectedHeader({ alg: 'RS256', kid: 'k', typ: 'at+jwt' })
      .setIssuer(url)
      .setAudience(audience)
      .setExpirationTime('10m')
      .sign(privateKey);
  return { url, token };
}

/** Hands everything on, streams included, with the token added. `Host` stays: one scenario forges it. */
async function startProxy(port, token) {
  const server = http.createServer((req, res) => {
    const headers = { ...req.headers, authorization: `Bearer ${token}` };
    const onward = http.request({ host: '127.0.0.1', port, path: req.url, method: req.method, headers }, (answer) => {
      res.writeHead(answer.statusCode, answer.headers);
      answer.pipe(res);
    });
    onward.on('error', () => res.destroy());
    res.on('close', () => onward.destroy());
    req.pipe(onward);
  });
  return listen(server);
}

async function listen(server) {
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  running.push(() => (server.close(), server.closeAllConnections()));
  return server.address().port;
}

async function freePort() {
  const server = http.createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function startServer(project, start, port) {
  const child = spawn(process.execPath, start, {
    cwd: project,
    env: { ...process.env, PORT: String(port) },
    stdio: 'ignore',
  });
  running.push(() => child.kill('SIGKILL'));
  for (let attempt = 0; attempt < 100; attempt++) {
    if (child.exitCode !== null) break;
    const isUp = await fetch(`http://127.0.0.1:${port}/`).then(
      () => true,
      () => false,
    );
    if (isUp) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`${project} did not come up`);
}
