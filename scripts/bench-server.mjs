/**
 * Requests per second of one MCP server (SDK, Express, sessions, tools/call) behind five doors: none, ours, the SDK's
 * requireBearerAuth with jose, express-oauth2-jwt-bearer, mcp-auth. All tokens are RS256, one token comes again as
 * clients send it. The servers run one after the other in short rounds, so that a busy machine slows all of them alike.
 * The CPU time that a server takes for a request is measured, too: it says the same on a machine with other work to do.
 *
 *   node scripts/bench-server.mjs [--rounds 40] [--seconds 0.25] [--json]
 */
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '40' },
    seconds: { type: 'string', default: '0.25' },
    json: { type: 'boolean', default: false },
  },
});
const root = path.resolve(import.meta.dirname, '..');
const RESOURCE = 'http://localhost/mcp';
const CONNECTIONS = 16;

/** How each door is hung into the app: statements that see `app`, `issuer`, `jwks`, `RESOURCE`. */
const DOORS = {
  unprotected: '',
  'add-auth': `
    const { protectMcp } = await import('./auth/express.js');
    protectMcp(app, ['/mcp']);`,
  'requireBearerAuth + jose': `
    const { requireBearerAuth } = await import('@modelcontextprotocol/sdk/server/auth/middleware/bearerAuth.js');
    const { createRemoteJWKSet, jwtVerify } = await import('jose');
    const keys = createRemoteJWKSet(new URL(jwks));
    app.use('/mcp', requireBearerAuth({ requiredScopes: ['read:tasks'], verifier: { async verifyAccessToken(token) {
      const { payload } = await jwtVerify(token, keys, { issuer, audience: RESOURCE });
      return { token, clientId: payload.client_id, scopes: payload.scope.split(' '), expiresAt: payload.exp };
    } } }));`,
  'express-oauth2-jwt-bearer': `
    const { auth, requiredScopes } = await import('express-oauth2-jwt-bearer');
    app.use('/mcp', auth({ issuer, jwksUri: jwks, audience: RESOURCE, tokenSigningAlg: 'RS256' }), requiredScopes('read:tasks'));`,
  'mcp-auth': `
    const { MCPAuth } = await import('mcp-auth');
    const metadata = { issuer, authorizationEndpoint: issuer + '/a', tokenEndpoint: issuer + '/t', jwksUri: jwks,
      responseTypesSupported: ['code'], grantTypesSupported: ['authorization_code'], codeChallengeMethodsSupported: ['S256'],
      registrationEndpoint: issuer + '/r' };
    const mcpAuth = new MCPAuth({ protectedResources: { metadata: { resource: RESOURCE, authorizationServers: [{ type: 'oauth', metadata }], scopesSupported: ['read:tasks'] } } });
    app.use('/mcp', mcpAuth.bearerAuth('jwt', { resource: RESOURCE, audience: RESOURCE, requiredScopes: ['read:tasks'] }));`,
};

const directory = mkdtempSync(path.join(tmpdir(), 'bench-server-'));
const children = [];
let sent = 0;
try {
  say('Installing the peers …');
  install();
  const issuer = await startIssuer();
  const servers = {};
  for (const [name, door] of Object.entries(DOORS)) servers[name] = await startServer(name, door, issuer.url);
  say(`Measuring ${options.rounds} rounds of ${options.seconds} s …`);
  const rounds = Object.fromEntries(Object.keys(servers).map((name) => [name, []]));
  for (const target of Object.values(servers)) await load(target, issuer.token, 1);
  for (let round = 0; round < Number(options.rounds); round++) {
    // Each round in another order: whoever comes after a burst of garbage pays for it.
    const order = Object.entries(servers).sort(() => Math.random() - 0.5);
    for (const [name, target] of order) {
      rounds[name].push(await load(target, issuer.token, Number(options.seconds)));
    }
  }
  report(rounds);
} finally {
  for (const child of children) child.kill();
  rmSync(directory, { recursive: true, force: true });
  process.exitCode ??= 0;
}

