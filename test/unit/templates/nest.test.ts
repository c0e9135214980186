import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { StreamableHttpTransport } from 'mcp-nest-2';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { AdmittedOnly, admittedOnly, protectMcp } from '../../../templates/nest.ts';
import { catchAuditLines, type Line } from './support/audit-lines.ts';
import { send } from './support/http.ts';

vi.mock('../../../templates/scopes.ts', () => import('./support/scope-map.ts'));

const RESOURCE = 'https://api.example/mcp';
let lines: Line[];
let server: Server | undefined;

beforeEach(() => {
  vi.stubEnv('MCP_AUTH_ISSUER', 'https://login.example');
  vi.stubEnv('MCP_AUTH_AUDIENCE', RESOURCE);
  vi.stubEnv('MCP_RESOURCE_URL', RESOURCE);
  lines = catchAuditLines();
});
afterEach(() => new Promise((resolve) => (server ? server.close(resolve) : resolve(undefined))));

it('shuts the transport of mcp-nest 2 to whoever has not come through the gate, wherever it is mounted', async () => {
  const { handlePost, handleGet, handleDelete } = admittedOnly(new StreamableHttpTransport()).httpHandlers;
  const handlers: Record<string, typeof handlePost> = { POST: handlePost, GET: handleGet, DELETE: handleDelete };
  server = createServer((req, res) => void handlers[req.method ?? '']?.(req as never, res as never));
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  for (const method of Object.keys(handlers)) {
    const reply = await send(origin, { method, path: '/elsewhere', headers: { authorization: 'Bearer x' } });
    expect([method, reply.status, reply.headers['www-authenticate']]).toEqual([
      method,
      401,
      expect.stringContaining('resource_metadata="'),
    ]);
  }
  expect(lines.map(({ reason }) => reason)).toEqual(Array(3).fill('came around the gate'));
});

it('finds the request of node:http in that of Fastify', () => {
  const answer = { headersSent: true, destroyed: false, destroy: vi.fn() };
  const context = { switchToHttp: () => ({ getRequest: () => ({ raw: {} }), getResponse: () => ({ raw: answer }) }) };
  expect(new AdmittedOnly().canActivate(context as never)).toBe(false);
  expect(answer.destroy).toHaveBeenCalledOnce();
});

it('does not start where it would not hold', () => {
  expect(() => admittedOnly({ kind: 'streamable-http', handlePost: () => undefined })).toThrow('no handleGet');
  const app = { use: () => app, getHttpAdapter: () => ({ getType: () => 'koa', getInstance: () => app }) };
  expect(() => protectMcp(app, ['/mcp'])).toThrow('but this is koa');
});
