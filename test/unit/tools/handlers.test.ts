import { describe, expect, it } from 'vitest';
import { names, tools } from './support.ts';

const SERVER = `const server = new Server({ name: 's', version: '1' }, { capabilities: { tools: {} } });\n`;

describe('tools/list handlers of the low-level server', () => {
  it.each([
    [
      'literals',
      `server.setRequestHandler(ListToolsRequestSchema, async () => ({ tools: [{ name: 'a' }, { name: 'b' }] }));`,
    ],
    [
      'a constant list',
      `const TOOLS = [{ name: 'a' }, { name: 'b' }];\nserver.setRequestHandler(ListToolsRequestSchema, () => { return { tools: TOOLS }; });`,
    ],
    [
      'a list that is built',
      `server.setRequestHandler(ListToolsRequestSchema, async () => {\n  const tools = [{ name: 'a' }];\n  if (flag) tools.push({ name: 'b' });\n  return { tools };\n});`,
    ],
    [
      'a mapped table',
      `const T = { a: { run() {} }, b: { run() {} } };\nserver.setRequestHandler(ListToolsRequestSchema, async () => ({ tools: Object.entries(T).map(([name, t]) => ({ name, ...t })) }));`,
    ],
    [
      'definitions of their own',
      `const A = { name: 'a' } as const;\nconst B: Tool = { name: 'b' };\nserver.setRequestHandler(ListToolsRequestSchema, async () => ({ tools: [A, B] }));`,
    ],
    [
      'a method as handler',
      `class App { s = server; list() { return { tools: [{ name: 'a' }, { name: 'b' }] }; } start() { this.s.setRequestHandler(ListToolsRequestSchema, this.list.bind(this)); } }\nnew App().start();`,
    ],
    [
      'the server inside an McpServer',
      `const high = new McpServer({});\nhigh.server.setRequestHandler(ListToolsRequestSchema, async () => ({ tools: [{ name: 'a' }, { name: 'b' }] }));`,
    ],
  ])('%s', (_, source) => {
    const { tools: found, unresolved } = tools(SERVER + source);
    expect({ names: found.map((tool) => tool.name).sort(), unresolved }).toEqual({ names: ['a', 'b'], unresolved: [] });
  });

  it('points to the descriptor, in whatever file it is, and reads its hints', () => {
    const { tools: found } = tools(
      `import { TOOLS } from './tools.js';\n${SERVER}server.setRequestHandler(ListToolsRequestSchema, async () => ({ tools: TOOLS }));`,
      { 'tools.ts': `export const TOOLS = [\n  {\n    name: 'a',\n    annotations: { readOnlyHint: true },\n  },\n];` },
    );
    expect(found).toEqual([{ name: 'a', file: 'tools.ts', line: 3, annotations: { readOnlyHint: true } }]);
  });

  it('says when a list comes from elsewhere', () => {
    const { tools: found, unresolved } = tools(
      `${SERVER}server.setRequestHandler(ListToolsRequestSchema, async () => ({ tools: await upstream.listTools() }));`,
    );
    expect(found).toEqual([]);
    expect(unresolved).toHaveLength(1);
  });
});

describe('tools/call handlers: a tool that is answered is a tool, listed or not', () => {
  const handler = (body: string): string =>
    `${SERVER}server.setRequestHandler(CallToolRequestSchema, async (request) => {\n${body}\n});`;

  it.each([
    [
      'switch',
      handler(
        `switch (request.params.name) { case 'a': return run(); case 'b': { return run(); } default: throw new Error('no'); }`,
      ),
    ],
    [
      'if-chain',
      handler(
        `const { name, arguments: args } = request.params;\nif (name === 'a') return run();\nelse if ('b' === name) return run();`,
      ),
    ],
    [
      'inverted if',
      handler(`if (request.params.name != 'a' && request.params.name !== 'b') throw new Error('unknown tool');`),
    ],
    [
      'object table',
      `const handlers = { a: run, b: run };\n${handler(`const run = handlers[request.params.name];\nreturn run(request.params.arguments);`)}`,
    ],
    [
      'Map',
      `const handlers = new Map([['a', run], ['b', run]]);\n${handler(`return handlers.get(request.params.name)?.();`)}`,
    ],
    [
      'list of descriptors',
      `const all = [{ name: 'a' }, { name: 'b' }];\n${handler(`const tool = all.find((t) => t.name === request.params.name);\nreturn tool.run();`)}`,
    ],
    [
      'delegation',
      `${handler(`return dispatch(request.params.name, request.params.arguments);`)}\nfunction dispatch(tool: string, args: unknown) { switch (tool) { case 'a': return; case 'b': return; } }`,
    ],
    [
      'delegation of the request',
      `${handler(`return dispatch(request);`)}\nconst dispatch = ({ params: { name } }) => { if (name === 'a' || name === 'b') return; };`,
    ],
  ])('%s', (_, source) => {
    expect(names(source).sort()).toEqual(['a', 'b']);
  });

  it('takes nothing from other switches', () => {
    expect(
      names(handler(`switch (request.params.arguments.mode) { case 'fast': return 1; }\nif (other === 'x') return 2;`)),
    ).toEqual([]);
  });

  it('joins both handlers', () => {
    expect(
      names(`${SERVER}
server.setRequestHandler(ListToolsRequestSchema, async () => ({ tools: [{ name: 'a' }] }));
server.setRequestHandler(CallToolRequestSchema, async ({ params }) => {
  switch (params.name) { case 'a': return 1; case 'hidden': return 2; }
});`).sort(),
    ).toEqual(['a', 'hidden']);
  });
});
