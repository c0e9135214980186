import { describe, expect, test } from 'vitest';
import { detect } from '../../../../src/servers/detect.ts';
import { mcpFrameworkAdapter } from '../../../../src/servers/mcp-framework/adapter.ts';
import { createCodeModel } from '../../../../src/servers/model.ts';
import { listTools } from '../../../../src/servers/tools/index.ts';
import { apply, diff, fixture, run, snapshotOf, type Files } from '../fetch/support.ts';

const IMPORT = `import { MCPServer } from 'mcp-framework';`;
const HTTP = `{ transport: { type: 'http-stream', options: { port: 1337 } } }`;

function server(...lines: string[]): Files {
  return { 'src/index.ts': [IMPORT, '', ...lines, ''].join('\n') };
}

function changed(files: Files): string[] {
  const { edits } = run(mcpFrameworkAdapter, files);
  return diff(files['src/index.ts'] ?? '', apply(files, edits)['src/index.ts'] ?? '');
}

function refusal(files: Files): string {
  const [edit, ...others] = run(mcpFrameworkAdapter, files).edits;
  expect(others).toEqual([]);
  return edit?.kind === 'skip' ? edit.reason : 'not refused';
}

describe('the fixture mcp-framework-ts', () => {
  const before = fixture('mcp-framework-ts', 'before');

  test('changes exactly as its golden files show', () => {
    const { edits } = run(mcpFrameworkAdapter, before);
    expect(apply(before, edits)).toEqual({ ...before, ...fixture('mcp-framework-ts', 'after') });
  });

  test('needs nothing the second time', () => {
    const after = apply(before, run(mcpFrameworkAdapter, before).edits);
    expect(run(mcpFrameworkAdapter, after).edits).toEqual([]);
  });

  test('both transports and all tools are found', () => {
    expect(run(mcpFrameworkAdapter, before).match).toMatchObject({
      entry: 'src/index.ts',
      paths: ['/mcp', '/sse', '/messages'],
      port: 8080,
      transports: ['streamable-http', 'sse'],
    });
    const { tools, unresolved } = listTools(createCodeModel(snapshotOf(before)), { entries: ['src/index.ts'] });
    expect(tools.map(({ name }) => name)).toEqual(['create-task', 'delete-task', 'search-tasks', 'whoami']);
    expect(unresolved).toEqual([]);
  });
});

describe('what is recognised', () => {
  test.each([
    [`new MCPServer(${HTTP})`, ['streamable-http'], ['/mcp']],
    [
      `new MCPServer({ transport: { type: 'http-stream', options: { endpoint: '/rpc' } } })`,
      ['streamable-http'],
      ['/rpc'],
    ],
    [
      `new MCPServer({ transport: { type: 'sse', options: { endpoint: '/events' } } })`,
      ['sse'],
      ['/events', '/messages'],
    ],
    [
      `new MCPServer({ transport: isLocal ? { type: 'stdio' } : { type: 'http-stream' } })`,
      ['streamable-http', 'stdio'],
      ['/mcp'],
    ],
    [`new MCPServer({ transport: pick() })`, ['streamable-http', 'sse', 'stdio'], ['/mcp', '/sse', '/messages']],
    [
      `new MCPServer({ transport: { type: kind } })`,
      ['streamable-http', 'sse', 'stdio'],
      ['/mcp', '/sse', '/messages'],
    ],
  ])('%s', (creation, transports, paths) => {
    const { match } = run(mcpFrameworkAdapter, server(`const server = ${creation};`, 'server.start();'));
    expect(match).toMatchObject({ transports, paths });
  });

  test('a transport that is put into the options later', () => {
    const files = server(
      `const config: any = { name: 'a' };`,
      `config.transport = { type: process.env.KIND };`,
      'const server = new MCPServer(config);',
      'server.start();',
    );
    expect(run(mcpFrameworkAdapter, files).match?.paths).toEqual(['/mcp', '/sse', '/messages']);
  });

  test.each(['new MCPServer()', `new MCPServer({ name: 'a' })`, `new MCPServer({ transport: { type: 'stdio' } })`])(
    'nothing in %s: it speaks stdio',
    (creation) => {
      const files = server(`const server = ${creation};`, 'server.start();');
      expect(run(mcpFrameworkAdapter, files).matches).toEqual([]);
      expect(() => detect(snapshotOf(files))).toThrow(/speaks stdio only/);
    },
  );

  test.each([
    ['a getter', `const options = { get transport() { return http; } };`],
    ['a name that is computed', `const options = { ['trans' + 'port']: http };`],
    ['a later assignment', `const options = {};\n(options as any)['transport'] = http;`],
    ['Object.assign', `const options = {};\nObject.assign(options, own);`],
    ['a list that grows', `const options = { transports: [] };\noptions.transports.push(http);`],
  ])('what may listen, by %s', (_, options) => {
    const files = server(options, 'new MCPServer(options).start();');
    expect(run(mcpFrameworkAdapter, files).match?.paths).toEqual(['/mcp', '/sse', '/messages']);
  });

  test('not a class of the same name from elsewhere', () => {
    const files = { 'src/index.ts': `import { MCPServer } from './mine.js';\nnew MCPServer(${HTTP}).start();\n` };
    expect(run(mcpFrameworkAdapter, files).matches).toEqual([]);
  });
});

