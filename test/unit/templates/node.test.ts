import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { buffer as readBytes, text as readText } from 'node:stream/consumers';
import express from 'express';
import { fastify } from 'fastify';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { mcpHosts, protectMcp as protectExpress } from '../../../templates/express.ts';
import { protectMcp as protectFastify } from '../../../templates/fastify.ts';
import { createNodeGate, pathOf, type NodeGate, type NodeRequest } from '../../../templates/node.ts';
import { protectMcp } from '../../../templates/node-http.ts';
import { catchAuditLines, type Line } from './support/audit-lines.ts';
import { send, type Reply, type Send } from './support/http.ts';
import { Issuer, mint } from './support/issuer.ts';

vi.mock('../../../templates/scopes.ts', () => import('./support/scope-map.ts'));

const RESOURCE = 'http://localhost/mcp';
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

/** A server behind the gate, and the answer to one request. */
async function through(
  handler: (req: NodeRequest, res: ServerResponse) => unknown,
  options: Send,
  before?: (req: NodeRequest) => unknown,
): Promise<Reply> {
  const origin = await start(async (req, res) => {
    await before?.(req);
    if (await gate.admit(req, res)) await handler(req, res);
  });
  return send(origin, { ...options, headers: { ...good, ...options.headers } });
}

const ping = { jsonrpc: '2.0', id: 1, method: 'ping' };
const echo = async (req: IncomingMessage, res: ServerResponse): Promise<void> => void res.end(await readBytes(req));
const fine = (_req: IncomingMessage, res: ServerResponse): void => void res.end('fine');

/** Begins a request whose body does not come to its end. */
function cutOff(origin: string): Socket {
  const socket = connect(Number(new URL(origin).port), '127.0.0.1');
  socket.on('error', () => undefined);
  const head = [
    'POST /mcp HTTP/1.1',
    'Host: x',
    `Authorization: ${good['authorization']}`,
    'Content-Type: application/json',
  ];
  socket.write([...head, 'Content-Length: 50', '', '{"met'].join('\r\n'));
  return socket;
}

