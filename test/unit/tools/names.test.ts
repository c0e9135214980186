import { ts } from 'ts-morph';
import { describe, expect, it } from 'vitest';
import { Evaluator } from '../../../src/servers/tools/evaluate.ts';
import { SourceProgram } from '../../../src/servers/tools/program.ts';
import { modelOf, names, tools } from './support.ts';

const SERVER = `const server = new McpServer({ name: 's', version: '1' });\n`;

describe('where a name can be written', () => {
  it.each([
    ['a constant', `const NAME = 'x';\nserver.tool(NAME, cb);`],
    ['a constant table', `const NAMES = { first: 'x' } as const;\nserver.tool(NAMES.first, cb);`],
    ['a table by key', `const NAMES = { 'the-first': 'x' };\nserver.tool(NAMES['the-first'], cb);`],
    ['an enum', `enum Tools { First = 'x' }\nserver.tool(Tools.First, cb);`],
    ['a static field', `class Names { static readonly FIRST = 'x'; }\nserver.tool(Names.FIRST, cb);`],
    [
      'a private field',
      `class App { #name = 'x'; add(s: McpServer) { s.tool(this.#name, cb); } }\nnew App().add(server);`,
    ],
    [
      'a getter',
      `class App { get name() { return 'x'; } add(s: McpServer) { s.tool(this.name, cb); } }\nnew App().add(server);`,
    ],
    ['a template of known parts', "const P = 'x';\nserver.tool(`${P}`, cb);"],
    ['a sum', `const P = '';\nserver.tool(P + 'x', cb);`],
    ['a shorthand property', `const name = 'x';\nconst tool = { name };\nserver.tool(tool.name, cb);`],
    ['a spread', `const base = { name: 'x' };\nconst tool = { ...base, title: 'X' };\nserver.tool(tool.name, cb);`],
    ['a destructured object', `const { name: called } = { name: 'x' };\nserver.tool(called, cb);`],
    [
      'a function that returns it',
      `const define = (name: string) => ({ name, kind: 1 });\nserver.tool(define('x').name, cb);`,
    ],
    ['a default value', `function add(name = 'x') { server.tool(name, cb); }\nadd();`],
    ['a cast', `server.tool(('x' as string)!, cb);`],
  ])('%s', (_, source) => {
    const { tools: found, unresolved } = tools(SERVER + source);
    expect({ names: found.map((tool) => tool.name), unresolved }).toEqual({ names: ['x'], unresolved: [] });
  });

  it('takes both branches of a choice', () => {
    expect(names(`${SERVER}server.tool(process.env.NEW ? 'new' : 'old', cb);`)).toEqual(['new', 'old']);
  });

  it('follows constants of other files', () => {
    expect(
      names(`import { TOOLS as T } from './names.js';\n${SERVER}server.tool(T.SEARCH.name, cb);`, {
        'names.ts': `export const TOOLS = { SEARCH: { name: 'search' } } as const;`,
      }),
    ).toEqual(['search']);
  });
});

describe('wrappers', () => {
  it("follows the project's own wrapper to its calls, and points to them", () => {
    const { tools: found } = tools(`${SERVER}
function addTool(server: McpServer, name: string, config: object, run: () => void) {
  server.registerTool(name, config, async () => run());
}
addTool(server, 'a', { annotations: { readOnlyHint: true } }, run);
addTool(server, 'b', {}, run);
`);
    expect(found).toEqual([
      { name: 'a', file: 'server.ts', line: 9, annotations: { readOnlyHint: true } },
      { name: 'b', file: 'server.ts', line: 10 },
    ]);
  });

  it('follows wrappers of wrappers, methods and descriptors as arguments', () => {
    expect(
      names(`${SERVER}
class Registry {
  constructor(private server: McpServer) {}
  add(tool: { name: string }) { this.#register(tool.name); }
  #register(name: string) { this.server.tool(name, cb); }
}
const registry = new Registry(server);
registry.add({ name: 'a' });
registry.add({ name: 'b' });
`),
    ).toEqual(['a', 'b']);
  });

  it('uses the fields of derived classes', () => {
    expect(
      names(`${SERVER}
abstract class Tool { abstract name: string; register(s: McpServer) { s.tool(this.name, cb); } }
class Search extends Tool { name = 'search'; }
class Remove extends Tool { name = 'remove'; }
for (const tool of [new Search(), new Remove()]) tool.register(server);
`).sort(),
    ).toEqual(['remove', 'search']);
  });
});

