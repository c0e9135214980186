import { describe, expect, test } from 'vitest';
import { expressAdapter } from '../../../../src/servers/express/adapter.ts';
import { apply, diff, fixture, run, type Files } from '../fetch/support.ts';

const EXPRESS = `import express from 'express';`;
const STREAMABLE = `import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';`;
const SSE = `import { SSEServerTransport } from '@modelcontextprotocol/sdk/server/sse.js';`;
const IMPORT = `+ import { protectMcp } from './auth/express.js';`;
const HANDLER = `async (req, res) => {
  const transport = new StreamableHTTPServerTransport({});
  await createServer().connect(transport);
  await transport.handleRequest(req, res, req.body);
}`;

/** A server in one file, with a handler `mcp` that leads to a transport. */
function server(...lines: string[]): Files {
  return { 'src/index.ts': [EXPRESS, STREAMABLE, '', `const mcp = ${HANDLER};`, ...lines, ''].join('\n') };
}

function changed(files: Files, path = 'src/index.ts'): string[] {
  const { edits } = run(expressAdapter, files);
  const after = apply(files, edits);
  expect(run(expressAdapter, after).edits, 'a second run').toEqual([]);
  return diff(files[path] ?? '', after[path] ?? '');
}

function refusal(files: Files): string {
  const { edits } = run(expressAdapter, files);
  expect(edits.map(({ kind }) => kind)).toEqual(['skip']);
  const [edit] = edits;
  return edit?.kind === 'skip' ? `${edit.reason}\n${edit.snippet}` : '';
}

const FIXTURES = [
  'express5-sessions',
  'express4-cjs',
  'express-sdk-app',
  'express-main',
  'express-crlf-bom',
  'express-router',
  'sse-express',
];

describe.each(FIXTURES)('the fixture %s', (name) => {
  const before = fixture(name, 'before');

  test('changes exactly as its golden files show', () => {
    const { edits } = run(expressAdapter, before);
    expect(apply(before, edits)).toEqual({ ...before, ...fixture(name, 'after') });
  });

  test('needs nothing the second time, and is recognised as the same', () => {
    const first = run(expressAdapter, before);
    const second = run(expressAdapter, apply(before, first.edits));
    expect(second.edits).toEqual([]);
    expect({ ...second.match, handle: null }).toEqual({ ...first.match, handle: null });
  });
});

