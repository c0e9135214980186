import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { protectMcp } from '../../../templates/node-http.ts';
import { catchAuditLines } from './support/audit-lines.ts';
import { send } from './support/http.ts';
import { Issuer, mint } from './support/issuer.ts';

vi.mock('../../../templates/scopes.ts', () => ({
  TOOL_SCOPES: {},
  PUBLIC_TOOLS: ['search'],
  BASE_SCOPES: [],
  SCOPE_IMPLIES: {},
}));

const RESOURCE = 'https://api.example/mcp';
const issuer = new Issuer();
let server: Server;
let origin: string;

beforeAll(async () => {
  await issuer.start();
  vi.stubEnv('MCP_AUTH_ISSUER', issuer.url);
  vi.stubEnv('MCP_AUTH_AUDIENCE', RESOURCE);
  vi.stubEnv('MCP_RESOURCE_URL', RESOURCE);
  catchAuditLines();
  let opened = 0;
  server = createServer(
    protectMcp((req, res) => {
      if (req.method === 'POST') return void res.writeHead(202).end();
      res.writeHead(200, { 'Content-Type': 'text/event-stream' });
      res.write(`event: endpoint\ndata: /messages?sessionId=stream-${(opened += 1)}\n\n`);
      res.end();
    }),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  await new Promise((resolve) => server.close(resolve));
  await issuer.stop();
});

/** Opens a stream of the older SSE transport and sends a message to it; its status. */
async function message(opener: Record<string, string>, sender: Record<string, string>): Promise<number> {
  const { text } = await send(origin, { method: 'GET', path: '/sse', headers: opener });
  const path = /data: (\S+)/.exec(text)?.[1];
  const body = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'search' } };
  return (await send(origin, { path: path ?? '/none', headers: sender, body })).status;
}

it('lets nobody sign in to an SSE stream that somebody else may have opened without a token', async () => {
  const user = { authorization: `Bearer ${await mint(issuer, RESOURCE)}` };
  // The header of a later protocol makes it look like a stream of Streamable HTTP, which may be opened without a token.
  const nobody = { 'mcp-protocol-version': '2025-06-18' };
  expect(await message(nobody, user)).toBe(404);
  expect(await message(user, user)).toBe(202);
});
