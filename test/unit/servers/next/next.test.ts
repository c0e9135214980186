import { describe, expect, test } from 'vitest';
import { detect } from '../../../../src/servers/detect.ts';
import { nextAdapter } from '../../../../src/servers/next/adapter.ts';
import { devPort } from '../../../../src/servers/next/port.ts';
import { routePath } from '../../../../src/servers/next/route-path.ts';
import { createCodeModel } from '../../../../src/servers/model.ts';
import { apply, diff, fixture, run, snapshotOf, type Files } from '../fetch/support.ts';

const NO_SCOPES = { toolScopes: {}, publicTools: [], baseScopes: [] };
const ROUTE = 'app/api/mcp/route.ts';
const MANIFEST = { 'package.json': '{ "dependencies": { "next": "^16.0.0" } }' };
const WEB = `import { WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js';`;
const ANSWER = 'new WebStandardStreamableHTTPServerTransport().handleRequest(request)';

function route(...lines: string[]): Files {
  return { ...MANIFEST, [ROUTE]: [WEB, '', ...lines, ''].join('\n') };
}

function changed(files: Files): string[] {
  const after = apply(files, run(nextAdapter, files).edits);
  return diff(files[ROUTE] ?? '', after[ROUTE] ?? '').filter(
    (line) => line.includes('protectMcp(') || !/import |handleRequest/.test(line),
  );
}

describe.each(['next-ts', 'next-js', 'next-mcp-handler', 'next-mcp-handler-2'])('the fixture %s', (name) => {
  const before = fixture(name, 'before');

  test('changes exactly as its golden files show', () => {
    const { edits } = run(nextAdapter, before);
    const golden = fixture(name, 'after');
    expect(edits.map(({ path }) => path).sort()).toEqual(Object.keys(golden).sort());
    expect(apply(before, edits)).toEqual({ ...before, ...golden });
  });

  test('needs nothing the second time', () => {
    const after = apply(before, run(nextAdapter, before).edits);
    expect(run(nextAdapter, after).match?.entry).toBe(run(nextAdapter, before).match?.entry);
    expect(run(nextAdapter, after).edits).toEqual([]);
  });
});

describe('what is recognised', () => {
  test('the route, its URL and the port of the scripts', () => {
    const { match } = run(nextAdapter, fixture('next-ts', 'before'));
    expect(match).toMatchObject({
      entry: ROUTE,
      paths: ['/api/mcp'],
      port: 3310,
      transports: ['streamable-http'],
      confidence: 2,
    });
  });

  test('a handler in another file, behind a path alias', () => {
    const files = {
      ...MANIFEST,
      'tsconfig.json': '{ "compilerOptions": { "paths": { "@/*": ["./*"] } } }',
      [ROUTE]: "import { answer } from '@/lib/mcp';\n\nexport { answer as POST };\n",
      'lib/mcp.ts': `${WEB}\n\nexport function answer(request: Request) {\n  return ${ANSWER};\n}\n`,
    };
    expect(run(nextAdapter, files).match).toMatchObject({ entry: ROUTE, confidence: 1 });
  });

  test.each([
    [
      'an answer in the form of JSON-RPC',
      route('export async function POST(request: Request) {', '  return Response.json({ jsonrpc: "2.0" });', '}'),
    ],
    [
      'a project without Next.js',
      { 'package.json': '{}', [ROUTE]: route(`export const POST = (request: Request) => ${ANSWER};`)[ROUTE] ?? '' },
    ],
    ['a page', { ...MANIFEST, 'app/page.ts': `${WEB}\nexport const POST = (request: Request) => ${ANSWER};\n` }],
  ])('%s is no match', (_, files) => {
    expect(run(nextAdapter, files).matches).toEqual([]);
  });

  test.each([
    ['app/api/mcp/route.ts', 'app', '/api/mcp'],
    ['src/app/mcp/route.js', 'src/app', '/mcp'],
    ['app/(public)/mcp/route.ts', 'app', '/mcp'],
    ['app/api/[transport]/route.ts', 'app', '/api/mcp'],
    ['app/mcp/[[...rest]]/route.ts', 'app', '/mcp'],
    ['app/[tenant]/mcp/route.ts', 'app', undefined],
    ['app/route.ts', 'app', '/'],
  ])('%s is in %s and answers at %s', (file, appDir, path) => {
    expect(routePath(file)).toMatchObject({ appDir, path });
  });

  test.each(['app/api/mcp/page.tsx', 'lib/route.ts', 'app/api/mcp/route.test.ts'])('%s is no route', (file) => {
    expect(routePath(file)).toBeUndefined();
  });

  test.each([
    [{ dev: 'next dev' }, 3000],
    [{ dev: 'next dev -p 4000' }, 4000],
    [{ dev: 'next dev --turbopack --port=4001' }, 4001],
    [{ dev: 'next dev -p 4000', start: 'next start --port 5000' }, 5000],
    [{ dev: 'vite -p 4000' }, 3000],
    [{}, 3000],
  ])('scripts %j listen on %i', (scripts, port) => {
    expect(devPort(scripts)).toBe(port);
  });
});