describe('the body', () => {
  it('is there for whoever reads it next, byte for byte', async () => {
    const body = Buffer.from(`\ufeff ${JSON.stringify({ ...ping, params: { text: 'ü' } })}\n`);
    expect((await through(echo, { body })).text).toBe(body.toString());
  });

  it('is there when it comes in pieces, in chunks, and is large', async () => {
    const body = Buffer.from(JSON.stringify({ ...ping, params: { text: 'x'.repeat(1_000_000) } }));
    const pieces = Array.from({ length: 20 }, (_, i) =>
      body.subarray((i * body.length) / 20, ((i + 1) * body.length) / 20),
    );
    expect((await through(echo, { pieces })).text).toBe(body.toString());
    expect((await through(echo, { pieces, headers: { 'content-length': String(body.length) } })).text).toBe(
      body.toString(),
    );
  });

  it('is there for readers that listen to data, or iterate', async () => {
    const listening = (req: IncomingMessage, res: ServerResponse): void => {
      let size = 0;
      req.on('data', (piece: Buffer) => (size += piece.length)).on('end', () => res.end(String(size)));
    };
    const iterating = async (req: IncomingMessage, res: ServerResponse): Promise<void> => {
      let size = 0;
      for await (const piece of req) size += (piece as Buffer).length;
      res.end(String(size));
    };
    const size = String(JSON.stringify(ping).length);
    expect((await through(listening, { body: ping })).text).toBe(size);
    expect((await through(iterating, { body: ping })).text).toBe(size);
    expect((await through(iterating, { pieces: [Buffer.from('{"method":'), Buffer.from('"ping"}')] })).text).toBe('17');
  });

  it('of exactly 4 MB is read, and one byte more is refused, also when nobody announced it', async () => {
    const text = JSON.stringify(ping);
    const full = Buffer.from(text.padEnd(4 * 1024 * 1024));
    expect((await through(fine, { pieces: [full] })).text).toBe('fine');
    const alive = { connection: 'keep-alive' };
    const { status, headers } = await through(fine, { pieces: [full, Buffer.from(' ')], headers: alive });
    expect([status, headers.connection]).toEqual([413, 'close']);
    expect((await through(fine, { body: {}, headers: alive })).headers.connection).not.toBe('close');
  });

  it('is what the framework has parsed, when it has', async () => {
    const parsed = (body: unknown) => async (req: NodeRequest) => {
      await readText(req);
      req.body = body;
    };
    const harmless = { body: ping };
    expect((await through(fine, harmless, parsed(ping))).text).toBe('fine');
    expect((await through(fine, harmless, parsed(JSON.stringify(ping)))).text).toBe('fine');
    expect(
      (await through(fine, harmless, parsed({ ...ping, method: 'tools/call', params: { name: 'wipe' } }))).status,
    ).toBe(403);
    for (const body of [undefined, {}, '']) expect((await through(fine, harmless, parsed(body))).status).toBe(400);
  });

  it('is bytes as long as nobody has read them, whatever else is on the request', async () => {
    const dangerous = { ...ping, method: 'tools/call', params: { name: 'wipe' } };
    expect((await through(fine, { body: dangerous }, (req) => (req.body = {}))).status).toBe(403);
  });

  it('leaves no listener behind, however many pieces it came in', async () => {
    const counts: number[][] = [];
    const count = (req: NodeRequest): unknown =>
      counts.push(['readable', 'close', 'end', 'error'].map((name) => req.listenerCount(name)));
    const pieces = ['{"meth', 'od":', '"ping"}'].map((text) => Buffer.from(text));
    const listening = (req: NodeRequest, res: ServerResponse): void => {
      count(req);
      const seen: Buffer[] = [];
      req.on('data', (piece: Buffer) => seen.push(piece)).on('end', () => res.end(Buffer.concat(seen)));
    };
    const headers = { 'content-type': 'application/json' };
    expect((await through(listening, { pieces, headers }, count)).text).toBe('{"method":"ping"}');
    expect(counts[1]).toEqual(counts[0]);
  });

  it('of which somebody has read a part is not judged by the rest', async () => {
    const readSome = async (req: NodeRequest): Promise<void> => {
      await new Promise((resolve) => req.once('readable', resolve));
      req.read(1);
    };
    expect((await through(fine, { body: ` ${JSON.stringify(ping)}` }, readSome)).status).toBe(400);
  });

  it('that is compressed, or said to be too large, is not waited for', async () => {
    const said = { 'content-type': 'application/json' };
    const sizes = { 'content-length': String(4 * 1024 * 1024 + 1) };
    expect((await through(fine, { pieces: [Buffer.from('{')], headers: { ...said, ...sizes } })).status).toBe(413);
    expect((await through(fine, { body: ping, headers: { 'content-encoding': 'gzip' } })).status).toBe(415);
  });

  it('that is empty is refused', async () => {
    expect((await through(fine, { headers: { 'content-type': 'application/json' }, pieces: [] })).status).toBe(400);
    expect((await through(fine, { body: '' })).status).toBe(400);
  });

  it('belongs to POST', async () => {
    for (const headers of [{ 'content-length': '2' }, { 'transfer-encoding': 'chunked' }]) {
      expect((await through(fine, { method: 'DELETE', headers, pieces: [Buffer.from('{}')] })).status).toBe(400);
    }
    expect((await through(fine, { method: 'DELETE', headers: { 'content-length': '0' } })).text).toBe('fine');
    expect((await through(fine, { method: 'GET' })).text).toBe('fine');
  });

  it('that is cut off leaves a line and a server in service', async () => {
    lines.length = 0;
    const origin = await start(async (req, res) => void ((await gate.admit(req, res)) && fine(req, res)));
    const socket = cutOff(origin);
    await vi.waitFor(() => expect(socket.bytesWritten).toBeGreaterThan(100));
    await new Promise((resolve) => setTimeout(resolve, 30));
    socket.destroy();
    await vi.waitFor(() => expect(lines).toMatchObject([{ decision: 'deny', reason: 'the request was cut off' }]));
    expect((await send(origin, { headers: good, body: ping })).text).toBe('fine');
  });
});

describe('a connection that is lost before the body is read', () => {
  it('does not leave the request waiting for ever', async () => {
    lines.length = 0;
    let decided: (isAdmitted: boolean) => void;
    const decision = new Promise<boolean>((resolve) => (decided = resolve));
    const origin = await start(async (req, res) => {
      req.destroy();
      await new Promise((closed) => req.once('close', closed));
      decided(await gate.admit(req, res));
    });
    cutOff(origin);
    expect(await decision).toBe(false);
    expect(lines).toMatchObject([{ decision: 'deny', reason: 'the request was cut off' }]);
  });
});

