import { describe, expect, test } from 'vitest';
import { honoAdapter } from '../../../../src/servers/hono/adapter.ts';
import { apply, diff, fixture, run, type Files } from '../fetch/support.ts';

const WEB = `import { WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js';`;
const HONO = `import { Hono } from 'hono';`;

/** A server in one file; the transport is made for each request. */
function server(...lines: string[]): Files {
  return { 'src/index.ts': [HONO, WEB, '', ...lines, ''].join('\n') };
}
const ANSWER = `async (c) => {
  const transport = new WebStandardStreamableHTTPServerTransport();
  await createServer().connect(transport);
  return transport.handleRequest(c.req.raw);
}`;

function changed(files: Files, path = 'src/index.ts'): string[] {
  const { edits } = run(honoAdapter, files);
  return diff(files[path] ?? '', apply(files, edits)[path] ?? '');
}

function refusal(files: Files): string {
  const { edits } = run(honoAdapter, files);
  expect(edits.map(({ kind }) => kind)).toEqual(['skip']);
  const [edit] = edits;
  return edit?.kind === 'skip' ? edit.reason : '';
}

describe.each(['hono-sessions', 'hono-mcp-js', 'hono-subapp'])('the fixture %s', (name) => {
  const before = fixture(name, 'before');

  test('changes exactly as its golden files show', () => {
    const { edits } = run(honoAdapter, before);
    const golden = fixture(name, 'after');
    expect(edits.map(({ path }) => path).sort()).toEqual(Object.keys(golden).sort());
    expect(apply(before, edits)).toEqual({ ...before, ...golden });
  });

  test('needs nothing the second time', () => {
    const after = apply(before, run(honoAdapter, before).edits);
    const second = run(honoAdapter, after);
    expect(second.match?.paths).toEqual(run(honoAdapter, before).match?.paths);
    expect(second.edits).toEqual([]);
  });
});

describe('what is recognised', () => {
  test('entry, paths, port and transports', () => {
    const { match } = run(honoAdapter, fixture('hono-sessions', 'before'));
    expect(match).toMatchObject({
      entry: 'src/index.ts',
      paths: ['/mcp'],
      port: 3300,
      transports: ['streamable-http'],
      confidence: 2,
    });
  });

  test('the entry is the file of the app that is served, however deep the route is mounted', () => {
    const { match } = run(honoAdapter, fixture('hono-subapp', 'before'));
    expect(match).toMatchObject({ entry: 'src/app.ts', paths: ['/api/mcp'], port: 3302, confidence: 1 });
  });

  test.each([
    ["app.all('/mcp', ", '/mcp'],
    ["app.post('/mcp/', ", '/mcp'],
    ["app.all('/mcp/*', ", '/mcp'],
    ["app.on(['POST', 'GET'], '/rpc', ", '/rpc'],
    ["app.use('/mcp', ", '/mcp'],
    ["app.use(logger).all('/mcp', ", '/mcp'],
    ["app.post('/', ", '/'],
    ["app.all('*', ", '/'],
    ["app.basePath('/v1').all('/mcp', ", '/v1/mcp'],
  ])('%s…) leads to %s', (registration, path) => {
    expect(run(honoAdapter, server('const app = new Hono();', `${registration}${ANSWER});`)).match?.paths).toEqual([
      path,
    ]);
  });

  test('an app that is handed to a function gets its routes there', () => {
    const files: Files = {
      'src/index.ts': `${HONO}\nimport { mount } from './mcp.js';\n\nconst app = new Hono();\nmount(app);\n`,
      'src/mcp.ts': `${WEB}\nimport type { Hono } from 'hono';\n\nexport function mount(app: Hono): void {\n  app.all('/mcp', ${ANSWER});\n}\n`,
    };
    expect(run(honoAdapter, files).match).toMatchObject({ entry: 'src/index.ts', paths: ['/mcp'] });
  });

  test('a stateless transport for all requests is remarked on', () => {
    const files = server(
      'const transport = new WebStandardStreamableHTTPServerTransport();',
      'const app = new Hono();',
      "app.all('/mcp', (c) => transport.handleRequest(c.req.raw));",
    );
    expect(run(honoAdapter, files).match?.notes).toEqual([
      expect.stringContaining('src/index.ts:4: one stateless transport'),
    ]);
  });

  test('a second way into the server that is not understood is remarked on', () => {
    const files = server('const app = new Hono();', `app.all('/mcp', ${ANSWER});`, `other.handle('/x', ${ANSWER});`);
    expect(run(honoAdapter, files).match?.notes).toEqual([
      expect.stringContaining('make sure that it is behind the gate'),
    ]);
  });

  test('stdio beside HTTP is reported', () => {
    const files = server(
      "const { StdioServerTransport } = await import('@modelcontextprotocol/sdk/server/stdio.js');",
      'const app = new Hono();',
      `app.all('/mcp', ${ANSWER});`,
    );
    expect(run(honoAdapter, files).match?.transports).toEqual(['streamable-http', 'stdio']);
  });

  test.each([
    [
      'a Hono of another package',
      `import { Hono } from 'pony';\n${WEB}\nconst app = new Hono();\napp.all('/mcp', ${ANSWER});\n`,
    ],
    [
      'a transport of another package',
      `${HONO}\nimport { StreamableHttpTransport } from 'mcp-lite';\nconst app = new Hono();\napp.all('/mcp', ${ANSWER});\n`,
    ],
    [
      'code in comments and strings',
      `${HONO}\n${WEB}\nconst app = new Hono();\n// app.all('/mcp', (c) => transport.handleRequest(c.req.raw));\n`,
    ],
  ])('%s is no match', (_, text) => {
    expect(run(honoAdapter, { 'src/index.ts': text }).matches).toEqual([]);
  });
});

