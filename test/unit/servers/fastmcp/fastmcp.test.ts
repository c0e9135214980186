import { describe, expect, test } from 'vitest';
import { fastMcpAdapter } from '../../../../src/servers/fastmcp/adapter.ts';
import { detect } from '../../../../src/servers/detect.ts';
import { apply, diff, fixture, run, snapshotOf, type Files } from '../fetch/support.ts';

const FASTMCP = `import { FastMCP } from 'fastmcp';`;
const START = `server.start({ transportType: 'httpStream', httpStream: { port: 4000 } });`;

function server(...lines: string[]): Files {
  return { 'src/index.ts': [FASTMCP, '', ...lines, ''].join('\n') };
}

function changed(files: Files, path = 'src/index.ts'): string[] {
  const { edits } = run(fastMcpAdapter, files);
  return diff(files[path] ?? '', apply(files, edits)[path] ?? '');
}

function refusal(files: Files): string {
  const { edits } = run(fastMcpAdapter, files);
  expect(edits.map(({ kind }) => kind)).toEqual(['skip']);
  const [edit] = edits;
  return edit?.kind === 'skip' ? edit.reason : '';
}

describe('the fixture fastmcp-ts', () => {
  const before = fixture('fastmcp-ts', 'before');

  test('changes exactly as its golden files show', () => {
    const { edits } = run(fastMcpAdapter, before);
    const golden = fixture('fastmcp-ts', 'after');
    expect(edits.map(({ path }) => path).sort()).toEqual(Object.keys(golden).sort());
    expect(apply(before, edits)).toEqual({ ...before, ...golden });
  });

  test('needs nothing the second time', () => {
    const after = apply(before, run(fastMcpAdapter, before).edits);
    expect(run(fastMcpAdapter, after).edits).toEqual([]);
  });

  test('the entry is the file in which the server is created, the port that of the file that starts it', () => {
    expect(run(fastMcpAdapter, before).match).toMatchObject({
      entry: 'src/server.ts',
      paths: ['/mcp', '/sse', '/messages'],
      port: 3400,
      transports: ['streamable-http', 'sse'],
      confidence: 2,
    });
  });
});

describe('what is recognised', () => {
  test.each([
    [`server.start({ transportType: 'httpStream', httpStream: { port: 4000 } });`, ['streamable-http', 'sse']],
    [`server.start({ transportType: isHttp ? 'httpStream' : 'stdio' });`, ['streamable-http', 'sse', 'stdio']],
    [
      `server.start(isHttp ? { transportType: 'httpStream' } : { transportType: 'stdio' });`,
      ['streamable-http', 'sse', 'stdio'],
    ],
    [`server.start();`, ['streamable-http', 'sse', 'stdio']],
    [`server.start({ transportType });`, ['streamable-http', 'sse', 'stdio']],
  ])('%s', (start, transports) => {
    const { match } = run(
      fastMcpAdapter,
      server('const server = new FastMCP({ name: "a", version: "1.0.0" });', start),
    );
    expect(match?.transports).toEqual(transports);
  });

  test('nothing where all that is started speaks stdio', () => {
    const files = server(
      'const server = new FastMCP({ name: "a", version: "1.0.0" });',
      `server.start({ transportType: 'stdio' });`,
    );
    expect(run(fastMcpAdapter, files).matches).toEqual([]);
  });

  test('not a class of the same name from elsewhere', () => {
    const files = { 'src/index.ts': `import { FastMCP } from './mine.js';\nnew FastMCP({}).start();\n` };
    expect(run(fastMcpAdapter, files).matches).toEqual([]);
  });

  test('endpoint and base path', () => {
    const files = server(
      'const server = new FastMCP({ name: "a", version: "1.0.0" });',
      `server.start({ transportType: 'httpStream', httpStream: { endpoint: '/rpc', basePath: '/v1', port: 1 } });`,
    );
    expect(run(fastMcpAdapter, files).match?.paths).toEqual(['/v1/rpc', '/sse', '/messages']);
    expect(changed(files)).toContain(`+ protectMcp(server, { open: ['/v1/health', '/v1/ready'] });`);
  });
});