describe('the caller', () => {
  it('is on the request, and nobody who was there before', async () => {
    const who = (req: NodeRequest, res: ServerResponse): void => void res.end(req.auth?.clientId ?? 'nobody');
    expect(
      (await through(who, { body: ping }, (req) => (req.auth = { token: '', clientId: 'forged', scopes: [] }))).text,
    ).toBe('client-1');
  });

  it('is nobody when there are two Authorization headers, whichever is good', async () => {
    const twice = [good['authorization']!, good['authorization']!];
    const reply = await send(await start(protectMcp(fine)), { headers: { authorization: twice }, body: ping });
    expect([reply.status, reply.headers['www-authenticate']]).toEqual([
      401,
      expect.stringContaining('error="invalid_token"'),
    ]);
  });

  it('is who the one Authorization header names, also when a value is called like the header', async () => {
    expect((await through(fine, { body: ping, headers: { 'x-header': 'Authorization' } })).text).toBe('fine');
  });

  it('of an application that is mounted elsewhere is judged by the original URL', async () => {
    const mounted = (req: NodeRequest): void => {
      req.originalUrl = '/x/messages?sessionId=foreign';
      req.url = '/';
    };
    expect((await through(fine, { body: ping }, mounted)).status).toBe(404);
    expect(pathOf({ originalUrl: '/a/b?c', url: '/b' } as NodeRequest)).toBe('/a/b');
    expect(pathOf({} as NodeRequest)).toBe('');
  });

  it('is refused without a reason when the gate itself fails', async () => {
    const broken = (req: NodeRequest): void => void Object.defineProperty(req, 'rawHeaders', { value: undefined });
    const reply = await through(fine, { body: ping }, broken);
    expect([reply.status, JSON.parse(reply.text)]).toEqual([
      500,
      { jsonrpc: '2.0', error: { code: -32001, message: 'Internal error' }, id: null },
    ]);
  });
});

describe('the headers of an answer', () => {
  const exposing = async (write: (res: ServerResponse) => unknown): Promise<Reply> =>
    through((_req, res) => write(res), { body: ping });
  const EXPOSED = 'WWW-Authenticate, Mcp-Session-Id';

  const ways: [string, (res: ServerResponse) => unknown][] = [
    ['end alone', (res) => res.end('x')],
    ['write first', (res) => res.write('x') && res.end()],
    ['writeHead', (res) => res.writeHead(200).end('x')],
    ['writeHead with an object', (res) => res.writeHead(200, { 'x-a': '1', 'x-none': undefined, 'x-n': 2 }).end('x')],
    ['writeHead with reason and object', (res) => res.writeHead(200, 'Fine', { 'x-a': '1' }).end('x')],
    ['writeHead without reason', (res) => res.writeHead(200, undefined, { 'x-a': '1' }).end('x')],
    ['writeHead with a list', (res) => res.writeHead(200, ['x-a', '1', 'x-b', '2']).end('x')],
    [
      'writeHead with pairs',
      (res) =>
        res
          .writeHead(200, [
            ['x-a', '1'],
            ['x-b', '2'],
          ] as never)
          .end('x'),
    ],
    [
      'flushHeaders',
      (res) => {
        res.flushHeaders();
        res.end('x');
      },
    ],
  ];
  it.each(ways)('let web pages read it: %s', async (name, write) => {
    const { status, headers, text } = await exposing(write);
    expect([status, text, headers['access-control-allow-origin'], headers['access-control-expose-headers']]).toEqual([
      200,
      'x',
      '*',
      EXPOSED,
    ]);
    if (name.includes('with')) expect(headers['x-a'] ?? '1').toBe('1');
    if (name.includes('list') || name.includes('pairs')) expect(headers['x-b']).toBe('2');
    if (name.endsWith('an object'))
      expect([headers['x-a'], headers['x-n'], headers['x-none']]).toEqual(['1', '2', undefined]);
  });

  it('keep the reason', async () => {
    const origin = await start(
      async (req, res) => void ((await gate.admit(req, res)) && res.writeHead(200, 'Very Fine').end()),
    );
    const socket = connect(Number(new URL(origin).port), '127.0.0.1');
    socket.end(`GET /mcp HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: ${good['authorization']}\r\n\r\n`);
    expect(await readText(socket)).toMatch(/^HTTP\/1\.1 200 Very Fine\r\n/);
  });

  it('keep what the application says, however it says it', async () => {
    const own = { 'Access-Control-Allow-Origin': 'https://app.example', 'Access-Control-Expose-Headers': 'X-A' };
    const replies = [
      await exposing((res) => res.writeHead(200, own).end()),
      await exposing((res) => res.writeHead(200, Object.entries(own).flat()).end()),
      await exposing((res) => {
        for (const [name, value] of Object.entries(own)) res.setHeader(name, value);
        res.end();
      }),
    ];
    for (const { headers } of replies) {
      expect(headers['access-control-allow-origin']).toBe('https://app.example');
      expect(headers['access-control-expose-headers']).toBe(`X-A, ${EXPOSED}`);
    }
  });

  it('keep several of one name, and replace what was set before', async () => {
    for (const list of [
      ['set-cookie', 'a=1', 'set-cookie', 'b=2'],
      ['set-cookie', ['a=1', 'b=2']],
      [
        ['set-cookie', 'a=1'],
        ['set-cookie', 'b=2'],
      ],
    ]) {
      const { headers } = await exposing((res) =>
        res
          .setHeader('Set-Cookie', 'old=1')
          .writeHead(200, list as never)
          .end(),
      );
      expect(headers['set-cookie']).toEqual(['a=1', 'b=2']);
    }
  });
});

