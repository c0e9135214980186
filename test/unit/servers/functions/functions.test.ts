import { describe, expect, test } from 'vitest';
import { detect } from '../../../../src/servers/detect.ts';
import { expressAdapter } from '../../../../src/servers/express/adapter.ts';
import { functionsAdapter } from '../../../../src/servers/functions/adapter.ts';
import { nestAdapter } from '../../../../src/servers/nest/adapter.ts';
import { apply, diff, fixture, run, snapshotOf, type Files } from '../fetch/support.ts';

const TRANSPORT = `import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';`;
const BODY = `const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: undefined });
  await server.connect(transport);
  await transport.handleRequest(req, res, req.body);`;
const NEXT = { 'package.json': '{ "dependencies": { "next": "^16.0.0" } }' };
const VERCEL = { 'package.json': '{ "type": "module" }' };

const handler = (declaration: string): string => `${TRANSPORT}\n${declaration.replace('BODY', BODY)}\n`;
const NAMED = handler('export default async function handler(req, res) {\n  BODY\n}');

function changed(files: Files, path: string): string[] {
  const { edits } = run(functionsAdapter, files);
  return diff(
    files[path] ?? '',
    apply(
      files,
      edits.filter(({ kind }) => kind !== 'skip'),
    )[path] ?? '',
  );
}

function refusal(files: Files): string {
  const { edits } = run(functionsAdapter, files);
  expect(edits.map(({ kind }) => kind)).toEqual(['skip']);
  const [edit] = edits;
  return edit?.kind === 'skip' ? edit.reason : '';
}

describe.each(['next-pages', 'vercel-node'])('the fixture %s', (name) => {
  const before = fixture(name, 'before');
  const editsOf = (files: Files) => run(functionsAdapter, files).edits.filter(({ kind }) => kind !== 'skip');

  test('changes exactly as its golden files show', () => {
    const golden = fixture(name, 'after');
    expect(
      editsOf(before)
        .map(({ path }) => path)
        .sort(),
    ).toEqual(Object.keys(golden).sort());
    expect(apply(before, editsOf(before))).toEqual({ ...before, ...golden });
  });

  test('needs nothing the second time', () => {
    expect(run(functionsAdapter, apply(before, editsOf(before))).edits).toEqual([]);
  });
});

describe('where functions answer', () => {
  test.each([
    [NEXT, 'pages/api/mcp.ts', '/api/mcp'],
    [NEXT, 'src/pages/api/v1/mcp/index.js', '/api/v1/mcp'],
    [NEXT, 'pages/api/mcp/[[...rest]].ts', '/api/mcp'],
    [VERCEL, 'api/mcp.ts', '/api/mcp'],
    [VERCEL, 'api/index.js', '/api'],
  ])('%j %s', (manifest, file, path) => {
    expect(run(functionsAdapter, { ...manifest, [file]: NAMED }).match).toMatchObject({ entry: file, paths: [path] });
  });

  test.each([
    [NEXT, 'api/mcp.ts'],
    [NEXT, 'lib/pages/api/mcp.ts'],
    [VERCEL, 'pages/api/mcp.ts'],
    [VERCEL, 'api/_lib/mcp.ts'],
    [VERCEL, 'src/api/mcp.ts'],
  ])('no host looks for functions in %j %s', (manifest, file) => {
    expect(run(functionsAdapter, { ...manifest, [file]: NAMED }).matches).toEqual([]);
  });

  test('a handler of Requests is none of them', () => {
    const web = handler('export default async function handler(req: Request, context) {\n  BODY\n}');
    expect(run(functionsAdapter, { ...VERCEL, 'api/mcp.ts': web }).matches).toEqual([]);
  });

  test('several with the same tools are one answer', () => {
    const shared = `import { server } from '../../lib/server';\n${NAMED}`;
    const files = {
      ...NEXT,
      'lib/server.ts': `import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
export const server = new McpServer({ name: 'a', version: '1' });
server.registerTool('list-notes', {}, () => ({ content: [] }));`,
      'pages/api/mcp.ts': shared,
      'pages/api/other.ts': shared,
    };
    const { detection } = detect(snapshotOf(files));
    expect(detection).toMatchObject({ endpoint: '/api/mcp', paths: ['/api/mcp', '/api/other'] });
  });
});

