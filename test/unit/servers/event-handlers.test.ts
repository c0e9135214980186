import { expect, test } from 'vitest';
import { detect } from '../../../src/servers/detect.ts';
import { expressAdapter } from '../../../src/servers/express/adapter.ts';
import { run, snapshotOf } from './fetch/support.ts';

const TRANSPORT = `import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';`;
const answer = (req: string, res: string): string => `const transport = new StreamableHTTPServerTransport({});
  await transport.handleRequest(${req}, ${res});`;
const NODE = `${TRANSPORT}
export default defineEventHandler(async (event) => {
  ${answer('event.node.req', 'event.node.res')}
});`;
const BY_HAND = `export default defineEventHandler(async (event) => {
  const body = await readBody(event);
  switch (body.method) {
    case 'initialize': return { jsonrpc: '2.0', result: { serverInfo: { name: 'a' } } };
    case 'tools/list': return { tools: [] };
    case 'tools/call': return {};
  }
});`;
const H3 = `${TRANSPORT}
import { createApp, eventHandler } from 'h3';
createApp().use('/mcp', eventHandler(async (event) => {
  const { req, res } = event.node;
  ${answer('req', 'res')}
}));`;

test.each([
  ['a route of Nuxt or Nitro', { 'server/api/mcp.post.ts': NODE }, 'server/api/mcp.post.ts:2'],
  ['the same without an SDK', { 'server/routes/mcp.ts': BY_HAND }, 'server/routes/mcp.ts:1'],
  ['an app of h3', { 'src/server.ts': H3 }, 'src/server.ts:3'],
])('%s is refused, with the reason', (_, files, place) => {
  const expected = { code: 'unsupported-shape', message: expect.stringContaining(`${place} serves MCP in an event`) };
  expect(() => detect(snapshotOf(files))).toThrow(expect.objectContaining(expected));
});

test('it does not stay open beside a server that is protected', () => {
  const express = `${TRANSPORT}
import express from 'express';
const app = express();
app.post('/mcp', async (req, res) => {
  ${answer('req', 'res')}
});`;
  const { edits } = run(expressAdapter, { 'src/server.ts': express, 'server/api/mcp.ts': NODE });
  expect(edits).toMatchObject([{ kind: 'skip', reason: expect.stringContaining('server/api/mcp.ts:2 serves MCP') }]);
});
