import { describe, expect, test } from 'vitest';
import { expressAdapter } from '../../../../src/servers/express/adapter.ts';
import { honoAdapter } from '../../../../src/servers/hono/adapter.ts';
import { nodeHttpAdapter } from '../../../../src/servers/node-http/adapter.ts';
import type { ServerAdapter } from '../../../../src/servers/types.ts';
import { run, type Files } from '../fetch/support.ts';

const HANDLER: Files = {
  'src/handler.js': `import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
export async function mcp(req, res) {
  const transport = new StreamableHTTPServerTransport({});
  await createServer().connect(transport);
  await transport.handleRequest(req, res, req.body);
}
`,
};

const HONO = `import { Hono } from 'hono';
import { StreamableHTTPTransport } from '@hono/mcp';
async function handle(c) {
  const transport = new StreamableHTTPTransport();
  await createServer().connect(transport);
  return transport.handleRequest(c);
}
const app = new Hono();
app.all('/mcp', (c) => handle(c));`;

const EXPRESS = `import express from 'express';
import http, { createServer } from 'node:http';
import { mcp } from './handler.js';
const app = express();
app.post('/mcp', express.json(), mcp);`;

const NODE = `import http, { createServer } from 'node:http';
import { mcp } from './handler.js';
const server = createServer((req, res) => mcp(req, res));
server.listen(3000);`;

/** The reason for leaving the server alone, `undefined` when it is edited. */
function refusal(adapter: ServerAdapter<never>, code: string[], more: Files = {}): string | undefined {
  const { edits } = run(adapter, { ...HANDLER, ...more, 'src/index.js': `${code.join('\n')}\n` });
  expect(edits).not.toEqual([]);
  const [edit] = edits;
  return edit?.kind === 'skip' ? edit.reason : undefined;
}

const OTHER_WAY = /^src\/index\.js: at src\/index\.js:\d+ there is another way to the MCP server/;

describe('a second way to a handler that has a gate is refused: Express', () => {
  test.each([
    ['a raw server', "createServer((req, res) => (req.url === '/v2' ? mcp(req, res) : app(req, res))).listen(1);"],
    ['a raw server that is constructed', 'new http.Server((req, res) => void mcp(req, res)).listen(1);'],
    ['a raw server in a variable', 'const raw = createServer(mcp);\nraw.listen(1);'],
    [
      'a router that is mounted by a table',
      "const router = express.Router();\nrouter.post('/mcp', mcp);\nfor (const m of [{ at: '/v2', router }]) app.use(m.at, m.router);",
    ],
    [
      'a router with one mount that is seen and one that is not',
      "const router = express.Router();\nrouter.post('/x', mcp);\napp.use('/a', router);\napp[m]('/b', router);",
    ],
    [
      'a router that nobody mounts where one can see it',
      "const r = express.Router();\nr.post('/mcp', mcp);\nmount(r);",
    ],
    [
      'a router that is called',
      "const r = express.Router();\nr.post('/x', mcp);\napp.use('/a', r);\ncreateServer((q, s) => r(q, s)).listen(1);",
    ],
    [
      'a mounted app that listens by itself',
      "const sub = express();\nsub.post('/x', mcp);\napp.use('/a', sub);\nsub.listen(1);",
    ],
    ['a computed method', "for (const m of ['get', 'post']) app[m]('/v2/mcp', mcp);"],
    ['a computed method in a callback', "['get', 'post'].forEach((m) => app[m]('/v2/mcp', mcp));"],
    ['an event of the server', "const server = app.listen(1);\nserver.on('checkContinue', mcp);"],
    ['a table of handlers', 'const table = { mcp };\ncreateServer((req, res) => table[req.url](req, res)).listen(1);'],
    ['options of something else', 'serve({ onRequest: mcp });'],
    ['options with a name', 'const options = { onRequest: mcp };\nserve(options);'],
    [
      'a factory in the options of something else',
      'make({ factory: (next) => createServer((req, res) => (req.x ? mcp(req, res) : next(req, res))) });',
    ],
    ['a list', 'for (const handler of [mcp]) wire(handler);'],
    ['another name', 'const again = mcp;\ncreateServer(again).listen(1);'],
    ['a wrapper', 'const wrapped = wrap(mcp);\nregister(wrapped);'],
    ['a bound method', "server.on('request', mcp.bind(null));"],
  ])('%s', (_, code) => {
    expect(refusal(expressAdapter as ServerAdapter<never>, [EXPRESS, code])).toMatch(/at src\/index\.js:\d+ /);
  });
});

