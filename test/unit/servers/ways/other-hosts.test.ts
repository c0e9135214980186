import { expect, test } from 'vitest';
import { expressAdapter } from '../../../../src/servers/express/adapter.ts';
import { fastifyAdapter } from '../../../../src/servers/fastify/adapter.ts';
import { honoAdapter } from '../../../../src/servers/hono/adapter.ts';
import { nodeHttpAdapter } from '../../../../src/servers/node-http/adapter.ts';
import type { ServerAdapter } from '../../../../src/servers/types.ts';
import { run, type Files } from '../fetch/support.ts';

const NODE = "import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';";
const WEB =
  "import { WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js';";
const CALL = 'new StreamableHTTPServerTransport({}).handleRequest(req, res)';
const WEB_CALL = 'new WebStandardStreamableHTTPServerTransport({}).handleRequest(request)';

/** Each host, and what it is when a gate of its own is there. */
const HOSTS = [
  {
    id: 'express',
    name: 'Express',
    adapter: expressAdapter,
    code: `import express from 'express';\n${NODE}\nconst app = express();\napp.post('/mcp', async (req, res) => { await ${CALL}; });\n`,
    gated: (code: string) =>
      `import { protectMcp } from './auth/express.js';\n${code.replace('express();', "express();\nprotectMcp(app, ['/mcp']);")}`,
  },
  {
    id: 'node-http',
    name: 'node:http',
    adapter: nodeHttpAdapter,
    code: `import { createServer } from 'node:http';\n${NODE}\ncreateServer(async (req, res) => { await ${CALL}; });\n`,
    gated: (code: string) =>
      `import { protectMcp } from './auth/node-http.js';\n${code.replace('createServer(async', 'createServer(protectMcp(async').replace('; });', '; }));')}`,
  },
  {
    id: 'fastify',
    name: 'Fastify',
    adapter: fastifyAdapter,
    code: `import Fastify from 'fastify';\n${NODE}\nconst app = Fastify();\napp.post('/mcp', async ({ raw: req }, { raw: res }) => { await ${CALL}; });\n`,
    gated: (code: string) =>
      `import { protectMcp } from './auth/fastify.js';\n${code.replace('Fastify();', "Fastify();\nprotectMcp(app, ['/mcp']);")}`,
  },
  {
    id: 'hono',
    name: 'Fetch requests',
    adapter: honoAdapter,
    code: `import { Hono } from 'hono';\n${WEB}\nconst app = new Hono();\napp.all('/mcp', ({ req: { raw: request } }) => ${WEB_CALL.replace('(request)', '(c.req.raw)')});\n`.replace(
      '({ req: { raw: request } })',
      '(c)',
    ),
    gated: (code: string) =>
      `import { authOf, protectMcp } from './auth/hono.js';\n${code.replace('Hono();', "Hono();\nprotectMcp(app, ['/mcp']);").replace('(c.req.raw)', '(c.req.raw, authOf(c.req.raw))')}`,
  },
];
const PAIRS = HOSTS.flatMap((own) =>
  HOSTS.filter((other) => other !== own).map((other) => [own.id, other.id, own, other] as const),
);

test.each(PAIRS)('%s beside %s in one program: refused until that has its gate', (_own, _other, own, other) => {
  const files: Files = { 'index.js': "import './own.js';\nimport './other.js';\n", 'own.js': own.code };
  const edits = (code: string) => run(own.adapter as ServerAdapter, { ...files, 'other.js': code }, 'own.js').edits;
  expect(edits(other.code)).toMatchObject([
    { kind: 'skip', reason: expect.stringMatching(new RegExp(`other\\.js:\\d+ serves MCP as well, on ${other.name}`)) },
  ]);
  const gated = other.gated(other.code);
  expect(gated.split('protectMcp(')).toHaveLength(2);
  expect(edits(gated)).toMatchObject([{ kind: 'modify', path: 'own.js' }]);
});

test('in two programs each is protected by itself', () => {
  const [own, other] = HOSTS;
  const files: Files = { 'own.js': own!.code, 'other.js': other!.code };
  expect(run(own!.adapter as ServerAdapter, files, 'own.js').edits).toMatchObject([{ kind: 'modify', path: 'own.js' }]);
});
