import { describe, expect, test } from 'vitest';
import { fetchAdapter } from '../../../../src/servers/fetch/adapter.ts';
import { apply, diff, fixture, run, type Files } from './support.ts';

const WEB = `import { WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js';`;
const ANSWER = 'new WebStandardStreamableHTTPServerTransport().handleRequest(request)';

function server(...lines: string[]): Files {
  return { 'src/server.ts': [WEB, '', ...lines, ''].join('\n') };
}

function changed(files: Files, path = 'src/server.ts'): string[] {
  const edits = run(fetchAdapter, files).edits.filter(({ kind }) => kind === 'modify');
  return diff(files[path] ?? '', apply(files, edits)[path] ?? '').filter((line) => !line.includes('import '));
}

function refusal(files: Files): string {
  const [edit, ...rest] = run(fetchAdapter, files).edits;
  expect(rest).toEqual([]);
  return edit?.kind === 'skip' ? edit.reason : `not refused: ${edit?.kind}`;
}

describe('the fixture fetch-default', () => {
  const before = fixture('fetch-default', 'before');

  test('changes exactly as its golden files show', () => {
    const { edits } = run(fetchAdapter, before);
    const golden = fixture('fetch-default', 'after');
    expect(edits.map(({ path }) => path)).toEqual(Object.keys(golden));
    expect(apply(before, edits)).toEqual({ ...before, ...golden });
  });

  test('needs nothing the second time', () => {
    expect(run(fetchAdapter, apply(before, run(fetchAdapter, before).edits))).toMatchObject({
      match: { paths: ['/mcp'] },
      edits: [],
    });
  });

  test('is recognised once, where the handler is written', () => {
    const { matches } = run(fetchAdapter, before);
    expect(matches).toMatchObject([{ entry: 'src/server.ts', paths: ['/mcp'], port: 3320, confidence: 2 }]);
  });
});

describe('a handler for the whole server', () => {
  test.each([
    [
      `export default { fetch: (request: Request) => ${ANSWER} };`,
      `+ export default { fetch: protectMcp((request: Request) => ${ANSWER.replace('request)', 'request, authOf(request))')}) };`,
    ],
    [
      `Bun.serve({ port: 3000, async fetch(request) { return ${ANSWER}; } });`,
      `+ Bun.serve({ port: 3000, fetch: protectMcp(async (request) => { return ${ANSWER.replace('request)', 'request, authOf(request))')}; }) });`,
    ],
  ])('%s', (line, expected) => {
    expect(changed(server(line))).toContain(expected);
  });

  test.each([
    [
      `Deno.serve((request) => ${ANSWER});`,
      `+ Deno.serve(protectMcp((request) => ${ANSWER.replace('request)', 'request, authOf(request))')}));`,
    ],
    [
      `Deno.serve({ port: 8000 }, async (request) => ${ANSWER});`,
      `+ Deno.serve({ port: 8000 }, protectMcp(async (request) => ${ANSWER.replace('request)', 'request, authOf(request))')}));`,
    ],
    [
      `Deno.serve({ port: 8000, async handler(request) { return ${ANSWER}; } });`,
      `+ Deno.serve({ port: 8000, handler: protectMcp(async (request) => { return ${ANSWER.replace('request)', 'request, authOf(request))')}; }) });`,
    ],
  ])('of Deno: %s', (line, expected) => {
    expect(changed(server(line))).toContain(expected);
    const again = apply(server(line), run(fetchAdapter, server(line)).edits);
    expect(run(fetchAdapter, again).edits).toEqual([]);
  });

  test('of Deno that has a name, with its port and its open paths', () => {
    const files = server(
      'async function handler(request: Request) {',
      "  if (new URL(request.url).pathname === '/health') return new Response('ok');",
      `  return ${ANSWER};`,
      '}',
      'Deno.serve({ port: 8123 }, handler);',
    );
    expect(run(fetchAdapter, files).match).toMatchObject({ port: 8123 });
    expect(changed(files)).toContain("+ Deno.serve({ port: 8123 }, protectMcp(handler, { open: ['/health'] }));");
  });

  test('that has a name', () => {
    const files = server(`const handler = (request: Request) => ${ANSWER};`, 'serve({ fetch: handler, port: 4000 });');
    expect(changed(files)).toContain('+ serve({ fetch: protectMcp(handler), port: 4000 });');
  });

  test('that stands under its own name', () => {
    const files = server(`function fetch(request: Request) { return ${ANSWER}; }`, 'export default { fetch };');
    expect(changed(files)).toContain('+ export default { fetch: protectMcp(fetch) };');
  });

  test('of an object with a type', () => {
    const files = server(`export default { fetch: (request: Request) => ${ANSWER} } satisfies Server;`);
    expect(changed(files).at(-1)).toContain('fetch: protectMcp((request: Request) =>');
  });

  test('that uses `this` is refused', () => {
    expect(
      refusal(server(`export default { fetch(request: Request) { this.count++; return ${ANSWER}; } };`)),
    ).toContain('uses `this`');
  });

  test('of a Hono app is not for this adapter', () => {
    const files = server(
      "import { Hono } from 'hono';",
      `const app = new Hono().all('/mcp', (c) => { const request = c.req.raw; return ${ANSWER}; });`,
      'export default { fetch: app.fetch };',
    );
    expect(run(fetchAdapter, files).matches).toEqual([]);
  });
});

