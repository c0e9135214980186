import { describe, expect, test } from 'vitest';
import { project, refusal, START } from './support.ts';

/** A server whose tools use a module of the project. */
function withModule(text: string): string {
  return refusal(
    project(
      `import { use } from './state.js';
const server = new McpServer({ name: 'x', version: '1' });
server.tool('a', (args) => use(args));

${START}`,
      { 'src/state.ts': text },
    ),
  );
}

describe('what sessions would share stops the run', () => {
  test.each([
    [
      'a variable that a tool sets',
      'let user = "";\nexport function use(name) { user = name; }',
      'user changes while tools run (src/state.ts:2)',
    ],
    [
      'a list that a tool adds to',
      'const notes = [];\nexport const use = (note) => notes.push(note);',
      'notes changes',
    ],
    ['a map', 'const byId = new Map();\nexport const use = (x) => { byId.set(x.id, x); };', 'byId changes'],
    [
      'a property',
      'const session = { open: false };\nexport const use = () => { session.open = true; };',
      'session changes',
    ],
    ['an element', 'const table = {};\nexport const use = (x) => { table[x] = 1; table[x] = x; };', 'table changes'],
    ['a deleted property', 'const table = {};\nexport const use = (x) => { delete table[x]; };', 'table changes'],
    [
      'an object whose methods change it',
      'class Store { items = []; add(x) { this.items.push(x); } }\nconst store = new Store();\nexport const use = (x) => store.add(x);',
      'store changes',
    ],
    [
      'a client that is made of what the caller sends',
      'let client;\nexport function use(key) { if (!client) client = new Client(key); }',
      'client changes',
    ],
    [
      'a browser, even when it is made once',
      "import { chromium } from 'playwright';\nlet page;\nexport async function use() { if (!page) page = await (await chromium.launch()).newPage(); }",
      'page changes',
    ],
  ])('%s', (_title, text, expected) => {
    expect(withModule(text)).toContain(expected);
  });

  test('and the reason names the users', () => {
    expect(withModule('let user = "";\nexport function use(name) { user = name; }')).toMatch(
      /^src\/state\.ts:1: .*, so that the users of one process would share it$/,
    );
  });
});

describe('what is the same for everybody does not', () => {
  test.each([
    [
      'a client that is made on first use',
      'let client;\nexport function use() { if (!client) { client = new Client(process.env.KEY); } return client; }',
    ],
    ['the same in one expression', 'let client;\nexport const use = () => (client ??= new Client());'],
    [
      'and its end',
      'let client;\nexport function use() { client ??= new Client(); }\nexport function end() { client = null; }',
    ],
    ['a cache', 'const pageCache = new Map();\nexport const use = (url) => { pageCache.set(url, 1); };'],
    ['a counter', 'let requests = 0;\nexport const use = () => { requests++; };'],
    ['a clock', 'let last = 0;\nexport const use = () => { last = Date.now(); };'],
    ['a constant table', 'const table = new Map([["a", 1]]);\nexport const use = (x) => table.get(x);'],
    [
      'what is set up at the top',
      'const table = {};\nfor (const x of ["a"]) table[x] = 1;\nexport const use = (x) => table[x];',
    ],
    [
      'what is set up by a function that only the top calls',
      'let table;\nfunction load() { table = {}; }\nload();\nexport const use = (x) => table[x];',
    ],
    [
      'a signal',
      'let stopping;\nprocess.on("SIGTERM", () => { stopping = true; });\nexport const use = () => stopping;',
    ],
  ])('%s', (_title, text) => {
    expect(withModule(text)).toBe('not refused');
  });

  test('nor does what only the start of the program sets', () => {
    const lines = `let config;
const server = new McpServer({ name: 'x', version: '1' });
server.tool('a', () => config);

async function main() {
  config = await load();
  await server.connect(new StdioServerTransport());
}
main();`;
    expect(refusal(project(lines))).toBe('not refused');
  });
});
