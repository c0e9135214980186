import { describe, expect, it } from 'vitest';
import { listTools } from '../../../src/servers/tools/index.ts';
import { MCP, modelOf, names, tools } from './support.ts';

const SERVER = `const server = new McpServer({ name: 's', version: '1' });\n`;

describe('calls on a server object', () => {
  it('finds registerTool and every overload of tool, with file and line', () => {
    const { tools: found } = tools(`${SERVER}
server.registerTool('a', {}, async () => ({ content: [] }));
server.tool('b', async () => ({ content: [] }));
server.tool('c', 'description', async () => ({ content: [] }));
server.tool('d', { q: z.string() }, async () => ({ content: [] }));
server.tool(
  'e',
  'description', { q: z.string() }, { readOnlyHint: true }, async () => ({ content: [] }));
`);
    expect(found.map(({ name, file, line }) => `${name} ${file}:${line}`)).toEqual([
      'a server.ts:6',
      'b server.ts:7',
      'c server.ts:8',
      'd server.ts:9',
      'e server.ts:10',
    ]);
  });

  it('finds task tools and the free function of ext-apps', () => {
    expect(
      names(`import { registerAppTool as add } from '@modelcontextprotocol/ext-apps/server';
${SERVER}
const NAME = 'show-chart';
server.experimental.tasks.registerToolTask('long-job', {}, { createTask() {} });
add(server, NAME, {}, async () => ({ content: [] }));
`),
    ).toEqual(['long-job', 'show-chart']);
  });

  it('reads the hints of tools of ext-apps, and takes none of its resources for a tool', () => {
    const { tools: found } = tools(`import * as apps from '@modelcontextprotocol/ext-apps/server';
${SERVER}
apps.registerAppTool(server, 'board', { annotations: { readOnlyHint: true } }, async () => ({ content: [] }));
apps.registerAppResource(server, 'page', 'ui://page', {}, async () => ({ contents: [] }));
`);
    expect(found).toMatchObject([{ name: 'board', annotations: { readOnlyHint: true } }]);
  });

  it('keeps names as they are written: dots, capitals, typos', () => {
    expect(names(`${SERVER}server.tool('Tasks.serach', async () => {});`)).toEqual(['Tasks.serach']);
  });

  it('lists a name once, at its first registration', () => {
    const { tools: found } = tools(`${SERVER}if (flag) server.tool('x', a);\nelse server.tool('x', b);`);
    expect(found).toEqual([{ name: 'x', file: 'server.ts', line: 5 }]);
  });

  it('does not see comments, strings and calls on other objects', () => {
    expect(
      names(`import { tool } from 'ai';
${SERVER}
// server.tool('commented', cb);
/* server.registerTool('commented-too', {}, cb); */
const text = "server.tool('in-a-string', cb)";
const builder = new Toolbox();
class Toolbox { tool(name: string, cb: () => void) {} }
builder.tool('not-mcp', () => {});
tool('free', { execute() {} });
server.tool('real', cb);
`),
    ).toEqual(['real']);
  });

  it('tells McpServer of another package apart by its import', () => {
    const model = modelOf({
      'server.ts': `import { McpServer } from 'somewhere-else';\nnew McpServer().tool('x', () => {});`,
    });
    expect(listTools(model).tools).toEqual([]);
  });
});

