import { describe, expect, test } from 'vitest';
import { expressAdapter } from '../../../../src/servers/express/adapter.ts';
import { fastifyAdapter } from '../../../../src/servers/fastify/adapter.ts';
import type { ServerAdapter } from '../../../../src/servers/types.ts';
import { apply, diff, run, type Files } from '../fetch/support.ts';

const IMPORT = "import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';";
const REQUIRE =
  "const { StreamableHTTPServerTransport } = require('@modelcontextprotocol/sdk/server/streamableHttp.js');";
const BODY = `{
  const transport = new StreamableHTTPServerTransport({});
  await createMcp().connect(transport);
  await transport.handleRequest(req, res, req.body);
}`;
const FUNCTION: Files = { 'handler.js': `${IMPORT}\nexport async function mcp(req, res) ${BODY}\n` };
const CLASS: Files = { 'handler.js': `${IMPORT}\nexport class Handler {\n  async answer(req, res) ${BODY}\n}\n` };

const APP = [
  "import express from 'express';",
  "import { createServer } from 'node:http';",
  "import { mcp } from './handler.js';",
  'const app = express();',
  "app.post('/mcp', mcp);",
];
const WITH_CLASS = [
  "import express from 'express';",
  "import { createServer } from 'node:http';",
  "import { Handler } from './handler.js';",
  'const app = express();',
  'const handler = new Handler();',
  "app.post('/mcp', (req, res) => handler.answer(req, res));",
];

/** `gate`: ordinary edits. `gate and door`: with a check at the transport too. Else why the server is left alone. */
function outcome(files: Files, adapter: ServerAdapter<never> = expressAdapter as ServerAdapter<never>): string {
  const { edits } = run(adapter, files);
  const [first] = edits;
  if (first?.kind === 'skip') return first.reason;
  const after = Object.values(apply(files, edits)).join('\n');
  if (!after.includes('protectMcp(')) return 'no gate';
  return after.includes('if (!admitted(req, res)) return;') ? 'gate and door' : 'gate';
}

const OTHER_WAY = /there is another way to the MCP server/;

describe('a module that is taken as an object', () => {
  test.each([
    ['a member by a computed name', "import * as all from './handler.js';\ncreateServer((q, s) => all[q.url](q, s));"],
    ['the module handed on', "import * as all from './handler.js';\nregister(all);"],
    ['a rest of it', "const { other, ...rest } = await import('./handler.js');\nregister(rest);"],
    ['loaded and computed', "const all = await import('./handler.js');\ncreateServer((q, s) => all[q.url](q, s));"],
    ['left on a global object', 'globalThis.other = mcp;\ncreateServer((q, s) => globalThis[q.url](q, s));'],
    ['loaded in a promise', "import('./handler.js').then((all) => createServer((q, s) => all[q.url](q, s)));"],
  ])('%s: the transport gets a check of its own', (_, code) => {
    expect(outcome({ ...FUNCTION, 'index.js': [...APP, code, ''].join('\n') })).toBe('gate and door');
  });

  test.each([
    ['its function', "import * as all from './handler.js';\ncreateServer((q, s) => all.mcp(q, s));"],
    ['its function, loaded', "const all = await import('./handler.js');\ncreateServer((q, s) => all.mcp(q, s));"],
    ['by pattern', "const { mcp: other } = await import('./handler.js');\ncreateServer(other).listen(1);"],
    ['in a promise', "import('./handler.js').then(({ mcp: other }) => createServer(other).listen(1));"],
    ['in place', "createServer(async (q, s) => (await import('./handler.js')).mcp(q, s));"],
    ['of a computed name', 'for (const name of names) createServer((await import(name)).mcp).listen(1);'],
  ])('%s, called from another server: refused', (_, code) => {
    expect(outcome({ ...FUNCTION, 'index.js': [...APP, code, ''].join('\n') })).toMatch(OTHER_WAY);
  });

  test('what is only loaded, or taken for something else, is no way', () => {
    const code = "await import('./handler.js');\nimport * as all from './handler.js';\nconsole.log(all.other);\n";
    expect(outcome({ ...FUNCTION, 'index.js': [...APP, code].join('\n') })).toBe('gate');
  });
});