describe('an answer within a session', () => {
  const handler = (req: IncomingMessage, res: ServerResponse): void => {
    const { 'x-opens': opens, 'mcp-session-id': current } = req.headers;
    res.writeHead(200, { 'mcp-session-id': opens ?? current ?? '' }).end('fine');
  };
  const initialize = { ...ping, method: 'initialize', params: {} };

  async function opened(): Promise<(asked: Send) => Promise<Reply>> {
    const origin = await start(async (req, res) => void ((await gate.admit(req, res)) && handler(req, res)));
    const ask = (asked: Send): Promise<Reply> => send(origin, { ...asked, headers: { ...good, ...asked.headers } });
    expect((await ask({ headers: { 'x-opens': 'w1' }, body: initialize })).status).toBe(200);
    return ask;
  }

  it('is readable for web pages, which say where they come from', async () => {
    const ask = await opened();
    const { headers } = await ask({ headers: { 'mcp-session-id': 'w1', origin: 'https://x.example' }, body: ping });
    expect(headers['access-control-allow-origin']).toBe('*');
    expect(headers['access-control-expose-headers']).toBe('WWW-Authenticate, Mcp-Session-Id');
  });

  it('is left as it is for everybody else', async () => {
    const ask = await opened();
    const { headers, text } = await ask({ headers: { 'mcp-session-id': 'w1' }, body: ping });
    expect([text, headers['access-control-allow-origin']]).toEqual(['fine', undefined]);
  });

  it('opens another one when it answers initialize, and ends it when it answers DELETE', async () => {
    const ask = await opened();
    await ask({ headers: { 'mcp-session-id': 'w1', 'x-opens': 'w2' }, body: initialize });
    for (const id of ['w1', 'w2'])
      expect((await ask({ headers: { 'mcp-session-id': id }, body: ping })).status).toBe(200);
    await ask({ method: 'DELETE', headers: { 'mcp-session-id': 'w2' } });
    expect((await ask({ headers: { 'mcp-session-id': 'w2' }, body: ping })).status).toBe(404);
    expect((await ask({ headers: { 'mcp-session-id': 'w1' }, body: ping })).status).toBe(200);
  });
});