describe('mcp-handler', () => {
  const made = (call: string, file: string, before = "import { createMcpHandler } from 'mcp-handler';"): Files => ({
    ...MANIFEST,
    [file]: `${before}\nconst handler = ${call};\nexport { handler as GET, handler as POST };\n`,
  });
  const TRANSPORT = 'app/api/[transport]/route.ts';

  test.each([
    ["createMcpHandler(register, {}, { basePath: '/api' })", TRANSPORT, ['/api/mcp', '/api/sse', '/api/message']],
    ["createMcpHandler(register, {}, { basePath: '/api', disableSse: true })", TRANSPORT, ['/api/mcp']],
    ["createMcpHandler(register, {}, { basePath: '/' })", 'app/[transport]/route.ts', ['/mcp', '/sse', '/message']],
    [
      "createMcpHandler(register, {}, { basePath: '/x' })",
      'app/x/[...any]/route.ts',
      ['/x/mcp', '/x/sse', '/x/message'],
    ],
    [
      "createMcpHandler(register, {}, { streamableHttpEndpoint: '/api/go' })",
      TRANSPORT,
      ['/api/go', '/sse', '/message'],
    ],
    ['createMcpHandler(register, {}, { basePath: base() })', TRANSPORT, ['/api/mcp']],
    ['createMcpHandler(register)', 'app/mcp/route.ts', ['/mcp']],
    ["createMcpHandler(register, {}, { basePath: '/api' })", ROUTE, ['/api/mcp']],
  ])('%s in %s answers at %j', (call, file, paths) => {
    expect(run(nextAdapter, made(call, file)).match?.paths).toEqual(paths);
  });

  test.each([
    ["import { createMcpHandler } from '@vercel/mcp-adapter';", 'createMcpHandler(register)'],
    ["import createMcpHandler from '@vercel/mcp-adapter';", 'createMcpHandler(register)'],
    ["import { createMcpHandler as make } from 'mcp-handler/next';", 'make(register)'],
    ["import * as mcp from 'mcp-handler';", 'mcp.createMcpHandler(register)'],
  ])('%s', (before, call) => {
    expect(run(nextAdapter, made(call, ROUTE, before)).matches).toHaveLength(1);
  });

  test('the function of another package is none', () => {
    const files = made('createMcpHandler(register)', ROUTE, "import { createMcpHandler } from './own';");
    expect(run(nextAdapter, files).matches).toEqual([]);
  });

  test('a handler that another file makes, and a route that calls it', () => {
    const files = {
      ...MANIFEST,
      [ROUTE]: [
        "import { handler } from '../../../lib/mcp';",
        'const logged = (request: Request) => { console.log(request.url); return handler(request); };',
        'export { logged as GET, logged as POST };',
        '',
      ].join('\n'),
      'lib/mcp.ts':
        "import { createMcpHandler } from 'mcp-handler';\nexport const handler = createMcpHandler(register);\n",
    };
    const after = apply(files, run(nextAdapter, files).edits);
    expect(after[ROUTE]).toContain('const protectedLogged = protectMcp(logged);');
    expect(run(nextAdapter, after).edits).toEqual([]);
  });

  test('an old version that does not tell tools who calls is named', () => {
    const model = createCodeModel({
      ...snapshotOf(
        made('createMcpHandler(register)', ROUTE, "import { createMcpHandler } from '@vercel/mcp-adapter';"),
      ),
      versionOf: (name) => (name === '@vercel/mcp-adapter' ? '0.3.2' : undefined),
    });
    expect(nextAdapter.recognise(model)[0]?.notes).toEqual([expect.stringContaining('that came with 0.8.0')]);
  });

  test('one that is served beside the routes is a way around the gate', () => {
    const files = made('createMcpHandler(register)', ROUTE);
    const text = `${files[ROUTE]}Deno.serve(handler);\n`;
    const { edits } = run(nextAdapter, { ...files, [ROUTE]: text });
    expect(edits).toEqual([
      expect.objectContaining({ kind: 'skip', reason: expect.stringContaining('another way') as string }),
    ]);
  });
});