describe('a method that may be called through something untyped', () => {
  test.each([
    ['a map', "const map = new Map();\nmap.set('x', handler);\ncreateServer((q, s) => map.get('x').answer(q, s));"],
    [
      'a map made of a list',
      "const map = new Map([['x', handler]]);\ncreateServer((q, s) => map.get('x').answer(q, s));",
    ],
    ['a computed name', 'createServer((q, s) => handler[q.url](q, s));'],
    ['a record', 'const all = { handler };\ncreateServer((q, s) => all[q.url].answer(q, s));'],
    ['something unknown', 'const found = lookup();\ncreateServer((q, s) => found.answer(q, s));'],
    ['a quoted name', "const found = lookup();\ncreateServer((q, s) => found['answer'](q, s));"],
    ['a pattern', 'const { answer } = lookup();\ncreateServer((q, s) => answer(q, s));'],
    ['the instance handed on', 'register(handler);'],
    ['the instance left where others find it', 'app.locals.handler = handler;'],
    ['the class handed on', 'container.bind(Handler);'],
  ])('%s: the transport gets a check of its own', (_, code) => {
    expect(outcome({ ...CLASS, 'index.js': [...WITH_CLASS, code, ''].join('\n') })).toBe('gate and door');
  });

  test('an interface', () => {
    const typed = CLASS['handler.js']!.replace('(req, res)', '(req: any, res: any)');
    const code = 'function serve(x: Any) { createServer((q, s) => x.answer(q, s)).listen(1); }\nserve(handler);';
    const lines = [...WITH_CLASS, 'interface Any { answer(a: any, b: any): Promise<void> }', code, ''];
    expect(outcome({ 'handler.ts': typed, 'index.ts': lines.join('\n') })).toBe('gate and door');
  });

  test('`this` that is handed on', () => {
    const own = CLASS['handler.js']!.replace('{\n  async', '{\n  constructor() { register(this); }\n  async');
    expect(outcome({ 'handler.js': own, 'index.js': [...WITH_CLASS, ''].join('\n') })).toBe('gate and door');
  });

  test.each([
    [
      'a subclass',
      'class Sub extends Handler {}\nconst sub = new Sub();\ncreateServer((q, s) => sub.answer(q, s)).listen(1);',
    ],
    ['the instance', 'createServer((q, s) => handler.answer(q, s)).listen(1);'],
  ])('%s that another server calls: refused', (_, code) => {
    expect(outcome({ ...CLASS, 'index.js': [...WITH_CLASS, code, ''].join('\n') })).toMatch(OTHER_WAY);
  });

  test.each([
    ['a class whose instances stay at home', "process.on('SIGINT', () => handler.close());\nexport default handler;"],
    ['sessions in a map', 'const all = new Map();\nall.set(1, handler);\nall.get(1)?.close();\nall.delete(1);'],
    [
      'sessions in a record',
      'const all = {};\nall.x = 1;\nall[1] = handler;\nfor (const each of Object.values(all)) each.close();',
    ],
    [
      'a member of a package that is called the same',
      "import { Quiz } from 'quiz';\nconst quiz = new Quiz();\nquiz.answer(1, 2);",
    ],
    ['methods that are bound to `this`', 'const bound = handler.other.bind(handler);'],
  ])('%s: the gate is enough', (_, code) => {
    expect(outcome({ ...CLASS, 'index.js': [...WITH_CLASS, code, ''].join('\n') })).toBe('gate');
  });
});