describe('how the handler is wrapped', () => {
  test.each([
    [
      'a named function',
      NAMED,
      [
        '- export default async function handler(req, res) {',
        '+ async function handler(req, res) {',
        '+ export default protectMcp(handler);',
      ],
    ],
    [
      'a function without a name',
      handler('export default async function (req, res) {\n  BODY\n}'),
      [
        '- export default async function (req, res) {',
        '- }',
        '+ export default protectMcp(async function (req, res) {',
        '+ });',
      ],
    ],
    [
      'an arrow function',
      handler('export default async (req, res) => {\n  BODY\n};'),
      ['- export default async (req, res) => {', '- };', '+ export default protectMcp(async (req, res) => {', '+ });'],
    ],
    [
      'a constant',
      handler('const handle = async (req, res) => {\n  BODY\n};\nexport default handle;'),
      ['- export default handle;', '+ export default protectMcp(handle);'],
    ],
    [
      'what the project wraps itself',
      handler('const handle = async (req, res) => {\n  BODY\n};\nexport default withCors(handle);'),
      ['- export default withCors(handle);', '+ export default protectMcp(withCors(handle));'],
    ],
  ])('%s', (_, code, lines) => {
    const files = { ...NEXT, 'pages/api/mcp.js': code };
    expect(changed(files, 'pages/api/mcp.js').filter((line) => !line.includes('import'))).toEqual(lines);
  });

  test('the metadata is a route of the App Router, beside the folder of pages', () => {
    const { edits } = run(functionsAdapter, { ...NEXT, 'src/pages/api/mcp.js': NAMED });
    expect(edits.map(({ path }) => path)).toEqual([
      'src/pages/api/mcp.js',
      'src/app/.well-known/oauth-protected-resource/[[...path]]/route.js',
    ]);
  });

  test('where code may lead to the transport around the function, that gets a last door', () => {
    const files = {
      ...NEXT,
      'lib/mcp.js': handler('export class Handler {\n  async answer(req, res) {\n  BODY\n  }\n}'),
      'pages/api/mcp.js': `import { createServer } from 'node:http';
import * as all from '../../lib/mcp';
const handler = new all.Handler();
const registry = new Map([['mcp', handler]]);
createServer((req, res) => registry.get('mcp')[req.headers['x-do']](req, res)).listen(8080);
export default (req, res) => handler.answer(req, res);
`,
    };
    expect(changed(files, 'lib/mcp.js')).toContain('+ if (!admitted(req, res)) return;');
  });
});

