import { describe, expect, test } from 'vitest';
import { expressAdapter } from '../../../../src/servers/express/adapter.ts';
import { fetchAdapter } from '../../../../src/servers/fetch/adapter.ts';
import { honoAdapter } from '../../../../src/servers/hono/adapter.ts';
import { nextAdapter } from '../../../../src/servers/next/adapter.ts';
import { nodeHttpAdapter } from '../../../../src/servers/node-http/adapter.ts';
import { createCodeModel } from '../../../../src/servers/model.ts';
import { listTools } from '../../../../src/servers/tools/index.ts';
import type { ServerAdapter } from '../../../../src/servers/types.ts';
import { apply, diff, fixture, run, snapshotOf, type Files } from '../fetch/support.ts';

const NEXT = { 'package.json': '{ "dependencies": { "next": "^16.0.0" } }' };
const ROUTE = 'app/api/mcp/route.ts';

/** A route of Next.js with this code, and a response in the form of JSON-RPC. */
function route(...lines: string[]): Files {
  const reply = "const reply = (id: unknown, result: unknown) => Response.json({ jsonrpc: '2.0', id, result });";
  return { ...NEXT, [ROUTE]: [reply, ...lines, ''].join('\n') };
}

/** The body of a handler that has the message in `body`. */
const SWITCH = [
  '  switch (body.method) {',
  "    case 'initialize': return reply(body.id, { capabilities: { tools: {} } });",
  "    case 'tools/list': return reply(body.id, { tools: [{ name: 'a' }, { name: 'b' }] });",
  "    case 'tools/call': return reply(body.id, run(body.params.name));",
  '  }',
];

function post(...body: string[]): string[] {
  return ['export async function POST(request: Request) {', ...body, '}'];
}

function tools(files: Files): { names: string[]; unresolved: string[] } {
  const { tools: found, unresolved } = listTools(createCodeModel(snapshotOf(files)));
  return { names: found.map(({ name }) => name), unresolved: unresolved.map(({ reason }) => reason) };
}

function refusal<T>(adapter: ServerAdapter<T>, files: Files): string {
  const { edits } = run(adapter, files);
  expect(edits.map(({ kind }) => kind)).toEqual(['skip']);
  return edits[0]?.kind === 'skip' ? edits[0].reason : '';
}

const FIXTURES: [string, ServerAdapter][] = [
  ['express-json-rpc', expressAdapter as ServerAdapter],
  ['node-http-json-rpc', nodeHttpAdapter as ServerAdapter],
  ['hono-json-rpc', honoAdapter as ServerAdapter],
  ['fetch-json-rpc', fetchAdapter as ServerAdapter],
  ['next-json-rpc', nextAdapter as ServerAdapter],
];

describe.each(FIXTURES)('the fixture %s', (name, adapter) => {
  const before = fixture(name, 'before');

  test('changes exactly as its golden files show, and only once', () => {
    const after = apply(before, run(adapter, before).edits);
    expect(after).toEqual({ ...before, ...fixture(name, 'after') });
    expect(run(adapter, after).edits).toEqual([]);
  });

  test('has its tools in its own dispatch', () => {
    expect(tools(before)).toEqual({
      names: expect.arrayContaining(['search-tasks', 'create-task', 'delete-task', 'whoami']) as string[],
      unresolved: [],
    });
  });
});

