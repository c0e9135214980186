import { describe, expect, it } from 'vitest';
import { CliError } from '../../../src/errors.ts';
import { detect } from '../../../src/servers/detect.ts';
import { partialDetection } from '../../../src/servers/partial-detection.ts';
import type { Match, ServerAdapter } from '../../../src/servers/types.ts';
import { snapshotOf } from '../tools/support.ts';

const MCP = `import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';\n`;
const HTTP = `${MCP}import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';\nnew McpServer({}).tool('x', cb);\n`;

/** An adapter that sees a server in every file with `listen` in it; what it says of it stands in the test. */
function adapter(matches: Record<string, Partial<Match>> = {}): ServerAdapter {
  return {
    id: 'fake',
    recognise: (model) =>
      model.sourceFiles().flatMap((file) => {
        const entry = model.pathOf(file);
        if (!file.getText().includes('listen')) return [];
        return [
          {
            entry,
            paths: ['/mcp'],
            transports: ['streamable-http'],
            confidence: 2,
            notes: [],
            handle: null,
            ...matches[entry],
          },
        ];
      }),
    edit: () => [],
  };
}

function run(
  sources: Record<string, string>,
  options: {
    entry?: string;
    matches?: Record<string, Partial<Match>>;
    snapshot?: Parameters<typeof snapshotOf>[1];
  } = {},
) {
  return detect(snapshotOf(sources, options.snapshot), { entry: options.entry, adapters: [adapter(options.matches)] })
    .detection;
}