describe('what is recognised', () => {
  test('entry, paths, port and transports', () => {
    const { match } = run(expressAdapter, fixture('express-main', 'before'));
    expect(match).toMatchObject({
      entry: 'src/index.ts',
      paths: ['/mcp'],
      port: 8080,
      transports: ['streamable-http', 'stdio'],
      confidence: 2,
    });
  });

  test('the entry is the file that creates the app; prefixes of routers count', () => {
    const { match } = run(expressAdapter, fixture('express-router', 'before'));
    expect(match).toMatchObject({ entry: 'src/app.ts', paths: ['/api/mcp'], port: 3000, confidence: 1 });
  });

  test.each([
    ['a private field', '#port: number;', '#port'],
    ['a plain field', 'readonly port;', 'port'],
  ])('the port that a constructor keeps in %s', (_, field, name) => {
    const { match } = run(
      expressAdapter,
      server(
        'class App {',
        `  ${field}`,
        '  app = express();',
        `  constructor(port: number) { this.${name} = port; }`,
        `  start() { this.app.post('/mcp', mcp); this.app.listen(this.${name}); }`,
        '}',
        'new App(Number(process.env.PORT ?? 4801)).start();',
      ),
    );
    expect(match).toMatchObject({ port: 4801 });
  });

  test('the legacy transport has two paths, after the endpoint', () => {
    const { match } = run(expressAdapter, fixture('sse-express', 'before'));
    expect(match).toMatchObject({
      paths: ['/mcp', '/sse', '/events', '/messages'],
      transports: ['streamable-http', 'sse'],
    });
  });

  test.each([
    ["app.post('/mcp', mcp);", ['/mcp']],
    ["app.post('/mcp', express.json(), cors(), mcp);", ['/mcp']],
    ["app.post('/mcp', [express.json(), mcp]);", ['/mcp']],
    ["app.post(['/mcp', '/v1/mcp'], mcp);", ['/mcp', '/v1/mcp']],
    ["app.post('/mcp', asyncRoute(mcp));", ['/mcp']],
    ["app.post('/mcp', (req, res, next) => mcp(req, res).catch(next));", ['/mcp']],
    ["app.post('/mcp', (req, res) => { void mcp(req, res); });", ['/mcp']],
    ["app.use('/mcp', mcp);", ['/mcp']],
    ["app.use('/mcp', express.json(), mcp);", ['/mcp']],
    ["const P = '/api' + '/mcp'; app.all(P, mcp);", ['/api/mcp']],
    ['const base = "/api"; app.all(`${base}/mcp`, mcp);', ['/api/mcp']],
    ["const paths = { mcp: '/x' }; app.all(paths.mcp, mcp);", ['/x']],
    ["enum Path { Mcp = '/e' } app.all(Path.Mcp, mcp);", ['/e']],
    ["for (const p of ['/a', '/b']) app.all(p, mcp);", ['/a', '/b']],
    ["['/a', '/b'].forEach((p) => { app.all(p, mcp); });", ['/a', '/b']],
    ["app.route('/mcp').get(other).post(mcp);", ['/mcp']],
    ["const r = express.Router(); r.all('/mcp', mcp); app.use(r);", ['/mcp']],
    ["const r = express.Router(); r.all('/', mcp); app.use('/mcp', r);", ['/mcp']],
    [
      "const r = express.Router(); const s = express.Router(); s.all('/mcp', mcp); r.use('/b', s); app.use('/a', r);",
      ['/a/b/mcp'],
    ],
    ["const r = express.Router(); r.all('/mcp', mcp); app.use('/a', r); app.use('/b', r);", ['/a/mcp', '/b/mcp']],
    ["function mount(to, path) { to.all(path, mcp); } mount(app, '/a'); mount(app, '/b');", ['/a', '/b']],
    ["app.use((req, res, next) => { if (req.path === '/mcp') return void mcp(req, res); next(); });", ['/mcp']],
    ["app.use((req, res, next) => { if (req.path !== '/mcp') return next(); void mcp(req, res); });", ['/mcp']],
    ['app.use(mcp);', ['/']],
    [
      "const make = (to) => (req, res, next) => { if (req.path !== '/mcp') return next(); void mcp(req, res); }; app.use(make(1));",
      ['/mcp'],
    ],
    [
      "function make(on) { if (!on) return (req, res, next) => next(); return answer; function answer(req, res, next) { if (req.path === '/mcp') return mcp(req, res); next(); } } app.use(make(1));",
      ['/mcp'],
    ],
    ['const make = () => (req, res) => mcp(req, res); app.use(make());', ['/']],
    [
      "const make = (req, res) => { if (req) void mcp(req, res); return (q, s) => { if (q.path === '/mcp') void mcp(q, s); }; }; app.use(make());",
      ['/mcp'],
    ],
    ["function mount(handler) { app.post('/mcp', handler); } mount(mcp);", ['/mcp']],
    ["const { post } = { post: mcp }; app.post('/mcp', post);", ['/mcp']],
    [
      "const create = () => ({ post: async (req, res) => mcp(req, res) }); const { post: go } = create(); app.post('/mcp', go);",
      ['/mcp'],
    ],
    [
      "class C { async handle(req, res) { await mcp(req, res); } } const c = new C(); app.post('/mcp', (req, res) => c.handle(req, res));",
      ['/mcp'],
    ],
  ])('%s', (line, paths) => {
    const files = server('const app = express();', line);
    expect(run(expressAdapter, files).match?.paths).toEqual(paths);
    expect(changed(files)).toEqual([IMPORT, `+ protectMcp(app, [${paths.map((path) => `'${path}'`).join(', ')}]);`]);
  });

  test('an app that is a field of a class, with handlers that are methods', () => {
    const files = server(
      'class Server {',
      '  app = express();',
      '  constructor() {',
      '    this.app.use(express.json());',
      "    this.app.post('/mcp', this.handle.bind(this));",
      '  }',
      '  private async handle(req, res) { await mcp(req, res); }',
      '}',
    );
    expect(changed(files)).toEqual([IMPORT, "+ protectMcp(this.app, ['/mcp']);"]);
  });

  test('an app that a factory makes, and routes in another file', () => {
    const files = {
      'src/index.ts': `import { createApp } from './app.js';\nimport { addRoutes } from './routes.js';\nconst app = createApp();\naddRoutes(app);\napp.listen(4000);\n`,
      'src/app.ts': `${EXPRESS}\nexport function createApp() {\n  const app = express();\n  app.use(express.json());\n  return app;\n}\n`,
      'src/routes.ts': `${STREAMABLE}\nexport function addRoutes(app) {\n  app.all('/mcp', ${HANDLER});\n}\n`,
    };
    expect(run(expressAdapter, files).match).toMatchObject({ entry: 'src/app.ts', port: 4000, confidence: 1 });
    expect(changed(files, 'src/app.ts')).toEqual([IMPORT, "+ protectMcp(app, ['/mcp']);"]);
  });

  test('a router that a function of another file makes', () => {
    const files = {
      'src/index.ts': `${EXPRESS}\nimport { createRouter } from './router.js';\nconst app = express();\napp.use('/api', createRouter());\napp.listen(4000);\n`,
      'src/router.ts': `import { Router } from 'express';\n${STREAMABLE}\nexport function createRouter() {\n  const router = Router();\n  router.post('/mcp', ${HANDLER});\n  return router;\n}\n`,
    };
    expect(changed(files)).toEqual([IMPORT, "+ protectMcp(app, ['/api/mcp']);"]);
  });

  test('an app of an app is protected at the root, where the metadata has to be', () => {
    const files = server(
      'const inner = express();',
      "inner.post('/mcp', mcp);",
      'const app = express();',
      "app.use('/api', inner);",
    );
    expect(changed(files)).toEqual([IMPORT, "+ protectMcp(app, ['/api/mcp']);"]);
  });

  test('only the app of several that carries the route', () => {
    const files = server(
      'const admin = express();',
      "admin.get('/', page);",
      'const app = express();',
      "app.post('/mcp', mcp);",
    );
    expect(changed(files)).toEqual([IMPORT, "+ protectMcp(app, ['/mcp']);"]);
  });

  test('both apps of a file, where both carry one', () => {
    const files = server(
      'function http() { const app = express(); app.post("/mcp", mcp); }',
      'function other() { const app = express(); app.post("/b", mcp); }',
    );
    expect(run(expressAdapter, files).match?.paths).toEqual(['/mcp', '/b']);
    expect(apply(files, run(expressAdapter, files).edits)['src/index.ts']).toContain(
      `function other() { const app = express(); protectMcp(app, ['/b']); app.post("/b", mcp); }`,
    );
  });

  test('CommonJS over several files', () => {
    const files: Files = {
      'package.json': '{ "type": "commonjs" }',
      'index.js': `const app = require('express')();\nconst { handle } = require('./handler');\napp.post('/mcp', handle);\napp.listen(5000);\n`,
      'handler.js': `const { StreamableHTTPServerTransport } = require('@modelcontextprotocol/sdk/server/streamableHttp.js');\nconst handle = ${HANDLER};\nmodule.exports = { handle };\n`,
    };
    expect(changed(files, 'index.js')).toEqual([
      "+ const { protectMcp } = require('./auth/express');",
      "+ protectMcp(app, ['/mcp']);",
    ]);
  });

  test('modules that are imported when they are needed', () => {
    const files: Files = {
      'src/index.ts': `async function http() {\n  const { default: express } = await import('express');\n  const { StreamableHTTPServerTransport } = await import('@modelcontextprotocol/sdk/server/streamableHttp.js');\n  const app = express();\n  app.post('/mcp', ${HANDLER});\n}\n`,
    };
    expect(changed(files)).toContain("+ protectMcp(app, ['/mcp']);");
  });

  test('nothing without an MCP transport of the SDK, or with routes of something else', () => {
    expect(
      run(expressAdapter, {
        'a.ts': `${EXPRESS}\nconst app = express();\napp.post('/mcp', (req, res) => rpc.handleRequest(req, res));`,
      }).matches,
    ).toEqual([]);
    expect(
      run(expressAdapter, { 'a.ts': `${STREAMABLE}\nconst app = make();\napp.post('/mcp', ${HANDLER});` }).matches,
    ).toEqual([]);
    const health = server(
      'const app = express();',
      "app.get('/health', (req, res) => res.json({ ok: true }));",
      "app.post('/mcp', mcp);",
    );
    expect(run(expressAdapter, health).match?.paths).toEqual(['/mcp']);
  });
});

