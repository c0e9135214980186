import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createNodeGate, type NodeRequest } from '../../../templates/node.ts';
import { catchAuditLines } from './support/audit-lines.ts';
import { send, type Reply, type Send } from './support/http.ts';
import { Issuer } from './support/issuer.ts';

vi.mock('../../../templates/scopes.ts', () => ({
  TOOL_SCOPES: {},
  PUBLIC_TOOLS: ['hello'],
  BASE_SCOPES: [],
  SCOPE_IMPLIES: {},
}));

const RESOURCE = 'http://localhost/mcp';
const issuer = new Issuer();
let server: Server;

beforeAll(async () => {
  await issuer.start();
  Object.assign(process.env, { MCP_AUTH_ISSUER: issuer.url, MCP_AUTH_AUDIENCE: RESOURCE, MCP_RESOURCE_URL: RESOURCE });
  catchAuditLines();
  const gate = createNodeGate();
  server = createServer(async (req: NodeRequest, res) => {
    // As if somebody before the gate had left it there.
    req.auth = { token: '', clientId: 'forged', scopes: [] };
    if (await gate.admit(req, res)) res.end('auth' in req ? 'somebody' : 'nobody');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  server.close();
  await issuer.stop();
});

const ask = (asked: Send): Promise<Reply> => send(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked);

describe('without a token, where a tool is public', () => {
  it('a caller is nobody, whoever was on the request before', async () => {
    const hello = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'hello' } };
    expect(await ask({ body: hello })).toMatchObject({ status: 200, text: 'nobody' });
  });

  it('a stream is opened for clients that speak a present version, not for the older transport', async () => {
    const headers = { 'mcp-protocol-version': '2025-11-25' };
    expect((await ask({ method: 'GET', headers })).status).toBe(200);
    expect((await ask({ method: 'GET' })).status).toBe(401);
  });
});
