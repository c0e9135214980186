import { describe, expect, test } from 'vitest';
import type { CliError } from '../../../../src/errors.ts';
import { detect } from '../../../../src/servers/detect.ts';
import { createCodeModel } from '../../../../src/servers/model.ts';
import { selfHostedAdapters } from '../../../../src/servers/self-hosted/adapter.ts';
import { listTools } from '../../../../src/servers/tools/index.ts';
import { apply, diff, fixture, run, snapshotOf, type Files } from '../fetch/support.ts';

const [mcpUse, skybridge] = selfHostedAdapters as [(typeof selfHostedAdapters)[0], (typeof selfHostedAdapters)[0]];
const USE_1 = `import { MCPServer, createMCPServer } from 'mcp-use/server';`;
const USE_2 = `import { MCPServer } from 'mcp-use';`;
const SKYBRIDGE = `import { McpServer, Skybridge } from 'skybridge/server';`;

const START = `new MCPServer({ name: 'a' }).listen();`;
const START_OPTIONS = 'new MCPServer(options).listen();';

const NO_SCOPES = { toolScopes: {}, publicTools: [], baseScopes: [] };

type Adapter = typeof mcpUse;

function program(...lines: string[]): Files {
  return { 'src/index.ts': [...lines, ''].join('\n') };
}

function changed(adapter: Adapter, files: Files): string[] {
  return diff(files['src/index.ts'] ?? '', apply(files, run(adapter, files).edits)['src/index.ts'] ?? '');
}

function refusal(adapter: Adapter, files: Files): string {
  const [edit, ...others] = run(adapter, files).edits;
  expect(others).toEqual([]);
  return edit?.kind === 'skip' ? edit.reason : 'not refused';
}

describe.each([
  ['mcp-use-1', mcpUse, 'src/index.ts', ['/mcp', '/sse']],
  ['mcp-use-2', mcpUse, 'src/index.ts', ['/tasks/mcp']],
  ['skybridge-0', skybridge, 'src/server.ts', ['/mcp']],
  ['skybridge-1', skybridge, 'src/server.ts', ['/mcp']],
  ['skybridge-2', skybridge, 'src/server.ts', ['/mcp']],
])('the fixture %s', (name, adapter, entry, paths) => {
  const before = fixture(name, 'before');

  test('changes exactly as its golden files show', () => {
    expect(apply(before, run(adapter, before).edits)).toEqual({ ...before, ...fixture(name, 'after') });
  });

  test('needs nothing the second time', () => {
    const after = apply(before, run(adapter, before).edits);
    expect(run(adapter, after).edits).toEqual([]);
  });

  test('its paths and tools are found', () => {
    expect(run(adapter, before).match).toMatchObject({ entry, paths, port: 3000 });
    const { tools, unresolved } = listTools(createCodeModel(snapshotOf(before)), { entries: [entry] });
    expect(tools.map((tool) => tool.name).sort()).toEqual(['delete-task', 'search-tasks', 'whoami']);
    expect(tools.find((tool) => tool.annotations?.readOnlyHint)?.name).toBe('search-tasks');
    expect(unresolved).toEqual([]);
  });
});

