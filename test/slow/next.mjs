/**
 * Next.js for real: the fixture is installed, protected by the built program, built and started by Next.js itself, and
 * asked the questions that a client asks. Two majors, because what a route file may export differs between them.
 */
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { SignJWT, exportJWK, generateKeyPair } from 'jose';

const root = path.resolve(import.meta.dirname, '../..');
const program = path.join(root, 'bin', 'add-auth.js');
const environment = { ...process.env, NEXT_TELEMETRY_DISABLED: '1', CI: '1' };
/** Name, path, and what the same file answers beside it. Names on the command line leave out the others. */
const FIXTURES = [
  ['next-ts', '/api/mcp'],
  ['next-js', '/mcp'],
  ['next-mcp-handler', '/api/mcp', '/api/sse', '/api/message'],
  ['next-mcp-handler-2', '/mcp'],
  ['next-json-rpc', '/api/mcp'],
  ['next-pages', '/api/mcp', '/api/raw'],
];
let passed = 0;

const keys = await generateKeyPair('RS256');
const issuer = await startIssuer();
try {
  for (const [fixture, route, ...others] of FIXTURES)
    if (process.argv.length === 2 || process.argv.includes(fixture)) await protectAndAsk(fixture, route, others);
  console.log(`\n${passed} passed, 0 failed`);
} finally {
  issuer.server.close();
}

async function protectAndAsk(fixture, route, others) {
  const project = mkdtempSync(path.join(tmpdir(), `add-auth-${fixture}-`));
  cpSync(path.join(root, 'test', 'fixtures', fixture, 'before'), project, { recursive: true });
  // Not the synchronous form: the issuer in this process has to answer meanwhile.
  const run = async (file, args) => (await promisify(execFile)(file, args, { cwd: project, env: environment })).stdout;
  const next = path.join(project, 'node_modules', 'next', 'dist', 'bin', 'next');
  const port = await freePort();
  const resource = `http://127.0.0.1:${port}${route}`;
  const addAuth = async (...args) => JSON.parse(await run(process.execPath, [program, ...args, '--json']));
  let server;
  try {
    await run('npm', ['install', '--no-audit', '--no-fund', '--silent']);
    const before = contents(project);
    const options = ['--provider', 'custom', '--issuer', issuer.url, '--resource', resource];
    await check(`${fixture}: it is protected, type check included`, async () =>
      assert.equal((await addAuth(...options)).ok, true),
    );
    const after = contents(project);
    await check(`${fixture}: a second run changes nothing`, async () => {
      assert.equal((await addAuth(...options)).ok, true);
      assert.deepEqual(contents(project), after);
    });
    await check(`${fixture}: it builds`, () => run(process.execPath, [next, 'build']));
    server = spawn(process.execPath, [next, 'start', '-p', String(port), '-H', '127.0.0.1'], {
      cwd: project,
      env: environment,
      stdio: 'ignore',
    });
    await answers(resource);
    await ask(fixture, resource, port, route);
    for (const path of others) await isClosed(fixture, `http://127.0.0.1:${port}${path}`);
    server.kill();
    await once(server, 'exit');
    server = undefined;
    await check(`${fixture}: remove gives back every byte`, async () => {
      assert.equal((await addAuth('remove', '--yes')).ok, true);
      assert.deepEqual(sourcesOf(contents(project)), sourcesOf(before));
    });
  } finally {
    server?.kill();
    rmSync(project, { recursive: true, force: true });
  }
}

async function ask(fixture, resource, port, route) {
  await check(`${fixture}: no token is a 401 that points to the metadata`, async () => {
    const answer = await post(resource, undefined, call('whoami'));
    assert.equal(answer.status, 401);
    assert.match(
      answer.headers.get('www-authenticate') ?? '',
      /^Bearer resource_metadata="http[^"]*\/\.well-known\/oauth-protected-resource[^"]*", scope="/,
    );
  });
  for (const place of ['', route]) {
    await check(`${fixture}: the metadata is at /.well-known/oauth-protected-resource${place}`, async () => {
      const answer = await fetch(`http://127.0.0.1:${port}/.well-known/oauth-protected-resource${place}`);
      assert.equal(answer.headers.get('access-control-allow-origin'), '*');
      const metadata = await answer.json();
      assert.equal(metadata.resource, resource);
      assert.deepEqual(metadata.authorization_servers, [issuer.url]);
    });
  }
  await check(`${fixture}: a preflight is answered`, async () => {
    const answer = await fetch(resource, { method: 'OPTIONS', headers: { Origin: 'https://example.com' } });
    assert.equal(answer.status, 204);
  });
  const token = await tokenFor(resource, 'read:tasks');
  const session = await open(resource, token);
  await check(`${fixture}: a scope that is missing is a 403 that names it`, async () => {
    const answer = await post(resource, token, call('delete-task', { id: '1' }), session);
    assert.equal(answer.status, 403);
    assert.match(answer.headers.get('www-authenticate') ?? '', /error="insufficient_scope".*delete:tasks/);
  });
  await check(`${fixture}: a tool knows who is calling`, async () => {
    const full = await tokenFor(resource, 'read:tasks use:whoami');
    const answer = await post(resource, full, call('whoami'), session);
    assert.equal(answer.status, 200);
    assert.match(await answer.text(), /ada/);
  });
}

