import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { StreamableHTTPTransport } from '@hono/mcp';
import { getRequestListener } from '@hono/node-server';
import cors from 'cors';
import express from 'express';
import Fastify from 'fastify';
import { Hono } from 'hono';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { protectMcp as protectExpress } from '../../../templates/express.ts';
import { protectMcp as protectFastify } from '../../../templates/fastify.ts';
import { authOf, optionsMcp, protectMcp as protectFetch } from '../../../templates/fetch.ts';
import { metadata as functionMetadata, protectMcp as protectFunction } from '../../../templates/node-function.ts';
import { protectMcp as protectHono } from '../../../templates/hono.ts';
import { protectMcp as protectNodeHttp } from '../../../templates/node-http.ts';
import { catchAuditLines, type Line } from './support/audit-lines.ts';
import { send, type Reply, type Send } from './support/http.ts';
import { Issuer, mint } from './support/issuer.ts';
import { fetchHandler, makeServer, nodeHandler } from './support/mcp.ts';

vi.mock('../../../templates/scopes.ts', () => import('./support/scope-map.ts'));

// It has no types of its own; for what is done here those of version 5 are right.
const { default: express4 } = (await import('express4' as string)) as { default: typeof express };

const RESOURCE = 'https://api.example/mcp';
const METADATA = '/.well-known/oauth-protected-resource';
const CHALLENGE = `resource_metadata="https://api.example${METADATA}/mcp", scope="read:tasks"`;

const issuer = new Issuer();
let lines: Line[];

/** Starts a listening server for each host; resolves to the function that closes it, and its origin. */
const hosts: Record<string, () => Promise<Server>> = {
  'Express 5': () => expressServer(express),
  'Express 4': () => expressServer(express4),
  'Express 5 with the body parser before the gate': () => expressServer(express, true),
  'node:http': async () => {
    const handle = nodeHandler();
    return listen(
      protectNodeHttp((req, res) => void (req.url === '/health' ? res.end('fine') : handle(req, res)), {
        open: ['/health'],
      }),
    );
  },
  Fastify: async () => {
    const app = Fastify();
    protectFastify(app, ['/mcp']);
    const handle = nodeHandler();
    app.get('/health', () => 'fine');
    for (const method of ['GET', 'POST', 'DELETE'] as const) {
      app.route({
        method,
        url: '/mcp',
        handler: (request, reply) => {
          reply.hijack();
          return handle(request.raw, reply.raw, request.body);
        },
      });
    }
    await app.listen({ port: 0, host: '127.0.0.1' });
    return app.server;
  },
  'Fastify with one route for all methods': async () => {
    const app = Fastify();
    protectFastify(app, ['/mcp']);
    const handle = nodeHandler();
    app.get('/health', () => 'fine');
    app.options('*', () => 'the CORS of somebody else');
    app.all('/mcp', (request, reply) => {
      reply.hijack();
      return handle(request.raw, reply.raw, request.body);
    });
    await app.listen({ port: 0, host: '127.0.0.1' });
    return app.server;
  },
  Hono: async () => {
    const app = new Hono();
    protectHono(app, ['/mcp']);
    const handle = fetchHandler();
    app.get('/health', (c) => c.text('fine'));
    app.all('/mcp', (c) => handle(c.req.raw, authOf(c.req.raw)));
    return listenFetch(app.fetch);
  },
  '@hono/mcp': async () => {
    const app = new Hono();
    protectHono(app, ['/mcp']);
    app.get('/health', (c) => c.text('fine'));
    const transports = new Map<string, StreamableHTTPTransport>();
    app.all('/mcp', async (c) => {
      let transport = transports.get(c.req.header('mcp-session-id') ?? '');
      if (!transport) {
        const created = new StreamableHTTPTransport({
          sessionIdGenerator: () => crypto.randomUUID(),
          onsessioninitialized: (id) => void transports.set(id, created),
          enableJsonResponse: true,
        });
        transport = created;
        await makeServer().connect(transport as never);
      }
      return (await transport.handleRequest(c)) ?? c.body(null);
    });
    return listenFetch(app.fetch);
  },
  'a function (req, res)': () => listen(functionHost()),
  'a function (req, res) with the body parser before the gate': () => listen(functionHost(true)),
  'a Fetch handler': async () => {
    const handle = fetchHandler();
    const all = (request: Request) =>
      request.url.endsWith('/health') ? new Response('fine') : handle(request, authOf(request));
    return listenFetch(protectFetch(all, { open: ['/health'] }));
  },
};

async function expressServer(express5or4: typeof express, parsesFirst = false): Promise<Server> {
  const app = express5or4();
  if (parsesFirst) app.use(express.json());
  protectExpress(app, ['/mcp']);
  if (!parsesFirst) app.use(express.json());
  app.use(cors({ origin: 'https://app.example', exposedHeaders: ['X-Own'] }));
  const handle = nodeHandler();
  app.get('/health', (_req, res) => void res.send('fine'));
  app.all('/mcp', (req, res) => void handle(req, res, req.body));
  return listen(app);
}