describe('a second way to a handler that has a gate is refused: node:http', () => {
  test.each([
    ["server.on('checkContinue', (req, res) => { res.writeContinue(); mcp(req, res); });"],
    ["server.on('checkExpectation', mcp);"],
    ["server.once('upgrade', (req, socket) => mcp(req, socket));"],
  ])('%s', (code) => {
    expect(refusal(nodeHttpAdapter as ServerAdapter<never>, [NODE, code])).toMatch(OTHER_WAY);
  });

  test('a second server that is constructed is wrapped as the first one', () => {
    const code = `${NODE}\nconst second = new http.Server();\nsecond.on('request', (req, res) => mcp(req, res));\nnew http.Server({}, mcp).listen(1);\n`;
    const { edits } = run(nodeHttpAdapter, { ...HANDLER, 'src/index.js': code });
    expect(edits.map((edit) => (edit.kind === 'modify' ? edit.after.split('protectMcp(').length - 1 : 0))).toEqual([3]);
  });
});

describe('a second way to a handler that has a gate is refused: Hono', () => {
  test.each([
    ["for (const m of ['get', 'post']) app[m]('/v2/mcp', (c) => handle(c));"],
    ['app.notFound((c) => handle(c));'],
    ["const other = new Hono();\nother.all('/v2/mcp', (c) => handle(c));"],
  ])('%s', (code) => {
    expect(refusal(honoAdapter as ServerAdapter<never>, [HONO, code])).toMatch(OTHER_WAY);
  });
});

describe('a mounted app of Hono has no gate of its own', () => {
  const SUB = "const sub = new Hono();\nsub.all('/mcp', (c) => handle(c));\napp.route('/api', sub);";

  test.each([
    ['served by itself', 'serve({ fetch: sub.fetch, port: 2 });'],
    ['mounted by a table', "for (const m of [{ at: '/v2', sub }]) app.route(m.at, m.sub);"],
  ])('%s', (_, code) => {
    expect(refusal(honoAdapter as ServerAdapter<never>, [HONO, SUB, code])).toMatch(OTHER_WAY);
  });

  test('mounted and no more', () => {
    expect(refusal(honoAdapter as ServerAdapter<never>, [HONO, SUB, 'serve({ fetch: app.fetch });'])).toBeUndefined();
  });
});

describe('ways that are understood are none to refuse', () => {
  test.each([
    ['a wrapper', "app.get('/mcp', asyncHandler(mcp));"],
    ['a wrapper with a name', "const get = asyncHandler(mcp);\napp.get('/mcp', get);"],
    ['a table of handlers', "const handlers = { mcp };\napp.get('/mcp', handlers.mcp);"],
    ['a function that registers', "function mount(target, handler) { target.get('/mcp', handler); }\nmount(app, mcp);"],
    ['a callback without a request of its own', "app.get('/mcp', (req, res) => store.run({}, () => mcp(req, res)));"],
    [
      'callbacks in a function that the route calls',
      "async function later(req, res) {\n  await store.run({}, () => mcp(req, res));\n  await new Promise((resolve) => req.on('end', () => resolve(mcp(req, res))));\n}\napp.get('/mcp', later);",
    ],
    [
      'a class',
      "class Http {\n  constructor(target) { target.get('/mcp', (req, res) => this.answer(req, res)); }\n  async answer(req, res) { await mcp(req, res); }\n}\nnew Http(app);",
    ],
    ['a router', "const router = express.Router();\nrouter.get('/mcp', mcp);\napp.use('/api', router);"],
    [
      'a factory of routers',
      "const make = () => {\n  const router = express.Router();\n  router.get('/mcp', mcp);\n  return router;\n};\napp.use('/api', make());",
    ],
    [
      'an HTTP server around the app',
      'createServer(app).listen(1);\ncreateServer((req, res) => app(req, res)).listen(2);',
    ],
    ['an export that nobody uses', 'export { mcp };\nexport const again = mcp;'],
    ['an export with a name of its own', 'export default mcp;'],
  ])('%s', (_, code) => {
    expect(refusal(expressAdapter as ServerAdapter<never>, [EXPRESS, code])).toBeUndefined();
  });

  test('what a file does that has no part in the program', () => {
    const more = { 'scripts/other.js': "import { mcp } from '../src/handler.js';\nserver.on('upgrade', mcp);\n" };
    expect(refusal(expressAdapter as ServerAdapter<never>, [EXPRESS], more)).toBeUndefined();
  });
});