describe('CommonJS', () => {
  const index = (load: string, handler: string, code = ''): string =>
    `const express = require('express');\nconst http = require('http');\n${load}\nconst app = express();\napp.post('/mcp', ${handler});\n${code}\n`;
  const files = (handler: string, entry: string): Files => ({
    'package.json': '{}',
    'handler.js': `${REQUIRE}\n${handler}\n`,
    'index.js': entry,
  });
  const OTHER_SERVER = 'http.createServer((q, s) => all[q.url](q, s)).listen(1);';

  test.each([
    ['exports.mcp', `exports.mcp = async function (req, res) ${BODY};`],
    ['module.exports.mcp', `module.exports.mcp = async (req, res) => ${BODY};`],
  ])('%s = function is an exported handler', (_, handler) => {
    expect(outcome(files(handler, index("const { mcp } = require('./handler');", 'mcp')))).toBe('gate');
    expect(outcome(files(handler, index("const all = require('./handler');", 'all.mcp')))).toBe('gate');
    const other = index("const all = require('./handler');", 'all.mcp', OTHER_SERVER);
    expect(outcome(files(handler, other))).toBe('gate and door');
  });

  test('a module that is the handler', () => {
    const handler = `module.exports = async (req, res) => ${BODY};`;
    expect(outcome(files(handler, index("const mcp = require('./handler');", 'mcp')))).toBe('gate');
    const other = 'http.createServer((q, s) => mcp(q, s)).listen(1);';
    expect(outcome(files(handler, index("const mcp = require('./handler');", 'mcp', other)))).toMatch(OTHER_WAY);
  });
});

describe('the check at the transport', () => {
  const unsure = { 'index.js': [...APP, "import * as all from './handler.js';\nregister(all);", ''].join('\n') };

  test('is one line, and comes once', () => {
    const files: Files = { ...FUNCTION, ...unsure };
    const { edits } = run(expressAdapter, files);
    expect(edits[0]?.why).toMatch(/a check before the transport: at index\.js:7 code may lead there around the gate/);
    const after = apply(files, edits);
    expect(diff(files['handler.js']!, after['handler.js']!)).toEqual([
      "+ import { admitted } from './auth/admitted.js';",
      '+ if (!admitted(req, res)) return;',
    ]);
    expect(run(expressAdapter, after).edits).toEqual([]);
  });

  test('names the request of the older transport by its response', () => {
    const handler = [
      "import { SSEServerTransport } from '@modelcontextprotocol/sdk/server/sse.js';",
      'export async function mcp(req, res) {',
      "  const transport = new SSEServerTransport('/messages', res);",
      '  await createMcp().connect(transport);',
      '}\n',
    ];
    const files: Files = { 'handler.js': handler.join('\n'), ...unsure };
    expect(apply(files, run(expressAdapter, files).edits)['handler.js']).toContain(
      "  if (!admitted(res.req, res)) return;\n  const transport = new SSEServerTransport('/messages', res);",
    );
  });

  test.each([
    ['an expression', 'export const mcp = (req, res) => transport.handleRequest(req, res);'],
    [
      'a branch without braces',
      'export async function mcp(req, res) { if (req.x) await transport.handleRequest(req, res); }',
    ],
    [
      'a request that is made in place',
      'export async function mcp(a, b) {\n  await transport.handleRequest(of(a), b);\n}',
    ],
    [
      'a function with a result',
      'export async function mcp(req, res): Promise<number> {\n  await transport.handleRequest(req, res);\n  return 1;\n}',
    ],
  ])('has no place in %s: refused', (_, handler) => {
    const made = 'const transport = new StreamableHTTPServerTransport({});';
    const files = { 'handler.ts': `${IMPORT}\n${made}\n${handler}\n`, 'index.ts': unsure['index.js'] };
    expect(outcome(files)).toMatch(/code may lead to the MCP server in a way that the gate does not see/);
  });
});