describe('where the gate goes', () => {
  test('behind the app, before every other middleware', () => {
    expect(changed(server('const app = new Hono();', "app.use('*', cors());", `app.all('/mcp', ${ANSWER});`))).toEqual([
      '- return transport.handleRequest(c.req.raw);',
      "+ import { authOf, protectMcp } from './auth/hono.js';",
      "+ protectMcp(app, ['/mcp']);",
      '+ return transport.handleRequest(c.req.raw, authOf(c.req.raw));',
    ]);
  });

  test('with every path of the app in one list', () => {
    const files = server('const app = new Hono();', `app.all('/a', ${ANSWER});`, `app.all('/b', ${ANSWER});`);
    expect(changed(files)).toContain("+ protectMcp(app, ['/a', '/b']);");
  });

  test('in the constructor that makes the app', () => {
    const files = server(
      'class Server {',
      '  app: Hono;',
      '  constructor() {',
      '    this.app = new Hono();',
      `    this.app.all('/mcp', ${ANSWER});`,
      '  }',
      '}',
    );
    expect(changed(files)).toContain("+ protectMcp(this.app, ['/mcp']);");
  });

  test('around an app that has no name of its own', () => {
    const files = server(`export default new Hono().all('/mcp', ${ANSWER});`);
    expect(changed(files)).toContain(`+ export default protectMcp(new Hono(), ['/mcp']).all('/mcp', async (c) => {`);
  });

  test('a name that is taken gets an alias', () => {
    const files = server('const protectMcp = 1;', 'const app = new Hono();', `app.all('/mcp', ${ANSWER});`);
    expect(changed(files)).toContain("+ protectMcp2(app, ['/mcp']);");
  });

  test('a route that came later joins the list of the first run', () => {
    const first = server('const app = new Hono();', `app.all('/mcp', ${ANSWER});`);
    const after = apply(first, run(honoAdapter, first).edits);
    const grown = {
      'src/index.ts': `${after['src/index.ts']}app.all('/mcp2', ${ANSWER.replace('raw)', 'raw, authOf(c.req.raw))')});\n`,
    };
    expect(changed(grown)).toEqual(["- protectMcp(app, ['/mcp']);", "+ protectMcp(app, ['/mcp', '/mcp2']);"]);
  });

  test('CRLF, byte order mark, tabs and a missing last newline stay', () => {
    const text = [
      '\uFEFF' + HONO,
      WEB,
      '',
      'export function start() {',
      '\tconst app = new Hono();',
      "\tapp.all('/mcp', (c) => new WebStandardStreamableHTTPServerTransport().handleRequest(c.req.raw));",
      '}',
    ].join('\r\n');
    const after = apply({ 'src/index.ts': text }, run(honoAdapter, { 'src/index.ts': text }).edits)['src/index.ts'];
    expect(after).toBe(
      [
        '\uFEFF' + HONO,
        WEB,
        "import { authOf, protectMcp } from './auth/hono.js';",
        '',
        'export function start() {',
        '\tconst app = new Hono();',
        "\tprotectMcp(app, ['/mcp']);",
        "\tapp.all('/mcp', (c) => new WebStandardStreamableHTTPServerTransport().handleRequest(c.req.raw, authOf(c.req.raw)));",
        '}',
      ].join('\r\n'),
    );
  });
});

