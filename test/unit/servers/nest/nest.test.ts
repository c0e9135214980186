import { describe, expect, test } from 'vitest';
import { detect } from '../../../../src/servers/detect.ts';
import { nestAdapter } from '../../../../src/servers/nest/adapter.ts';
import { apply, diff, fixture, run, snapshotOf, type Files } from '../fetch/support.ts';

const MAIN = ['const app = await NestFactory.create(AppModule);', 'await app.listen(3000);'];
const FOR_ROOT = `McpModule.forRoot({ name: 'a', version: '1.0.0' })`;

/** An application with mcp-nest 1 in its module. */
function app(module: string, ...main: string[]): Files {
  return {
    'src/main.ts': [
      `import { NestFactory } from '@nestjs/core';`,
      `import { AppModule } from './app.module';`,
      '',
      ...(main.length > 0 ? main : MAIN),
      '',
    ].join('\n'),
    'src/app.module.ts': [
      `import { Module } from '@nestjs/common';`,
      `import { McpAuthModule, McpModule, McpTransportType, StreamableHttpTransport } from '@rekog/mcp-nest';`,
      `import { Tools } from './tools';`,
      '',
      `@Module({ imports: [${module}], providers: [Tools] })`,
      'export class AppModule {}',
      '',
    ].join('\n'),
    'src/tools.ts': [
      `import { Tool } from '@rekog/mcp-nest';`,
      `export class Tools {`,
      `  @Tool({ name: 'get-one', annotations: { readOnlyHint: true } }) one() {}`,
      `  @Tool({ description: 'named like its method' }) two() {}`,
      `}`,
    ].join('\n'),
  };
}

function changed(files: Files, path: string): string[] {
  const { edits } = run(nestAdapter, files);
  return diff(files[path] ?? '', apply(files, edits)[path] ?? '');
}

function refusal(files: Files): string {
  const { edits } = run(nestAdapter, files);
  expect(edits.map(({ kind }) => kind)).toEqual(['skip']);
  const [edit] = edits;
  return edit?.kind === 'skip' ? edit.reason : '';
}

describe.each(['nest-ts', 'nest-2', 'nest-fastify'])('the fixture %s', (name) => {
  const before = fixture(name, 'before');

  test('changes exactly as its golden files show', () => {
    const { edits } = run(nestAdapter, before);
    const golden = fixture(name, 'after');
    expect(edits.map(({ path }) => path).sort()).toEqual(Object.keys(golden).sort());
    expect(apply(before, edits)).toEqual({ ...before, ...golden });
  });

  test('needs nothing the second time', () => {
    const after = apply(before, run(nestAdapter, before).edits);
    expect(run(nestAdapter, after).edits).toEqual([]);
  });
});

describe('where the fixtures answer', () => {
  test('the entry is where the application is created; all routes of mcp-nest 1 are below the global prefix', () => {
    expect(run(nestAdapter, fixture('nest-ts', 'before')).match).toMatchObject({
      entry: 'src/main.ts',
      paths: ['/api/mcp', '/api/sse', '/api/messages'],
      port: 3500,
      transports: ['streamable-http', 'sse', 'stdio'],
    });
  });

  test.each([
    ['nest-2', '/mcp'],
    ['nest-fastify', '/rpc'],
  ])('version 2 mounts its route itself, outside the global prefix: %s', (name, path) => {
    expect(run(nestAdapter, fixture(name, 'before')).match).toMatchObject({
      entry: 'src/main.ts',
      paths: [path],
      transports: ['streamable-http'],
    });
  });
});