describe('tools', () => {
  function toolsOf(source: string): ReturnType<typeof listTools> {
    const files = server(`new MCPServer(${HTTP}).start();`);
    const head = `import { MCPApp, MCPTool } from 'mcp-framework';\n`;
    return listTools(createCodeModel(snapshotOf({ ...files, 'src/tools/a.ts': head + source })), {
      entries: ['src/index.ts'],
    });
  }

  test.each([
    [`export default class A extends MCPTool { name = 'one'; }`, ['one']],
    [`const NAME = 'two';\nclass A extends MCPTool { name = NAME; }\nexport default A;`, ['two']],
    [
      `abstract class Base extends MCPTool { name = 'none'; }\nexport class A extends Base { name = 'three'; }`,
      ['three'],
    ],
    [`export default class A extends MCPApp { tools = [{ name: 'four' }, { name: 'five' }]; }`, ['four', 'five']],
    [`class A { name = 'other'; }`, []],
  ])('%s', (source, names) => {
    expect(toolsOf(source).tools.map(({ name }) => name)).toEqual(names);
  });

  test('a name that only the running program knows is told', () => {
    const { tools, unresolved } = toolsOf(`export default class A extends MCPTool { name = process.env.NAME!; }`);
    expect(tools).toEqual([]);
    expect(unresolved).toMatchObject([{ file: 'src/tools/a.ts', line: 2 }]);
  });
});

describe('how the gate is put in', () => {
  test.each([
    ['after the creation', [`const server = new MCPServer(${HTTP});`, 'server.start();'], ['+ protectMcp(server);']],
    [
      'in a branch',
      ['let server: MCPServer;', 'if (isHttp) {', `  server = new MCPServer(${HTTP});`, '  server.start();', '}'],
      ['+ protectMcp(server);'],
    ],
    [
      'around it, where it has no name',
      [`void new MCPServer(${HTTP}).start();`],
      [`- void new MCPServer(${HTTP}).start();`, `+ void protectMcp(new MCPServer(${HTTP})).start();`],
    ],
    [
      'with a health check of another path left open',
      [
        `const server = new MCPServer({ transport: { type: 'http-stream', options: { health: { path: '/up' } } } });`,
        'server.start();',
      ],
      [`+ protectMcp(server, { open: ['/up'] });`],
    ],
  ])('%s', (_what, lines, expected) => {
    expect(changed(server(...lines))).toEqual(
      expect.arrayContaining([`+ import { protectMcp } from './auth/mcp-framework.js';`, ...expected]),
    );
  });
});

describe('what is left alone', () => {
  test.each([
    [
      'a class of its own',
      [`class Mine extends MCPServer {}`, `const server = new MCPServer(${HTTP});`],
      'derives a class',
    ],
    [
      'Fetch requests',
      [`const server = new MCPServer(${HTTP});`, 'export const answer = (r: Request) => server.handleRequest(r);'],
      'without a server',
    ],
    [
      'AWS Lambda',
      [`const server = new MCPServer(${HTTP});`, 'export const handler = server.createLambdaHandler();'],
      'without a server',
    ],
    [
      'tasks, which are everybody’s',
      [`const server = new MCPServer({ tasks: { enabled: true }, transport: { type: 'http-stream' } });`],
      'shows to every user',
    ],
  ])('%s', (_what, lines, reason) => {
    expect(refusal(server(...lines, 'server.start();'))).toContain(reason);
  });

  test.each([
    ['http-stream', '0.2.11', /older than 0\.2\.15:/],
    ['sse', '0.2.16', /older than 0\.2\.22, and may serve sse:/],
  ])('a version whose %s is not fit for it', (type, version, reason) => {
    const files = server(`const server = new MCPServer({ transport: { type: '${type}' } });`, 'server.start();');
    const model = createCodeModel({ ...snapshotOf(files), versionOf: () => version });
    const [match] = mcpFrameworkAdapter.recognise(model);
    const scopes = { toolScopes: {}, publicTools: [], baseScopes: [] };
    const [edit] = mcpFrameworkAdapter.edit(model, match!, { authDir: 'src/auth', resource: 'http://a/mcp', scopes });
    expect(edit).toMatchObject({ kind: 'skip', reason: expect.stringMatching(reason) as string });
  });

  test.each([
    `{ transport: { type: 'http-stream', options: { auth: { provider } } } }`,
    `{ transport: { type: 'http-stream', auth: { provider } } }`,
    `{ auth: { provider }, transport: { type: 'http-stream' } }`,
  ])('an auth provider: %s', (options) => {
    const files = server(`const server = new MCPServer(${options});`, 'server.start();');
    expect(() => detect(snapshotOf(files))).toThrow(/gives MCPServer the option auth \(src\/index\.ts:3\)/);
  });
});