describe('ways a server object goes', () => {
  it.each([
    ['a parameter of its type', `function add(s: McpServer) { s.tool('x', cb); }\nadd(null!);`],
    ['a parameter without type, filled by a call', `${SERVER}function add(s) { s.tool('x', cb); }\nadd(server);`],
    ['a factory', `function make() { const s = new McpServer({}); s.tool('x', cb); return s; }\nmake();`],
    ['what a factory returns', `const make = () => new McpServer({});\nconst s = make();\ns.tool('x', cb);`],
    [
      'an object that a factory returns',
      `const make = () => ({ server: new McpServer({}) });\nconst { server } = make();\nserver.tool('x', cb);`,
    ],
    [
      'a field',
      `class App { private server: McpServer; constructor() { this.server = new McpServer({}); this.server.tool('x', cb); } }\nnew App();`,
    ],
    [
      'a parameter property',
      `class App { constructor(private readonly server: McpServer) { this.server.tool('x', cb); } }\nnew App(s);`,
    ],
    ['a subclass', `class Mine extends McpServer { constructor() { super({}); this.tool('x', cb); } }\nnew Mine();`],
    [
      'a let that is assigned later',
      `let server: McpServer | undefined;\nserver = new McpServer({});\nserver.tool('x', cb);`,
    ],
    ['a bound method', `${SERVER}const add = server.tool.bind(server);\nadd('x', cb);`],
  ])('%s', (_, source) => {
    expect(names(source)).toEqual(['x']);
  });

  it('goes into other files, by name, default and namespace, and through barrels', () => {
    expect(
      names(
        `import addA from './a.js';\nimport { addB } from './index.js';\nimport * as c from './c.js';\n${SERVER}addA(server); addB(server); c.addC(server);`,
        {
          'a.ts': `import type { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';\nexport default function addA(server: McpServer) { server.tool('a', cb); }`,
          'b.ts': `export const addB = (server) => { server.registerTool('b', {}, cb); };`,
          'c.ts': `export function addC(server) { server.registerTool('c', {}, cb); }`,
          'index.ts': `export * from './b.js';`,
        },
      ),
    ).toEqual(['a', 'b', 'c']);
  });

  it('goes through objects of register functions', () => {
    expect(
      names(`import tools from './tools.js';\n${SERVER}tools.register(server);`, {
        'tools.ts': `import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';\nfunction register(server: McpServer) { server.tool('x', cb); }\nexport default { register };`,
      }),
    ).toEqual(['x']);
  });

  it('works in CommonJS', () => {
    const model = modelOf({
      'index.js': `const { McpServer } = require('@modelcontextprotocol/sdk/server/mcp.js');
const { addTools } = require('./tools');
const server = new McpServer({});
server.tool('a', () => {});
addTools(server);`,
      'tools.js': `const NAMES = { B: 'b' };\nfunction addTools(server) { server.tool(NAMES.B, () => {}); }\nmodule.exports = { addTools };`,
    });
    expect(listTools(model, { entries: ['index.js'] }).tools.map((tool) => tool.name)).toEqual(['a', 'b']);
  });
});

describe('what the entry can reach', () => {
  it('leaves out functions nobody calls and files nobody imports', () => {
    const sources = {
      'http.ts': `${MCP}import { addUsed } from './tools.js';\nconst server = new McpServer({});\naddUsed(server);`,
      'tools.ts': `export function addUsed(server) { server.tool('used', cb); }\nexport function addOld(server) { server.tool('old', cb); }`,
      'other.ts': `${MCP}const server = new McpServer({});\nserver.tool('other-server', cb);`,
    };
    expect(listTools(modelOf(sources), { entries: ['http.ts'] }).tools.map((tool) => tool.name)).toEqual(['used']);
  });

  it('follows functions of modules that are loaded on the way', () => {
    const http = { 'http.ts': `${MCP}export function start() { new McpServer({}).tool('x', cb); }` };
    expect(names(`const { start } = await import('./http.js');\nstart();`, http)).toEqual(['x']);
    expect(names(`const http = await import('./http.js');\nhttp.start();`, http)).toEqual(['x']);
    expect(names(`import * as http from './http.js';\nhttp.start();`, http)).toEqual(['x']);
    expect(names(`import('./http.js').then(({ start: go }) => go());`, http)).toEqual(['x']);
  });

  it('follows dynamic imports', () => {
    expect(
      names(`if (process.argv.includes('--http')) await import('./http.js');`, {
        'http.ts': `${MCP}new McpServer({}).tool('x', cb);`,
      }),
    ).toEqual(['x']);
  });
});

describe('hints', () => {
  it('reads literal annotations of registerTool, tool and descriptors', () => {
    const { tools: found } = tools(`${SERVER}
server.registerTool('a', { annotations: { readOnlyHint: true, openWorldHint: false } }, cb);
server.tool('b', 'text', {}, { destructiveHint: true, readOnlyHint: false }, cb);
const READ_ONLY = { readOnlyHint: true } as const;
server.registerTool('c', { annotations: READ_ONLY }, cb);
for (const tool of [{ name: 'd', annotations: { destructiveHint: false } }, { name: 'e' }]) server.registerTool(tool.name, tool, cb);
server.registerTool('f', { annotations: { readOnlyHint: process.env.RO === '1' } }, cb);
`);
    expect(Object.fromEntries(found.map((tool) => [tool.name, tool.annotations]))).toEqual({
      a: { readOnlyHint: true },
      b: { destructiveHint: true, readOnlyHint: false },
      c: { readOnlyHint: true },
      d: { destructiveHint: false },
      e: undefined,
      f: undefined,
    });
  });
});