describe('beside a server that is started otherwise', () => {
  const express = `import express from 'express';\n${handler("const app = express();\napp.post('/mcp', async (req, res) => {\n  BODY\n});")}`;
  const nest = `import { NestFactory } from '@nestjs/core';
import { McpModule } from '@rekog/mcp-nest';
const app = await NestFactory.create(McpModule.forRoot({ name: 'a', version: '1' }));`;

  test('the functions of the host get their gate in the same run', () => {
    const files = { ...VERCEL, 'src/http.js': express, 'api/mcp.js': NAMED };
    const { match, edits } = run(expressAdapter, files);
    expect(match).toMatchObject({ entry: 'src/http.js', beside: ['api/mcp.js'], paths: ['/mcp'] });
    const after = apply(files, edits);
    expect(after['api/mcp.js']).toContain(`import { protectMcp } from '../src/auth/node-function.js';`);
    expect(after['api/mcp.js']).toContain('export default protectMcp(handler);');
    expect(edits.flatMap((edit) => (edit.kind === 'modify' ? (edit.imports ?? []) : []))).toEqual(['node-function']);
    expect(run(expressAdapter, after).edits).toEqual([]);
  });

  test.each([
    ['module.exports', 'api/mcp.cjs', 'module.exports = async function handler(req, res) {\n  BODY\n};'],
    [
      'an app of its own',
      'api/mcp.js',
      "const app = express();\napp.all('*', async (req, res) => {\n  BODY\n});\nexport { app as default };",
    ],
  ])('MCP of a function in a form that cannot be wrapped is refused: %s', (_, path, code) => {
    const { edits } = run(expressAdapter, { ...VERCEL, 'src/http.js': express, [path]: handler(code) }, 'src/http.js');
    expect(edits).toMatchObject([{ kind: 'skip', reason: expect.stringContaining(`${path} leads to MCP`) }]);
  });

  test('the app with the gate may be a function of the host as well', () => {
    const app = `${express}export default app;\n`;
    const files = { ...VERCEL, 'src/http.js': app, 'api/index.js': `export { default } from '../src/http.js';` };
    expect(run(expressAdapter, files).edits.map(({ kind }) => kind)).toEqual(['modify']);
  });

  test('what the gate of another host cannot bring with it is refused', () => {
    const { edits } = run(nestAdapter, { ...VERCEL, 'src/main.ts': nest, 'api/mcp.js': NAMED });
    expect(edits).toMatchObject([{ kind: 'skip', reason: expect.stringContaining('on a function of its host') }]);
    const web = `import { WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js';
const transport = new WebStandardStreamableHTTPServerTransport();
export const POST = (request) => transport.handleRequest(request);`;
    const other = run(expressAdapter, { ...VERCEL, 'src/http.js': express, 'api/mcp.js': web });
    expect(other.edits).toMatchObject([{ kind: 'skip', reason: expect.stringContaining('api/mcp.js:3 serves MCP') }]);
  });
});

describe('what is left to a person', () => {
  test.each([['a file name with a parameter', { ...NEXT, 'pages/api/[server].ts': NAMED }, 'has a parameter']])(
    '%s',
    (_, files, reason) => {
      expect(refusal(files)).toContain(reason);
    },
  );

  test.each([
    [
      'export { handler as default }',
      {
        ...VERCEL,
        'api/two.js': handler('async function handler(req, res) {\n  BODY\n}\nexport { handler as default };'),
      },
    ],
    [
      'module.exports',
      { ...VERCEL, 'api/two.cjs': handler('module.exports = async function handler(req, res) {\n  BODY\n};') },
    ],
    [
      'a parameter that takes all',
      { ...VERCEL, 'api/two.js': handler('export default async (...all) => {\n  const [req, res] = all;\n  BODY\n};') },
    ],
    ['a re-export', { ...VERCEL, 'lib/two.js': NAMED, 'api/two.js': `export { default } from '../lib/two.js';` }],
    [
      'a page',
      { ...NEXT, 'pages/two.js': handler('export async function getServerSideProps({ req, res }) {\n  BODY\n}') },
    ],
  ])('MCP in a form that cannot be wrapped, beside a function that can: %s', (_, files) => {
    const place = 'pages/two.js' in files ? 'pages/api/mcp.js' : 'api/mcp.js';
    expect(refusal({ ...files, [place]: NAMED })).toContain('in another form than export default');
  });

  test('a handler that another file exports as well asks at its last door', () => {
    const files = {
      ...VERCEL,
      'api/mcp.js': handler('export const handler = async (req, res) => {\n  BODY\n};\nexport default handler;'),
      'api/two.js': `export { handler as default } from './mcp.js';`,
    };
    expect(changed(files, 'api/mcp.js').join('\n')).toContain('if (!admitted(req, res)) return;');
  });

  test('a Next.js without routes of any path', () => {
    const snapshot = snapshotOf({ ...NEXT, 'pages/api/mcp.ts': NAMED });
    const { adapter, match, model } = detect({
      ...snapshot,
      versionOf: (name) => (name === 'next' ? '12.3.1' : '1.29.0'),
    });
    const [edit] = adapter.edit(model, match, {
      authDir: 'auth',
      resource: '',
      scopes: { toolScopes: {}, publicTools: [], baseScopes: [] },
    });
    expect(edit).toMatchObject({ kind: 'skip', reason: expect.stringContaining('Next.js 12.3.1') });
  });
});