describe('loops', () => {
  const LIST = `const list = [{ name: 'a' }, { name: 'b' }];\n`;
  it.each([
    ['for-of', `for (const tool of list) server.tool(tool.name, cb);`],
    ['for-of with destructuring', `for (const { name } of list) server.tool(name, cb);`],
    ['forEach', `list.forEach((tool) => server.tool(tool.name, cb));`],
    ['map with destructuring', `list.map(({ name }) => server.tool(name, cb));`],
    ['an index', `for (let i = 0; i < list.length; i++) server.tool(list[i].name, cb);`],
    ['a filter', `list.filter((tool) => enabled(tool)).forEach((tool) => server.tool(tool.name, cb));`],
    ['a spread', `for (const tool of [...list]) server.tool(tool.name, cb);`],
    ['push', `const all: object[] = [];\nall.push(...list);\nfor (const tool of all) server.tool(tool.name, cb);`],
    [
      'Object.values',
      `const table = { one: list[0], two: { name: 'b' } };\nfor (const tool of Object.values(table)) server.tool(tool.name, cb);`,
    ],
    [
      'Object.entries',
      `const table = { a: {}, b: {} };\nfor (const [name, tool] of Object.entries(table)) server.tool(name, cb);`,
    ],
    ['Object.keys', `const table = { a: {}, b: {} };\nObject.keys(table).forEach((name) => server.tool(name, cb));`],
    ['for-in', `const table = { a: {}, b: {} };\nfor (const name in table) server.tool(name, cb);`],
    ['a Map', `const table = new Map([['a', 1], ['b', 2]]);\nfor (const [name] of table) server.tool(name, cb);`],
    [
      'a Map that is filled',
      `const table = new Map();\ntable.set('a', 1);\ntable.set('b', 2);\ntable.forEach((value, name) => server.tool(name, cb));`,
    ],
    [
      'a list of register functions',
      `const a = (s: McpServer) => s.tool('a', cb);\nconst b = (s: McpServer) => s.tool('b', cb);\nfor (const add of [a, b]) add(server);`,
    ],
  ])('%s', (_, loop) => {
    const { tools: found, unresolved } = tools(SERVER + LIST + loop);
    expect({ names: found.map((tool) => tool.name).sort(), unresolved }).toEqual({ names: ['a', 'b'], unresolved: [] });
  });

  it('iterates over a whole module', () => {
    expect(
      names(
        `import * as all from './all.js';\n${SERVER}for (const tool of Object.values(all)) server.tool(tool.name, cb);`,
        {
          'all.ts': `export { a } from './a.js';\nexport const b = { name: 'b' };`,
          'a.ts': `export const a = { name: 'a' };`,
        },
      ).sort(),
    ).toEqual(['a', 'b']);
  });
});

describe('what cannot be known is said, never invented', () => {
  it.each([
    ['the environment', `server.tool(process.env.TOOL_NAME!, cb);`, 'process.env.TOOL_NAME!'],
    [
      'a fetched list',
      `const list = await (await fetch(url)).json();\nfor (const t of list) server.tool(t.name, cb);`,
      't.name',
    ],
    ['a part of a name', 'server.tool(`${process.env.PREFIX}_search`, cb);', '`${process.env.PREFIX}_search`'],
    ['a package', `import { remote } from 'some-package';\nserver.tool(remote.name, cb);`, 'remote.name'],
  ])('%s', (_, source, expression) => {
    const { tools: found, unresolved } = tools(SERVER + source);
    expect(found).toEqual([]);
    expect(unresolved).toEqual([
      { file: 'server.ts', line: expect.any(Number), expression, reason: expect.any(String) },
    ]);
  });

  it('keeps what is known beside what is not', () => {
    const { tools: found, unresolved } = tools(
      `${SERVER}for (const t of [{ name: 'a' }, ...load()]) server.tool(t.name, cb);`,
    );
    expect(found.map((tool) => tool.name)).toEqual(['a']);
    expect(unresolved).toHaveLength(1);
  });

  it('ends on recursion', () => {
    const { unresolved } = tools(
      `${SERVER}function next(n: string) { return next(n + 'x'); }\nserver.tool(next('a'), cb);`,
    );
    expect(unresolved).toHaveLength(1);
  });
});

describe('the work of a question', () => {
  it('is done once, even when a recursion cuts the way to the answer short', () => {
    const model = modelOf({
      'server.ts': `const next = (depth: number): string => (depth > 1 ? next(depth - 1) : 'x');\nnext(3);`,
    });
    const program = new SourceProgram(model);
    const [statement] = program.files[0]?.statements.filter(ts.isExpressionStatement) ?? [];
    if (!statement) throw new Error('the example has no statement');
    const evaluator = new Evaluator(program);
    const answer = evaluator.ask(statement.expression);
    expect(answer).toContainEqual(expect.objectContaining({ kind: 'string', value: 'x' }));
    expect(answer).toContainEqual(expect.objectContaining({ kind: 'unknown', reason: 'too involved to follow' }));
    expect(evaluator.ask(statement.expression)).toBe(answer);
  });
});
