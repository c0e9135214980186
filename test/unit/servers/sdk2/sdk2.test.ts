import { describe, expect, test } from 'vitest';
import { expressAdapter } from '../../../../src/servers/express/adapter.ts';
import { fastifyAdapter } from '../../../../src/servers/fastify/adapter.ts';
import { fetchAdapter } from '../../../../src/servers/fetch/adapter.ts';
import { honoAdapter } from '../../../../src/servers/hono/adapter.ts';
import { nextAdapter } from '../../../../src/servers/next/adapter.ts';
import { nodeHttpAdapter } from '../../../../src/servers/node-http/adapter.ts';
import type { ServerAdapter } from '../../../../src/servers/types.ts';
import { apply, diff, fixture, run, type Files } from '../fetch/support.ts';

const SERVER = `import { createMcpHandler, McpServer } from '@modelcontextprotocol/server';`;
const NODE = `import { toNodeHandler } from '@modelcontextprotocol/node';`;
const MAKE = `const mcp = createMcpHandler(() => new McpServer({ name: 'x', version: '1' }));`;
const EXPRESS = `import express from 'express';\nconst app = express();`;
const HONO = `import { Hono } from 'hono';\nconst app = new Hono();`;

const files = (...lines: string[]): Files => ({ 'src/index.ts': `${lines.join('\n')}\n` });

function changed(adapter: ServerAdapter<never>, before: Files, path = 'src/index.ts'): string[] {
  const { edits } = run(adapter, before);
  const after = apply(before, edits);
  expect(run(adapter, after).edits, 'a second run').toEqual([]);
  return diff(before[path] ?? '', after[path] ?? '').filter((line) => !line.includes('import '));
}

function refusal(adapter: ServerAdapter<never>, before: Files): string {
  const { edits } = run(adapter, before);
  const [edit] = edits;
  return edit?.kind === 'skip' ? edit.reason : `not refused: ${JSON.stringify(edits)}`;
}

describe.each<[string, ServerAdapter<never>, string]>([
  ['sdk2-express', expressAdapter as never, 'src/server.ts'],
  ['sdk2-express-sessions', expressAdapter as never, 'src/server.ts'],
  ['sdk2-fastify', fastifyAdapter as never, 'src/server.ts'],
  ['sdk2-node-js', nodeHttpAdapter as never, 'server.js'],
  ['sdk2-hono', honoAdapter as never, 'src/server.ts'],
  ['sdk2-fetch', fetchAdapter as never, 'src/server.ts'],
])('the fixture %s', (name, adapter, entry) => {
  test('changes exactly as its golden file shows, and not again', () => {
    const before = fixture(name, 'before');
    const first = run(adapter, before);
    expect(first.matches).toMatchObject([{ entry, paths: ['/mcp'], transports: ['streamable-http'] }]);
    const after = apply(before, first.edits);
    expect(after).toEqual({ ...before, ...fixture(name, 'after') });
    expect(run(adapter, after).edits).toEqual([]);
  });
});