/** Another way to the same tools: the older SSE transport of mcp-handler, another route. */
async function isClosed(fixture, url) {
  await check(`${fixture}: ${new URL(url).pathname} needs a token as well`, async () => {
    const stream = await fetch(url, { headers: { Accept: 'text/event-stream' } });
    const message = await post(`${url}?sessionId=1`, undefined, call('delete-task', { id: '1' }));
    assert.deepEqual([stream.status, message.status], [401, 401]);
  });
}

/** The handshake. @returns headers that belong to the session, none when the server keeps no sessions */
async function open(resource, token) {
  const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'test', version: '1' } };
  const answer = await post(resource, token, { jsonrpc: '2.0', id: 0, method: 'initialize', params });
  assert.equal(answer.status, 200);
  await answer.text();
  const id = answer.headers.get('mcp-session-id');
  const headers = { 'Mcp-Protocol-Version': '2025-11-25', ...(id ? { 'Mcp-Session-Id': id } : {}) };
  await post(resource, token, { jsonrpc: '2.0', method: 'notifications/initialized' }, headers);
  return headers;
}

function call(name, args = {}) {
  return { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name, arguments: args } };
}

function post(url, token, message, headers = {}) {
  const authorization = token ? { Authorization: `Bearer ${token}` } : {};
  return fetch(url, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json',
      Accept: 'application/json, text/event-stream',
      ...authorization,
      ...headers,
    },
    body: JSON.stringify(message),
  });
}

function tokenFor(audience, scope) {
  return new SignJWT({ scope, client_id: 'test' })
    .setProtectedHeader({ alg: 'RS256', kid: 'one', typ: 'at+jwt' })
    .setIssuer(issuer.url)
    .setAudience(audience)
    .setSubject('ada')
    .setIssuedAt()
    .setExpirationTime('5m')
    .sign(keys.privateKey);
}

async function startIssuer() {
  const jwk = { ...(await exportJWK(keys.publicKey)), kid: 'one', alg: 'RS256', use: 'sig' };
  const server = http.createServer((request, response) => {
    const url = `http://127.0.0.1:${server.address().port}`;
    const metadata = {
      issuer: url,
      jwks_uri: `${url}/jwks`,
      authorization_endpoint: `${url}/authorize`,
      token_endpoint: `${url}/token`,
      registration_endpoint: `${url}/register`,
      response_types_supported: ['code'],
      code_challenge_methods_supported: ['S256'],
    };
    const isMetadata = /^\/\.well-known\/(oauth-authorization-server|openid-configuration)$/.test(request.url);
    const body = request.url === '/jwks' ? { keys: [jwk] } : isMetadata ? metadata : undefined;
    response.writeHead(body ? 200 : 404, { 'Content-Type': 'application/json' });
    response.end(JSON.stringify(body ?? {}));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, url: `http://127.0.0.1:${server.address().port}` };
}

async function freePort() {
  const server = http.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

async function answers(url) {
  for (let attempt = 0; attempt < 120; attempt++) {
    const isUp = await fetch(url, { method: 'OPTIONS' }).then(
      () => true,
      () => false,
    );
    if (isUp) return;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  throw new Error(`nothing answers at ${url}`);
}

/** Every file but dependencies and build output, by path. */
function contents(project) {
  const skipped = /^(node_modules|\.next)(\/|$)/;
  const files = readdirSync(project, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(
    files
      .map((entry) => path.relative(project, path.join(entry.parentPath, entry.name)))
      .filter((file) => !skipped.test(file))
      .map((file) => [file, readFileSync(path.join(project, file), 'utf8')]),
  );
}

/** Next.js itself writes `next-env.d.ts` and settings into `tsconfig.json` when it builds; npm writes the lock file. */
function sourcesOf(files) {
  const written = ['next-env.d.ts', 'tsconfig.json', 'tsconfig.tsbuildinfo', 'package-lock.json'];
  return Object.fromEntries(Object.entries(files).filter(([file]) => !written.includes(file)));
}

async function check(title, body) {
  await body();
  passed++;
  console.log(`ok   ${title}`);
}
