import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { detected, edited, fixture } from './support.ts';

/** `after/` holds the files that change. UPDATE_GOLDEN=1 writes them anew. */
const FIXTURES = new URL('../../../fixtures/', import.meta.url).pathname;

const EXPECTED: Record<string, { stack: string; entry: string; paths: string[]; port: number; tools: string[] }> = {
  'python-fastapps': {
    stack: 'fastapps',
    entry: 'server/main.py',
    paths: ['/mcp'],
    port: 8001,
    tools: ['greeting', 'list-orders'],
  },
  'python-fastmcp-fastapi': {
    stack: 'fastmcp4',
    entry: 'app/main.py',
    paths: ['/api/mcp'],
    port: 8080,
    tools: ['get_alerts', 'get_forecast', 'news_headlines'],
  },
  'python-fastmcp2-sse': {
    stack: 'fastmcp2',
    entry: 'server.py',
    paths: ['/sse', '/messages'],
    port: 6274,
    tools: ['roll_dice'],
  },
  'python-kanban': {
    stack: 'mcp1',
    entry: 'server.py',
    paths: ['/mcp'],
    port: 8000,
    tools: ['add-card', 'kanban-board'],
  },
  'python-lowlevel-starlette': {
    stack: 'mcp1',
    entry: 'server.py',
    paths: ['/mcp', '/sse', '/messages'],
    port: 3001,
    tools: ['archive-card', 'drop-card', 'list-cards', 'move-card'],
  },
  'python-lowlevel2': { stack: 'mcp2', entry: 'server.py', paths: ['/mcp'], port: 8000, tools: ['greet'] },
  'python-sdk1-asgi': {
    stack: 'mcp1',
    entry: 'server.py',
    paths: ['/tasks', '/admin'],
    port: 8000,
    tools: ['get-task', 'purge'],
  },
  'python-sdk1-crlf-bom': { stack: 'mcp1', entry: 'server.py', paths: ['/mcp'], port: 8000, tools: ['echo'] },
  'python-sdk1-script': {
    stack: 'mcp1',
    entry: 'server.py',
    paths: ['/mcp'],
    port: 8765,
    tools: ['create-task', 'delete_task', 'search_tasks'],
  },
  'python-sdk2-package': {
    stack: 'mcp2',
    entry: 'src/notes/server.py',
    paths: ['/api/mcp'],
    port: 9000,
    tools: ['add_note', 'count', 'list-notes', 'remove_note'],
  },
  'python-tasks': {
    stack: 'fastmcp4',
    entry: 'server.py',
    paths: ['/mcp'],
    port: 8000,
    tools: ['create-task', 'delete-task', 'search-tasks'],
  },
  'python-widgets': {
    stack: 'fastapps',
    entry: 'server/main.py',
    paths: ['/mcp'],
    port: 8001,
    tools: ['cancel-order', 'list-orders'],
  },
};

const names = readdirSync(FIXTURES).filter((name) => name in EXPECTED);

describe('Python servers before and after', () => {
  it('has a fixture for each expectation', () => {
    expect(names).toEqual(Object.keys(EXPECTED));
  });

  it.each(names)('%s is recognised', async (name) => {
    const { detection, stack } = await detected(fixture(name, 'before'));
    const { entry, paths, port, tools, unresolvedTools } = detection;
    expect({ stack, entry, paths, port, tools: tools.map((tool) => tool.name).sort() }).toEqual(EXPECTED[name]);
    expect(unresolvedTools).toEqual([]);
  });

  it.each(names)('%s gets the lines of its golden files', async (name) => {
    const { edits } = await edited(fixture(name, 'before'));
    expect(edits.map(({ kind }) => kind)).not.toContain('skip');
    const changed = Object.fromEntries(
      edits.flatMap((edit) => (edit.kind === 'modify' ? [[edit.path, edit.after]] : [])),
    );
    if (process.env['UPDATE_GOLDEN']) {
      for (const [path, text] of Object.entries(changed)) {
        const file = join(FIXTURES, name, 'after', path);
        mkdirSync(dirname(file), { recursive: true });
        writeFileSync(file, text);
      }
    }
    expect(changed).toEqual(fixture(name, 'after'));
  });

  it.each(names)('%s is left alone by a second run', async (name) => {
    const { after } = await edited(fixture(name, 'before'));
    const again = await edited(after, { isProtected: true });
    expect(again.edits).toEqual([]);
  });
});
