import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { protectMcp as protectExpress } from '../../../templates/express.ts';
import { protectMcp as protectNodeHttp } from '../../../templates/node-http.ts';
import { catchAuditLines, type Line } from './support/audit-lines.ts';
import { send, type Reply } from './support/http.ts';
import { Issuer, mint } from './support/issuer.ts';

vi.mock('../../../templates/scopes.ts', () => import('./support/scope-map.ts'));

const RESOURCE = 'https://api.example/mcp';
const METADATA = '/.well-known/oauth-protected-resource';
const ping = { jsonrpc: '2.0', id: 1, method: 'ping' };
const issuer = new Issuer();
let lines: Line[];
let server: Server | undefined;

beforeAll(async () => {
  await issuer.start();
  vi.stubEnv('MCP_AUTH_ISSUER', issuer.url);
  vi.stubEnv('MCP_AUTH_AUDIENCE', RESOURCE);
  vi.stubEnv('MCP_RESOURCE_URL', RESOURCE);
  lines = catchAuditLines();
});
afterEach(() => new Promise((resolve) => (server ? server.close(resolve) : resolve(undefined))));
afterAll(() => issuer.stop());

async function ask(path: string, token: string | undefined, ...listeners: RequestListener[]): Promise<Reply> {
  server = createServer();
  for (const listener of listeners) server.on('request', listener);
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  return send(origin, path === '/mcp' ? { path, headers, body: ping } : { method: 'GET', path });
}

/** Two listeners of one server, each with its own gate: one serves MCP, the other something else. */
const two = (): RequestListener[] => [
  protectNodeHttp((req, res) => void (req.url === '/mcp' && res.end('fine'))),
  protectNodeHttp((req, res) => void (req.url === '/other' && res.end('other'))),
];

/** A gate around an app that has one. */
function nested(): RequestListener {
  const app = express();
  protectExpress(app, ['/mcp']);
  app.post('/mcp', express.json(), (req, res) => void res.send(`${(req.body as typeof ping).method}: fine`));
  return protectNodeHttp(app);
}

it('answers once where two listeners of a server have a gate each, and decides once', async () => {
  lines.length = 0;
  expect((await ask('/mcp', undefined, ...two())).status).toBe(401);
  expect(lines).toHaveLength(1);
  expect((await ask(METADATA, undefined, ...two())).status).toBe(200);
  expect((await ask('/mcp', await mint(issuer, RESOURCE), ...two())).text).toBe('fine');
});

it('reads the body once where one gate is around another', async () => {
  expect((await ask('/mcp', undefined, nested())).status).toBe(401);
  expect((await ask('/mcp', await mint(issuer, RESOURCE), nested())).text).toBe('ping: fine');
});