function failure(...args: Parameters<typeof run>): CliError {
  try {
    run(...args);
  } catch (error) {
    if (error instanceof CliError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('what is found', () => {
  it('describes the server', () => {
    const detection = run(
      { 'src/server.ts': `${HTTP}app.listen(3000);` },
      { matches: { 'src/server.ts': { paths: ['/mcp', '/sse'], port: 3000, transports: ['streamable-http', 'sse'] } } },
    );
    expect(detection).toEqual({
      language: 'typescript',
      framework: 'fake',
      package: { name: '@modelcontextprotocol/sdk', version: '1.20.0' },
      transports: ['streamable-http', 'sse'],
      entry: 'src/server.ts',
      endpoint: '/mcp',
      paths: ['/mcp', '/sse'],
      port: 3000,
      tools: [{ name: 'x', file: 'src/server.ts', line: 3 }],
      unresolvedTools: [],
      auth: 'none',
      module: { format: 'esm', importExtension: '.js' },
      notes: [],
    });
  });

  it('names the SDK that the server is built on', () => {
    const second = `import { McpServer } from '@modelcontextprotocol/server';\nlisten()`;
    expect(run({ 'a.ts': second }).package.name).toBe('@modelcontextprotocol/server');
    expect(run({ 'a.ts': second, 'b.ts': MCP }, { entry: 'a.ts' }).package.name).toBe('@modelcontextprotocol/sdk');
  });

  it('finds tools that the file which starts the app registers', () => {
    const detection = run({
      'index.ts': `${MCP}import { start } from './http.js';\nconst server = new McpServer({});\nserver.tool('from-index', cb);\nstart(server);`,
      'http.ts': `import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';\nexport function start(server) { app.listen(1); }`,
    });
    expect(detection).toMatchObject({ entry: 'http.ts', tools: [{ name: 'from-index', file: 'index.ts' }] });
  });

  it('says that add-auth has been here', () => {
    const detection = run({
      'server.ts': `import { protectMcp } from './auth/express.js';\n${HTTP}protectMcp(app);\napp.listen(1);`,
    });
    expect(detection.auth).toBe('add-auth');
  });
});

describe('which server is meant', () => {
  const TWO = { 'a.ts': `${HTTP}listen()`, 'b.ts': `${HTTP}listen()` };

  it('is asked when nothing tells', () => {
    expect(failure(TWO)).toMatchObject({ code: 'ambiguous-entry', fix: 'Say which one: --entry a.ts or --entry b.ts' });
  });

  it('is asked with names that a shell takes as they are', () => {
    const routes = { 'api/[transport].ts': `${HTTP}listen()`, 'b.ts': `${HTTP}listen()` };
    expect(failure(routes).fix).toBe("Say which one: --entry b.ts or --entry 'api/[transport].ts'");
  });

  it.each([
    ['--entry', { entry: 'b.ts' }],
    ['--entry, absolute', { entry: '/somewhere/b.ts' }],
    ['Streamable HTTP before the legacy transport', { matches: { 'a.ts': { transports: ['sse' as const] } } }],
    ['the surer match', { matches: { 'a.ts': { confidence: 1 as const } } }],
    ['the start script', { snapshot: { manifest: { scripts: { start: 'tsx watch b.ts' } } } }],
    ['bin, traced back from the build output', { snapshot: { manifest: { bin: 'dist/b.js' } } }],
    ['main', { snapshot: { manifest: { main: './build/b.js' } } }],
  ])('is told by %s', (_, options) => {
    expect(run(TWO, options).entry).toBe('b.ts');
  });

  it('may be named by the file that starts it', () => {
    expect(run({ ...TWO, 'main.ts': `import './b.js';` }, { entry: 'main.ts' }).entry).toBe('b.ts');
  });

  it('need not be told when the same is protected either way', () => {
    const server = (setting: string): string =>
      [
        `import express from 'express';`,
        HTTP,
        'const app = express();',
        `app.post('/mcp', async (req, res) => {`,
        `  const transport = new StreamableHTTPServerTransport({ ${setting} });`,
        '  await transport.handleRequest(req, res, req.body);',
        '});',
        'export const listen = () => app.listen(3000);',
      ].join('\n');
    const sources = {
      'main.ts': `const { listen } = process.env.STATELESS\n  ? await import('./stateless.js')\n  : await import('./sessions.js');\nlisten();`,
      'sessions.ts': server('sessionIdGenerator: () => crypto.randomUUID()'),
      'stateless.ts': server('sessionIdGenerator: undefined'),
    };
    const { detection, match } = detect(snapshotOf(sources));
    expect(detection.entry).toBe('sessions.ts');
    expect(match.handle).toHaveLength(2);
    const apart = { 'sessions.ts': sources['sessions.ts'], 'stateless.ts': sources['stateless.ts'] };
    expect(() => detect(snapshotOf(apart))).toThrow('2 files could be the server');
  });

  it('must exist', () => {
    expect(failure(TWO, { entry: 'c.ts' })).toMatchObject({
      code: 'entry-not-found',
      fix: 'Candidates: --entry a.ts, --entry b.ts',
    });
  });
});

it('looks for tools and for auth in what is protected together with the entry, too', () => {
  const sources = { 'a.ts': `${HTTP}listen();`, 'b.ts': `${MCP}new McpServer({}).tool('y', cb);` };
  const found = (matches: Record<string, Partial<Match>>): string[] =>
    run(sources, { matches }).tools.map(({ name }) => name);
  expect(found({})).toEqual(['x']);
  expect(found({ 'a.ts': { beside: ['b.ts'] } })).toEqual(['x', 'y']);
});

describe('JSON-RPC that is written by hand', () => {
  const stdio = `${MCP}import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';\n`;
  const http = `import express from 'express';\napp.post('/mcp', (req, res) => { if (req.body.method === 'tools/call') res.json(call(req.body)); });`;

  it.each([
    ['beside stdio', { 'index.ts': `${stdio}import './http.js';`, 'http.ts': http }, 'http.ts'],
    ['without a transport', { 'server.ts': `${MCP}${http}` }, 'server.ts'],
    [
      'on node:http',
      { 'index.ts': `${stdio}import { createServer } from 'node:http';\nconst methods = { "tools/list": list };` },
      'index.ts',
    ],
  ])('%s is told for what it is', (_, sources, file) => {
    const { code, message } = failure(sources);
    expect(code).toBe('unsupported-shape');
    expect(message).toContain(`${file} answers MCP over HTTP with code of its own`);
  });

  const dispatch = [
    'export function answer(message) {',
    "  if (message.method === 'initialize') return { jsonrpc: '2.0', result: {} };",
    "  if (message.method === 'tools/list') return { tools: [{ name: 'a' }] };",
    "  if (message.method === 'tools/call') return run(message.params.name);",
    '}',
    '',
  ].join('\n');
  const none = { manifest: { dependencies: {} }, sdk: undefined };

  it('needs no MCP package to be a server', () => {
    const source = `${dispatch}app.post('/mcp', (req, res) => res.json(answer(req.body)));\napp.listen(3000);`;
    expect(run({ 'server.ts': source }, { snapshot: none })).toMatchObject({
      package: { name: '', version: '' },
      tools: [{ name: 'a' }],
      auth: 'none',
    });
  });

  it('on stdio is stdio', () => {
    const source = `${dispatch}process.stdin.on('data', (line) => console.log(answer(JSON.parse(line))));`;
    expect(failure({ 'server.ts': source }, { snapshot: none }).code).toBe('stdio-only');
  });

  it('that nothing leads to is left alone, and not called a project without MCP', () => {
    expect(failure({ 'server.ts': dispatch }, { snapshot: none }).code).toBe('unsupported-shape');
  });

  it.each([
    ['a port that is opened for a login', `${stdio}import { createServer } from 'node:http';`],
    ['names of methods alone', `${stdio}const methods = ['tools/list'];`],
  ])('%s is none', (_, source) => {
    expect(failure({ 'index.ts': source }).code).toBe('stdio-only');
  });
});

describe('what is left alone', () => {
  const stdio = `${MCP}import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';\nnew McpServer({}).tool('x', cb);`;
  const version = (sdk: string) => ({ snapshot: { sdk } });

  it.each([
    ['no MCP project', { 'a.ts': `import express from 'express'; listen()` }, {}, 'not-an-mcp-project'],
    [
      'a client',
      { 'a.ts': `import { Client } from '@modelcontextprotocol/sdk/client/index.js';` },
      {},
      'not-an-mcp-project',
    ],
    ['stdio only', { 'a.ts': stdio }, {}, 'stdio-only'],
    ['HTTP in a shape that is not understood', { 'a.ts': HTTP }, {}, 'unsupported-shape'],
    ['a server without transport', { 'a.ts': MCP }, {}, 'unsupported-shape'],
    ['an old SDK', { 'a.ts': `${HTTP}listen()` }, version('1.10.2'), 'unsupported-version'],
    ['an SDK from before its first major', { 'a.ts': `${HTTP}listen()` }, version('0.5.0'), 'unsupported-version'],
    [
      'a version of the SDK that does not exist',
      { 'a.ts': `${HTTP}listen()` },
      version('2.0.0-alpha.1'),
      'unsupported-version',
    ],
    [
      'SDK 2, stdio only',
      { 'a.ts': `import { serveStdio } from '@modelcontextprotocol/server/stdio';` },
      { snapshot: { sdk: undefined } },
      'stdio-only',
    ],
    [
      'HTTP of SDK 2 in a shape that is not understood',
      { 'a.ts': `import { createMcpHandler } from '@modelcontextprotocol/server';` },
      { snapshot: { sdk: undefined } },
      'unsupported-shape',
    ],
    [
      'another framework',
      { 'a.ts': `import { FastMCP } from 'fastmcp';` },
      { snapshot: { sdk: undefined } },
      'unsupported-shape',
    ],
    [
      'a plugin that serves MCP by itself',
      { 'a.ts': `${MCP}import { streamableHttp } from 'fastify-mcp';\napp.register(streamableHttp, {});` },
      {},
      'unsupported-shape',
    ],
    ['source with a syntax error', { 'a.ts': `${HTTP}listen(\n` }, {}, 'unparsable-source'],
    [
      'auth of its own',
      { 'a.ts': `${HTTP}app.use((req) => req.headers.authorization);\nlisten()` },
      {},
      'already-protected',
    ],
  ])('%s', (_, sources, options, code) => {
    const error = failure(sources as Record<string, string>, options);
    expect([error.code, error.message.length > 0, error.fix.length > 0]).toEqual([code, true, true]);
  });

  it.each([['1.11.0'], ['1.32.2'], [undefined]])('but not SDK %s', (sdk) => {
    expect(run({ 'a.ts': `${HTTP}listen()` }, { snapshot: { sdk } }).entry).toBe('a.ts');
  });

  it('shows the syntax error with file and line', () => {
    expect(failure({ 'a.ts': `${HTTP}const = 1; listen()` }).message).toMatch(/^a\.ts:4 cannot be parsed/);
  });

  it('shows a shape to bring it into', () => {
    expect(failure({ 'a.ts': HTTP }).manual).toHaveLength(1);
  });

  it('tells what was known by then', () => {
    const error = failure({ 'a.ts': stdio });
    expect(partialDetection(error)).toMatchObject({
      language: 'typescript',
      transports: ['stdio'],
      tools: [{ name: 'x' }],
    });
    expect(
      partialDetection(failure({ 'a.ts': `${HTTP}app.use((req) => req.headers.authorization);\nlisten()` })),
    ).toMatchObject({
      auth: 'other',
      authEvidence: 'looks at the authorization header of requests (a.ts:4)',
    });
  });
});

describe('the module style', () => {
  const style = (
    sources: Record<string, string>,
    snapshot: Parameters<typeof snapshotOf>[1] = {},
    entry = Object.keys(sources)[0] ?? '',
  ) => run(sources, { snapshot, entry }).module;

  it.each([
    [
      'require in JavaScript',
      { 'a.js': `const sdk = require('@modelcontextprotocol/sdk/server/mcp.js'); listen()` },
      { manifest: { type: undefined } },
      'cjs',
      '.js',
    ],
    ['import in JavaScript', { 'a.js': `${HTTP}listen()` }, { manifest: { type: undefined } }, 'esm', '.js'],
    [
      'TypeScript that emits CommonJS',
      { 'a.ts': `${HTTP}listen()` },
      { manifest: { type: undefined }, compilerOptions: { module: 'commonjs' } },
      'cjs',
      '',
    ],
    [
      'nodenext in a module package',
      { 'a.ts': `${HTTP}listen()` },
      { compilerOptions: { module: 'nodenext', moduleResolution: 'nodenext' } },
      'esm',
      '.js',
    ],
    [
      'nodenext in a CommonJS package',
      { 'a.ts': `${HTTP}listen()` },
      { manifest: { type: undefined }, compilerOptions: { module: 'nodenext' } },
      'cjs',
      '.js',
    ],
    [
      'a bundler',
      { 'a.ts': `${HTTP}listen()` },
      { compilerOptions: { module: 'esnext', moduleResolution: 'bundler' } },
      'esm',
      '',
    ],
    [
      'tsc, and Node runs what it emits',
      { 'a.ts': `${HTTP}listen()` },
      {
        manifest: { scripts: { build: 'tsc && mcp-build' } },
        compilerOptions: { module: 'esnext', moduleResolution: 'node' },
      },
      'esm',
      '.js',
    ],
    [
      'a bundler that tsc only checks for',
      { 'a.ts': `${HTTP}listen()` },
      {
        manifest: { scripts: { build: 'tsc && vite build' } },
        compilerOptions: { module: 'esnext', moduleResolution: 'bundler', noEmit: true },
      },
      'esm',
      '',
    ],
    [
      'as the entry imports',
      { 'a.ts': `import './b.ts';\n${HTTP}listen()`, 'b.ts': `import './c.js';` },
      {},
      'esm',
      '.ts',
    ],
    ['as other files import', { 'a.ts': `${HTTP}listen()`, 'b.ts': `import './c';` }, {}, 'esm', ''],
  ])('%s', (_, sources, snapshot, format, importExtension) => {
    expect(style(sources as Record<string, string>, snapshot)).toEqual({ format, importExtension });
  });

  it.each([
    ['src/server.mjs', 'commonjs', { format: 'esm', marker: 'm', importExtension: '.mjs' }],
    ['src/server.mts', undefined, { format: 'esm', marker: 'm', importExtension: '.mjs' }],
    ['src/server.cjs', 'module', { format: 'cjs', marker: 'c', importExtension: '.cjs' }],
    ['src/server.mjs', 'module', { format: 'esm', importExtension: '.js' }],
    ['src/server.cjs', 'commonjs', { format: 'cjs', importExtension: '.js' }],
  ])(
    '%s in a package of type %s: generated files tell their format when the package says otherwise',
    (path, type, expected) => {
      expect(style({ [path]: `${HTTP}listen()` }, { manifest: { type: type as 'module' } })).toEqual(expected);
    },
  );
});
