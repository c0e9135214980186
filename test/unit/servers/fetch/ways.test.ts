import { describe, expect, test } from 'vitest';
import { fetchAdapter } from '../../../../src/servers/fetch/adapter.ts';
import { nextAdapter } from '../../../../src/servers/next/adapter.ts';
import { apply, run, type Files } from './support.ts';

const WEB =
  "import { WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js';";
const ANSWER: Files = {
  'src/answer.ts': `${WEB}\nexport async function answer(request: Request) {\n  const transport = new WebStandardStreamableHTTPServerTransport({});\n  await createMcp().connect(transport);\n  return transport.handleRequest(request);\n}\n`,
};
const SERVER =
  "import { answer } from './answer.js';\nexport default { fetch: (request: Request) => answer(request) };\n";
const NEXT = { 'package.json': '{ "dependencies": { "next": "^16.0.0" } }' };
const route = (path: string): string =>
  `import { answer } from '${path}';\nexport const POST = (request: Request) => answer(request);\n`;

describe('a stateless handler serves nobody who has come around the gate', () => {
  test.each([
    [
      'by a name that is worked out',
      "import * as all from './answer.js';\nconst other = (request) => all[request.method](request);",
    ],
    ['through an object', 'const all = new Map([[1, answer]]);\nconst other = (request) => all.get(1)(request);'],
    ['by a function of its own', 'export const other = (request: Request) => answer(request);'],
  ])('%s: the transport is asked for with authOf, which throws', (_, more) => {
    const files = { ...ANSWER, 'src/server.ts': `${SERVER}${more}\n` };
    const after = apply(files, run(fetchAdapter, files, 'src/server.ts').edits);
    expect(after['src/answer.ts']).toContain('transport.handleRequest(request, authOf(request))');
    expect(after['src/server.ts']).toContain('fetch: protectMcp((request: Request) => answer(request))');
  });

  test.each([
    ['another server', 'Bun.serve({ fetch: (request) => answer(request), port: 2 });', /serves MCP as well/],
    [
      'another transport',
      'export const other = (request) => new WebStandardStreamableHTTPServerTransport({}).handleRequest(request);',
      /src\/server\.ts:4 serves MCP as well, on Fetch requests/,
    ],
    ['a method of the transport', 'const t = make();\nlisten(t.handleRequest.bind(t));', /method of the transport/],
    [
      'a server of another host',
      "import { createServer } from 'node:http';\nimport { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';\ncreateServer((req, res) => new StreamableHTTPServerTransport({}).handleRequest(req, res));",
      /serves MCP as well, on node:http/,
    ],
  ])('%s beside it is refused', (_, more, reason) => {
    const files = { ...ANSWER, 'src/server.ts': `${SERVER}${WEB}\n${more}\n` };
    expect(run(fetchAdapter, files, 'src/server.ts').edits).toMatchObject([
      { kind: 'skip', reason: expect.stringMatching(reason) },
    ]);
  });
});

describe('Next.js', () => {
  test('all routes of an app that lead to MCP are wrapped in one run', () => {
    const files = {
      ...NEXT,
      ...ANSWER,
      'app/mcp/route.ts': route('../../src/answer'),
      'app/v2/mcp/route.ts': route('../../../src/answer'),
    };
    const { match, edits } = run(nextAdapter, files, 'app/v2/mcp/route.ts');
    expect(match?.paths).toEqual(['/v2/mcp', '/mcp']);
    const after = apply(files, edits);
    for (const path of ['app/mcp/route.ts', 'app/v2/mcp/route.ts'])
      expect(after[path]).toContain('export const POST = protectMcp((request: Request) => answer(request));');
    expect(run(nextAdapter, after, 'app/mcp/route.ts').edits).toEqual([]);
  });
});

describe('a transport of @hono/mcp, which is not given authOf', () => {
  const HONO = [
    "import { StreamableHTTPTransport } from '@hono/mcp';",
    'const mcp = (c) => new StreamableHTTPTransport().handleRequest(c);',
    'export default { fetch: (request) => mcp(contextOf(request)) };',
  ];

  test('is wrapped where that is the only way to it', () => {
    expect(run(fetchAdapter, { 'src/server.ts': `${HONO.join('\n')}\n` }).edits).toMatchObject([{ kind: 'modify' }]);
  });

  test('is refused where there is another way', () => {
    const files = { 'src/server.ts': `${HONO.join('\n')}\nlisten((c) => mcp(c));\n` };
    expect(run(fetchAdapter, files).edits).toMatchObject([
      { kind: 'skip', reason: expect.stringContaining('there is another way to the MCP server') },
    ]);
  });
});