describe('what is a dispatch', () => {
  const chain = [
    "  if (method === 'initialize') return reply(id, {});",
    "  if (method === 'tools/list') return reply(id, { tools: [] });",
    "  if (method === 'tools/call') return reply(id, run(params?.name));",
  ];

  test.each([
    ['a switch', post('  const body = await request.json();', ...SWITCH)],
    ['a chain of ifs', post('  const { id, method, params } = await request.json();', ...chain)],
    [
      'a chain that begins with what is no call',
      post(
        '  const { id, method, params } = await request.json();',
        "  if (method === 'tools/list') return reply(id, { tools: [] });",
        "  if (method !== 'tools/call') return reply(id, {});",
        '  return reply(id, run(params.name));',
      ),
    ],
    [
      'a message that a function has looked at first',
      post('  const { id, method, params } = parse(await request.json()).request;', ...chain),
    ],
    [
      'a table of handlers',
      [
        "const methods = { 'initialize': () => ({}), 'tools/list': () => ({ tools: [] }), 'tools/call': (p) => run(p.name) };",
        ...post('  const body = await request.json();', '  return reply(body.id, methods[body.method](body.params));'),
      ],
    ],
  ])('%s', (_, lines) => {
    const files = route(...lines);
    expect(run(nextAdapter, files).match).toMatchObject({ entry: ROUTE, paths: ['/api/mcp'] });
    const after = apply(files, run(nextAdapter, files).edits);
    expect(after[ROUTE]).toContain('export const POST = protectMcp(handlePOST);');
    expect(run(nextAdapter, after).edits).toEqual([]);
  });

  test.each([
    [
      'a client',
      'export const POST = () => send({ method: "tools/list" }).then(() => send({ method: "tools/call" }));',
    ],
    ['names in a list', "const known = ['tools/list', 'tools/call'];\nexport const POST = () => Response.json(known);"],
    [
      'a log of tool calls',
      post("  if ((await request.json()).method === 'tools/call') log('tools/list');").join('\n'),
    ],
    [
      'two expressions, one for each',
      post("  if (a.method === 'tools/list') x();", "  if (b.method === 'tools/call') y();").join('\n'),
    ],
  ])('%s is none', (_, code) => {
    expect(run(nextAdapter, route(code)).matches).toEqual([]);
  });

  test('the older SSE transport beside it goes behind the gate as well', () => {
    const files = {
      ...route(...post('  const body = await request.json();', ...SWITCH)),
      'app/sse/route.ts':
        'export function GET() {\n  return new Response(stream((send) => send(`event: endpoint\\ndata: /api/mcp\\n\\n`)));\n}\n',
    };
    const { match, edits } = run(nextAdapter, files, ROUTE);
    expect(match?.paths).toEqual(['/api/mcp', '/sse']);
    expect(apply(files, edits)['app/sse/route.ts']).toContain('export const GET = protectMcp(handleGET);');
  });
});

describe('tools', () => {
  const list = (...lines: string[]): Files =>
    route(
      ...lines,
      ...post(
        '  const body = await request.json();',
        '  switch (body.method) {',
        "    case 'tools/list': return reply(body.id, { tools: TOOLS });",
        "    case 'tools/call': return reply(body.id, run(body.params));",
        '  }',
      ),
    );
  const call = (...lines: string[]): Files =>
    route(
      ...post(
        '  const { id, method, params } = (await request.json()) ?? {};',
        "  if (method === 'tools/list') return reply(id, { tools: await upstream() });",
        "  if (method === 'tools/call') {",
        ...lines,
        '  }',
      ),
    );

  test.each([
    ['literals', list("const TOOLS = [{ name: 'a' }, { name: 'b' }];")],
    [
      'a list that is mapped',
      list("const ALL = [{ name: 'a' }, { name: 'b' }];", 'const TOOLS = ALL.map(({ name }) => ({ name }));'),
    ],
    [
      'the keys of a table',
      list('const T = { a: {}, b: {} };', 'const TOOLS = Object.keys(T).map((name) => ({ name }));'),
    ],
    ['two lists in one', list("const A = [{ name: 'a' }];", "const TOOLS = [...A, { name: 'b' }];")],
  ])('listed: %s', (_, files) => {
    expect(tools(files)).toEqual({ names: ['a', 'b'], unresolved: [] });
  });

  test.each([
    ['compared', "    if (params.name === 'a') return x();", "    if (params?.name === 'b') return y();"],
    [
      'in a switch',
      '    const tool = String(params?.name ?? "");',
      '    switch (tool) { case "a": return x(); case "b": return y(); }',
    ],
    [
      'taken apart',
      '    const { name, arguments: args } = params;',
      "    return name === 'a' ? x() : name === 'b' ? y() : z();",
    ],
    ['looked up', '    const T = { a: x, b: y };', '    return T[params.name](params.arguments);'],
    [
      'where it has to be a text',
      "    const n = typeof params?.name === 'string' ? params.name : null;",
      "    if (n === 'a' || n === 'b') return x();",
    ],
  ])('called: %s', (_, ...lines) => {
    expect(tools(call(...lines)).names).toEqual(['a', 'b']);
  });

  test('a list that comes from elsewhere is named', () => {
    expect(tools(call("    if (params.name === 'a') return x();"))).toMatchObject({
      names: ['a'],
      unresolved: [expect.stringContaining('')],
    });
  });

  test('the function that the name is handed on to', () => {
    const files = {
      ...route("import { answer } from '../../../lib/mcp';", ...post('  return answer(await request.json());')),
      'lib/mcp.ts': [
        'export async function answer(rpc: any) {',
        "  if (rpc.method === 'initialize') return ok({});",
        "  if (rpc.method === 'tools/list') return ok(list());",
        "  if (rpc.method === 'tools/call') return ok(await call(rpc.params?.name, rpc.params?.arguments));",
        '}',
        "function list() { return { tools: [{ name: 'a', annotations: { readOnlyHint: true } }] }; }",
        "async function call(name: string) { if (name === 'hidden') return x(); }",
        '',
      ].join('\n'),
    };
    expect(listTools(createCodeModel(snapshotOf(files))).tools).toEqual([
      { name: 'a', file: 'lib/mcp.ts', line: 6, annotations: { readOnlyHint: true } },
      { name: 'hidden', file: 'lib/mcp.ts', line: 7 },
    ]);
  });
});

