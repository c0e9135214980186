import { describe, expect, test } from 'vitest';
import { detect } from '../../../../src/servers/detect.ts';
import { createCodeModel } from '../../../../src/servers/model.ts';
import { listTools } from '../../../../src/servers/tools/index.ts';
import { xmcpAdapter } from '../../../../src/servers/xmcp/adapter.ts';
import { apply, fixture, run, snapshotOf, type Files } from '../fetch/support.ts';

const TOOL = `import { type ToolMetadata } from 'xmcp';
export const metadata: ToolMetadata = { name: 'one', description: '' };
export default () => 'one';
`;
const GATE = `import { protectMcp } from './auth/xmcp';\n`;

function project(config = '{ http: true }', more: Files = {}): Files {
  return {
    'package.json': '{ "dependencies": { "xmcp": "^1.1.3" } }',
    'xmcp.config.ts': `import { type XmcpConfig } from 'xmcp';\nexport default ${config} satisfies XmcpConfig;\n`,
    'src/tools/one.ts': TOOL,
    ...more,
  };
}

function middleware(...lines: string[]): Files {
  return project(undefined, { 'src/middleware.ts': [...lines, ''].join('\n') });
}

function after(files: Files): string | undefined {
  return apply(files, run(xmcpAdapter, files).edits)['src/middleware.ts'];
}

function refusal(files: Files): string {
  const [edit, ...others] = run(xmcpAdapter, files).edits;
  expect(others).toEqual([]);
  return edit?.kind === 'skip' ? edit.reason : 'not refused';
}

describe('the fixture xmcp-ts', () => {
  const before = fixture('xmcp-ts', 'before');

  test('changes exactly as its golden files show', () => {
    const { edits } = run(xmcpAdapter, before);
    expect(apply(before, edits)).toEqual({ ...before, ...fixture('xmcp-ts', 'after') });
  });

  test('needs nothing the second time', () => {
    const now = apply(before, run(xmcpAdapter, before).edits);
    expect(run(xmcpAdapter, now).edits).toEqual([]);
  });

  test('a tool is called as its metadata says, or else like its file', () => {
    const { tools, unresolved } = listTools(createCodeModel(snapshotOf(before)), { entries: ['src/middleware.ts'] });
    expect(tools).toMatchObject([
      { name: 'create-task', file: 'src/tools/create-task.ts' },
      { name: 'delete-task' },
      { name: 'search-tasks', annotations: { readOnlyHint: true } },
      { name: 'whoami' },
    ]);
    expect(unresolved).toEqual([]);
  });
});

describe('what is recognised', () => {
  test.each([
    ['{ http: true }', { paths: ['/mcp'], port: 3001, transports: ['streamable-http'] }],
    [
      `{ stdio: true, http: { port: 8002, endpoint: '/rpc' } }`,
      { paths: ['/rpc'], port: 8002, transports: ['streamable-http', 'stdio'] },
    ],
  ])('%s', (config, expected) => {
    expect(run(xmcpAdapter, project(config)).match).toMatchObject({ entry: 'src/middleware.ts', ...expected });
  });

  test.each([
    ['stdio alone', '{ stdio: true }', /speaks stdio only/],
    ['http turned off', '{ stdio: true, http: false }', /speaks stdio only/],
    ['the adapter of another framework', `{ http: true, experimental: { adapter: 'nextjs' } }`, /another framework/],
    ['what may be one', '{ http: true, experimental: { ...own } }', /another framework, or may/],
    ['what is worked out', '{ http: true, experimental: own() }', /another framework, or may/],
    ['a name in quotes', `{ http: true, experimental: { 'adapter': 'nextjs' } }`, /another framework/],
    [
      'a configuration that is put together when it runs',
      `{ ...base, http: true }`,
      /not one object in xmcp.config.ts/,
    ],
  ])('not %s', (_what, config, reason) => {
    expect(run(xmcpAdapter, project(config)).matches).toEqual([]);
    expect(() => detect(snapshotOf(project(config)))).toThrow(reason);
  });

  test('tools in another folder', () => {
    const files = project(`{ http: true, paths: { tools: './lib/mcp/' } }`, {
      'lib/mcp/two.tsx': 'export default () => 2;',
    });
    const { tools } = listTools(createCodeModel(snapshotOf(files)), { entries: ['src/middleware.ts'] });
    expect(tools.map(({ name }) => name)).toEqual(['two']);
  });

  test('files without a default export are no tools, names that only the running program knows are told', () => {
    const files = project(undefined, {
      'src/tools/shared.ts': 'export const x = 1;',
      'src/tools/late.ts': 'export const metadata = { name: process.env.NAME! };\nexport default () => 1;',
    });
    const { tools, unresolved } = listTools(createCodeModel(snapshotOf(files)));
    expect(tools.map(({ name }) => name)).toEqual(['one']);
    expect(unresolved).toMatchObject([{ file: 'src/tools/late.ts' }]);
  });
});