describe('the port', () => {
  test.each([
    ['app.listen(3001);', 3001],
    ['app.listen(process.env.PORT ?? 3002);', 3002],
    ['const PORT = process.env.PORT ? parseInt(process.env.PORT, 10) : 3003; app.listen(PORT);', 3003],
    ["const config = { http: { port: Number(process.env.PORT || '3004') } }; app.listen(config.http.port);", 3004],
    ['function start(port = 3005) { app.listen(port); } start();', 3005],
    ['function start(port: number) { app.listen(port); } start(3006);', 3006],
    ['let port = 3007; app.listen(port);', 3007],
    ['app.listen(Number(process.env.PORT));', undefined],
  ])('%s', (line, port) => {
    expect(run(expressAdapter, server('const app = express();', "app.post('/mcp', mcp);", line)).match?.port).toBe(
      port,
    );
  });
});

describe('a path that the environment decides', () => {
  test('is the expression of the route, never its default', () => {
    const files = server(
      "const PATH = process.env.MCP_PATH || '/mcp';",
      'const app = express();',
      'app.post(PATH, mcp);',
    );
    expect(run(expressAdapter, files).match?.paths).toEqual(['/mcp']);
    expect(changed(files)).toEqual([IMPORT, '+ protectMcp(app, [PATH]);']);
  });

  test('is used in a function from the scope around it', () => {
    const files = server(
      'function main() {',
      '  const app = express();',
      '  app.post(PATH, mcp);',
      '}',
      "const PATH = process.env.P ?? '/mcp';",
      'main();',
    );
    expect(changed(files)).toEqual([IMPORT, '+ protectMcp(app, [PATH]);']);
  });

  test.each([
    ['is declared too late', "const app = express();\nconst PATH = process.env.P ?? '/mcp';\napp.post(PATH, mcp);"],
    ['is written at the route', "const app = express();\napp.post(process.env.P ?? '/mcp', mcp);"],
    ['comes out of a function', 'const app = express();\napp.post(pathOf(config), mcp);'],
    [
      'is below a prefix',
      "const PATH = process.env.P ?? '/mcp';\nconst app = express();\nconst r = express.Router();\nr.post(PATH, mcp);\napp.use('/api', r);",
    ],
    ['is a regular expression', 'const app = express();\napp.post(/mcp/, mcp);'],
  ])('is refused where it %s', (_, code) => {
    expect(refusal(server(code))).toContain("protectMcp(app, ['/mcp']);");
  });
});

