import { Hono } from 'hono';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { authOf, metadata, optionsMcp, protectMcp } from '../../../templates/fetch.ts';
import { protectMcp as protectHono } from '../../../templates/hono.ts';
import { catchAuditLines, type Line } from './support/audit-lines.ts';
import { Issuer, mint } from './support/issuer.ts';

vi.mock('../../../templates/scopes.ts', () => import('./support/scope-map.ts'));

const URL_OF_MCP = 'https://api.example/mcp';
const issuer = new Issuer();
let lines: Line[];
let good: Record<string, string>;

beforeAll(async () => {
  await issuer.start();
  lines = catchAuditLines();
  good = { authorization: `Bearer ${await mint(issuer, URL_OF_MCP)}` };
});
afterAll(() => issuer.stop());

const ping = { jsonrpc: '2.0', id: 1, method: 'ping' };
const post = (headers: Record<string, string> = good, body: string = JSON.stringify(ping), url = URL_OF_MCP): Request =>
  new Request(url, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body });
const configure = (): void =>
  void Object.assign(process.env, {
    MCP_AUTH_ISSUER: issuer.url,
    MCP_AUTH_AUDIENCE: URL_OF_MCP,
    MCP_RESOURCE_URL: URL_OF_MCP,
  });

// First of all, as the gate is made once.
it('the configuration is read at the first request, and an incomplete one is an error that names the variable', async () => {
  for (const name of ['MCP_AUTH_ISSUER', 'MCP_AUTH_AUDIENCE', 'MCP_RESOURCE_URL']) delete process.env[name];
  const handler = protectMcp(() => new Response('fine'));
  await expect(handler(post())).rejects.toThrow('MCP_AUTH_ISSUER is not set');
  expect(() => protectHono(new Hono(), ['/mcp'])).toThrow('MCP_AUTH_ISSUER is not set');
  configure();
  expect((await handler(post())).status).toBe(200);
});

describe('a protected handler', () => {
  it('gets the very request, with its body, and what else it was called with', async () => {
    const request = post();
    const handler = vi.fn(async (asked: Request, _context: { params: string }) =>
      Response.json({ same: asked === request, body: await asked.json() }),
    );
    const response = await protectMcp(handler)(request, { params: 'x' });
    expect(await response.json()).toEqual({ same: true, body: ping });
    expect(handler).toHaveBeenCalledExactlyOnceWith(request, { params: 'x' });
  });

  it('finds the caller on the request, where mcp-handler looks, and nobody else there', async () => {
    const given = Object.assign(post(), { auth: { scopes: ['made up'] } });
    const handler = protectMcp((asked: Request) => Response.json((asked as typeof given).auth.scopes));
    expect(await (await handler(given)).json()).toEqual(authOf(given).authInfo?.scopes);
    expect(authOf(given).authInfo?.scopes).not.toContain('made up');
  });

  it('is not called for a request that is refused', async () => {
    const handler = vi.fn(() => new Response());
    const response = await protectMcp(handler)(post({}));
    expect([response.status, response.headers.get('Access-Control-Allow-Origin')]).toEqual([401, '*']);
    expect(response.headers.get('Access-Control-Expose-Headers')).toBe('WWW-Authenticate, Mcp-Session-Id');
    expect(await response.json()).toEqual({
      jsonrpc: '2.0',
      error: { code: -32001, message: 'Authentication required' },
      id: null,
    });
    expect((await protectMcp(handler)(new Request(URL_OF_MCP, { method: 'OPTIONS' }))).status).toBe(204);
    expect(handler).not.toHaveBeenCalled();
  });

  it('keeps its answer: status, headers, body, even when its headers cannot be changed', async () => {
    const response = await protectMcp(() => Response.redirect('https://x.example/', 307))(post());
    expect([
      response.status,
      response.headers.get('Location'),
      response.headers.get('Access-Control-Allow-Origin'),
    ]).toEqual([307, 'https://x.example/', '*']);
    const own = new Response('body', {
      status: 201,
      statusText: 'Made',
      headers: { 'Access-Control-Allow-Origin': 'https://app.example', 'Access-Control-Expose-Headers': 'X-A' },
    });
    const kept = await protectMcp(() => own)(post());
    expect([kept.status, kept.statusText, await kept.text()]).toEqual([201, 'Made', 'body']);
    expect(kept.headers.get('Access-Control-Allow-Origin')).toBe('https://app.example');
    expect(kept.headers.get('Access-Control-Expose-Headers')).toBe('X-A, WWW-Authenticate, Mcp-Session-Id');
  });

  it('may be protected twice: one decision, one line', async () => {
    lines.length = 0;
    expect((await protectMcp(protectMcp(() => new Response('fine')))(post())).status).toBe(200);
    expect(lines).toHaveLength(1);
  });

  it('serves open paths, letter by letter, and metadata', async () => {
    const handler = protectMcp(() => new Response('fine'), { open: ['/health'] });
    const get = async (path: string): Promise<number> =>
      (await handler(new Request(`https://api.example${path}`))).status;
    expect(await get('/health?x=1')).toBe(200);
    for (const path of ['/health/', '/Health', '//health', '/', '/mcp']) expect(await get(path)).toBe(401);
    for (const path of ['/.well-known/oauth-protected-resource', '/.well-known/oauth-protected-resource/mcp'])
      expect(await get(path)).toBe(200);
    expect((await protectMcp(() => new Response('fine'))(new Request('https://api.example/health'))).status).toBe(401);
  });

  it('is reached by the session of the caller only', async () => {
    const handler = protectMcp(() => new Response('fine', { headers: { 'Mcp-Session-Id': 's' } }));
    await handler(post());
    expect((await handler(post({ ...good, 'mcp-session-id': 's' }))).status).toBe(200);
    const mallory = { authorization: `Bearer ${await mint(issuer, URL_OF_MCP, { claims: { sub: 'mallory' } })}` };
    expect((await handler(post({ ...mallory, 'mcp-session-id': 's' }))).status).toBe(404);
    expect((await handler(post(good, undefined, `${URL_OF_MCP}?sessionId=other`))).status).toBe(404);
  });
});

