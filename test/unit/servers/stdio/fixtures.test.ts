import { describe, expect, test } from 'vitest';
import { detect } from '../../../../src/servers/detect.ts';
import { planHttpEntry } from '../../../../src/servers/stdio/index.ts';
import { CliError } from '../../../../src/errors.ts';
import { fixture, snapshotOf } from '../fetch/support.ts';
import { withHttp } from './support.ts';

const FIXTURES = [
  { name: 'stdio-ts', entry: 'src/http.ts', command: 'tsx src/index.ts --http' },
  { name: 'stdio-js-main', entry: 'http.js', command: 'node index.js --http' },
  { name: 'stdio-cjs', entry: 'http.js', command: 'node server.js --http' },
  { name: 'stdio-class', entry: 'src/http.ts', command: 'MCP_TRANSPORT=http tsx src/index.ts' },
  { name: 'stdio-factory', entry: 'src/http.ts', command: 'tsx src/index.ts --http' },
];

describe.each(FIXTURES)('the fixture $name', ({ name, entry, command }) => {
  const before = fixture(name, 'before');

  test('speaks stdio only at first', () => {
    const codeOf = (): string => {
      try {
        return detect(snapshotOf(before)).adapter.id;
      } catch (error) {
        return error instanceof CliError ? error.code : String(error);
      }
    };
    expect(codeOf()).toBe('stdio-only');
  });

  test('changes exactly as its golden files show', () => {
    expect(withHttp(before)).toEqual({ ...before, ...fixture(name, 'after') });
  });

  test('is an ordinary HTTP server from then on, with all of its tools, and its gate is complete', () => {
    const { detection, adapter, model, match } = detect(snapshotOf({ ...before, ...fixture(name, 'after') }));
    expect(detection).toMatchObject({ framework: 'node-http', entry, endpoint: '/mcp', port: 3000 });
    expect(detection.transports).toEqual(['streamable-http', 'stdio']);
    const names = detection.tools.map((tool) => tool.name).sort();
    expect([...names, ...detection.unresolvedTools]).toEqual(['create-task', 'delete-task', 'search-tasks', 'whoami']);
    expect(detection.notes).toEqual([]);
    const authDir = name === 'stdio-cjs' || name === 'stdio-js-main' ? 'auth' : 'src/auth';
    const scopes = { toolScopes: {}, publicTools: [], baseScopes: [] };
    expect(adapter.edit(model, match, { authDir, resource: 'http://localhost:3000/mcp', scopes })).toEqual([]);
  });

  test('has a script that starts it, and tells what its users will share', () => {
    const plan = planHttpEntry(snapshotOf(before));
    expect(plan).toMatchObject({ entry, script: { name: 'start:http', command } });
    expect('notes' in plan && plan.notes.join()).toContain('all users act with what the server itself may do');
  });
});
