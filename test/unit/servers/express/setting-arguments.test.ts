import { expect, test } from 'vitest';
import { expressAdapter } from '../../../../src/servers/express/adapter.ts';
import { apply, run } from '../fetch/support.ts';

/** What a rewritten server does between the creation of its app and the gate. */
function beforeGate(...lines: string[]): string[] {
  const source = [
    "import path from 'node:path';",
    "import express from 'express';",
    "import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';",
    'const app = express();',
    ...lines,
    'async function mcp(req, res) {',
    '  const transport = new StreamableHTTPServerTransport({});',
    '  await transport.handleRequest(req, res, req.body);',
    '}',
    "function register() { app.post('/mcp', mcp); return true; }",
    "app.post('/mcp', mcp);",
    '',
  ].join('\n');
  const files = { 'index.js': source };
  const after = (apply(files, run(expressAdapter, files).edits)['index.js'] ?? '').split('\n');
  const [created, gate] = ['const app =', 'protectMcp(app'].map((start) =>
    after.findIndex((at) => at.startsWith(start)),
  );
  return after.slice((created ?? 0) + 1, gate);
}

test.each([
  ["app.set('ready', register());"],
  ["app.set('case sensitive routing', register());"],
  ["app.set('x', [{ y: new Setup().done }]);"],
  ["app.set('x', 1).set('y', register());"],
  ['app.set(`x${register()}`, 1);'],
  ["if (process.env.X) app.set('ready', register());"],
  ["app.set('x', await register);", "app.set('ready', require('./routes').register());"],
])('the gate comes before a setting whose value may register routes: %s', (...lines) => {
  expect(beforeGate(...lines, "app.set('case sensitive routing', true);").join()).not.toMatch(/register\(|Setup/);
});

test('the gate comes after settings whose values are worked out by packages and the language', () => {
  const lines = [
    "app.set('views', path.join(__dirname, 'views'));",
    "app.set('port', parseInt(process.env.PORT ?? '3000', 10));",
    "app.engine('html', (file, options, done) => done(null, ''));",
  ];
  expect(beforeGate(...lines)).toEqual(lines);
});
