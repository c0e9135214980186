import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { protectMcp as protectExpress } from '../../../templates/express.ts';
import { protectMcp as protectNodeHttp } from '../../../templates/node-http.ts';
import { catchAuditLines } from './support/audit-lines.ts';
import { send } from './support/http.ts';

vi.mock('../../../templates/scopes.ts', () => import('./support/scope-map.ts'));

// It has no types of its own; for what is done here those of version 5 are right.
const { default: express4 } = (await import('express4' as string)) as { default: typeof express };

let server: Server | undefined;

beforeAll(() => {
  vi.stubEnv('MCP_AUTH_ISSUER', 'https://issuer.example');
  vi.stubEnv('MCP_AUTH_AUDIENCE', 'https://api.example/mcp');
  vi.stubEnv('MCP_RESOURCE_URL', 'https://api.example/mcp');
  catchAuditLines();
});
afterEach(() => new Promise((resolve) => (server ? server.close(resolve) : resolve(undefined))));
afterAll(() => vi.unstubAllEnvs());

/** Sends a request without a token; `ran` is whether the protected handler was reached. */
async function attack(listener: RequestListener, path: string, headers: Record<string, string> = {}) {
  server = createServer(listener);
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { status, text } = await send(origin, { path, headers, body: {} });
  return { status, ran: text.includes('the tool ran') };
}

describe.each([
  ['Express 4', express4],
  ['Express 5', express],
])('%s', (_name, create) => {
  /** A router at `mount` with a case of its own: `case sensitive routing` of the app does not count for it. */
  function appWithRouter(mount: string, protectedPath: string): RequestListener {
    const app = create().set('case sensitive routing', true);
    protectExpress(app, [protectedPath]);
    const router = create.Router();
    router.post('/mcp', (_req, res) => void res.send('the tool ran'));
    app.use(mount, router);
    app.use((_req, res) => void res.status(404).end());
    return app;
  }

  it.each(['/api/mcp', '/api//mcp', '//api/mcp', '/api/MCP', '/api/mcp/', '/api//mcp//'])(
    'lets nobody reach a mounted router through %s',
    async (path) => {
      const { status, ran } = await attack(appWithRouter('/api', '/api/mcp'), path);
      expect({ status, ran }).toEqual({ status: 401, ran: false });
    },
  );

  it.each(['/acme/mcp', '/acme/MCP', '/acme//mcp', '/%61cme/mcp', '/a.b-c/mcp'])(
    'nor one below a parameter through %s',
    async (path) => {
      const { status, ran } = await attack(appWithRouter('/:tenant', '/:tenant/mcp'), path);
      expect({ status, ran }).toEqual({ status: 401, ran: false });
    },
  );

  it.each(['/api', '/api/mcp-docs', '/mcp', '/other/api/mcp'])('leaves %s alone', async (path) => {
    expect((await attack(appWithRouter('/api', '/api/mcp'), path)).status).toBe(404);
  });
});

describe('node:http with an open path', () => {
  /** As many servers read their URL: what the client says its host is comes before the path. */
  const listener = (): RequestListener =>
    protectNodeHttp(
      (req, res) => {
        const { host, 'x-forwarded-host': forwarded = host, 'x-forwarded-proto': scheme = 'http' } = req.headers;
        const { pathname } = new URL(`${String(scheme)}://${String(forwarded)}${req.url}`);
        res.end(pathname === '/health' ? 'fine' : 'the tool ran');
      },
      { open: ['/health'] },
    );

  it.each([
    { host: 'x/mcp?' },
    { host: 'x/mcp#' },
    { host: 'x\\mcp?' },
    { 'x-forwarded-host': 'x/mcp?' },
    { 'x-forwarded-proto': 'http://x/mcp?' },
  ])('does not take %o for a request to it', async (headers) => {
    expect(await attack(listener(), '/health', headers)).toEqual({ status: 401, ran: false });
  });

  it.each([
    { host: 'api.example' },
    { host: 'localhost:3000' },
    { host: '[::1]:3000' },
    { 'x-forwarded-host': 'api.example', 'x-forwarded-proto': 'https' },
  ])('keeps it open for %o', async (headers) => {
    expect(await attack(listener(), '/health', headers)).toEqual({ status: 200, ran: false });
  });
});