describe('how the handlers are wrapped', () => {
  test('a function keeps its body under another name', () => {
    expect(changed(route('export async function POST(request: Request) {', `  return ${ANSWER};`, '}'))).toEqual([
      '- export async function POST(request: Request) {',
      '+ async function handlePOST(request: Request) {',
      '+ export const POST = protectMcp(handlePOST);',
      '+ export { optionsMcp as OPTIONS };',
    ]);
  });

  test('a function that is called by another handler is renamed there too: one gate, not two', () => {
    const lines = changed(
      route(
        'export async function POST(request: Request) {',
        `  return ${ANSWER};`,
        '}',
        'export function GET(request: Request) {',
        '  return POST(request);',
        '}',
      ),
    );
    expect(lines).toContain('+ return handlePOST(request);');
  });

  test('a constant is wrapped where it is', () => {
    expect(
      changed(
        route(
          'export const POST = handler;',
          'const x = 1;',
          `function handler(request: Request) { return ${ANSWER}; }`,
        ),
      ),
    ).toEqual([
      '- export const POST = handler;',
      '+ export const POST = protectMcp(handler);',
      '+ export { optionsMcp as OPTIONS };',
    ]);
  });

  test('a constant that stands for another handler is protected with it', () => {
    const lines = changed(route(`export const POST = (request: Request) => ${ANSWER};`, 'export const GET = POST;'));
    expect(lines.filter((line) => line.includes('GET'))).toEqual([]);
  });

  test('an export list that names another handler again is protected with it', () => {
    const lines = changed(
      route(
        'export async function POST(request: Request) {',
        `  return ${ANSWER};`,
        '}',
        'export { POST as GET };',
        'const all = { POST };',
      ),
    );
    expect(lines).toEqual([
      '- export async function POST(request: Request) {',
      '- const all = { POST };',
      '+ async function handlePOST(request: Request) {',
      '+ const all = { POST: handlePOST };',
      '+ export const POST = protectMcp(handlePOST);',
      '+ export { optionsMcp as OPTIONS };',
    ]);
  });

  test('names of an export list', () => {
    expect(
      changed(route(`const handler = (request: Request) => ${ANSWER};`, 'export { handler as GET, handler as POST };')),
    ).toEqual([
      '- export { handler as GET, handler as POST };',
      '+ const protectedHandler = protectMcp(handler);',
      '+ export { protectedHandler as GET, protectedHandler as POST };',
      '+ export { optionsMcp as OPTIONS };',
    ]);
  });

  test('an export list above its constants', () => {
    expect(changed(route('export { POST };', `const POST = (request: Request) => ${ANSWER};`))).toEqual([
      '- export { POST };',
      '+ export { protectedPOST as POST };',
      '+ const protectedPOST = protectMcp(POST);',
      '+ export { optionsMcp as OPTIONS };',
    ]);
  });

  test('handlers that a function makes', () => {
    const lines = changed(
      route(
        'export const { GET, POST } = create();',
        `function create() { const POST = (request: Request) => ${ANSWER}; return { GET: POST, POST }; }`,
      ),
    );
    expect(lines).toEqual([
      '- export const { GET, POST } = create();',
      '+ const { GET: handleGET, POST: handlePOST } = create();',
      '+ export const GET = protectMcp(handleGET);',
      '+ export const POST = protectMcp(handlePOST);',
      '+ export { optionsMcp as OPTIONS };',
    ]);
  });

  test('handlers of another file', () => {
    const files = {
      ...MANIFEST,
      [ROUTE]: "export { answer as GET, POST } from '../../../lib/mcp';\n",
      'lib/mcp.ts': `${WEB}\n\nexport function answer(request: Request) {\n  return ${ANSWER};\n}\nexport const POST = answer;\n`,
    };
    const after = apply(files, run(nextAdapter, files).edits);
    expect(after[ROUTE]).toBe(
      [
        "import { optionsMcp, protectMcp } from './auth/fetch';",
        '',
        "import { answer as handleGET, POST as handlePOST } from '../../../lib/mcp';",
        '',
        'export const GET = protectMcp(handleGET);',
        'export const POST = protectMcp(handlePOST);',
        'export { optionsMcp as OPTIONS };',
        '',
      ].join('\n'),
    );
  });

  test('an OPTIONS handler goes behind the gate, and that is said', () => {
    const files = route(
      `export const POST = (request: Request) => ${ANSWER};`,
      'export const OPTIONS = () => new Response(null, { status: 204 });',
    );
    expect(changed(files)).toContain('+ export const OPTIONS = protectMcp(() => new Response(null, { status: 204 }));');
    expect(run(nextAdapter, files).match?.notes).toEqual([expect.stringContaining('The gate answers OPTIONS')]);
  });

  test('the metadata has a route of its own, once', () => {
    const files = route(`export const POST = (request: Request) => ${ANSWER};`);
    const created = run(nextAdapter, files).edits.filter(({ kind }) => kind === 'create');
    expect(created.map(({ path }) => path)).toEqual(['app/.well-known/oauth-protected-resource/[[...path]]/route.ts']);
    const second = run(nextAdapter, {
      ...files,
      'app/.well-known/oauth-protected-resource/route.ts': 'export const GET = mine;\n',
    });
    expect(second.edits.filter(({ kind }) => kind === 'create')).toEqual([]);
  });
});