function install() {
  writeFileSync(path.join(directory, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
  const packages = [
    '@modelcontextprotocol/sdk@1',
    'express@5',
    'zod@4',
    'jose@6',
    'express-oauth2-jwt-bearer',
    'mcp-auth',
  ];
  const { status, stderr } = spawnSync(
    'npm',
    ['install', '--no-audit', '--no-fund', '--legacy-peer-deps', ...packages],
    {
      cwd: directory,
      encoding: 'utf8',
    },
  );
  if (status !== 0) throw new Error(`npm install failed: ${stderr}`);
  cpSync(path.join(root, 'dist', 'templates', 'esm'), path.join(directory, 'auth'), { recursive: true });
  writeFileSync(
    path.join(directory, 'auth', 'scopes.js'),
    "export const TOOL_SCOPES = { search: ['read:tasks'] };\nexport const PUBLIC_TOOLS = [];\n" +
      "export const BASE_SCOPES = ['read:tasks'];\nexport const SCOPE_IMPLIES = {};\n",
  );
  mkdirSync(path.join(directory, 'log'));
}

async function startIssuer() {
  const { publicKey, privateKey } = await generateKeyPair('RS256', { extractable: true });
  const jwk = { ...(await exportJWK(publicKey)), kid: 'k', alg: 'RS256', use: 'sig' };
  const server = http.createServer((req, res) => {
    const url = `http://127.0.0.1:${server.address().port}`;
    res.setHeader('Content-Type', 'application/json');
    res.end(JSON.stringify(req.url === '/jwks' ? { keys: [jwk] } : { issuer: url, jwks_uri: `${url}/jwks` }));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  server.unref();
  const url = `http://127.0.0.1:${server.address().port}`;
  const token = await new SignJWT({ scope: 'read:tasks', client_id: 'bench' })
    .setProtectedHeader({ alg: 'RS256', kid: 'k', typ: 'at+jwt' })
    .setIssuer(url)
    .setAudience(RESOURCE)
    .setSubject('user')
    .setIssuedAt()
    .setExpirationTime('1h')
    .sign(privateKey);
  return { url, token };
}

function startServer(name, door, issuer) {
  const file = path.join(directory, `${name.replace(/\W+/g, '-')}.mjs`);
  writeFileSync(
    file,
    `import { randomUUID } from 'node:crypto';
import express from 'express';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
const issuer = process.env.MCP_AUTH_ISSUER, jwks = issuer + '/jwks', RESOURCE = process.env.MCP_RESOURCE_URL;
const app = express();
${door}
app.use(express.json());
const transports = {};
app.post('/mcp', async (req, res) => {
  let transport = transports[req.headers['mcp-session-id']];
  if (!transport) {
    transport = new StreamableHTTPServerTransport({ sessionIdGenerator: randomUUID, enableJsonResponse: true,
      onsessioninitialized: (id) => { transports[id] = transport; } });
    const server = new McpServer({ name: 'bench', version: '1.0.0' });
    server.registerTool('search', {}, () => ({ content: [{ type: 'text', text: 'found' }] }));
    await server.connect(transport);
  }
  await transport.handleRequest(req, res, req.body);
});
process.on('message', () => process.send(process.cpuUsage()));
const listening = app.listen(0, '127.0.0.1', () => console.log(listening.address().port));
// Connections wait while the others are measured.
listening.keepAliveTimeout = 600_000;
`,
  );
  const child = spawn(process.execPath, [file], {
    cwd: directory,
    env: { ...process.env, MCP_AUTH_ISSUER: issuer, MCP_AUTH_AUDIENCE: RESOURCE, MCP_RESOURCE_URL: RESOURCE },
    // Audit lines are written to a file, as in production.
    stdio: ['ignore', 'pipe', openSync(path.join(directory, 'log', `${children.length}.log`), 'w'), 'ipc'],
  });
  children.push(child);
  return new Promise((resolve, reject) => {
    const agent = new http.Agent({ keepAlive: true });
    child.stdout.once('data', (text) => resolve({ child, port: Number(text), agent }));
    child.once('exit', () => reject(new Error(`${name} does not start`)));
  });
}

/** CPU time of the server so far, its threads included: µs. */
function cpuTime({ child }) {
  return new Promise((resolve) => {
    child.once('message', ({ user, system }) => resolve(user + system));
    child.send('cpu');
  });
}

/** Keeps the server busy over a few connections. @returns requests per second, and µs of CPU time per request */
async function load(target, token, seconds) {
  const opened = await post(target, token, {
    method: 'initialize',
    params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'bench', version: '1' } },
  });
  const session = opened.headers['mcp-session-id'];
  if (!session) throw new Error(`no session: ${opened.statusCode}`);
  const usedBefore = await cpuTime(target);
  const end = performance.now() + seconds * 1000;
  let served = 0;
  const started = performance.now();
  await Promise.all(
    Array.from({ length: CONNECTIONS }, async () => {
      while (performance.now() < end) {
        const call = { method: 'tools/call', params: { name: 'search', arguments: {} } };
        const { statusCode } = await post(target, token, call, session);
        if (statusCode !== 200) throw new Error(`answered ${statusCode}`);
        served++;
      }
    }),
  );
  const rate = (served * 1000) / (performance.now() - started);
  return { rate, cpu: ((await cpuTime(target)) - usedBefore) / served };
}

function post({ port, agent }, token, message, session) {
  const body = JSON.stringify({ jsonrpc: '2.0', id: ++sent, ...message });
  const headers = {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(body),
    Accept: 'application/json, text/event-stream',
    Authorization: `Bearer ${token}`,
    ...(session ? { 'Mcp-Session-Id': session } : {}),
  };
  return new Promise((resolve, reject) => {
    const req = http.request({ host: '127.0.0.1', port, agent, method: 'POST', path: '/mcp', headers }, (res) => {
      res.resume();
      res.on('end', () => resolve(res));
    });
    req.on('error', reject);
    req.end(body);
  });
}

function report(rounds) {
  const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
  const ours = rounds['add-auth'];
  const rows = Object.entries(rounds).map(([name, theirs]) => ({
    name,
    rate: Math.round(median(theirs.map(({ rate }) => rate))),
    cpu: Math.round(median(theirs.map(({ cpu }) => cpu))),
    // Ratios are taken inside a round: both have seen the same machine.
    rateRatio: Number(median(theirs.map(({ rate }, round) => ours[round].rate / rate)).toFixed(3)),
    cpuRatio: Number(median(theirs.map(({ cpu }, round) => cpu / ours[round].cpu)).toFixed(3)),
  }));
  if (options.json) {
    console.log(JSON.stringify(rows));
  } else {
    console.log('door                        requests/s   CPU µs/request   add-auth is better by: rate    CPU');
    for (const { name, rate, cpu, rateRatio, cpuRatio } of rows) {
      const [first, ...numbers] = [name.padEnd(27), [rate, 11], [cpu, 17], [rateRatio, 30], [cpuRatio, 7]];
      console.log(first + numbers.map(([number, width]) => String(number).padStart(width)).join(''));
    }
  }
  const peers = rows.filter(({ name }) => name !== 'unprotected' && name !== 'add-auth');
  if (peers.some(({ rateRatio, cpuRatio }) => rateRatio < 1 || cpuRatio < 1)) process.exitCode = 1;
}

function say(text) {
  if (!options.json) console.error(text);
}
