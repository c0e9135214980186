import { describe, expect, test } from 'vitest';
import { expressAdapter } from '../../../../src/servers/express/adapter.ts';
import { honoAdapter } from '../../../../src/servers/hono/adapter.ts';
import { nodeHttpAdapter } from '../../../../src/servers/node-http/adapter.ts';
import { run, type Files } from '../fetch/support.ts';

const METHODS = 'async start() {}\n  async send(message) { this.out.write(message); }\n  async close() {}';
const OWN = `class Events implements Transport {\n  ${METHODS}\n}`;
const SDK_1 = `import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';`;
const APP = `${SDK_1}
import express from 'express';
const app = express();
app.all('/mcp', (req, res) => new StreamableHTTPServerTransport({}).handleRequest(req, res));`;

const ts = (...lines: string[]): Files => ({ 'src/index.ts': `${lines.join('\n')}\n` });
const js = (...lines: string[]): Files => ({ 'src/index.js': `${lines.join('\n')}\n` });
const outcome = (files: Files, adapter = expressAdapter as never): string => {
  const [edit] = run(adapter, files).edits;
  return edit?.kind === 'skip' ? edit.reason : 'protected';
};

describe('a transport that the project has written itself', () => {
  const OPEN = "app.get('/events', (req, res) => server.connect(new Events(res)));";

  test.each([
    ['in TypeScript', ts(APP, OWN, OPEN), 11],
    [
      'in JavaScript',
      js(APP, OWN.replace('Events implements ', 'Events'), OPEN.replace('Events', 'EventsTransport')),
      11,
    ],
    ['as an object', ts(APP, `const transport: Transport = {\n  ${METHODS.replaceAll('}\n', '},\n')}\n};`), 6],
  ])('is a way that no gate sees: %s', (_case, files, line) => {
    expect(outcome(files)).toContain(`:${line} MCP is served by a transport of the project's own`);
  });

  test('also where the path that it is opened on looks like any other', () => {
    const files = ts(
      SDK_1,
      "import { createServer } from 'node:http';",
      OWN,
      'createServer((req, res) => {',
      "  const { pathname } = new URL(req.url ?? '/', 'http://localhost');",
      "  if (pathname === '/events') return void open(new Events(res));",
      "  if (pathname === '/mcp') return void new StreamableHTTPServerTransport({}).handleRequest(req, res);",
      '});',
    );
    expect(outcome(files, nodeHttpAdapter as never)).toContain("a transport of the project's own");
  });

  test('also beside Hono', () => {
    const files = ts(
      "import { createMcpHandler, type Transport } from '@modelcontextprotocol/server';",
      "import { Hono } from 'hono';",
      OWN,
      'const app = new Hono();',
      'const mcp = createMcpHandler(make);',
      "app.all('/mcp', (c) => mcp.fetch(c.req.raw));",
      "app.get('/ws', upgrade((socket) => server.connect(new Events(socket))));",
    );
    expect(outcome(files, honoAdapter as never)).toContain("a transport of the project's own");
  });

  test.each([
    ['for stdio', ts(APP, OWN.replace('this.out', 'process.stdin'), 'server.connect(new Events());')],
    ['that nobody makes', ts(APP, OWN)],
    [
      'of another package',
      ts(
        "import type { Transport } from 'logger';",
        APP.replace('type { Transport }', 'type { X }'),
        OWN,
        'log(new Events());',
      ),
    ],
    [
      'that is one of the SDK with a name of its own',
      ts(APP, `class Mine extends StreamableHTTPServerTransport {}`, 'keep(new Mine({}));'),
    ],
  ])('is none that matters: %s', (_case, files) => {
    expect(outcome(files)).toBe('protected');
  });
});