describe('what is refused', () => {
  const answered = (source: string, subject: string, ...more: string[]): Files =>
    route(
      ...post(
        `  ${source}`,
        `  switch (${subject}) {`,
        "    case 'initialize': return reply(1, {});",
        "    case 'tools/list': return reply(1, { tools: [{ name: 'a' }] });",
        "    case 'tools/call': return reply(1, run(params.name));",
        ...more,
        '  }',
      ),
    );

  test.each([
    [
      'a method that the gate does not know',
      'const { method, params } = await request.json();',
      'method',
      "case 'call_tool': return run(params.name);",
      "'call_tool'",
    ],
    [
      'a method that is changed before it is compared',
      'const { method, params } = await request.json();',
      'method.toLowerCase()',
      '',
      'is the method of the body',
    ],
    [
      'a method from another place',
      'const { params } = await request.json(); const method = request.headers.get("x-method");',
      'method',
      '',
      'is the method of the body',
    ],
    [
      'a message inside of the message',
      'const body = await request.json(); const { params } = body;',
      'body.message.method',
      '',
      'is the method of the body',
    ],
    [
      'a message inside of the message, taken apart',
      'const { message: { method, params } } = await request.json();',
      'method',
      '',
      'is the method of the body',
    ],
    [
      'a message in the URL',
      'const body = Object.fromEntries(new URL(request.url).searchParams); const { params } = body;',
      'body.method',
      '',
      'is the method of the body',
    ],
    [
      'methods that are names of tools',
      'const { method, params } = await request.json();',
      'method',
      'default: return handlers[method](params);',
      'handlers[method]',
    ],
    [
      'another name for the tool',
      'const { method, params } = await request.json();',
      'method',
      "case 'ping': return reply(1, {});",
      'params.tool',
    ],
  ])('%s', (_, source, subject, more, reason) => {
    const files = answered(source, subject, more);
    const text =
      reason === 'params.tool' ? files[ROUTE]?.replace('params.name', 'params.tool ?? params.name') : files[ROUTE];
    expect(refusal(nextAdapter, { ...files, [ROUTE]: text ?? '' })).toContain(reason);
  });

  test('a route beside the one that is meant, when it cannot be protected', () => {
    const files = {
      ...answered('const { method, params } = await request.json();', 'method'),
      'app/api/other/route.ts':
        answered('const { method, params } = await request.json();', 'method.trim()')[ROUTE] ?? '',
    };
    const { edits } = run(nextAdapter, files, ROUTE);
    expect(edits).toEqual([
      expect.objectContaining({ kind: 'skip', reason: expect.stringContaining('at app/api/other/route.ts') as string }),
    ]);
  });

  test('another name for the tool counts only where there is no name, which the gate refuses', () => {
    const files = answered('const { method, params } = await request.json();', 'method');
    const text = files[ROUTE]?.replace('params.name', 'params.name ?? params.toolName') ?? '';
    expect(run(nextAdapter, { ...files, [ROUTE]: text }).edits.map(({ kind }) => kind)).toEqual(['modify', 'create']);
  });

  const SERVER = [
    "import express from 'express';",
    'const app = express();',
    'function answer(message) {',
    '  switch (message.method) {',
    "    case 'initialize': return { jsonrpc: '2.0' };",
    "    case 'tools/list': return { tools: [{ name: 'a' }] };",
    "    case 'tools/call': return run(message.params.name);",
    '  }',
    '}',
    "app.post('/mcp', (req, res) => res.json([req.body].flat().map((message) => answer(message))));",
  ];
  const express = (...more: string[]): Files => ({ 'server.js': [...SERVER, ...more, ''].join('\n') });

  test('another way to the dispatch: a socket', () => {
    const files = express(
      "new WebSocketServer({ port: 1 }).on('connection', (ws) => ws.on('message', (m) => ws.send(answer(m))));",
    );
    expect(refusal(expressAdapter, files)).toContain('another way to the MCP server');
  });

  test('another way to the dispatch: a route of another framework', () => {
    const files = express(
      "import { createServer } from 'node:http';",
      'createServer((req, res) => res.end(answer(req.body))).listen(1);',
    );
    expect(refusal(expressAdapter, files)).toContain('another way to the MCP server');
  });

  test('another way to the tools: a function that its host serves by itself', () => {
    const files = { ...express(), 'api/mcp.js': SERVER.slice(2, 9).join('\n') };
    expect(refusal(expressAdapter, files)).toContain('at api/mcp.js:2 a function of its own serves MCP as well');
  });

  test.each([
    ['stdin itself', "process.stdin.on('data', (line) => console.log(answer(JSON.parse(line))));"],
    [
      'its lines',
      "import * as readline from 'node:readline';\nconst rl = readline.createInterface({ input: process.stdin });\nrl.on('line', (line) => print(answer(JSON.parse(line))));",
    ],
    [
      'its lines in a loop',
      "import { createInterface } from 'node:readline';\nasync function serve() {\n  const rl = createInterface({ input: process.stdin });\n  for await (const line of rl) print(answer(JSON.parse(line)));\n}\nserve();",
    ],
  ])('the same dispatch on stdio is no way around the gate: %s', (_, reader) => {
    expect(run(expressAdapter, express(reader)).edits.map(({ kind }) => kind)).toEqual(['modify']);
  });

  test('a look at messages on their way to an SDK is no dispatch', () => {
    const lines = [
      "import express from 'express';",
      "import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';",
      'const app = express();',
      'app.use((req, res, next) => {',
      "  if (req.body?.method === 'tools/list') count('initialize');",
      "  if (req.body?.method === 'tools/call') count('jsonrpc');",
      '  next();',
      '});',
      "app.post('/mcp', (req, res) => new StreamableHTTPServerTransport({}).handleRequest(req, res, req.body));",
      '',
    ];
    expect(run(expressAdapter, { 'server.js': lines.join('\n') }).match?.paths).toEqual(['/mcp']);
  });

  test('the plain server is not', () => {
    const { match, edits } = run(expressAdapter, express());
    expect(match).toMatchObject({ paths: ['/mcp'], confidence: 2, transports: ['streamable-http'] });
    const before = express()['server.js'] ?? '';
    expect(diff(before, apply(express(), edits)['server.js'] ?? '')).toEqual([
      "+ import { protectMcp } from './auth/express.js';",
      "+ protectMcp(app, ['/mcp']);",
    ]);
  });
});
