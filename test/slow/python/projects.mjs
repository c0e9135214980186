import { STACKS } from './stacks.mjs';

/** What is installed for a stack of that name. */
const of = (name) => STACKS.find((stack) => stack.name === name).packages;
const FASTMCP = ['fastmcp 2.13', 'fastmcp 3', 'fastmcp 4'];

/**
 * Servers without auth, as their users start them: of test/fixtures, or of the folder projects. `path` is where MCP is, `call` a tool with arguments and what its
 * text is like; `open` are routes of their own that need no token, `closed` other ways to MCP.
 * @type {{ fixture: string, stacks: string[], packages?: string[], start: string[], cwd?: string, path?: string,
 *   call: [name: string, args: object, text: RegExp], open?: Record<string, RegExp>, closed?: string[] }[]}
 */
const FIXTURES = [
  {
    fixture: 'python-kanban',
    stacks: ['mcp 1'],
    start: ['python', 'server.py'],
    call: ['add-card', { title: 'test' }, /^added test$/],
    open: { '/health': /"ok":true/ },
  },
  {
    fixture: 'python-tasks',
    stacks: FASTMCP,
    start: ['python', 'server.py'],
    call: ['create-task', { subject: 'test' }, /^created test$/],
    open: { '/health': /^ok$/ },
  },
  {
    fixture: 'python-tasks',
    stacks: ['fastmcp 3', 'fastmcp 4'],
    start: ['fastmcp', 'run', 'server.py', '--transport', 'http', '--port', 'PORT'],
    call: ['search-tasks', { query: 'plants' }, /water the plants/],
  },
  {
    fixture: 'python-widgets',
    stacks: ['FastApps'],
    start: ['python', '-m', 'server.main'],
    call: ['cancel-order', { id: '7' }, /^Order cancelled$/],
  },
  {
    fixture: 'python-widgets',
    stacks: ['FastApps'],
    start: ['uvicorn', 'server.main:app', '--port', 'PORT'],
    call: ['list-orders', {}, /^Orders found$/],
  },
  {
    fixture: 'python-sdk1-script',
    stacks: ['mcp 1'],
    start: ['python', 'server.py'],
    call: ['delete_task', { id: '5' }, /^5$/],
  },
  {
    fixture: 'python-sdk2-package',
    stacks: ['mcp 2'],
    cwd: 'src',
    start: ['python', '-m', 'notes.main', '--transport', 'streamable-http', '--port', 'PORT'],
    path: '/api/mcp',
    call: ['count', {}, /^\d+$/],
  },
  {
    fixture: 'python-lowlevel2',
    stacks: ['mcp 2'],
    start: ['uvicorn', 'server:server.streamable_http_app', '--factory', '--port', 'PORT'],
    call: ['greet', {}, /^$/],
  },
  {
    fixture: 'python-lowlevel-starlette',
    stacks: ['mcp 1'],
    start: ['uvicorn', 'server:create_app', '--factory', '--port', 'PORT'],
    call: ['move-card', {}, /^$/],
  },
  {
    fixture: 'python-fastmcp-fastapi',
    stacks: ['fastmcp 3'],
    packages: ['fastapi'],
    start: ['uvicorn', 'app.main:app', '--port', 'PORT'],
    path: '/api/mcp',
    call: ['get_alerts', { state: 'CA' }, /./],
    open: { '/health': /"status":"ok"/ },
  },
  {
    fixture: 'mounted',
    stacks: ['mcp 1'],
    packages: ['fastapi'],
    start: ['uvicorn', 'main:app', '--port', 'PORT'],
    path: '/api/mcp',
    call: ['add-note', { text: 'test' }, /^noted test$/],
    open: { '/items/3': /"item":3/ },
  },
  {
    fixture: 'routed',
    stacks: ['mcp 1'],
    start: ['uvicorn', 'main:app', '--port', 'PORT'],
    path: '/v1/mcp',
    call: ['add-note', { text: 'test' }, /^noted test$/],
    closed: ['/old', '/v1/mcp/', '/V1/mcp'],
  },
  {
    fixture: 'moved',
    stacks: ['fastmcp 3', 'fastmcp 4'],
    packages: ['fastapi'],
    start: ['uvicorn', 'main:app', '--port', 'PORT'],
    call: ['add-note', { text: 'test' }, /^noted test$/],
    closed: ['/mcp/', '//mcp', '/copied/mcp'],
  },
];

export const PROJECTS = FIXTURES.flatMap(({ stacks, ...project }) =>
  stacks.map((stack) => ({
    ...project,
    name: `${project.fixture} with ${stack}, ${project.start[0]}`,
    packages: [...of(stack), ...(project.packages ?? [])],
  })),
);
