import { expect, it } from 'vitest';
import { callPython, describePython } from './support/python.ts';

const takes = (path: string, asked: string[]): Promise<unknown> =>
  callPython({ do: 'spellings', input: { path, asked } });

describePython('the paths that protect_app guards', () => {
  it('are guarded in every spelling, with all below them', async () => {
    const spellings = ['/mcp', '/mcp/', '//mcp', '/MCP', '/mcp/x', '/mcp\n'];
    expect(await takes('/mcp', spellings)).toEqual(spellings.map(() => true));
    expect(await takes('/mcp', ['/mcpx', '/x/mcp', '/'])).toEqual([false, false, false]);
  });

  it.each([
    ['/{tenant}/mcp', ['/a/mcp', '/A//MCP/x'], ['/a/b/mcp', '/mcp']],
    ['/v{n:int}/mcp', ['/v1/mcp', '/V22/mcp'], ['/x1/mcp']],
    ['/{a}-{b}/mcp', ['/x-y/mcp'], ['/mcp', '/x/y/mcp']],
    ['/{where:path}/mcp', ['/a/mcp', '/a/b/mcp', '//mcp', '/a\nb/mcp'], ['/a/b']],
  ])('may have parameters: %s', async (path, guarded, open) => {
    const expected = [...guarded.map(() => true), ...open.map(() => false)];
    expect(await takes(path, [...guarded, ...open])).toEqual(expected);
  });

  it('are told from others at once, however long those are', { timeout: 5000 }, async () => {
    const long = ['/'.repeat(60_000), '/a'.repeat(30_000), '/v'.repeat(30_000)];
    for (const path of ['/a/mcp', '/{tenant}/mcp', '/v{n}/mcp', '/{where:path}/mcp']) {
      expect(await takes(path, long)).toEqual([false, false, false]);
    }
  });
});