describe('what is refused, with the snippet to paste', () => {
  test.each([
    ['the edge runtime', ROUTE, "export const runtime = 'edge';", 'edge runtime'],
    ['a parameter in the path', 'app/[tenant]/mcp/route.ts', '', 'no one resource URL'],
  ])('%s', (_, file, extra, reason) => {
    const text = `${WEB}\n${extra}\nexport const POST = (request: Request) => ${ANSWER};\n`;
    expect(run(nextAdapter, { ...MANIFEST, [file]: text }).edits).toEqual([
      expect.objectContaining({
        kind: 'skip',
        reason: expect.stringContaining(reason) as string,
        snippet: expect.stringContaining('protectMcp') as string,
      }),
    ]);
  });
});

describe('two MCP routes in one app', () => {
  const manifest = { 'package.json': '{ "type": "module", "dependencies": { "next": "^16.0.0" } }' };
  const tools = (name: string): string =>
    `export function register(server) { server.registerTool('${name}', {}, () => ({ content: [] })); }\n`;
  const handlerRoute = (from: string): string => `import { createMcpHandler } from 'mcp-handler';
import { register } from '${from}';
const handler = createMcpHandler((server) => register(server), {}, { basePath: '/api' });
export { handler as GET, handler as POST };
`;
  const sdkRoute = (from: string): string => `import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js';
import { register } from '${from}';
export async function POST(request: Request) {
  const server = new McpServer({ name: 'a', version: '1' });
  register(server);
  const transport = new WebStandardStreamableHTTPServerTransport();
  await server.connect(transport);
  return transport.handleRequest(request);
}
`;
  const [first, second] = ['app/api/[transport]/route.ts', 'app/api/v2/mcp/route.ts'];
  const one = {
    ...manifest,
    'lib/tools.ts': tools('list-notes'),
    [first]: handlerRoute('../../../lib/tools'),
    [second]: sdkRoute('../../../../lib/tools'),
  };
  const two = { ...one, 'lib/more.ts': tools('list-bills'), [second]: sdkRoute('../../../../lib/more') };

  test('with the same tools they are one server: all of them get the gate', () => {
    const { detection, adapter, match, model } = detect(snapshotOf(one));
    expect(detection).toMatchObject({ entry: first, paths: ['/api/mcp', '/api/v2/mcp', '/api/sse', '/api/message'] });
    expect(detection.notes).toContain(
      'app/api/v2/mcp/route.ts is behind the same gate, which tells clients of /api/mcp: they connect there.',
    );
    const edits = adapter.edit(model, match, { authDir: 'app/auth', resource: '', scopes: NO_SCOPES });
    expect(edits.map(({ kind, path }) => [kind, path])).toEqual([
      ['modify', first],
      ['modify', second],
      ['create', 'app/.well-known/oauth-protected-resource/[[...path]]/route.ts'],
    ]);
  });

  test('with others behind each, a person says which is meant; the rest is not left open', () => {
    expect(() => detect(snapshotOf(two))).toThrow(
      expect.objectContaining({
        code: 'ambiguous-entry',
        fix: `Say which one: --entry '${first}' or --entry ${second}`,
      }),
    );
    const { detection, adapter, match, model } = detect(snapshotOf(two), { entry: second });
    expect(detection).toMatchObject({ endpoint: '/api/v2/mcp' });
    expect(detection.tools.map(({ name }) => name).sort()).toEqual(['list-bills', 'list-notes']);
    const edits = adapter.edit(model, match, { authDir: 'app/auth', resource: '', scopes: NO_SCOPES });
    expect(edits.filter(({ kind }) => kind === 'modify').map(({ path }) => path)).toEqual([first, second]);
  });
});