describe('the paths of mcp-nest 1', () => {
  test.each([
    [FOR_ROOT, ['/mcp', '/sse', '/messages']],
    [`McpModule.forRoot({ mcpEndpoint: '/v1/rpc', transport: McpTransportType.STREAMABLE_HTTP })`, ['/v1/rpc']],
    [`McpModule.forRoot({ transport: [McpTransportType.SSE], sseEndpoint: 'events' })`, ['/events', '/messages']],
    [`McpModule.forRoot({ apiPrefix: 'x', transport: [McpTransportType.STREAMABLE_HTTP] })`, ['/x/mcp']],
    [`McpModule.forRoot({ transport: pick() })`, ['/mcp', '/sse', '/messages']],
  ])('%s', (module, paths) => {
    expect(run(nestAdapter, app(module)).match?.paths).toEqual(paths);
  });

  test('with exceptions from the global prefix, both forms', () => {
    const files = app(
      `McpModule.forRoot({ transport: McpTransportType.STREAMABLE_HTTP })`,
      'const app = await NestFactory.create(AppModule);',
      `app.setGlobalPrefix('api', { exclude: ['mcp'] });`,
    );
    expect(run(nestAdapter, files).match?.paths).toEqual(['/mcp', '/api/mcp']);
  });

  test('nothing where it speaks stdio only', () => {
    expect(run(nestAdapter, app(`McpModule.forRoot({ transport: McpTransportType.STDIO })`)).matches).toEqual([]);
  });
});

describe('how the gate is put in', () => {
  test('the call after the creation, the guard among the options', () => {
    const files = app(FOR_ROOT);
    expect(changed(files, 'src/main.ts')).toContain(`+ protectMcp(app, ['/mcp', '/sse', '/messages']);`);
    expect(changed(files, 'src/app.module.ts')).toContain(
      `+ @Module({ imports: [McpModule.forRoot({ guards: [AdmittedOnly], name: 'a', version: '1.0.0' })], providers: [Tools] })`,
    );
  });

  test('an empty list of guards is filled', () => {
    const files = app(`McpModule.forRoot({ name: 'a', guards: [] })`);
    expect(changed(files, 'src/app.module.ts').join('\n')).toContain(`name: 'a', guards: [AdmittedOnly] })`);
  });

  test('version 2 mounts its own route, outside the global prefix', () => {
    const files = app(
      `register(new StreamableHttpTransport({ endpoint: 'rpc' }))`,
      'const app = await NestFactory.create(AppModule);',
      `app.setGlobalPrefix('api');`,
    );
    expect(changed(files, 'src/main.ts')).toContain(`+ protectMcp(app, ['/rpc']);`);
    expect(changed(files, 'src/app.module.ts').join('\n')).toContain(
      `register(admittedOnly(new StreamableHttpTransport({ endpoint: 'rpc' })))`,
    );
  });

  test('every application of the file gets its gate, and what they share one last door', () => {
    const files = app(
      FOR_ROOT,
      'const app = await NestFactory.create(AppModule);',
      'const other = await NestFactory.create(AppModule, new FastifyAdapter());',
    );
    expect(changed(files, 'src/main.ts')).toEqual(
      expect.arrayContaining([
        `+ protectMcp(app, ['/mcp', '/sse', '/messages']);`,
        `+ protectMcp(other, ['/mcp', '/sse', '/messages']);`,
      ]),
    );
    expect(
      changed(files, 'src/app.module.ts')
        .join('\n')
        .match(/guards: \[AdmittedOnly\]/g),
    ).toHaveLength(1);
  });
});