describe('how the transport gets the identity', () => {
  const app = (call: string, ...before: string[]): Files =>
    server(
      'const app = new Hono();',
      "app.all('/mcp', async (c) => {",
      '  const transport = new WebStandardStreamableHTTPServerTransport();',
      ...before,
      `  return ${call};`,
      '});',
    );

  test.each([
    ['transport.handleRequest(c.req.raw)', 'transport.handleRequest(c.req.raw, authOf(c.req.raw))'],
    ['transport.handleRequest(c.req.raw, {})', 'transport.handleRequest(c.req.raw, authOf(c.req.raw))'],
    [
      'transport.handleRequest(c.req.raw, { parsedBody: b })',
      'transport.handleRequest(c.req.raw, { parsedBody: b, ...authOf(c.req.raw) })',
    ],
    [
      'transport.handleRequest(c.req.raw, options)',
      'transport.handleRequest(c.req.raw, { ...options, ...authOf(c.req.raw) })',
    ],
    ['transport.handleRequest(c.req.raw.clone())', 'transport.handleRequest(c.req.raw.clone(), authOf(c.req.raw))'],
    [
      'transport.handleRequest(new Request(c.req.raw, init))',
      'transport.handleRequest(new Request(c.req.raw, init), authOf(c.req.raw))',
    ],
  ])('%s -> %s', (call, expected) => {
    expect(changed(app(call))).toContain(`+ return ${expected};`);
  });

  test('a copy with a name is followed to the request that the gate has seen', () => {
    expect(changed(app('transport.handleRequest(copy)', '  const copy = c.req.raw.clone();'))).toContain(
      '+ return transport.handleRequest(copy, authOf(c.req.raw));',
    );
  });

  test('a request that is replaced on the way is not guessed at', () => {
    const files = app('transport.handleRequest(request)', '  let request = c.req.raw;', '  request = sign(request);');
    expect(refusal(files)).toContain('which request `request` is');
  });

  test('the node transport behind fetch-to-node gets it on `req`', () => {
    const text = [
      HONO,
      "import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';",
      "import { toFetchResponse, toReqRes } from 'fetch-to-node';",
      '',
      'const app = new Hono();',
      "app.post('/mcp', async (c) => {",
      '  const { req, res } = toReqRes(c.req.raw);',
      '  const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: undefined });',
      '  await transport.handleRequest(req, res, await c.req.json());',
      '  return toFetchResponse(res);',
      '});',
      '',
    ].join('\n');
    expect(changed({ 'src/index.ts': text })).toContain(
      '+ await transport.handleRequest(Object.assign(req, { auth: authOf(c.req.raw).authInfo }), res, await c.req.json());',
    );
  });
});