describe('paths that stay open', () => {
  const handler = (...body: string[]): Files =>
    server(
      'export default {',
      '  async fetch(request: Request) {',
      '    const url = new URL(request.url);',
      ...body,
      '  },',
      '};',
    );
  const open = (files: Files): string | undefined =>
    changed(files).find((line) => line.startsWith('+ }, {') || line === '+ }),');

  test.each([
    ['a test of the path alone', ["if (url.pathname === '/health') return ok();"], "['/health']"],
    [
      'several paths',
      ["if (url.pathname === '/' || url.pathname === '/health') { log(); return ok(); }"],
      "['/', '/health']",
    ],
    [
      'a chain',
      ["if (url.pathname === '/a') { return ok(); } else if (url.pathname === '/b') { return ok(); }"],
      "['/a', '/b']",
    ],
    [
      'a switch',
      ["switch (url.pathname) { case '/a': case '/b': return ok(); case '/mcp': return " + ANSWER + '; }'],
      "['/a', '/b']",
    ],
  ])('%s', (_, body, list) => {
    expect(open(handler(...body, `return ${ANSWER};`))).toBe(`+ }, { open: ${list} }),`);
  });

  test.each([
    ['a test of the method too', "if (url.pathname === '/health' && request.method === 'GET') return ok();"],
    ['a test inside another', "if (request.method === 'GET') { if (url.pathname === '/health') return ok(); }"],
    ['a branch that goes on', "if (url.pathname === '/health') log();"],
    ['a start of the path', "if (url.pathname.startsWith('/public')) return ok();"],
    ['a test of something else', "if (request.headers.get('x') === '/health') return ok();"],
    ['a test of another path', "if (new URL(request.headers.get('referer')).pathname === '/health') return ok();"],
    [
      'a test after the path was rewritten',
      "url.pathname = rewrite(url); if (url.pathname === '/health') return ok();",
    ],
    [
      'a test behind a way in for every path',
      `if (request.method === 'POST') return ${ANSWER}; if (url.pathname === '/health') return ok();`,
    ],
    [
      'a test behind the other branch of a test',
      `if (url.pathname === '/mcp-info') log(); else return ${ANSWER}; if (url.pathname === '/health') return ok();`,
    ],
    [
      'a path that begins like a way in',
      `if (url.pathname.startsWith('/h')) return ${ANSWER}; if (url.pathname === '/health') return ok();`,
    ],
    [
      'a path that is a way in for one method',
      `if (url.pathname === '/health' && request.method === 'POST') return ${ANSWER}; if (url.pathname === '/health') return ok();`,
    ],
    [
      'a switch whose default leads to the MCP server, and a test behind it',
      `switch (url.pathname) { default: return ${ANSWER}; } if (url.pathname === '/health') return ok();`,
    ],
    [
      'a catch that leads to the MCP server',
      `try { if (url.pathname === '/health') return ok(); } catch { return ${ANSWER}; }`,
    ],
    ['a branch that leads to the MCP server', `if (url.pathname === '/health') return ${ANSWER};`],
  ])('%s keeps the gate closed: the request could still reach the MCP server', (_, line) => {
    expect(open(handler(line, `return ${ANSWER};`))).toBe('+ }),');
  });

  test.each([
    [`if (url.pathname === '/rpc') return ${ANSWER};`, ['/rpc']],
    [`if (url.pathname !== '/rpc') return notFound();\nreturn ${ANSWER};`, ['/rpc']],
    [`if (url.pathname.startsWith('/rpc')) return ${ANSWER};`, ['/rpc']],
    [`return ${ANSWER};`, ['/mcp']],
  ])('%s: the endpoint is %j', (line, paths) => {
    expect(run(fetchAdapter, handler(line)).match?.paths).toEqual(paths);
  });
});

describe('a module with a handler for each method', () => {
  const files = { 'api/mcp.ts': `${WEB}\n\nexport async function POST(request: Request) {\n  return ${ANSWER};\n}\n` };

  test('is wrapped like a Next.js route', () => {
    expect(run(fetchAdapter, files).match).toMatchObject({ entry: 'api/mcp.ts', paths: ['/api/mcp'] });
    expect(changed(files, 'api/mcp.ts')).toEqual([
      '- export async function POST(request: Request) {',
      `- return ${ANSWER};`,
      '+ async function handlePOST(request: Request) {',
      `+ return ${ANSWER.replace('request)', 'request, authOf(request))')};`,
      '+ export const POST = protectMcp(handlePOST);',
      '+ export { optionsMcp as OPTIONS };',
    ]);
  });

  test('leaves the route of the metadata to a person', () => {
    const { edits } = run(fetchAdapter, files);
    expect(edits.map(({ kind }) => kind)).toEqual(['modify', 'skip']);
    expect(edits[1]).toMatchObject({
      reason: expect.stringContaining('/.well-known/oauth-protected-resource') as string,
    });
  });

  test('needs nothing the second time', () => {
    const edits = run(fetchAdapter, files).edits.filter(({ kind }) => kind === 'modify');
    expect(run(fetchAdapter, apply(files, edits)).edits).toEqual([]);
  });

  test('whose handlers take the event of a framework is refused', () => {
    const astro = { 'src/pages/mcp.ts': `${WEB}\nexport const POST = ({ request }) => ${ANSWER};\n` };
    expect(refusal(astro)).toContain('take an event of their framework');
  });
});

test('a Worker is left to the adapter for Workers', () => {
  const files = {
    ...server(`export default { fetch: (request: Request) => ${ANSWER} };`),
    'package.json': '{ "dependencies": { "wrangler": "^4" } }',
  };
  expect(run(fetchAdapter, files).matches).toEqual([]);
});
