import { describe, expect, test } from 'vitest';
import { createCodeModel } from '../../../../src/servers/model.ts';
import { sdk2Notes } from '../../../../src/servers/sdk2/notes.ts';
import { snapshotOf } from '../fetch/support.ts';

const SERVER = `import { McpServer } from '@modelcontextprotocol/server';`;

const notes = (...lines: string[]): string[] =>
  sdk2Notes(createCodeModel(snapshotOf({ 'src/index.ts': [SERVER, ...lines].join('\n') })));

describe('what people are told of SDK 2', () => {
  test('answers that caches may hand to anybody', () => {
    const server = (scope: string): string =>
      `new McpServer(info, { cacheHints: { 'tools/list': { ttlMs: 1000, cacheScope: '${scope}' } } });`;
    expect(notes(server('public'))).toEqual([expect.stringContaining("src/index.ts:2: a cacheScope of 'public'")]);
    expect(notes(server('private'))).toEqual([]);
  });

  test('also where a framework has the SDK inside', () => {
    const files = {
      'package.json': '{ "dependencies": { "@rekog/mcp-nest": "^2.0.5" } }',
      'src/mcp.ts': "new McpStrategy({ cacheHints: { 'tools/list': { cacheScope: 'public' } }, transports: [] });",
    };
    expect(sdk2Notes(createCodeModel(snapshotOf(files)))).toEqual([expect.stringContaining('src/mcp.ts:1')]);
  });

  test('scopes that tools ask for by themselves', () => {
    const tool = "server.registerTool('x', { scopeChallenge: requireScopes('read') }, run);";
    expect(notes(tool)).toEqual([expect.stringContaining('src/index.ts:2: scopeChallenge asks for scopes')]);
  });

  test.each([
    ['createMcpExpressApp()', 1],
    ["createMcpExpressApp({ host: 'localhost' })", 1],
    ["createMcpExpressApp({ host: '0.0.0.0' })", 0],
    ["createMcpExpressApp({ allowedOrigins: ['app.example'] })", 0],
  ])('web pages that %s refuses', (creation, count) => {
    const found = notes(
      "import { createMcpExpressApp } from '@modelcontextprotocol/express';",
      `const a = ${creation};`,
    );
    expect(found).toHaveLength(count);
  });

  test('a check of the host that a public URL does not pass', () => {
    const guard = "import { localhostHostValidation } from '@modelcontextprotocol/node';";
    expect(notes(guard, 'const check = localhostHostValidation();')).toEqual([
      expect.stringContaining('src/index.ts:3: localhostHostValidation() refuses every host'),
    ]);
  });

  test('nothing about servers of SDK 1', () => {
    const model = createCodeModel(snapshotOf({ 'src/index.ts': "const hints = { cacheScope: 'public' };" }));
    expect(sdk2Notes(model)).toEqual([]);
  });
});