describe('the body', () => {
  const handler = protectMcp(() => new Response('fine'));
  const status = async (request: Request): Promise<number> => (await handler(request)).status;

  it('is JSON in UTF-8, as it is', async () => {
    expect(await status(post({ ...good, 'content-type': 'text/plain' }))).toBe(415);
    expect(await status(post({ ...good, 'content-encoding': 'br' }))).toBe(415);
    expect(await status(post({ ...good, 'content-length': '9999999' }))).toBe(413);
    expect(await status(post(good, '{'))).toBe(400);
    expect(
      await status(
        new Request(URL_OF_MCP, { method: 'POST', headers: { ...good, 'content-type': 'application/json' } }),
      ),
    ).toBe(400);
  });

  it('is 4 MB at most', async () => {
    const text = JSON.stringify(ping).padEnd(4 * 1024 * 1024);
    expect(await status(post(good, text))).toBe(200);
    expect(await status(post(good, `${text} `))).toBe(413);
  });

  it('belongs to POST', async () => {
    const remove = (body: string | null): Request => new Request(URL_OF_MCP, { method: 'DELETE', headers: good, body });
    expect(await status(remove(JSON.stringify(ping)))).toBe(400);
    expect(await status(remove(''))).toBe(200);
    expect(await status(remove(null))).toBe(200);
  });

  it('that has been read by somebody else is refused', async () => {
    const request = post();
    await request.text();
    expect(await status(request)).toBe(500);
  });
});

describe('authOf', () => {
  it('gives the transport what it needs', async () => {
    const handler = vi.fn((request: Request) => Response.json(authOf(request)));
    expect(await (await protectMcp(handler)(post())).json()).toMatchObject({ authInfo: { clientId: 'client-1' } });
  });

  it('throws for a request that has not passed the gate', () => {
    expect(() => authOf(post())).toThrow('has not passed the gate');
  });
});

describe('handlers of their own', () => {
  it('metadata', async () => {
    const at = (method: string) =>
      metadata(new Request('https://api.example/.well-known/oauth-protected-resource', { method }));
    expect(await at('GET').json()).toMatchObject({ resource: URL_OF_MCP });
    expect([at('HEAD').status, at('OPTIONS').status, at('POST').status]).toEqual([200, 204, 405]);
  });

  it('OPTIONS', () => {
    const { headers } = optionsMcp(
      new Request(URL_OF_MCP, { method: 'OPTIONS', headers: { 'access-control-request-headers': 'X-Mine' } }),
    );
    expect(headers.get('Access-Control-Allow-Headers')).toMatch(/, x-mine$/);
    expect(headers.get('Access-Control-Allow-Methods')).toBe('GET, POST, DELETE, OPTIONS');
  });
});

describe('Hono', () => {
  it('protects nested paths once, below and beside nothing else', async () => {
    const app = new Hono();
    protectHono(app, ['/mcp', '/mcp/events/', '/']);
    app.all('*', (c) => c.text('fine'));
    lines.length = 0;
    expect((await app.request('/mcp/events', { headers: good })).status).toBe(200);
    expect(lines).toHaveLength(1);
    expect((await app.request('/anything')).status).toBe(401);
    const plain = new Hono();
    protectHono(plain, ['/mcp']);
    plain.all('*', (c) => c.text('fine'));
    expect((await plain.request('/mcp/below')).status).toBe(401);
    expect((await plain.request('/mcpx')).status).toBe(200);
  });

  it('has nobody in its context when nobody has signed in', async () => {
    const app = new Hono<{ Variables: { auth?: unknown } }>();
    protectHono(app, ['/mcp']);
    app.get('/mcp', (c) => c.json(c.get('auth') ?? null));
    expect(await (await app.request('/mcp', { headers: good })).json()).toMatchObject({ clientId: 'client-1' });
  });
});
