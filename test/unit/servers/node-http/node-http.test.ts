import { describe, expect, test } from 'vitest';
import { nodeHttpAdapter } from '../../../../src/servers/node-http/adapter.ts';
import { apply, diff, fixture, run, type Files } from '../fetch/support.ts';

const HTTP = `import http, { createServer } from 'node:http';`;
const STREAMABLE = `import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';`;
const HANDLER = `async (req, res) => {
  const transport = new StreamableHTTPServerTransport({});
  await newServer().connect(transport);
  await transport.handleRequest(req, res);
}`;

function server(...lines: string[]): Files {
  return { 'src/index.ts': [HTTP, STREAMABLE, '', `const mcp = ${HANDLER};`, ...lines, ''].join('\n') };
}

function edited(files: Files, path = 'src/index.ts'): string {
  const { edits } = run(nodeHttpAdapter, files);
  const after = apply(files, edits);
  expect(run(nodeHttpAdapter, after).edits, 'a second run').toEqual([]);
  return after[path] ?? '';
}

/** The `open` paths that a handler with these statements gets. */
function open(...statements: string[]): string[] {
  const text = edited(server(`createServer(async (req, res) => {`, ...statements, '});'));
  const list = /\{ open: \[(.*?)\] \}/.exec(text)?.[1];
  return list === undefined ? [] : list.split(', ').map((path) => path.slice(1, -1));
}

const PATHNAME = "const { pathname } = new URL(req.url ?? '/', 'http://localhost');";
const HEALTH = "if (pathname === '/health') { res.end('ok'); return; }";

describe.each(['node-http-ts', 'node-http-cjs'])('the fixture %s', (name) => {
  const before = fixture(name, 'before');

  test('changes exactly as its golden file shows, and not again', () => {
    const { edits } = run(nodeHttpAdapter, before);
    const after = apply(before, edits);
    expect(after).toEqual({ ...before, ...fixture(name, 'after') });
    expect(run(nodeHttpAdapter, after).edits).toEqual([]);
  });

  test('is recognised with its endpoint and port, before and after', () => {
    const first = run(nodeHttpAdapter, before);
    expect(first.match).toMatchObject({ paths: ['/mcp'], port: 3000, transports: ['streamable-http'], confidence: 2 });
    const second = run(nodeHttpAdapter, apply(before, first.edits));
    expect({ ...second.match, handle: null }).toEqual({ ...first.match, handle: null });
  });
});

describe('the listener is wrapped, however it is handed over', () => {
  test.each([
    ['createServer(mcp).listen(3000);', 'createServer(protectMcp(mcp)).listen(3000);'],
    ['http.createServer(mcp);', 'http.createServer(protectMcp(mcp));'],
    ['createServer({ keepAlive: true }, mcp);', 'createServer({ keepAlive: true }, protectMcp(mcp));'],
    ['createServer((req, res) => mcp(req, res));', 'createServer(protectMcp((req, res) => mcp(req, res)));'],
    [
      'createServer((req, res) => { mcp(req, res).catch(fail); });',
      'createServer(protectMcp((req, res) => { mcp(req, res).catch(fail); }));',
    ],
    ['createServer(logged(mcp));', 'createServer(protectMcp(logged(mcp)));'],
    ["const s = createServer(); s.on('request', mcp);", "const s = createServer(); s.on('request', protectMcp(mcp));"],
  ])('%s', (before, after) => {
    const files = server(before);
    expect(diff(files['src/index.ts']!, edited(files))).toEqual([
      `- ${before}`,
      "+ import { protectMcp } from './auth/node-http.js';",
      `+ ${after}`,
    ]);
  });

  test('as a method of a class', () => {
    const files = server(
      'class Server {',
      '  private http = createServer((req, res) => this.handle(req, res));',
      '  private async handle(req, res) { await mcp(req, res); }',
      '}',
    );
    expect(edited(files)).toContain('createServer(protectMcp((req, res) => this.handle(req, res)));');
  });

  test('from another file, with https and a namespace import', () => {
    const files: Files = {
      'src/index.ts': `import * as https from 'https';\nimport { onRequest } from './handler.js';\nhttps.createServer(options, onRequest).listen(8443);\n`,
      'src/handler.ts': `${STREAMABLE}\nexport async function onRequest(req, res) {\n  if (req.url !== '/mcp') { res.writeHead(404).end(); return; }\n  await transportFor(req).handleRequest(req, res);\n}\n`,
    };
    expect(run(nodeHttpAdapter, files).match).toMatchObject({
      entry: 'src/index.ts',
      paths: ['/mcp'],
      port: 8443,
      confidence: 1,
    });
    expect(edited(files)).toContain('https.createServer(options, protectMcp(onRequest)).listen(8443);');
  });

  test('and not where it is the app of a framework', () => {
    const files: Files = {
      'src/index.ts': `${HTTP}\nimport express from 'express';\n${STREAMABLE}\nconst app = express();\napp.post('/mcp', ${HANDLER});\ncreateServer(app).listen(3000);\ncreateServer((req, res) => app(req, res));\n`,
    };
    expect(run(nodeHttpAdapter, files).matches).toEqual([]);
  });
});