describe('createMcpExpressApp', () => {
  const app = (call: string): Files => ({
    'src/index.ts': `import { createMcpExpressApp } from '@modelcontextprotocol/sdk/server/express.js';\n${STREAMABLE}\nconst app = ${call};\napp.post('/mcp', ${HANDLER});\n`,
  });

  test.each([
    ['createMcpExpressApp()', 'createMcpExpressApp({ allowedHosts: mcpHosts() })'],
    ['createMcpExpressApp({})', 'createMcpExpressApp({ allowedHosts: mcpHosts() })'],
    [
      "createMcpExpressApp({ host: 'localhost' })",
      "createMcpExpressApp({ host: 'localhost', allowedHosts: mcpHosts() })",
    ],
    [
      "createMcpExpressApp({ host: process.env.HOST || '127.0.0.1' })",
      "createMcpExpressApp({ host: process.env.HOST || '127.0.0.1', allowedHosts: mcpHosts() })",
    ],
  ])('%s lets the public host in', (before, after) => {
    const files = app(before);
    const text = apply(files, run(expressAdapter, files).edits)['src/index.ts'];
    expect(text).toContain(`const app = ${after};\nprotectMcp(app, ['/mcp']);`);
    expect(text).toContain("import { protectMcp, mcpHosts } from './auth/express.js';");
    expect(run(expressAdapter, { 'src/index.ts': text! }).edits).toEqual([]);
  });

  test.each([
    "createMcpExpressApp({ host: '0.0.0.0' })",
    "createMcpExpressApp({ allowedHosts: ['a.example'] })",
    'createMcpExpressApp(options)',
  ])('%s stays as it is', (call) => {
    expect(changed(app(call))).toEqual([IMPORT, "+ protectMcp(app, ['/mcp']);"]);
  });
});