describe('createMcpHandler on Node.js', () => {
  const GATE = ["+ protectMcp(app, ['/mcp']);"];

  test.each([
    ['written in the route', [SERVER, NODE, EXPRESS, MAKE, "app.all('/mcp', toNodeHandler(mcp));"]],
    ['as a variable', [SERVER, NODE, EXPRESS, MAKE, 'const node = toNodeHandler(mcp);', "app.all('/mcp', node);"]],
    [
      'called with the parsed body',
      [
        SERVER,
        NODE,
        EXPRESS,
        MAKE,
        'const node = toNodeHandler(mcp);',
        "app.post('/mcp', (q, s) => node(q, s, q.body));",
      ],
    ],
    [
      'given to a variable later',
      [
        SERVER,
        NODE,
        EXPRESS,
        MAKE,
        'let node;',
        'node = toNodeHandler(mcp);',
        "app.all('/mcp', (q, s) => node(q, s));",
      ],
    ],
    [
      'in an object that a function returns',
      [
        SERVER,
        NODE,
        EXPRESS,
        MAKE,
        'const open = () => ({ node: toNodeHandler(mcp), close: () => mcp.close() });',
        'const { node, close } = open();',
        "app.all('/mcp', node);",
      ],
    ],
    [
      'by other names',
      [
        `import * as s from '@modelcontextprotocol/server';`,
        `import { toNodeHandler as wrap } from '@modelcontextprotocol/node';`,
        EXPRESS,
        "app.all('/mcp', wrap(s.createMcpHandler(make)));",
      ],
    ],
    [
      'made by a function',
      [SERVER, NODE, EXPRESS, 'const make = () => createMcpHandler(build);', "app.all('/mcp', toNodeHandler(make()));"],
    ],
    [
      'together with an older transport',
      [
        SERVER,
        NODE,
        `import { WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/server';`,
        EXPRESS,
        MAKE,
        'const old = new WebStandardStreamableHTTPServerTransport();',
        "app.all('/mcp', toNodeHandler({ fetch: (r, o) => (isOld(r) ? old.handleRequest(r, o) : mcp.fetch(r, o)) }));",
      ],
    ],
    [
      'that is closed at the end',
      [
        SERVER,
        NODE,
        EXPRESS,
        MAKE,
        "app.all('/mcp', toNodeHandler(mcp));",
        'onExit(() => mcp.close());',
        'mcp.notify.toolsChanged();',
      ],
    ],
  ])('%s', (_case, lines) => {
    expect(changed(expressAdapter as never, files(...lines))).toEqual(GATE);
  });

  test('in a file of its own', () => {
    const before = {
      'src/mcp.ts': `${SERVER}\n${MAKE}\nexport default mcp;\n`,
      'src/index.ts': `${NODE}\nimport mcp from './mcp.js';\n${EXPRESS}\napp.all('/mcp', toNodeHandler(mcp));\n`,
    };
    expect(changed(expressAdapter as never, before)).toEqual(GATE);
  });

  test('in CommonJS', () => {
    const before = {
      'package.json': '{}',
      'src/index.js': [
        "const { createMcpHandler } = require('@modelcontextprotocol/server');",
        "const { toNodeHandler } = require('@modelcontextprotocol/node');",
        "const app = require('express')();",
        "app.all('/mcp', toNodeHandler(createMcpHandler(make)));",
        '',
      ].join('\n'),
    };
    expect(changed(expressAdapter as never, before, 'src/index.js')).toEqual([
      "+ const { protectMcp } = require('./auth/express.js');",
      ...GATE,
    ]);
  });

  test('in a listener that tells paths apart', () => {
    const before = files(
      SERVER,
      NODE,
      "import { createServer } from 'node:http';",
      MAKE,
      'const node = toNodeHandler(mcp);',
      'createServer((req, res) => {',
      "  const { pathname } = new URL(req.url ?? '/', 'http://localhost');",
      "  if (pathname === '/health') return void res.end('ok');",
      "  if (pathname === '/mcp') return void node(req, res);",
      '  res.writeHead(404).end();',
      '});',
    );
    expect(changed(nodeHttpAdapter as never, before)).toContain("+ }, { open: ['/health'] }));");
  });

  test('beside stdio, and beside the older SSE transport', () => {
    const before = files(
      SERVER,
      NODE,
      "import { serveStdio } from '@modelcontextprotocol/server/stdio';",
      "import { SSEServerTransport } from '@modelcontextprotocol/server-legacy/sse';",
      EXPRESS,
      MAKE,
      'if (stdio) serveStdio(make);',
      "app.get('/sse', async (req, res) => open(new SSEServerTransport('/messages', res)));",
      "app.post('/messages', (req, res) => transport.handlePostMessage(req, res));",
      "app.all('/mcp', toNodeHandler(mcp));",
    );
    expect(run(expressAdapter, before).match?.transports).toEqual(['streamable-http', 'sse', 'stdio']);
    expect(changed(expressAdapter as never, before)).toEqual(["+ protectMcp(app, ['/mcp', '/sse', '/messages']);"]);
  });
});

describe('createMcpHandler where requests are of Fetch', () => {
  test('in Hono', () => {
    const before = files(SERVER, HONO, MAKE, "app.all('/mcp', (c) => mcp.fetch(c.req.raw));");
    expect(changed(honoAdapter as never, before)).toEqual([
      "- app.all('/mcp', (c) => mcp.fetch(c.req.raw));",
      "+ protectMcp(app, ['/mcp']);",
      "+ app.all('/mcp', (c) => mcp.fetch(c.req.raw, authOf(c.req.raw)));",
    ]);
  });

  test('in a handler for the whole server', () => {
    const before = files(SERVER, MAKE, 'Bun.serve({ port: 3000, fetch: mcp.fetch });');
    expect(changed(fetchAdapter as never, before)).toEqual([
      '- Bun.serve({ port: 3000, fetch: mcp.fetch });',
      '+ Bun.serve({ port: 3000, fetch: protectMcp((request) => mcp.fetch(request, authOf(request))) });',
    ]);
  });

  test('in a route of Next.js', () => {
    const before = {
      'package.json': '{ "type": "module", "dependencies": { "next": "16" } }',
      'app/mcp/route.ts': `${SERVER}\n${MAKE}\nexport const POST = mcp.fetch;\n`,
    };
    expect(changed(nextAdapter as never, before, 'app/mcp/route.ts')).toEqual([
      '- export const POST = mcp.fetch;',
      '+ export const POST = protectMcp((request) => mcp.fetch(request, authOf(request)));',
      '+ export { optionsMcp as OPTIONS };',
    ]);
  });

  test('with an identity of its own is left alone', () => {
    const route = "app.all('/mcp', (c) => mcp.fetch(c.req.raw, { authInfo: mine(c) }));";
    expect(refusal(honoAdapter as never, files(SERVER, HONO, MAKE, route))).toContain('authInfo of its own');
  });
});