describe('where the gate goes', () => {
  test('into a middleware of its own, in the style of the configuration', () => {
    const files = project();
    files['xmcp.config.ts'] = 'export default { http: true }\nexport const x = "a"\n';
    expect(after(files)).toBe(`import { protectMcp } from "./auth/xmcp"\n\nexport default protectMcp()\n`);
  });

  test.each([
    ['export default [];', 'export default [protectMcp()];'],
    ['export default [log, limit];', 'export default [protectMcp(), log, limit];'],
    ['export default (req, res, next) => next();', 'export default [protectMcp(), (req, res, next) => next()];'],
    ['export default { middleware, router };', 'export default [protectMcp(), { middleware, router }];'],
    [
      'export default async function log(req, res, next) {\n  next();\n}',
      'export default [protectMcp(), async function log(req, res, next) {\n  next();\n}];',
    ],
  ])('%s', (before, expected) => {
    expect(after(middleware(before))).toBe(`${GATE}\n${expected}\n`);
  });

  test.each([
    ['const log = (req, res, next) => next();\nexport default log;', 'export default [protectMcp(), log];'],
    ['const all = [log];\nexport default all;', 'const all = [protectMcp(), log];'],
    [
      'const all: Middleware[] = [\n  log,\n];\nexport default all;',
      'const all: Middleware[] = [\n  protectMcp(),\n  log,\n];',
    ],
  ])('%s', (before, expected) => {
    expect(after(middleware(before))).toContain(expected);
  });

  test.each([
    'export default protectMcp();',
    'export default [protectMcp(), log];',
    'const all = [protectMcp()];\nexport default all;',
  ])('it is there already: %s', (line) => {
    expect(run(xmcpAdapter, middleware(GATE, line)).edits).toEqual([]);
  });
});

describe('what is left alone', () => {
  test.each([
    [
      'what the default export is cannot be seen',
      [`import all from './all';`, 'export default all;'],
      'not to be seen',
    ],
    ['a call may return a list', ['export default create();'], 'not to be seen'],
    ['another list later', ['let all = [log];', 'all = [];', 'export default all;'], 'not to be seen'],
    ['a list that loses its first', ['const all = [log];', 'all.shift();', 'export default all;'], 'not to be seen'],
    ['no default export', ['export const x = 1;'], 'no default export'],
    ['a function that is used elsewhere', ['export default function log() {}', 'log();'], 'used elsewhere'],
    ['the gate comes too late', [GATE, 'export default [log, protectMcp()];'], 'the first of its middleware'],
  ])('%s', (_what, lines, reason) => {
    expect(refusal(middleware(...lines))).toContain(reason);
  });

  test('Cloudflare Workers, whose builds take other middleware', () => {
    const files = { ...project(), 'package.json': '{ "scripts": { "deploy": "xmcp build --cf && wrangler deploy" } }' };
    expect(refusal(files)).toContain('Cloudflare Workers');
  });

  test('the login that xmcp had until version 0.5', () => {
    const files = project('{ http: true, experimental: { oauth: { baseUrl } } }');
    expect(() => detect(snapshotOf(files))).toThrow(/gives xmcp the option experimental\.oauth \(xmcp\.config\.ts:2\)/);
  });

  test.each([
    [`import { jwtAuthMiddleware } from 'xmcp';\nexport default jwtAuthMiddleware({ secret: 'x' });`],
    [`import { clerkProvider } from '@xmcp-dev/clerk';\nexport default clerkProvider({});`],
  ])('a login that is there: %s', (source) => {
    expect(() => detect(snapshotOf(middleware(source)))).toThrow(/already|login|protected/i);
  });
});
