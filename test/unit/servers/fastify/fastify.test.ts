import { describe, expect, test } from 'vitest';
import { fastifyAdapter } from '../../../../src/servers/fastify/adapter.ts';
import { nodeHttpAdapter } from '../../../../src/servers/node-http/adapter.ts';
import { apply, diff, fixture, run, type Files } from '../fetch/support.ts';

const FASTIFY = `import Fastify from 'fastify';`;
const STREAMABLE = `import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';`;
const IMPORT = `+ import { protectMcp } from './auth/fastify.js';`;
const HANDLER = `async (request, reply) => {
  const transport = new StreamableHTTPServerTransport({});
  await createServer().connect(transport);
  reply.hijack();
  await transport.handleRequest(request.raw, reply.raw, request.body);
}`;

function server(...lines: string[]): Files {
  return { 'src/index.ts': [FASTIFY, STREAMABLE, '', `const mcp = ${HANDLER};`, ...lines, ''].join('\n') };
}

function changed(files: Files, path = 'src/index.ts'): string[] {
  const { edits } = run(fastifyAdapter, files);
  const after = apply(files, edits);
  expect(run(fastifyAdapter, after).edits, 'a second run').toEqual([]);
  return diff(files[path] ?? '', after[path] ?? '');
}

function refusal(files: Files): string {
  const { edits } = run(fastifyAdapter, files);
  expect(edits.map(({ kind }) => kind)).toEqual(['skip']);
  const [edit] = edits;
  return edit?.kind === 'skip' ? `${edit.reason}\n${edit.snippet}` : '';
}

describe('the fixture fastify-ts', () => {
  const before = fixture('fastify-ts', 'before');

  test('changes exactly as its golden file shows, and not again', () => {
    const { match, edits } = run(fastifyAdapter, before);
    expect(match).toMatchObject({
      entry: 'src/server.ts',
      paths: ['/mcp'],
      port: 3000,
      transports: ['streamable-http'],
      confidence: 2,
    });
    const after = apply(before, edits);
    expect(after).toEqual({ ...before, ...fixture('fastify-ts', 'after') });
    expect(run(fastifyAdapter, after).edits).toEqual([]);
  });

  test('is not taken for a server of node:http', () => {
    expect(run(nodeHttpAdapter, before).matches).toEqual([]);
  });
});

describe('what is recognised', () => {
  test.each([
    ["fastify.post('/mcp', mcp);", ['/mcp']],
    ["fastify.all('/mcp', { schema }, mcp);", ['/mcp']],
    ["fastify.get('/mcp', { handler: mcp });", ['/mcp']],
    ["fastify.route({ method: 'POST', url: '/mcp', handler: mcp });", ['/mcp']],
    [
      "fastify.route({ method: 'POST', url: '/mcp', async handler(request, reply) { return mcp(request, reply); } });",
      ['/mcp'],
    ],
    ["fastify.register(async (app) => { app.post('/mcp', mcp); });", ['/mcp']],
    ["fastify.register(async (app) => { app.post('/mcp', mcp); }, { prefix: '/api' });", ['/api/mcp']],
    ["fastify.register(async (app) => { app.post('/', mcp); }, { prefix: '/mcp' });", ['/mcp']],
    [
      "fastify.register(async (a) => { a.register(async (b) => { b.post('/mcp', mcp); }, { prefix: '/y' }); }, { prefix: '/x' });",
      ['/x/y/mcp'],
    ],
    [
      "async function plugin(app, options) { app.post('/mcp', mcp); } fastify.register(plugin, { prefix: '/api' });",
      ['/api/mcp'],
    ],
    ["function mount(app) { app.post('/mcp', mcp); } mount(fastify);", ['/mcp']],
    ["fastify.register(async (app) => { app.post('mcp', mcp); }, { prefix: '/api' });", ['/apimcp']],
    ["fastify.register(async (app) => { app.post('/mcp', mcp); }, { prefix: 'api/' });", ['/api/mcp']],
  ])('%s', (line, paths) => {
    const files = server('const fastify = Fastify({ logger: true });', line);
    expect(run(fastifyAdapter, files).match?.paths).toEqual(paths);
    expect(changed(files)).toEqual([IMPORT, `+ protectMcp(fastify, ['${paths[0]}']);`]);
  });

  test('a plugin of another file, with fastify-plugin around it', () => {
    const files: Files = {
      'src/index.ts': `${FASTIFY}\nimport mcpPlugin from './plugin.js';\nconst app = Fastify();\nawait app.register(mcpPlugin);\nawait app.listen({ port: 4001 });\n`,
      'src/plugin.ts': `import fp from 'fastify-plugin';\n${STREAMABLE}\nexport default fp(async (app) => {\n  app.post('/mcp', ${HANDLER});\n});\n`,
    };
    expect(run(fastifyAdapter, files).match).toMatchObject({ entry: 'src/index.ts', port: 4001, confidence: 1 });
    expect(changed(files)).toEqual([IMPORT, "+ protectMcp(app, ['/mcp']);"]);
  });

  test('fastify-plugin around it: Fastify leaves the prefix out, so the path counts with and without', () => {
    const code = "fastify.register(fp(async (app) => { app.post('/mcp', mcp); }), { prefix: '/api' });";
    const files = server("import fp from 'fastify-plugin';", 'const fastify = Fastify();', code);
    expect(changed(files)).toEqual([IMPORT, "+ protectMcp(fastify, ['/mcp', '/api/mcp']);"]);
  });

  test('an instance with a type provider, from the named export', () => {
    const files: Files = {
      'src/index.ts': `import { fastify } from 'fastify';\n${STREAMABLE}\nconst app = fastify().withTypeProvider<ZodTypeProvider>();\napp.post('/mcp', ${HANDLER});\n`,
    };
    expect(changed(files)).toEqual([IMPORT, "+ protectMcp(app, ['/mcp']);"]);
  });

  test('CommonJS', () => {
    const files: Files = {
      'package.json': '{ "type": "commonjs" }',
      'index.js': `const fastify = require('fastify')({ logger: true })\nconst { StreamableHTTPServerTransport } = require('@modelcontextprotocol/sdk/server/streamableHttp.js')\nfastify.post('/mcp', ${HANDLER.replaceAll(';', '')})\nfastify.listen({ port: 3000 })\n`,
    };
    expect(changed(files, 'index.js')).toEqual([
      "+ const { protectMcp } = require('./auth/fastify.js')",
      "+ protectMcp(fastify, ['/mcp'])",
    ]);
  });
});

describe('refused with the snippet', () => {
  test.each([
    [
      "fastify.addHook('onRequest', async (request, reply) => { if (request.url === '/mcp') await mcp(request, reply); });",
      'addHook()',
    ],
    ['fastify.setNotFoundHandler(mcp);', 'setNotFoundHandler()'],
    ["fastify.post(process.env.P ?? '/mcp', mcp);", 'known only at run time'],
    ["fastify.register(async (app) => { app.post('/mcp', mcp); }, options);", 'known only at run time'],
    ["Fastify().post('/mcp', mcp);", 'in the middle of an expression'],
  ])('%s', (line, reason) => {
    const text = refusal(server('const fastify = Fastify();', line));
    expect(text).toContain(reason);
    expect(text).toContain("protectMcp(app, ['/mcp']);");
  });
});