describe('the older SSE transport', () => {
  const mallory = async () => ({
    authorization: `Bearer ${await mint(issuer, RESOURCE, { claims: { sub: 'mallory' } })}`,
  });

  async function sse(
    words: (string | Uint8Array)[],
    headers: Record<string, string> = { 'content-type': 'text/event-stream; charset=utf-8' },
    status = 200,
  ): Promise<string> {
    const origin = await start(async (req, res) => {
      if (!(await gate.admit(req, res))) return;
      if (req.method === 'POST') return void res.writeHead(202).end();
      res.writeHead(status, headers);
      for (const word of words) res.write(word);
      res.end('event: message\ndata: end\n\n');
    });
    const { text } = await send(origin, { method: 'GET', path: '/sse', headers: good });
    const spoken = words.map((word) => Buffer.from(word as string).toString());
    expect(text).toBe(`${spoken.join('')}event: message\ndata: end\n\n`);
    return origin;
  }
  const post = async (origin: string, id: string, headers = good): Promise<number> =>
    (await send(origin, { path: `/messages?sessionId=${id}`, headers, body: ping })).status;

  const spoken: [string, string, (string | Uint8Array)[]][] = [
    ['in one piece', 's1', ['event: endpoint\ndata: /messages?sessionId=s1\n\n']],
    ['as bytes', 's2', [new TextEncoder().encode('event: endpoint\ndata: /messages?sessionId=s2\n\n')]],
    ['in several pieces', 's3', ['event: end', 'point\nda', 'ta: /messages?x=1&sessionId=s3\n\n']],
    ['after a comment', 's4', [': hello\n\n', 'retry: 1000\n\nevent:endpoint\ndata:/messages?sessionId=s4#x\n\n']],
    ['with CRLF and a whole URL', 's5', ['event: endpoint\r\ndata: https://api.example/messages?sessionId=s5\r\n\r\n']],
  ];
  it.each(spoken)('binds the session that its stream names: %s', async (_name, id, words) => {
    const origin = await sse(words);
    expect(await post(origin, id)).toBe(202);
    expect(await post(origin, id, await mallory())).toBe(404);
    expect(await post(origin, 'other')).toBe(404);
  });

  it('binds nothing else', async () => {
    const words = ['event: endpoint\ndata: /messages?sessionId=n1\n\n'];
    expect(await post(await sse(words, { 'content-type': 'text/plain' }), 'n1')).toBe(404);
    expect(await post(await sse(words, { 'content-type': 'text/event-stream', 'mcp-session-id': 'own' }), 'n1')).toBe(
      404,
    );
    expect(await post(await sse(words, undefined, 400), 'n1')).toBe(404);
    expect(await post(await sse(['event: message\ndata: /messages?sessionId=n1\n\n']), 'n1')).toBe(404);
    expect(await post(await sse([`x${words[0]}`]), 'n1')).toBe(404);
    expect(await post(await sse(['x'.repeat(5000), `\n${words[0]}`]), 'n1')).toBe(404);
    expect(await post(await sse([...words, 'event: endpoint\ndata: /messages?sessionId=n2\n\n']), 'n2')).toBe(404);
  });

  it('is a GET', async () => {
    const origin = await start(async (req, res) => {
      if (await gate.admit(req, res))
        res.setHeader('content-type', 'text/event-stream').write('event: endpoint\ndata: /m?sessionId=p1\n\n');
      res.end();
    });
    await send(origin, { headers: good, body: ping });
    expect(await post(origin, 'p1')).toBe(404);
  });
});

describe('node:http', () => {
  it('serves open paths letter by letter', async () => {
    const origin = await start(protectMcp(fine, { open: ['/health'] }));
    for (const path of ['/health', '/health?x=1'])
      expect(await send(origin, { method: 'GET', path })).toMatchObject({ status: 200, text: 'fine' });
    for (const path of [
      '/health/',
      '/Health',
      '//health',
      '/health/../mcp',
      '/%68ealth',
      '/health;x',
      '/health%3f',
      '/',
      '/anything',
    ]) {
      expect((await send(origin, { method: 'GET', path })).status).toBe(401);
    }
    expect((await send(await start(protectMcp(fine)), { method: 'GET', path: '/health' })).status).toBe(401);
  });

  it('hands admitted requests on once, and no others', async () => {
    const listener = vi.fn(fine);
    const origin = await start(protectMcp(listener));
    for (const method of ['GET', 'OPTIONS']) await send(origin, { method });
    expect((await send(origin, { method: 'GET', path: '/.well-known/oauth-protected-resource' })).status).toBe(200);
    expect(listener).not.toHaveBeenCalled();
    await send(origin, { headers: good, body: ping });
    expect(listener).toHaveBeenCalledTimes(1);
  });
});