describe('what is refused, with the snippet to paste', () => {
  test.each([
    ['a parameter in the path', "app.all('/:tenant/mcp', "],
    ['a path that only the program knows', 'app.all(readPath(), '],
    ['a pattern in the middle', "app.all('/*/mcp', "],
  ])('%s', (_, registration) => {
    expect(refusal(server('const app = new Hono();', `${registration}${ANSWER});`))).toContain('path of the MCP route');
  });

  test('apps of one factory inside each other', () => {
    const files = server(
      'const create = () => new Hono();',
      `const mcp = create().all('/mcp', ${ANSWER});`,
      "export default create().route('/', mcp);",
    );
    expect(refusal(files)).toContain('one function makes several apps');
  });

  test('an app inside another server', () => {
    const files = server(
      'const app = new Hono();',
      `app.all('/mcp', ${ANSWER});`,
      'export const action = (request: Request) => app.fetch(request);',
    );
    expect(refusal(files)).toContain('called by another server');
  });

  test('an app whose fetch is only wrapped for the host is not inside another server', () => {
    const files = server(
      'const app = new Hono();',
      `app.all('/mcp', ${ANSWER});`,
      'Bun.serve({ port: 3000, fetch: (request) => app.fetch(request) });',
    );
    expect(changed(files)).toContain("+ protectMcp(app, ['/mcp']);");
  });

  test('an app behind hono/vercel', () => {
    const files = server(
      "import { handle } from 'hono/vercel';",
      'const app = new Hono();',
      `app.all('/mcp', ${ANSWER});`,
      'export const POST = handle(app);',
    );
    expect(refusal(files)).toContain('hono/vercel');
  });
});

test('an app that runs on Workers is left to the adapter for those, unless Node.js serves it', () => {
  const worker = { 'package.json': '{ "dependencies": { "wrangler": "^4" } }' };
  const app = ['const app = new Hono();', `app.all('/mcp', ${ANSWER});`];
  expect(run(honoAdapter, { ...server(...app), ...worker }).matches).toEqual([]);
  const served = server(`import { serve } from '@hono/node-server';`, ...app, 'serve(app);');
  expect(run(honoAdapter, { ...served, ...worker }).matches).toHaveLength(1);
});

describe('transports of @hono/mcp', () => {
  const app = (...lines: string[]): Files => ({
    'src/index.ts': [
      HONO,
      `import { StreamableHTTPTransport } from '@hono/mcp';`,
      'const app = new Hono();',
      ...lines,
    ].join('\n'),
  });
  const ROUTE = `app.all('/mcp', async (c) => transport.handleRequest(c));`;

  test.each([
    ['at the top of the file', `const transport = new StreamableHTTPTransport();`, ROUTE],
    [
      'around the routes',
      `function routes(app) { const transport = new StreamableHTTPTransport({}); ${ROUTE} }\nroutes(app);`,
    ],
    [
      'made at the first request',
      'let transport;',
      `app.use(() => { transport = new StreamableHTTPTransport(); });`,
      ROUTE,
    ],
    [
      'with sessions turned off',
      `const transport = new StreamableHTTPTransport({ sessionIdGenerator: undefined });`,
      ROUTE,
    ],
  ])('one for all users hands out answers to the wrong ones: %s', (_, ...lines) => {
    expect(refusal(app(...lines))).toContain("users would get each other's answers");
  });

  test.each([
    [
      'of one request',
      `app.all('/mcp', async (c) => { const transport = new StreamableHTTPTransport(); return transport.handleRequest(c); });`,
    ],
    [
      'of one request, in a callback',
      `app.all('/mcp', async (c) => { const transport = new StreamableHTTPTransport(); return retry(() => transport.handleRequest(c)); });`,
    ],
    [
      'of one session',
      `const transport = new StreamableHTTPTransport({ sessionIdGenerator: () => crypto.randomUUID() });\n${ROUTE}`,
    ],
  ])('one %s is fine', (_, line) => {
    expect(changed(app(line))).toContain(`+ protectMcp(app, ['/mcp']);`);
  });
});