describe('the endpoint', () => {
  test.each([
    ["if (req.url === '/mcp') await mcp(req, res);", ['/mcp']],
    ["if (req.url?.startsWith('/api/mcp')) { await mcp(req, res); }", ['/api/mcp']],
    [`${PATHNAME} if (pathname !== '/x') { res.end(); return; } await mcp(req, res);`, ['/x']],
    [
      `${PATHNAME} if (pathname !== '/x' && pathname !== '/y') { res.end(); return; } await mcp(req, res);`,
      ['/x', '/y'],
    ],
    [`${PATHNAME} if (!['/x', '/y'].includes(pathname)) { res.end(); return; } await mcp(req, res);`, ['/x', '/y']],
    [`${PATHNAME} const isMcp = pathname === '/x'; if (isMcp) await mcp(req, res);`, ['/x']],
    [
      `${PATHNAME} switch (pathname) { case '/health': res.end(); break; case '/x': await mcp(req, res); break; default: res.end(); }`,
      ['/x'],
    ],
    ["if (req.url.split('?')[0] === '/x' && req.method === 'POST') { await mcp(req, res); }", ['/x']],
    ["try { if (req.method === 'POST' && req.url === '/x') await mcp(req, res); } catch { res.end(); }", ['/x']],
    ['await mcp(req, res);', ['/mcp']],
  ])('%s', (statements, paths) => {
    expect(run(nodeHttpAdapter, server(`createServer(async (req, res) => { ${statements} });`)).match?.paths).toEqual(
      paths,
    );
  });
});

describe('a path stays open', () => {
  test('when it is answered before the endpoint is', () => {
    expect(
      open(PATHNAME, HEALTH, "if (pathname === '/mcp') { await mcp(req, res); return; }", 'res.writeHead(404).end();'),
    ).toEqual(['/health']);
  });

  test('with another condition, when every way to MCP is behind a test', () => {
    expect(
      open(
        "if (req.method === 'GET' && req.url === '/health') { res.end(); return; }",
        "if (req.url !== '/mcp') { res.end(); return; }",
        'await mcp(req, res);',
      ),
    ).toEqual(['/health']);
  });

  test('with others in one test, in a chain, and in a switch', () => {
    expect(
      open(
        "if (req.url === '/' || req.url === '/health') res.end();",
        "else if (req.url === '/mcp') await mcp(req, res);",
      ),
    ).toEqual(['/', '/health']);
    expect(
      open(
        PATHNAME,
        "switch (pathname) { case '/a': case '/b': res.end(); break; case '/mcp': await mcp(req, res); break; }",
      ),
    ).toEqual(['/a', '/b']);
  });

  test('when the pathname alone decides and the answer ends the handler, though nothing else is tested', () => {
    expect(open(PATHNAME, HEALTH, 'await mcp(req, res);')).toEqual(['/health']);
  });
});

