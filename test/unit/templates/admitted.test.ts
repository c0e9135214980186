import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { admitted } from '../../../templates/admitted.ts';
import { createNodeGate, type NodeGate } from '../../../templates/node.ts';
import { catchAuditLines, type Line } from './support/audit-lines.ts';
import { send } from './support/http.ts';
import { Issuer, mint } from './support/issuer.ts';

vi.mock('../../../templates/scopes.ts', () => import('./support/scope-map.ts'));

const RESOURCE = 'http://localhost/mcp';
const PING = { jsonrpc: '2.0', id: 1, method: 'ping' };
const issuer = new Issuer();
const servers: Server[] = [];
let gate: NodeGate;
let lines: Line[];
let good: Record<string, string>;

beforeAll(async () => {
  await issuer.start();
  Object.assign(process.env, { MCP_AUTH_ISSUER: issuer.url, MCP_AUTH_AUDIENCE: RESOURCE, MCP_RESOURCE_URL: RESOURCE });
  lines = catchAuditLines();
  gate = createNodeGate();
  good = { authorization: `Bearer ${await mint(issuer, RESOURCE)}` };
});
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});
afterAll(() => issuer.stop());

async function start(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function transport(req: IncomingMessage, res: ServerResponse): void {
  if (!admitted(req, res)) return;
  res.end('served');
}

describe('the last door', () => {
  it('opens for a request that the gate has let through', async () => {
    const origin = await start(async (req, res) => void ((await gate.admit(req, res)) && transport(req, res)));
    const { status, text } = await send(origin, { body: PING, headers: good });
    expect([status, text]).toEqual([200, 'served']);
  });

  it('is shut for one that has come around the gate, whatever it brings', async () => {
    const origin = await start(transport);
    for (const headers of [{}, good]) {
      const { status, text, headers: answer } = await send(origin, { body: PING, headers });
      expect(status).toBe(401);
      expect(JSON.parse(text)).toMatchObject({ error: { code: -32001, message: 'Authentication required' } });
      expect(answer['www-authenticate']).toMatch(/^Bearer resource_metadata="http:\/\/localhost\/\.well-known/);
      expect(answer['www-authenticate']).not.toContain('error=');
      expect(answer['access-control-allow-origin']).toBe('*');
      expect(answer['access-control-expose-headers']).toContain('WWW-Authenticate');
      expect(answer['content-type']).toBe('application/json');
    }
    expect(lines.at(-1)).toMatchObject({ decision: 'deny', method: 'POST', reason: 'came around the gate' });
  });

  it('is shut for the next request on the connection of one that was let through', async () => {
    let count = 0;
    const origin = await start(async (req, res) => {
      if (count++ > 0 || (await gate.admit(req, res))) transport(req, res);
    });
    const headers = { ...good, connection: 'keep-alive' };
    expect((await send(origin, { body: PING, headers })).status).toBe(200);
    expect((await send(origin, { body: PING, headers })).status).toBe(401);
  });

  it('cuts the connection off where an answer has begun', async () => {
    const origin = await start((req, res) => {
      res.writeHead(200, { 'content-type': 'text/plain' }).write('begun');
      transport(req, res);
    });
    await expect(fetch(origin).then((response) => response.text())).rejects.toThrow();
  });
});