describe('what is left to a person', () => {
  test.each([
    ['options worked out at run time', app(`McpModule.forRootAsync({ useFactory })`), 'at run time'],
    ['options from elsewhere', app(`McpModule.forRoot(options())`), 'not written as an object'],
    ['options that are spread', app(`McpModule.forRoot({ ...base, name: 'a' })`), 'not written as an object'],
    ['an endpoint from the environment', app(`McpModule.forRoot({ mcpEndpoint: process.env.P })`), 'at run time'],
    [
      'a prefix from the environment',
      app(FOR_ROOT, 'const app = await NestFactory.create(AppModule);', 'app.setGlobalPrefix(process.env.PREFIX);'),
      'the global prefix is known only at run time',
    ],
    [
      'a prefix in the hands of another function',
      app(
        FOR_ROOT,
        'function configure(it) { it.setGlobalPrefix(load()); }',
        'const app = await NestFactory.create(AppModule);',
        'configure(app);',
      ),
      'the global prefix is known only at run time',
    ],
    [
      'versions in the path',
      app(
        FOR_ROOT,
        'const app = await NestFactory.create(AppModule);',
        `app.enableVersioning({ type: VersioningType.URI, defaultVersion: '1' });`,
      ),
      'the version in front',
    ],
    [
      'an application without a name',
      app(FOR_ROOT, 'await (await NestFactory.create(AppModule)).listen(3000);'),
      'in the middle of an expression',
    ],
    [
      'a controller of its own',
      {
        ...app(FOR_ROOT),
        'src/mcp.controller.ts': `import { McpHttpControllerFor } from '@rekog/mcp-nest';\nexport class Own extends McpHttpControllerFor(t) {}\n`,
      },
      'in a controller of its own',
    ],
    [
      'handlers of the transport in other hands',
      {
        ...app('register(new StreamableHttpTransport())'),
        'src/mcp.controller.ts': `import { transport } from './transport';\nexport const post = (req, res) => transport.httpHandlers.handlePost(req, res);\n`,
      },
      'in a controller of its own',
    ],
    ...['class Own extends StreamableHttpTransport {}', 'class Own implements McpTransport { start() {} }'].map(
      (code): [string, Files, string] => [
        code,
        {
          ...app('register(new StreamableHttpTransport())'),
          'src/own.ts': `import { StreamableHttpTransport, type McpTransport } from '@rekog/mcp-nest';\nexport ${code}\n`,
        },
        'src/own.ts:2 is a transport of its own',
      ],
    ),
    [
      'a transport that is made elsewhere',
      app('register(new StreamableHttpTransport(), make(StreamableHttpTransport))'),
      'hands StreamableHttpTransport on',
    ],
    [
      'MCP beside mcp-nest',
      {
        ...app(FOR_ROOT),
        'src/tools.ts': `${app(FOR_ROOT)['src/tools.ts']}
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
export async function own(req, res) {
  const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: undefined });
  await transport.handleRequest(req, res);
}`,
      },
      'serves MCP as well, without mcp-nest',
    ],
  ])('%s', (_, files, reason) => {
    expect(refusal(files)).toContain(reason);
  });
});

describe('the whole detection', () => {
  test('reads tools from their decorators', () => {
    const { detection } = detect(snapshotOf(app(FOR_ROOT)));
    expect(detection).toMatchObject({ framework: 'nest', entry: 'src/main.ts', unresolvedTools: [] });
    expect(detection.tools).toEqual([
      { name: 'get-one', file: 'src/tools.ts', line: 3, annotations: { readOnlyHint: true } },
      { name: 'two', file: 'src/tools.ts', line: 4 },
    ]);
  });

  test('tells stdio from what is not understood', () => {
    const stdio = app(`McpModule.forRoot({ transport: McpTransportType.STDIO })`);
    expect(() => detect(snapshotOf(stdio))).toThrow(expect.objectContaining({ code: 'stdio-only' }));
    const { 'src/main.ts': _, ...library } = app(FOR_ROOT);
    expect(() => detect(snapshotOf(library))).toThrow(/no NestFactory.create is seen/);
  });

  test('tells of scopes that mcp-nest asks for itself', () => {
    const files = app(FOR_ROOT);
    const tools = `import { Tool, ToolScopes } from '@rekog/mcp-nest';
export class Tools {
  @ToolScopes(['admin'])
  @Tool({ name: 'purge' }) purge() {}
}`;
    const { detection } = detect(snapshotOf({ ...files, 'src/tools.ts': tools }));
    expect(detection.notes).toEqual(['src/tools.ts:3: @ToolScopes asks besides the scope map; a caller needs both.']);
  });

  test.each([
    [`McpModule.forRoot({ guards: [JwtGuard] })`, 'gives mcp-nest guards'],
    [`register(new StreamableHttpTransport({ stepUpAuthorization: true }))`, 'gives mcp-nest stepUpAuthorization'],
    [`McpModule.forRoot({}), McpAuthModule.forRoot({})`, 'uses McpAuthModule.forRoot of @rekog/mcp-nest'],
  ])('%s is a login already', (module, what) => {
    expect(() => detect(snapshotOf(app(module)))).toThrow(new RegExp(what));
  });
});
