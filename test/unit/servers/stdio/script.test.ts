import { describe, expect, test } from 'vitest';
import { planHttpEntry } from '../../../../src/servers/stdio/index.ts';
import type { Manifest } from '../../../../src/project/snapshot.ts';
import { snapshotOf } from '../fetch/support.ts';
import { project } from './support.ts';

const LINES = `const server = new McpServer({ name: 'x', version: '1' });
await server.connect(new StdioServerTransport());`;

/** The script that a project with this manifest gets. */
function script(manifest: Partial<Manifest>, lines = LINES): object {
  const snapshot = snapshotOf(project(lines));
  const plan = planHttpEntry({ ...snapshot, manifest: { ...snapshot.manifest, scripts: {}, ...manifest } });
  return 'refused' in plan ? { refused: plan.refused } : plan.script;
}

describe('HTTP is started as the project starts its server already', () => {
  test.each([
    ['compiled', { scripts: { start: 'node dist/index.js' } }, 'node dist/index.js --http'],
    ['built before', { scripts: { start: 'npm run build && node build/index.js' } }, 'node build/index.js --http'],
    ['by tsx', { scripts: { dev: 'tsx watch src/index.ts' } }, 'tsx src/index.ts --http'],
    ['by node, watching', { scripts: { dev: 'node --watch dist/index.js' } }, 'node dist/index.js --http'],
    ['by its name on the command line', { bin: ['./dist/index.js'] }, 'node dist/index.js --http'],
    ['in no way that is written down', {}, 'npx tsx src/index.ts --http'],
  ])('%s', (_title, manifest, command) => {
    expect(script(manifest)).toEqual({ name: 'start:http', command });
  });

  test('under another name where that one is taken', () => {
    const scripts = { start: 'node dist/index.js', 'start:http': 'http-server' };
    expect(script({ scripts })).toMatchObject({ name: 'start:mcp-http' });
  });
});

describe('a server that reads its arguments itself is asked by a variable', () => {
  test.each([
    ['as a list', 'const paths = process.argv.slice(2);\n'],
    ['with a parser', "import { Command } from 'commander';\n"],
  ])('%s', (_title, reading) => {
    const scripts = { start: 'node dist/index.js' };
    expect(script({ scripts }, reading + LINES)).toMatchObject({ command: 'MCP_TRANSPORT=http node dist/index.js' });
    const withSetter = { scripts, allDependencies: { 'cross-env': '^7' } };
    expect(script(withSetter, reading + LINES)).toMatchObject({
      command: 'cross-env MCP_TRANSPORT=http node dist/index.js',
    });
  });

  test.each(["if (process.argv.includes('--help')) help();\n", 'const self = process.argv[1];\n'])(
    'but not for a plain question: %s',
    (reading) => {
      expect(script({ scripts: { start: 'node dist/index.js' } }, reading + LINES)).toMatchObject({
        command: 'node dist/index.js --http',
      });
    },
  );
});
