import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROOT } from '../support/built.ts';
import { startTestIssuer, type TestIssuer } from '../support/issuer.ts';
import { McpWire } from '../support/mcp-wire.ts';
import { bytesOf, discard, runAdd, runRemove } from '../support/project.ts';
import { freePort, startProject, type RunningServer } from '../support/running-server.ts';

const TOOLS = `import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
function tools() {
  const server = new McpServer({ name: 'notes', version: '1.0.0' });
  server.registerTool('list-notes', { annotations: { readOnlyHint: true } }, async () => ({
    content: [{ type: 'text', text: 'the notes' }],
  }));
  return server;
}
`;
const HANDLER = `import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
${TOOLS}
export class Handler {
  async answer(req, res) {
    const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: undefined });
    await tools().connect(transport);
    await transport.handleRequest(req, res, req.body);
  }
}
`;
const BEGIN = `import { createServer } from 'node:http';
import * as all from './handler.js';
const handler = new all.Handler();
const registry = new Map([['mcp', handler]]);
const port = Number(process.env.PORT);
`;
/** A server that nobody could tell to lead to MCP: the function is found by a name that comes with the request. */
const AROUND = `createServer((req, res) => registry.get('mcp')[req.headers['x-do']](req, res)).listen(Number(process.env.OTHER_PORT), '127.0.0.1');
`;

const HOSTS = {
  express: `import express from 'express';
${BEGIN}const app = express();
app.post('/mcp', express.json(), (req, res) => handler.answer(req, res));
${AROUND}app.listen(port, '127.0.0.1');
`,
  'node-http': `${BEGIN}${AROUND}const server = createServer((req, res) => {
  if (req.url === '/mcp') return handler.answer(req, res);
  res.writeHead(404).end();
});
server.listen(port, '127.0.0.1');
`,
  fastify: `import Fastify from 'fastify';
${BEGIN}${AROUND}const app = Fastify();
app.post('/mcp', async (req, reply) => {
  reply.hijack();
  req.raw.body = req.body;
  await handler.answer(req.raw, reply.raw);
});
await app.listen({ port, host: '127.0.0.1' });
`,
};

let issuer: TestIssuer;
beforeAll(async () => {
  issuer = await startTestIssuer();
});
afterAll(() => issuer.close());

function projectOf(name: string, code: string): string {
  const parent = path.join(ROOT, '.tmp');
  mkdirSync(parent, { recursive: true });
  const project = mkdtempSync(path.join(parent, `around-${name}-`));
  const manifest = {
    name: 'notes',
    private: true,
    type: 'module',
    scripts: { start: 'node server.js' },
    dependencies: { '@modelcontextprotocol/sdk': '^1.29.0', express: '^5.1.0', fastify: '^5.0.0' },
  };
  writeFileSync(path.join(project, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  writeFileSync(path.join(project, 'handler.js'), HANDLER);
  writeFileSync(path.join(project, 'server.js'), code);
  return project;
}

describe.each(Object.entries(HOSTS))('a way that only the running program knows: %s', (framework, code) => {
  let project: string;
  let before: Record<string, string>;
  let server: RunningServer;
  let front: McpWire;
  let around: McpWire;
  let token: string;

  beforeAll(async () => {
    project = projectOf(framework, code);
    before = bytesOf(project);
    const [port, other] = [await freePort(), await freePort()];
    const resource = `http://127.0.0.1:${port}/mcp`;
    const { exit, json } = await runAdd(project, {
      provider: 'custom',
      issuer: issuer.issuer,
      provision: false,
      resource,
    });
    expect([exit, json.project.framework]).toEqual([0, framework]);
    server = await startProject(project, port, { OTHER_PORT: String(other) });
    front = new McpWire(resource);
    around = new McpWire(`http://127.0.0.1:${other}/mcp`);
    token = await issuer.token(resource, ['read:notes']);
  });
  afterAll(async () => {
    await server?.stop();
    discard(project);
  });

  it('has one more line, where the transport is asked', () => {
    expect(readFileSync(path.join(project, 'handler.js'), 'utf8')).toBe(
      HANDLER.replace('\nfunction tools', "\nimport { admitted } from './auth/admitted.js';\nfunction tools").replace(
        '    await transport.handleRequest',
        '    if (!admitted(req, res)) return;\n    await transport.handleRequest',
      ),
    );
  });

  it('serves whoever comes through the gate', async () => {
    expect((await front.initialize(undefined)).status).toBe(401);
    const { status, text } = await front.callTool(token, 'list-notes');
    expect([status, text.includes('the notes')]).toEqual([200, true]);
  });

  it('answers 401 to whoever comes around it, also with a token', async () => {
    for (const bearer of [undefined, token]) {
      const answer = await around.post(bearer, around.call('list-notes'), { 'x-do': 'answer' });
      expect(answer.status).toBe(401);
      expect(answer.challenge).toContain('resource_metadata="');
      expect(answer.text).not.toContain('the notes');
    }
    expect((await front.callTool(token, 'list-notes')).status).toBe(200);
  });

  it('needs nothing the second time, and goes back byte for byte', async () => {
    expect((await runAdd(project, { provider: 'custom' })).json.changes.files).toEqual([]);
    await server.stop();
    expect((await runRemove(project)).exit).toBe(0);
    expect(bytesOf(project)).toEqual(before);
  });
});