describe('how the gate is put in', () => {
  test.each([
    [
      'options on one line',
      [`const server = new FastMCP({ name: 'a', version: '1.0.0' });`, START],
      [`+ const server = new FastMCP({ authenticate, name: 'a', version: '1.0.0' });`, '+ protectMcp(server);'],
    ],
    [
      'a class field',
      [
        `class App {`,
        `  server = new FastMCP({ name: 'a' });`,
        '  constructor() {',
        '    this.add();',
        '  }',
        '}',
        START,
      ],
      [`+ server = new FastMCP({ authenticate, name: 'a' });`, '+ protectMcp(this.server);'],
    ],
    [
      'a factory',
      [`export function create() {`, `  return new FastMCP({ name: 'a' });`, '}', START],
      [`+ return protectMcp(new FastMCP({ authenticate, name: 'a' }));`],
    ],
    [
      'options under a name',
      [`const options = { name: 'a', version: '1.0.0' } as const;`, 'const server = new FastMCP(options);', START],
      [`+ const options = { authenticate, name: 'a', version: '1.0.0' } as const;`, '+ protectMcp(server);'],
    ],
    [
      'a name that is taken',
      [`const authenticate = 1;`, `const server = new FastMCP({ name: 'a' });`, START],
      [`+ const server = new FastMCP({ authenticate: authenticate2, name: 'a' });`, '+ protectMcp(server);'],
    ],
  ])('%s', (_, lines, expected) => {
    expect(changed(server(...lines))).toEqual(expect.arrayContaining(expected));
  });

  test('routes beside MCP stay open, but none that leads to MCP', () => {
    const files = server(
      `const server = new FastMCP({ name: 'a', health: { path: '/healthz' } });`,
      `const app = server.getApp();`,
      `app.get('/about', about).post('/hook', hook);`,
      `app.get('/users/:id', user);`,
      `app.all('/messages/x', x);`,
      `app.all('/mcp', x);`,
      START,
    );
    expect(changed(files)).toContain(`+ protectMcp(server, { open: ['/healthz', '/about', '/hook'] });`);
  });

  test('every server that one program can start gets its gate', () => {
    const files = server(
      `const one = new FastMCP({ name: 'a' });`,
      `const two = new FastMCP({ name: 'b' });`,
      `one.start({ transportType: 'httpStream' });`,
      `two.start({ transportType: 'httpStream' });`,
    );
    expect(changed(files)).toEqual(expect.arrayContaining(['+ protectMcp(one);', '+ protectMcp(two);']));
  });
});

describe('what is left to a person', () => {
  test.each([
    ['options from elsewhere', [`const server = new FastMCP(load());`, START], 'not written as an object'],
    ['options that are spread', [`const server = new FastMCP({ ...base, name: 'a' });`, START], 'are spread'],
    [
      'a derived class beside it',
      [`class Own extends FastMCP {}`, `const server = new FastMCP({ name: 'a' });`, START],
      'derives a class from FastMCP',
    ],
  ])('%s', (_, lines, reason) => {
    expect(refusal(server(...lines))).toContain(reason);
  });

  test('another way to MCP in the same program', () => {
    const files = server(
      `import express from 'express';`,
      `import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';`,
      `const server = new FastMCP({ name: 'a' });`,
      START,
      `const app = express();`,
      `app.all('/other', async (req, res) => { const t = new StreamableHTTPServerTransport({}); await t.handleRequest(req, res); });`,
    );
    expect(refusal(files)).toContain('serves MCP as well, on Express');
  });
});

describe('the whole detection', () => {
  const detected = (...lines: string[]) => detect(snapshotOf(server(...lines)));

  test('lists the tools that are added, one by one, in lists and in other files', () => {
    const { detection } = detect(
      snapshotOf({
        ...server(
          `import { addMore } from './more.js';`,
          `const server = new FastMCP({ name: 'a', version: '1.0.0' });`,
          `server.addTool({ name: 'one', annotations: { readOnlyHint: true }, execute });`,
          `const TOOLS = [{ name: 'two', execute }];`,
          `server.addTools(TOOLS);`,
          `addMore(server);`,
          START,
        ),
        'src/more.ts': `import type { FastMCP } from 'fastmcp';\nexport function addMore(server: FastMCP) { server.addTool({ name: 'three', execute }); }\n`,
      }),
    );
    expect(detection).toMatchObject({ framework: 'fastmcp', unresolvedTools: [] });
    expect(detection.tools.map(({ name }) => name).sort()).toEqual(['one', 'three', 'two']);
    expect(detection.tools.find(({ name }) => name === 'one')?.annotations).toEqual({ readOnlyHint: true });
  });

  test.each(['authenticate: check', 'auth: provider', 'oauth: { enabled: true }', 'authenticate'])(
    'fastmcp’s own %s is a login already',
    (option) => {
      const lines = [`const server = new FastMCP({ name: 'a', ${option} });`, START];
      expect(() => detected(...lines)).toThrow(/authenticates its clients already: it gives FastMCP the option/);
    },
  );

  test('stdio only, with what to write instead', () => {
    const lines = [`const server = new FastMCP({ name: 'a' });`, `server.start({ transportType: 'stdio' });`];
    expect(() => detected(...lines)).toThrow(expect.objectContaining({ code: 'stdio-only' }));
  });

  test('a derived class is not guessed at', () => {
    const lines = [`class Own extends FastMCP {}`, `new Own({}).start();`];
    expect(() => detected(...lines)).toThrow(expect.objectContaining({ code: 'unsupported-shape' }));
  });
});