describe('a way around the gate', () => {
  const ROUTE = "app.all('/mcp', toNodeHandler(mcp));";
  const beside = (...lines: string[]): Files => files(SERVER, NODE, EXPRESS, MAKE, ROUTE, ...lines);

  test.each([
    ['the handler is kept somewhere', ["registry.set('mcp', mcp);"], 'index.ts:7 the MCP handler is handed on'],
    [
      'its method is taken',
      ['const { fetch: serve } = mcp;', 'expose(serve);'],
      'index.ts:8 the MCP handler is handed on',
    ],
    ['it is the default export', ['export default mcp;'], 'index.ts:7 the MCP handler is the default export'],
    ['it is that by another name', ['export { mcp as default };'], 'the MCP handler is the default export'],
    ['what makes listeners is handed on', ['host.register(toNodeHandler);'], 'toNodeHandler is used in a way'],
    [
      'it is asked with requests that the gate has not seen',
      ["app.all('/other', async (req, res) => res.json(await mcp.fetch(new Request('http://x'))));"],
      'serves MCP as well, on Fetch requests',
    ],
    [
      'another listener serves it',
      ["import { createServer } from 'node:http';", 'createServer(toNodeHandler(mcp)).listen(4000);'],
      'serves MCP as well, on node:http',
    ],
    [
      'a fallback of the SDK is called by hand',
      [
        "import { legacyStatelessFallback } from '@modelcontextprotocol/server';",
        'const old = legacyStatelessFallback(make);',
      ],
      'legacyStatelessFallback is used in a way',
    ],
    [
      'a transport of the SDK is fed by hand',
      [
        "import { PerRequestHTTPServerTransport } from '@modelcontextprotocol/server';",
        'const transport = new PerRequestHTTPServerTransport({ classification });',
      ],
      'PerRequestHTTPServerTransport is used in a way',
    ],
  ])('%s', (_case, lines, reason) => {
    expect(refusal(expressAdapter as never, beside(...lines))).toContain(reason);
  });

  test('also in Hono and in a handler for the whole server', () => {
    const kept = "registry.set('mcp', mcp);";
    const hono = files(SERVER, HONO, MAKE, "app.all('/mcp', (c) => mcp.fetch(c.req.raw));", kept);
    expect(refusal(honoAdapter as never, hono)).toContain('index.ts:6 the MCP handler is handed on');
    const whole = files(SERVER, MAKE, 'Bun.serve({ fetch: mcp.fetch });', kept);
    expect(refusal(fetchAdapter as never, whole)).toContain('index.ts:4 the MCP handler is handed on');
  });
});

describe('the apps that the SDK makes', () => {
  test.each([
    ["createMcpFastifyApp({ host: '0.0.0.0' })", "createMcpFastifyApp({ host: '0.0.0.0' })"],
    ['createMcpFastifyApp({ host })', 'createMcpFastifyApp({ host })'],
    ["createMcpFastifyApp({ allowedHosts: ['a.example'] })", "createMcpFastifyApp({ allowedHosts: ['a.example'] })"],
    ['createMcpFastifyApp({})', 'createMcpFastifyApp({ allowedHosts: mcpHosts() })'],
  ])('%s', (creation, expected) => {
    const before = files(
      SERVER,
      NODE,
      "import { createMcpFastifyApp } from '@modelcontextprotocol/fastify';",
      MAKE,
      `const app = ${creation};`,
      "app.all('/mcp', (request, reply) => toNodeHandler(mcp)(request.raw, reply.raw, request.body));",
    );
    const after = apply(before, run(fastifyAdapter, before).edits)['src/index.ts'];
    expect(after).toContain(`const app = ${expected};\nprotectMcp(app, ['/mcp']);\n`);
  });

  test('are told the public host where one is wrapped in the gate', () => {
    const before = files(
      SERVER,
      "import { createMcpHonoApp } from '@modelcontextprotocol/hono';",
      MAKE,
      "export default createMcpHonoApp().all('/mcp', (c) => mcp.fetch(c.req.raw));",
    );
    const after = apply(before, run(honoAdapter, before).edits)['src/index.ts'];
    expect(after).toContain("protectMcp(createMcpHonoApp({ allowedHosts: mcpHosts() }), ['/mcp']).all(");
  });
});
