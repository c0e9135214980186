import { describe, expect, test } from 'vitest';
import { withScopesAnnounced } from '../../../../src/servers/apps-sdk/announce.ts';
import { expressAdapter } from '../../../../src/servers/express/adapter.ts';
import type { Edit } from '../../../../src/types.ts';
import { apply, diff, fixture, run, snapshotOf, type Files } from '../fetch/support.ts';

const SDK = `import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';`;
const USES = `const meta = { 'openai/outputTemplate': 'ui://a.html' };`;
const IMPORT = `+ import { announceScopes } from './auth/announce.js';`;

function announced(files: Files, before: Edit[] = []): Edit[] {
  const entry = 'src/index.js' in files ? 'src/index.js' : 'src/index.ts';
  return withScopesAnnounced(before, snapshotOf(files), { entry, authDir: 'src/auth' });
}

/** The changed lines of a file; a second run changes nothing. */
function changed(lines: string[], path = 'src/index.ts'): string[] {
  const files = { [path]: [...lines, ''].join('\n') };
  const after = apply(files, announced(files));
  expect(announced(after), 'a second run').toEqual([]);
  return diff(files[path] ?? '', after[path] ?? '');
}

test('the fixture changes exactly as its golden files show, and only once', () => {
  const before = fixture('apps-sdk', 'before');
  const edit = (files: Files): Edit[] => announced(files, run(expressAdapter, files).edits);
  const after = apply(before, edit(before));
  expect(after).toEqual({ ...before, ...fixture('apps-sdk', 'after') });
  expect(edit(after)).toEqual([]);
});

describe('a server object', () => {
  test('is told after its creation, or around it where no statement can stand', () => {
    expect(changed([SDK, USES, `const server = new McpServer({ name: 'a', version: '1' });`])).toEqual([
      IMPORT,
      '+ announceScopes(server);',
    ]);
    expect(changed([SDK, USES, `export const make = () => new McpServer({ name: 'a', version: '1' });`])).toEqual([
      `- export const make = () => new McpServer({ name: 'a', version: '1' });`,
      IMPORT,
      `+ export const make = () => announceScopes(new McpServer({ name: 'a', version: '1' }));`,
    ]);
  });

  test('can be a low-level one, and several', () => {
    const low = `import { Server } from '@modelcontextprotocol/sdk/server/index.js';`;
    expect(changed([SDK, low, USES, 'const a = new McpServer(i);', 'const b = new Server(i, {});'])).toEqual([
      IMPORT,
      '+ announceScopes(a);',
      '+ announceScopes(b);',
    ]);
  });

  test.each(['@modelcontextprotocol/server', 'skybridge/server'])('can be of %s', (from) => {
    const lines = [`import { McpServer } from '${from}';`, USES, 'const server = new McpServer(i);'];
    expect(changed(lines)).toEqual([IMPORT, '+ announceScopes(server);']);
  });

  test('can be in CommonJS', () => {
    const lines = [
      `const { McpServer } = require('@modelcontextprotocol/sdk/server/mcp.js');`,
      `const meta = { 'openai/outputTemplate': 'ui://a.html' };`,
      'const server = new McpServer(i);',
    ];
    expect(changed(lines, 'src/index.js')).toEqual([
      `+ const { announceScopes } = require('./auth/announce.js');`,
      '+ announceScopes(server);',
    ]);
  });

  test('can be given to the function of mcp-handler', () => {
    const lines = [
      `import { createMcpHandler } from 'mcp-handler';`,
      USES,
      'const handler = createMcpHandler(async (server) => {',
      `  server.registerTool('a', { _meta: meta }, run);`,
      '});',
    ];
    expect(changed(lines)).toEqual([IMPORT, '+ announceScopes(server);']);
  });

  test('of another package is left alone', () => {
    for (const other of [`import { McpServer } from 'somewhere';`, `import { Server } from 'node:http';`]) {
      expect(changed([other, USES, 'const a = new McpServer(i);', 'const b = new Server(i);'])).toEqual([]);
    }
  });

  test('that was told in an earlier run is not told again, a new one is', () => {
    const once = `import { announceScopes } from './auth/announce.js';`;
    const lines = [SDK, once, USES, 'const a = announceScopes(new McpServer(i));', 'const b = new McpServer(i);'];
    expect(changed(lines)).toEqual(['+ announceScopes(b);']);
  });
});

describe('a project', () => {
  const server = 'const server = new McpServer(i);';

  test('uses the Apps SDK by its package, too, in any file of the program', () => {
    const files = {
      'src/index.ts': `import './server.js';\n`,
      'src/server.ts': `${SDK}\nimport './tools.js';\n${server}\n`,
      'src/tools.ts': `import { registerAppTool } from '@modelcontextprotocol/ext-apps/server';\n`,
    };
    expect(announced(files).map(({ path }) => path)).toEqual(['src/server.ts']);
  });

  test('without it stays as it is, also when words of it stand in a comment or in another program', () => {
    expect(announced({ 'src/index.ts': `${SDK}\n${server}\n` })).toEqual([]);
    expect(announced({ 'src/index.ts': `${SDK}\n// openai/outputTemplate\n${server}\n` })).toEqual([]);
    expect(announced({ 'src/index.ts': `${SDK}\n${server}\n`, 'src/other.ts': USES })).toEqual([]);
  });

  test('that is refused gets nothing of this', () => {
    const refused: Edit = { kind: 'skip', path: 'src/index.ts', why: '', reason: '', snippet: '' };
    expect(announced({ 'src/index.ts': `${SDK}\n${USES}\n${server}\n` }, [refused])).toEqual([refused]);
  });
});