describe('a request whose path is changed after the gate has looked at it', () => {
  test.each([
    ['by a middleware', "app.use((req, res, next) => { if (req.path === '/alias') req.url = '/mcp'; next(); });"],
    ['by its quoted name', "app.use((req, res, next) => { req['url'] = '/mcp'; next(); });"],
    ['by an assignment of several', "app.use((req, res, next) => { Object.assign(req, { url: '/mcp' }); next(); });"],
    ['by reflection', "app.use((req, res, next) => { Reflect.set(req, 'url', '/mcp'); next(); });"],
    ['by a package', "import rewrite from 'express-urlrewrite';\napp.use(rewrite('/alias', '/mcp'));"],
  ])('%s: the transport gets a check of its own', (_, code) => {
    expect(outcome({ ...FUNCTION, 'index.js': [...APP, code, ''].join('\n') })).toBe('gate and door');
  });

  test('or one that is only called so: the gate is enough', () => {
    const code =
      'class Page { constructor(url) { this.url = url; } }\nconst { url } = new Page();\nif (Object.assign(all, { uri: 1 }) === all["url"]) stop();';
    expect(outcome({ ...FUNCTION, 'index.js': [...APP, code, ''].join('\n') })).toBe('gate');
  });
});

describe('methods of a transport that are taken as values are refused', () => {
  test.each([
    ['bound', 'createServer(other.handleRequest.bind(other)).listen(1);'],
    ['quoted', "createServer((q, s) => other['handleRequest'](q, s)).listen(1);"],
    ['by pattern', 'const { handleRequest } = new StreamableHTTPServerTransport({});'],
  ])('%s', (_, code) => {
    const files = { ...FUNCTION, 'index.js': [...APP, IMPORT, 'const other = make();', code, ''].join('\n') };
    expect(outcome(files)).toMatch(/a method of the transport is handed on/);
  });
});

describe('plugins of Fastify', () => {
  const index = (...code: string[]): Files => ({
    'index.js': [
      IMPORT,
      "import Fastify from 'fastify';",
      "import fp from 'fastify-plugin';",
      'const app = Fastify();',
      'async function plugin(instance) {',
      "  instance.post('/mcp', async (req, reply) => {",
      '    const transport = new StreamableHTTPServerTransport({});',
      '    await transport.handleRequest(req.raw, reply.raw, req.body);',
      '  });',
      '}',
      ...code,
      '',
    ].join('\n'),
  });
  const of = (...code: string[]): string => outcome(index(...code), fastifyAdapter as ServerAdapter<never>);

  test.each([
    ['a computed method', "app[method](plugin, { prefix: '/v2' });"],
    ['a list', "for (const each of [plugin]) app.register(each, { prefix: '/v2' });"],
    ['a list with a callback', "[plugin].forEach((each) => app.register(each, { prefix: '/v2' }));"],
    ['a wrapper', "const wrapped = wrap(plugin);\napp.register(wrapped, { prefix: '/v2' });"],
    ['a call', 'plugin(app);'],
  ])('registered again by %s: refused', (_, code) => {
    expect(of("app.register(plugin, { prefix: '/v1' });", code)).toMatch(/index\.js: at index\.js:\d+ /);
  });

  test('registered where it can be seen, once or twice: the gate is enough', () => {
    expect(of('app.register(plugin);')).toBe('gate');
    expect(of('app.register(fp(plugin));')).toBe('gate');
    expect(of('app.register(plugin);', "app.register(plugin, { prefix: '/v2' });")).toBe('gate');
  });
});

test('sessions of the older transport that are named in the path are refused', () => {
  const index = [
    "import express from 'express';",
    "import { SSEServerTransport } from '@modelcontextprotocol/sdk/server/sse.js';",
    'const app = express();',
    'const open = {};',
    "app.get('/sse', (req, res) => void (open[1] = new SSEServerTransport('/messages/1', res)));",
    "app.post('/messages/:sessionId', (req, res) => open[req.params.sessionId].handlePostMessage(req, res));",
  ];
  expect(outcome({ 'index.js': index.join('\n') })).toMatch(/named in the path \/messages\/:sessionId/);
  expect(outcome({ 'index.js': index.join('\n').replace('/messages/:sessionId', '/messages') })).toBe('gate');
});
