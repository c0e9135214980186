import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { runInThisContext } from 'node:vm';
import express, { type Express } from 'express';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { expressAdapter } from '../../../../src/servers/express/adapter.ts';
import { protectMcp } from '../../../../templates/express.ts';
import { catchAuditLines } from '../../templates/support/audit-lines.ts';
import { apply, run } from '../fetch/support.ts';

vi.stubEnv('MCP_AUTH_ISSUER', 'https://issuer.example');
vi.stubEnv('MCP_AUTH_AUDIENCE', 'https://api.example/mcp');
vi.stubEnv('MCP_RESOURCE_URL', 'https://api.example/mcp');

// It has no types of its own; for what is done here those of version 5 are right.
const { default: express4 } = (await import('express4' as string)) as { default: typeof express };

/** In both versions a path in capitals is served, and `a[b]=c` is an object, unless these settings say otherwise. */
const SOURCE = `import express from 'express';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';

const app = express();
app.set('query parser', false);
const greeting = String(process.env.GREETING ?? 'hello');
app.enable('case sensitive routing');
app.get('/here', (req, res) => { res.json({ greeting, query: req.query }); });
app.post('/mcp', async (req, res) => {
  const transport = new StreamableHTTPServerTransport({});
  await transport.handleRequest(req, res, req.body);
});
`;

let server: Server | undefined;
beforeEach(() => void catchAuditLines());
afterEach(() => server?.close());

describe.each([
  ['Express 4', express4],
  ['Express 5', express],
])('a rewritten server on %s', (_, framework) => {
  test('keeps to the settings that its router takes over when it is made', async () => {
    const base = start(framework);
    const served = await fetch(`${base}/here?a=b`);
    expect(await served.json()).toEqual({ greeting: 'hello', query: {} });
    expect((await fetch(`${base}/HERE`)).status).toBe(404);
  });

  test('asks for a token all the same, however the path is spelled', async () => {
    const base = start(framework);
    for (const path of ['/mcp', '/MCP', '/mcp/']) {
      expect((await fetch(`${base}${path}`, { method: 'POST' })).status, path).toBe(401);
    }
  });
});

/** Runs the rewritten source, without its imports. */
function start(framework: typeof express): string {
  const files = { 'index.js': SOURCE };
  const after = apply(files, run(expressAdapter, files).edits)['index.js'] ?? '';
  const body = after
    .split('\n')
    .filter((line) => !line.startsWith('import '))
    .join('\n');
  const create = runInThisContext(`(express, protectMcp) => {\n${body}\nreturn app;\n}`) as (
    ...given: [typeof express, typeof protectMcp]
  ) => Express;
  server = create(framework, protectMcp).listen(0);
  return `http://localhost:${(server.address() as AddressInfo).port}`;
}