describe('a path does not stay open', () => {
  test('when a query would lead around its test to MCP', () => {
    expect(open("if (req.url === '/health') { res.end(); return; }", 'await mcp(req, res);')).toEqual([]);
  });

  test('when another method would', () => {
    expect(
      open(
        PATHNAME,
        "if (req.method === 'GET' && pathname === '/health') { res.end(); return; }",
        'await mcp(req, res);',
      ),
    ).toEqual([]);
    expect(
      open(
        PATHNAME,
        "if (req.method === 'GET') { if (pathname === '/health') { res.end(); return; } }",
        'await mcp(req, res);',
      ),
    ).toEqual([]);
  });

  test('when its branch goes on to MCP', () => {
    expect(open(PATHNAME, "if (pathname === '/health') { log(); }", 'await mcp(req, res);')).toEqual([]);
    expect(
      open(PATHNAME, "if (pathname === '/health') { await mcp(req, res); return; }", 'await mcp(req, res);'),
    ).toEqual([]);
  });

  test('when MCP comes first', () => {
    expect(open(PATHNAME, "if (req.method === 'POST') await mcp(req, res);", HEALTH)).toEqual([]);
  });

  test('when it is only a prefix, or what it is compared with is not certain', () => {
    expect(
      open("if (req.url.startsWith('/public')) { res.end(); return; }", "if (req.url === '/mcp') await mcp(req, res);"),
    ).toEqual([]);
    expect(
      open(
        'if (req.url === process.env.HEALTH) { res.end(); return; }',
        "if (req.url === '/mcp') await mcp(req, res);",
      ),
    ).toEqual([]);
  });

  test('when the endpoint answers below a prefix that covers it', () => {
    expect(
      open(
        "if (req.url === '/mcp/health') { res.end(); return; }",
        "if (req.url.startsWith('/mcp')) await mcp(req, res);",
      ),
    ).toEqual([]);
  });
});

test('people hear which paths are closed now', () => {
  const files = server(
    'createServer(async (req, res) => {',
    "if (req.url === '/health') { res.end(); return; }",
    'await mcp(req, res);',
    '});',
  );
  expect(run(nodeHttpAdapter, files).match?.notes).toEqual([expect.stringContaining('so on /health too')]);
});

describe('the legacy transport', () => {
  test('has its stream and its messages behind the gate', () => {
    const files: Files = {
      'src/index.ts': [
        HTTP,
        "import { SSEServerTransport } from '@modelcontextprotocol/sdk/server/sse.js';",
        'const sessions = new Map<string, SSEServerTransport>();',
        'createServer(async (req, res) => {',
        "  const url = new URL(req.url!, 'http://localhost');",
        "  if (req.method === 'GET' && url.pathname === '/sse') {",
        "    const transport = new SSEServerTransport('/messages', res);",
        '    await newServer().connect(transport);',
        "  } else if (req.method === 'POST' && url.pathname === '/messages') {",
        "    await sessions.get(url.searchParams.get('sessionId') ?? '')?.handlePostMessage(req, res);",
        "  } else if (url.pathname === '/healthz') {",
        '    res.end();',
        '  }',
        '});',
        '',
      ].join('\n'),
    };
    expect(run(nodeHttpAdapter, files).match).toMatchObject({ paths: ['/sse', '/messages'], transports: ['sse'] });
    expect(edited(files)).toContain("}, { open: ['/healthz'] }));");
  });
});

describe('refused with the snippet', () => {
  test('a second way to the transport that no listener explains', () => {
    const { edits } = run(nodeHttpAdapter, server('createServer(mcp);', `table.add(${HANDLER});`));
    expect(edits).toMatchObject([{ kind: 'skip', reason: expect.stringContaining('could not be found') as string }]);
  });
});