describe('a configuration that is not complete', () => {
  it('stops every Node host at start', () => {
    const { MCP_RESOURCE_URL } = process.env;
    delete process.env['MCP_RESOURCE_URL'];
    try {
      expect(() => protectMcp(fine)).toThrow('MCP_RESOURCE_URL is not set');
      expect(() => protectExpress({ use: () => undefined }, ['/mcp'])).toThrow('MCP_RESOURCE_URL is not set');
      expect(() => protectFastify({ addHook: () => undefined }, ['/mcp'])).toThrow('MCP_RESOURCE_URL is not set');
    } finally {
      process.env['MCP_RESOURCE_URL'] = MCP_RESOURCE_URL;
    }
  });
});

describe('Express', () => {
  it('gives createMcpExpressApp the host names it may be called by', () => {
    expect(mcpHosts()).toEqual(['localhost', 'localhost', '127.0.0.1', '[::1]']);
  });

  it('matches plain paths in any case and leaves patterns to Express', () => {
    const use = vi.fn();
    protectExpress({ use }, ['/mcp', '/v1.0/mcp/', '/:tenant/mcp', '/']);
    const [mcp, dotted, pattern, root] = use.mock.calls[1]?.[0] as [RegExp, RegExp, string, RegExp];
    expect(use.mock.calls[0]?.[0]).toBe('/');
    expect(['/mcp', '/MCP', '/mcp/', '/mcp/x', '/mcpx', '/x/mcp', '/mcp.json'].map((path) => mcp.test(path))).toEqual([
      true,
      true,
      true,
      true,
      false,
      false,
      false,
    ]);
    expect(['/v1.0/mcp', '/V1.0/MCP/', '/v1x0/mcp'].map((path) => dotted.test(path))).toEqual([true, true, false]);
    expect(pattern).toBe('/:tenant/mcp');
    expect(['/', '/anything'].map((path) => root.test(path))).toEqual([true, true]);
  });
});

describe('frameworks', () => {
  const statusAt = (origin: string) => async (method: string, path: string) =>
    (await send(origin, { method, path })).status;

  it('Fastify: protects routes and what is below them, and nothing beside them', async () => {
    const app = fastify();
    protectFastify(app, ['/mcp', '/sse']);
    for (const url of ['/mcp', '/mcp/below', '/mcpx', '/']) app.get(url, () => 'fine');
    app.options('*', () => 'the CORS of somebody else');
    await app.listen({ port: 0, host: '127.0.0.1' });
    servers.push(app.server);
    const status = statusAt(`http://127.0.0.1:${(app.server.address() as AddressInfo).port}`);
    expect([await status('GET', '/mcp'), await status('GET', '/mcp/below')]).toEqual([401, 401]);
    expect([await status('GET', '/mcpx'), await status('GET', '/'), await status('GET', '/none')]).toEqual([
      200, 200, 404,
    ]);
    expect([await status('OPTIONS', '/mcp'), await status('OPTIONS', '/mcpx')]).toEqual([204, 200]);
    expect(await status('GET', '/.well-known/oauth-protected-resource')).toBe(200);
  });

  it('Express: protects paths and what is below them, and nothing beside them', async () => {
    const app = express();
    const handler = vi.fn();
    protectExpress(app, ['/mcp', '/sse']);
    app.use((_req, res) => {
      handler();
      res.send('fine');
    });
    const origin = await start(app);
    const status = statusAt(origin);
    const asked = { method: 'OPTIONS', headers: { 'access-control-request-headers': 'x-mine' } };
    const preflight = (await send(origin, asked)).headers;
    expect(preflight['access-control-allow-methods']).toBe('GET, POST, DELETE, OPTIONS');
    expect(preflight['access-control-allow-headers']).toMatch(/, x-mine$/);
    expect(await status('GET', '/.well-known/oauth-protected-resource/mcp')).toBe(200);
    expect([await status('GET', '/mcp'), await status('GET', '/sse')]).toEqual([401, 401]);
    // What the gate has answered does not go on, not even beside the answer.
    expect(handler).not.toHaveBeenCalled();
    expect((await send(origin, { headers: good, body: ping })).text).toBe('fine');
    expect(handler).toHaveBeenCalledTimes(1);
    expect([await status('GET', '/mcp'), await status('GET', '/MCP/below')]).toEqual([401, 401]);
    expect([await status('GET', '/mcpx'), await status('GET', '/')]).toEqual([200, 200]);
    expect([await status('OPTIONS', '/mcp'), await status('OPTIONS', '/mcpx')]).toEqual([204, 200]);
    expect(await status('GET', '/.well-known/oauth-protected-resource')).toBe(200);
  });
});