describe('a shape that is not understood is refused with the snippet', () => {
  test.each([
    ['an app without a name', "export default express().post('/mcp', mcp);"],
    ['routes chained to the creation', "const app = express().use(express.json()).post('/mcp', mcp);"],
    ['an app that is created without braces', "let app; if (x) app = express();\napp.post('/mcp', mcp);"],
    [
      'a middleware that takes more paths than its test names',
      "const app = express();\napp.use((req, res, next) => { if (req.path.startsWith('/mcp')) mcp(req, res); else next(); });",
    ],
    [
      'a middleware that changes the path before its test',
      "const app = express();\napp.use((req, res, next) => { if (req.path.replace('/v2', '') === '/mcp') mcp(req, res); else next(); });",
    ],
    [
      'a middleware that hides its test',
      "const app = express();\napp.use((req, res, next) => { if (req.path === '/mcp') mcp(req, res); else if (isMcp(req)) mcp(req, res); else next(); });",
    ],
  ])('%s', (_, code) => {
    expect(refusal(server(code))).toMatch(/^src\/index\.ts: .*\.\n[^]*protectMcp\(app/);
  });

  test('a second way to the transport that no route explains', () => {
    const files = server('const app = express();', "app.post('/mcp', mcp);", `table.register(${HANDLER});`);
    expect(refusal(files)).toContain('src/index.ts:14 requests enter the MCP server');
  });
});

describe('a second way that the gate would not see is refused', () => {
  test.each([
    [
      'a router of another package',
      "const r = PromiseRouter();\nr.post('/other', mcp);\napp.use('/api', r);",
      'src/index.ts:12 a route leads',
    ],
    [
      'a computed method',
      "for (const method of ['get', 'post']) app[method]('/other', mcp);",
      'src/index.ts:11 a route leads',
    ],
  ])('%s', (_, code, reason) => {
    expect(refusal(server('const app = express();', "app.post('/mcp', mcp);", code))).toContain(reason);
  });
});

describe('a later run', () => {
  const first = server('const app = express();', "app.post('/mcp', mcp);", 'app.listen(3000);');
  const protectedText = apply(first, run(expressAdapter, first).edits)['src/index.ts']!;

  test('adds a path that is new, and keeps what people added', () => {
    const before = protectedText
      .replace("['/mcp']", "['/mcp', '/mine']")
      .replace('app.listen', "app.post('/v2', mcp);\napp.listen");
    expect(changed({ 'src/index.ts': before })).toEqual([
      "- protectMcp(app, ['/mcp', '/mine']);",
      "+ protectMcp(app, ['/mcp', '/mine', '/v2']);",
    ]);
  });

  test('knows its call under another name', () => {
    const before = protectedText
      .replace('{ protectMcp }', '{ protectMcp as gate }')
      .replace('protectMcp(app', 'gate(app');
    expect(run(expressAdapter, { 'src/index.ts': before }).edits).toEqual([]);
  });

  test('is not misled by a function of the project with that name', () => {
    const files = server(
      "import { protectMcp } from './security.js';",
      'const app = express();',
      'protectMcp(app);',
      "app.post('/mcp', mcp);",
    );
    expect(changed(files)).toEqual([
      "+ import { protectMcp as protectMcp2 } from './auth/express.js';",
      "+ protectMcp2(app, ['/mcp']);",
    ]);
  });
});

describe('the legacy transport alone', () => {
  test('needs both of its paths behind the gate', () => {
    const files: Files = {
      'src/index.ts': [
        EXPRESS,
        SSE,
        'const app = express();',
        'let transport;',
        "app.get('/sse', async (req, res) => { transport = new SSEServerTransport('/messages', res); await server.connect(transport); });",
        "app.post('/messages', async (req, res) => { await transport.handlePostMessage(req, res); });",
        '',
      ].join('\n'),
    };
    expect(run(expressAdapter, files).match).toMatchObject({ paths: ['/sse', '/messages'], transports: ['sse'] });
    expect(changed(files)).toEqual([IMPORT, "+ protectMcp(app, ['/sse', '/messages']);"]);
  });
});

describe('several servers of one package', () => {
  const legacy = `${EXPRESS}\n${SSE}\nconst app = express();\napp.get('/sse', async (req, res) => { await server.connect(new SSEServerTransport('/messages', res)); });\n`;
  const http = `${EXPRESS}\n${STREAMABLE}\nconst app = express();\napp.post('/mcp', ${HANDLER});\n`;
  const launcher = "if (process.argv.includes('--sse')) await import('./sse.js');\nelse await import('./http.js');\n";

  test('are all protected where one program can start them all', () => {
    const files: Files = { 'src/index.ts': launcher, 'src/sse.ts': legacy, 'src/http.ts': http };
    const { match, edits } = run(expressAdapter, files, 'src/http.ts');
    expect(match).toMatchObject({ paths: ['/mcp', '/sse'], transports: ['streamable-http', 'sse'] });
    expect(run(expressAdapter, files, 'src/sse.ts').match?.transports).toEqual(['sse']);
    const after = apply(files, edits);
    expect(after['src/http.ts']).toContain("protectMcp(app, ['/mcp']);");
    expect(after['src/sse.ts']).toContain("protectMcp(app, ['/sse']);");
    expect(run(expressAdapter, after, 'src/http.ts').edits).toEqual([]);
  });

  test('are separate where nothing brings them together', () => {
    const files: Files = { 'src/sse.ts': legacy, 'src/http.ts': http };
    const { matches, edits } = run(expressAdapter, files, 'src/http.ts');
    expect(matches.map(({ entry, paths }) => [entry, paths])).toEqual([
      ['src/sse.ts', ['/sse']],
      ['src/http.ts', ['/mcp']],
    ]);
    expect(edits.map(({ path }) => path)).toEqual(['src/http.ts']);
  });
});

describe('notes', () => {
  test('tell of one stateless transport for all requests', () => {
    const files = server(
      'const app = express();',
      'const shared = new StreamableHTTPServerTransport({ sessionIdGenerator: undefined });',
      "app.post('/mcp', async (req, res) => { await shared.handleRequest(req, res, req.body); });",
      "app.post('/other', mcp);",
    );
    expect(run(expressAdapter, files).match?.notes).toEqual([
      expect.stringContaining('one stateless transport serves all requests'),
    ]);
  });

  test('tell of one server object for all requests', () => {
    const files: Files = {
      'src/index.ts': `${EXPRESS}\n${STREAMABLE}\nimport { server } from './mcp.js';\nconst app = express();\napp.post('/mcp', async (req, res) => {\n  const transport = new StreamableHTTPServerTransport({});\n  await server.connect(transport);\n  await transport.handleRequest(req, res, req.body);\n});\n`,
      'src/mcp.ts': `import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';\nexport const server = new McpServer({ name: 'a', version: '1' });\n`,
    };
    expect(run(expressAdapter, files).match?.notes).toEqual([
      expect.stringContaining('src/index.ts:7: every request or session connects the same'),
    ]);
  });

  test('tell that an endpoint at the root takes all routes', () => {
    expect(run(expressAdapter, server('const app = express();', "app.post('/', mcp);")).match?.notes).toEqual([
      expect.stringContaining('on all of its routes'),
    ]);
  });
});

describe('settings of the app', () => {
  const GATE = "protectMcp(app, ['/mcp']);";
  /** The statements of the rewritten server from the app on. */
  const order = (...lines: string[]): string[] => {
    const files = server('const app = express();', ...lines, "app.post('/mcp', mcp);", 'app.listen(3000);');
    const { edits } = run(expressAdapter, files);
    const text = apply(files, edits)['src/index.ts'] ?? '';
    return text
      .split('\n')
      .slice(text.split('\n').indexOf('const app = express();') + 1)
      .slice(0, lines.length + 1);
  };

  test.each([
    ["app.set('strict routing', true);"],
    ["app.disable('x-powered-by');"],
    ["app.set('query parser', 'simple').enable('trust proxy');"],
    ["if (process.env.PROXY) app.set('trust proxy', 1);"],
  ])('%s right after the creation comes before the gate', (line) => {
    expect(order(line)).toEqual([line, GATE]);
  });

  test('all of the run of settings come before the gate', () => {
    const lines = ["app.disable('x-powered-by');", "app.enable('case sensitive routing');"];
    expect(order(...lines)).toEqual([...lines, GATE]);
  });

  test('one of the router further down comes before it as well when nothing on the way reaches the app', () => {
    const lines = ['const port = Number(process.env.PORT ?? 3000);', "app.set('query parser', 'simple');"];
    expect(order(...lines)).toEqual([...lines, GATE]);
  });

  test('one that is not of the router does not move the gate', () => {
    const lines = ['const port = Number(process.env.PORT ?? 3000);', "app.set('trust proxy', 1);"];
    expect(order(...lines)).toEqual([GATE, ...lines]);
  });

  test.each([
    ['app.use(express.json());'],
    ['addRoutes(app);'],
    ['addRoutes();'],
    ['const started = new Started();'],
    ["if (process.env.OFF) throw new Error('off');"],
    ['for (const each of [1]) app.use(express.json());'],
  ])('never past %s', (line) => {
    expect(order(line, "app.enable('strict routing');")).toEqual([GATE, line, "app.enable('strict routing');"]);
  });

  test('the app among the arguments of a setting is no plain setting', () => {
    const line = "app.set('x', app.use(express.json()));";
    expect(order(line)).toEqual([GATE, line]);
  });

  test('a setting in a class, whose app is a field', () => {
    const changes = changed(
      server(
        'class App {',
        '  private app = express();',
        '  constructor() {',
        "    this.app.enable('strict routing');",
        "    this.app.post('/mcp', mcp);",
        '    this.app.listen(3000);',
        '  }',
        '}',
        'new App();',
      ),
    );
    expect(changes).toEqual([IMPORT, "+ protectMcp(this.app, ['/mcp']);"]);
  });

  test('one that has to come after the gate is told, also on the next run', () => {
    const files = server(
      'const app = express();',
      'addRoutes();',
      "app.enable('strict routing');",
      "app.post('/mcp', mcp);",
    );
    const { match, edits } = run(expressAdapter, files);
    const note = (line: number): string =>
      `The setting at src/index.ts:${line} comes after the gate, where it has no effect: move it up to where the app is created.`;
    expect(match?.notes).toContain(note(11));
    expect(run(expressAdapter, apply(files, edits)).match?.notes).toContain(note(13));
  });

  test('one after the first route has no effect with or without a gate, and is not told', () => {
    const { match } = run(
      expressAdapter,
      server('const app = express();', "app.post('/mcp', mcp);", "app.enable('strict routing');"),
    );
    expect(match?.notes).toEqual([]);
  });
});