describe('mcp-use', () => {
  test.each([
    [USE_1, `const server = createMCPServer('tasks', { version: '1.0.0' });`, 'await server.listen(4000);', 4000],
    [USE_1, `const server = new MCPServer({ name: 'tasks' }).tool({ name: 'a' }, f);`, 'server.listen();', 3000],
    [USE_2, `const server = new MCPServer({ name: 'tasks' });`, 'export default server;', 3000],
  ])('is recognised: %s %s %s', (head, creation, start, port) => {
    const { match } = run(mcpUse, program(head, creation, start));
    expect(match).toMatchObject({ entry: 'src/index.ts', transports: ['streamable-http'], port });
  });

  test('a server with calls chained to its creation is wrapped: nothing comes before the gate', () => {
    const files = program(USE_1, `const server = new MCPServer({ name: 'a' }).use(log);`, 'server.listen();');
    expect(changed(mcpUse, files)).toContain(
      `+ const server = protectMcp(new MCPServer({ name: 'a' }), ['/mcp', '/sse']).use(log);`,
    );
  });

  test('a path that is added since the last run joins the list', () => {
    const files = program(
      USE_2,
      `import { protectMcp } from './auth/mcp-use.js';`,
      `const server = new MCPServer({ name: 'a', basePath: '/rpc' });`,
      `protectMcp(server, ['/mcp']);`,
      'server.listen();',
    );
    expect(changed(mcpUse, files)).toContain(`+ protectMcp(server, ['/mcp', '/rpc']);`);
  });

  test.each([
    [[`const server = new MCPServer({ name: 'a', basePath: process.argv[2] });`, 'server.listen();'], /run time/],
    [[`const server = new MCPServer({ ...options });`, 'server.listen();'], /run time/],
    [[`class Mine extends MCPServer {}`, `new MCPServer({ name: 'a' }).listen();`], /derives a class/],
    [[`const server = new MCPServer({ name: 'a' });`, 'server.listen();', 'new MCPServer({});'], /what starts it/],
    [
      [
        `import { createNextHandler } from 'mcp-use/next';`,
        `const server = new MCPServer({ name: 'a' });`,
        'export const { GET } = createNextHandler(server);',
        'export default server;',
      ],
      /host of its own/,
    ],
    [
      [
        `const server = new MCPServer({ name: 'a' });`,
        'Bun.serve({ fetch: server.getHandler() });',
        'server.listen();',
      ],
      /host of its own/,
    ],
    [[`const server = new MCPServer({ name: 'a', ['base' + key]: '/rpc' });`, 'server.listen();'], /run time/],
    [[`const server = new MCPServer({ get basePath() { return path(); } });`, 'server.listen();'], /run time/],
    [[`const options = { name: 'a' } as Options;`, `(options as any).basePath = '/rpc';`, START_OPTIONS], /run time/],
    [[`const options = { name: 'a' };`, `Object.assign(options, own);`, START_OPTIONS], /run time/],
    [[`const Server = MCPServer;`, 'new Server({}).listen();', START], /hands MCPServer on/],
    [['make(MCPServer).listen();', START], /hands MCPServer on/],
    [[`import * as all from 'mcp-use';`, `new all['MCPServer']({}).listen();`, START], /hands MCPServer on/],
    [[`export { MCPServer };`, START], /hands MCPServer on/],
    [[`export * from 'mcp-use';`, START], /hands MCPServer on/],
  ])('is refused: %s', (lines, reason) => {
    expect(refusal(mcpUse, program(USE_2, ...lines))).toMatch(reason);
  });

  test('a server under another name gets its gate as well, and a path in quotes is one', () => {
    const files = program(
      `import { MCPServer, MCPServer as Other, type ServerConfig } from 'mcp-use';`,
      START,
      `new Other({ 'basePath': '/rpc' }).listen();`,
      'if (thing instanceof MCPServer) log();',
    );
    expect(changed(mcpUse, files)).toEqual(
      expect.arrayContaining([
        `+ protectMcp(new MCPServer({ name: 'a' }), ['/mcp']).listen();`,
        `+ protectMcp(new Other({ 'basePath': '/rpc' }), ['/rpc']).listen();`,
      ]),
    );
  });

  test('what is spread into the options and names no path changes none', () => {
    const creation = `new MCPServer({ name: 'a', basePath: '/rpc', ...(isPublic && { host: '0.0.0.0' }) })`;
    expect(run(mcpUse, program(USE_2, `export default ${creation};`)).match?.paths).toEqual(['/rpc']);
    expect(refusal(mcpUse, program(USE_2, `export default ${creation.replace('host', 'basePath')};`))).toMatch(
      /run time/,
    );
  });

  test('a function of Vercel is served by Vercel, which has to lead the metadata there as well', () => {
    const files = { 'api/mcp.ts': `${USE_2}\nexport default new MCPServer({ name: 'a', basePath: '/api/mcp' });\n` };
    expect(run(mcpUse, files).matches).toEqual([]);
  });

  test('an old version is refused', () => {
    const snapshot = snapshotOf(program(USE_1, `new MCPServer({ name: 'a' }).listen();`));
    const model = createCodeModel({ ...snapshot, versionOf: () => '1.2.4' });
    const [match] = mcpUse.recognise(model);
    const input = { authDir: 'src/auth', resource: 'http://localhost/mcp', scopes: NO_SCOPES };
    const [edit] = mcpUse.edit(model, match!, input);
    expect(edit).toMatchObject({ kind: 'skip', reason: expect.stringContaining('older than 1.11.0') as string });
  });
});

describe('skybridge', () => {
  test('a server that nothing runs is left to whoever serves it', () => {
    expect(run(skybridge, program(SKYBRIDGE, `new McpServer({ name: 'a' }, {});`)).matches).toEqual([]);
  });

  test('a transport of its own among its routes would stay open', () => {
    const files = program(
      SKYBRIDGE,
      `import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';`,
      `const server = new McpServer({ name: 'a' }, {});`,
      `server.use('/other', async (req, res) => {`,
      '  const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: undefined });',
      '  await server.connect(transport);',
      '  await transport.handleRequest(req, res, req.body);',
      '});',
      'server.run();',
    );
    expect(refusal(skybridge, files)).toMatch(/with a transport of its own/);
    const guarded = (files['src/index.ts'] ?? '').replace(
      '  await transport',
      '  if (!admitted(req, res)) return;\n  await transport',
    );
    const gated = program(`import { admitted } from './auth/admitted.js';`, guarded);
    expect(changed(skybridge, gated)).toContain('+ protectMcp(server);');
  });

  test('an express server beside it would stay open', () => {
    const files = program(
      SKYBRIDGE,
      `import express from 'express';`,
      `import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';`,
      `const server = new McpServer({ name: 'a' }, {});`,
      'const app = express();',
      `app.post('/other', async (req, res) => {`,
      '  const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: undefined });',
      '  await server.connect(transport);',
      '  await transport.handleRequest(req, res, req.body);',
      '});',
      'app.listen(3001);',
      'server.run();',
    );
    expect(refusal(skybridge, files)).toMatch(/serves MCP as well, on Express/);
  });
});

describe('their own login', () => {
  test.each([
    [USE_1, `new MCPServer({ name: 'a', oauth: oauthAuth0Provider() }).listen();`],
    [USE_1, `createMCPServer('a', { oauth }).listen();`],
    [USE_2, `export default new MCPServer({ name: 'a', oauth });`],
    [SKYBRIDGE, `new McpServer({ name: 'a' }, {}, { oauth: auth0Provider({}) }).registerTool(a, b).run();`],
    [SKYBRIDGE, `new Skybridge({ name: 'a', oauth: provider, handler }).run();`],
  ])('%s %s: protected already', (head, code) => {
    expect(() => detect(snapshotOf(program(head, code)))).toThrow(
      expect.objectContaining({ code: 'already-protected' }) as CliError,
    );
  });

  test('guards of the SDK that skybridge hands on', () => {
    const files = program(
      `import { McpServer, requireBearerAuth } from 'skybridge/server';`,
      `const server = new McpServer({ name: 'a' }, {}).use('/mcp', requireBearerAuth({ verifier }));`,
      'server.run();',
    );
    expect(() => detect(snapshotOf(files))).toThrow(expect.objectContaining({ code: 'already-protected' }) as CliError);
  });
});