/** A host that finds functions by their files, as Next.js does with `pages/api`. */
function functionHost(parsesFirst = false): RequestListener {
  const handle = nodeHandler();
  const mcp = protectFunction((req: IncomingMessage & { body?: unknown }, res) => handle(req, res, req.body));
  const routes = new Hono().get('/health', (c) => c.text('fine'));
  const places = [METADATA, `${METADATA}/mcp`];
  const others = getRequestListener((request) =>
    places.includes(new URL(request.url).pathname) ? functionMetadata(request) : routes.fetch(request),
  );
  return (req, res) => {
    if (req.url?.split('?')[0] !== '/mcp') return void others(req, res);
    if (!parsesFirst) return void mcp(req, res);
    express.json()(req as express.Request, res as express.Response, (error) =>
      error ? res.writeHead(400).end() : void mcp(req, res),
    );
  };
}

function listen(listener: RequestListener): Promise<Server> {
  const server = createServer(listener);
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

function listenFetch(handler: (request: Request) => Response | Promise<Response>): Promise<Server> {
  return listen(getRequestListener(handler) as RequestListener);
}

beforeAll(async () => {
  await issuer.start();
  Object.assign(process.env, { MCP_AUTH_ISSUER: issuer.url, MCP_AUTH_AUDIENCE: RESOURCE, MCP_RESOURCE_URL: RESOURCE });
  lines = catchAuditLines();
});
afterAll(() => issuer.stop());

const rpc = (method: string, params: object = {}) => ({ jsonrpc: '2.0', id: 1, method, params });
const hello = rpc('initialize', {
  protocolVersion: '2025-11-25',
  capabilities: {},
  clientInfo: { name: 'test', version: '1' },
});
const call = (name: string) => rpc('tools/call', { name, arguments: {} });
const bearer = async (claims: Record<string, unknown> = {}) => ({
  authorization: `Bearer ${await mint(issuer, RESOURCE, { claims })}`,
});

describe.each(Object.entries(hosts))('%s', (name, start) => {
  let server: Server;
  let origin: string;
  const ask = (options: Send): Promise<Reply> => send(origin, options);

  beforeAll(async () => {
    server = await start();
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  /** Opens a session as this user. */
  async function open(headers: Record<string, string>): Promise<Record<string, string>> {
    const reply = await ask({ headers, body: hello });
    expect(reply.status).toBe(200);
    return { ...headers, 'mcp-session-id': String(reply.headers['mcp-session-id']) };
  }

  it('answers 401 without a token, before anything else', async () => {
    for (const options of [{ body: hello }, { method: 'GET' }, { method: 'DELETE' }, { method: 'PUT', body: {} }]) {
      const { status, headers } = await ask(options);
      // A route that is not there is not found: nothing is protected then.
      if (name === 'Fastify' && options.method === 'PUT') expect(status).toBe(404);
      else expect([status, headers['www-authenticate']]).toEqual([401, `Bearer ${CHALLENGE}`]);
    }
  });

  it('answers 401 invalid_token to a bad token, also when a good one stands beside it', async () => {
    const { authorization } = await bearer();
    for (const value of ['Bearer x', [authorization, authorization], ['Bearer x', authorization]]) {
      const { status, headers } = await ask({ headers: { authorization: value }, body: hello });
      expect([status, headers['www-authenticate']]).toEqual([401, `Bearer error="invalid_token", ${CHALLENGE}`]);
    }
  });

  it('lets tools see who calls', async () => {
    const session = await open(await bearer({ sub: 'bob' }));
    const { status, text } = await ask({ headers: session, body: call('whoami') });
    expect(status).toBe(200);
    expect(
      JSON.parse((JSON.parse(text) as { result: { content: [{ text: string }] } }).result.content[0].text),
    ).toMatchObject({ subject: 'bob' });
  });

  it('answers 403 when a scope is missing, and carries nothing out', async () => {
    const session = await open(await bearer());
    for (const body of [call('wipe'), [call('search'), call('wipe')]]) {
      const { status, headers, text } = await ask({ headers: session, body });
      expect([status, headers['www-authenticate']]).toEqual([
        403,
        `Bearer error="insufficient_scope", resource_metadata="https://api.example${METADATA}/mcp", scope="read:tasks delete:tasks"`,
      ]);
      expect(text).not.toContain('wiped');
    }
    const { text } = await ask({
      headers: { ...session, ...(await bearer({ scope: 'delete:tasks' })) },
      body: call('wipe'),
    });
    expect(text).toContain('wiped');
  });

  it('keeps the session of one user from the others until it is closed', async () => {
    const session = await open(await bearer({ sub: 'carol' }));
    const thief = { ...session, ...(await bearer({ sub: 'mallory' })) };
    for (const options of [{ body: call('search') }, { method: 'DELETE' }])
      expect((await ask({ headers: thief, ...options })).status).toBe(404);
    expect((await ask({ headers: session, body: call('search') })).text).toContain('found');
    expect((await ask({ headers: session, method: 'DELETE' })).status).toBe(200);
    expect((await ask({ headers: session, body: call('search') })).status).toBe(404);
  });

  it('refuses bodies that could be read in two ways, and reads all others as they are', async () => {
    const session = await open(await bearer());
    const refusedWith = async (options: Send): Promise<number> =>
      (await ask({ ...options, headers: { ...session, ...options.headers } })).status;
    expect(await refusedWith({ body: '{"method"' })).toBe(400);
    expect(await refusedWith({ body: {} })).toBe(400);
    expect(await refusedWith({ body: call('search'), method: 'DELETE' })).toBe(400);
    if (!name.includes('before the gate')) {
      expect(await refusedWith({ body: call('search'), headers: { 'content-type': 'text/plain' } })).toBe(415);
      expect(await refusedWith({ body: call('search'), headers: { 'content-encoding': 'gzip' } })).toBe(415);
      expect(await refusedWith({ body: Buffer.alloc(4 * 1024 * 1024 + 1, 32) })).toBe(413);
    }
    const bytes = Buffer.from(
      JSON.stringify(rpc('tools/call', { name: 'search', arguments: { note: 'ü'.repeat(20_000) } })),
    );
    const pieces = [bytes.subarray(0, 1), bytes.subarray(1, 7), bytes.subarray(7, 30_000), bytes.subarray(30_000)];
    expect((await ask({ headers: session, pieces })).text).toContain('found');
  });

  it('answers preflights and lets web pages read answers', async () => {
    const { status, headers } = await ask({
      method: 'OPTIONS',
      headers: {
        origin: 'https://x.example',
        'access-control-request-method': 'DELETE',
        'access-control-request-headers': 'x-mine',
      },
    });
    expect(status).toBe(204);
    expect(headers['access-control-allow-origin']).toBe('*');
    expect(headers['access-control-allow-methods']).toBe('GET, POST, DELETE, OPTIONS');
    expect(headers['access-control-allow-headers']).toMatch(/^authorization, content-type, .*, x-mine$/);
    for (const good of [{}, await bearer()]) {
      const reply = await ask({ headers: { ...good, origin: 'https://x.example' }, body: hello });
      expect(reply.headers['access-control-expose-headers']).toMatch(/WWW-Authenticate, Mcp-Session-Id$/);
      const own = name.startsWith('Express') && reply.status === 200;
      expect(reply.headers['access-control-allow-origin']).toBe(own ? 'https://app.example' : '*');
      if (own) expect(reply.headers['access-control-expose-headers']).toBe('X-Own, WWW-Authenticate, Mcp-Session-Id');
      expect(reply.rawHeaders.filter((text) => /^access-control-allow-origin$/i.test(text))).toHaveLength(1);
    }
  });

  it('serves its metadata to everybody, at both places', async () => {
    for (const path of [`${METADATA}/mcp`, METADATA]) {
      const { status, headers, text } = await ask({
        method: 'GET',
        path,
        headers: { host: 'evil.example', authorization: 'Bearer x' },
      });
      expect([status, headers['access-control-allow-origin']]).toEqual([200, '*']);
      expect(JSON.parse(text)).toMatchObject({
        resource: RESOURCE,
        authorization_servers: [issuer.url],
        scopes_supported: ['read:tasks', 'delete:tasks'],
      });
      expect((await ask({ method: 'HEAD', path })).status).toBe(200);
      expect((await ask({ method: 'OPTIONS', path })).status).toBe(204);
    }
    expect((await ask({ method: 'GET', path: `${METADATA}/other` })).status).not.toBe(200);
  });

  it('leaves other paths alone', async () => {
    expect(await ask({ method: 'GET', path: '/health' })).toMatchObject({ status: 200, text: 'fine' });
  });

  it('knows other spellings of the path', async () => {
    const headers = await bearer({ scope: 'read:tasks' });
    for (const path of [
      '/mcp/',
      '/mcp?x=1',
      '/MCP',
      '//mcp',
      '/%6dcp',
      '/mcp;x',
      '/./mcp',
      '/x/../mcp',
      `${origin}/mcp`,
    ]) {
      expect((await ask({ path, headers, body: call('wipe') })).text).not.toContain('wiped');
      expect((await ask({ path, body: hello })).status).toBeGreaterThanOrEqual(400);
    }
  });

  it('writes one audit line for each request', async () => {
    const headers = await bearer({ sub: `auditor of ${name}` });
    await open(headers);
    await ask({ headers, body: call('wipe') });
    expect(
      lines
        .filter(({ subject }) => subject === `auditor of ${name}`)
        .map(({ decision, method, tool }) => [decision, method, tool]),
    ).toEqual([
      ['allow', 'initialize', undefined],
      ['deny', 'tools/call', 'wipe'],
    ]);
  });
});

it('OPTIONS of a route handler is answered by optionsMcp', () => {
  expect(optionsMcp(new Request('https://api.example/mcp', { method: 'OPTIONS' })).status).toBe(204);
});
