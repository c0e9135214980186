import { describe, expect, test } from 'vitest';
import { project, START, started, withHttp } from './support.ts';

const SWITCH = `if (process.argv.includes('--http')) {
    const { serveHttp } = await import('./http.js');
    serveHttp(createServer);
    return;
  }`;

describe('a server at the top of a module', () => {
  test('becomes a function with everything that is registered, and stdio takes one server of it', () => {
    const text = started(
      `const server = new McpServer({ name: 'x', version: '1' });\nserver.tool('a', run);\n\n${START}`,
    );
    expect(text).toContain(`function createServer(): McpServer {
  const server = new McpServer({ name: 'x', version: '1' });
  server.tool('a', run);
  return server;
}

const server = createServer();
`);
    expect(text).toContain(`async function main() {\n  ${SWITCH}\n  const transport = new StdioServerTransport();`);
  });

  test('brings along what only its tools use, wherever it stands beside them', () => {
    const text = started(`const server = new McpServer({ name: 'x', version: '1' });
const notes: string[] = [];
server.tool('note', () => remember('x'));

function remember(note: string) {
  notes.push(note);
}

${START}`);
    expect(text).toContain(`  const notes: string[] = [];
  server.tool('note', () => remember('x'));

  function remember(note: string) {
    notes.push(note);
  }
  return server;
}`);
  });

  test('leaves the lines of a template text as they are', () => {
    const text = started(
      'const server = new McpServer({ name: "x", version: "1" });\n' +
        'server.tool("a", `one\ntwo ${[\n1,\n]} three\nfour`, run);\n\n' +
        START,
    );
    expect(text).toContain('  server.tool("a", `one\ntwo ${[\n  1,\n  ]} three\nfour`, run);\n  return server;');
  });

  test('takes the comment right above it along, and leaves a heading where it is', () => {
    const text = started(
      `// Heading\n\n// the server\nconst server = new McpServer({ name: 'x', version: '1' });\n\n${START}`,
    );
    expect(text).toContain('// Heading\n\nfunction createServer(): McpServer {\n  // the server\n  const server =');
  });

  test('may be closed by whoever ends the program', () => {
    const text = started(`const server = new McpServer({ name: 'x', version: '1' });
server.tool('a', run);
process.on('SIGINT', () => server.close());
${START}`);
    expect(text).toContain("const server = createServer();\nprocess.on('SIGINT', () => server.close());");
  });

  test('may await something while it is made', () => {
    const text = started(`const server = new McpServer({ name: 'x', version: '1' });
await registerAll(server);
await server.connect(new StdioServerTransport());`);
    expect(text).toContain('async function createServer(): Promise<McpServer> {');
    expect(text).toContain(`const server = await createServer();
if (process.argv.includes('--http')) {
  const { serveHttp } = await import('./http.js');
  serveHttp(createServer);
} else {
  await server.connect(new StdioServerTransport());
}`);
  });

  test('may be exported, as long as nobody else takes it', () => {
    const text = started(`export const server = new McpServer({ name: 'x', version: '1' });\n\n${START}`);
    expect(text).toContain('  const server = new McpServer(');
    expect(text).toContain('export const server = createServer();');
  });

  test('leaves out what others need too, and what must happen once', () => {
    const text = started(`const server = new McpServer({ name: 'x', version: '1' });

// for everybody
export const limit = 5;

const names = list();
process.on('warning', log);
server.tool('a', () => names);

async function main() {
  console.error(names);
  await server.connect(new StdioServerTransport());
}
main();`);
    expect(text.slice(0, text.indexOf('async function main'))).toBe(`// for everybody
export const limit = 5;

const names = list();

process.on('warning', log);

function createServer(): McpServer {
  const server = new McpServer({ name: 'x', version: '1' });

  server.tool('a', () => names);
  return server;
}

const server = createServer();

`);
  });

  test('may stand in another file than the start', () => {
    const files = project(`import { server } from './server.js';\n\n${START}`, {
      'src/server.ts': `import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
export const server = new McpServer({ name: 'x', version: '1' });
server.tool('a', run);
`,
    });
    const after = withHttp(files);
    expect(after['src/server.ts']).toContain('export function createServer(): McpServer {\n  const server = new');
    expect(after['src/server.ts']).toContain('export const server = createServer();');
    expect(after['src/index.ts']).toContain("import { server, createServer } from './server.js';");
  });

  test('may be completed in the function that starts it', () => {
    const text = started(`const server = new McpServer({ name: 'x', version: '1' });
server.tool('a', run);

async function main() {
  const config = await load();
  registerMore(server, config);
  await registerLast(server);
  await server.connect(new StdioServerTransport());
}

main();`);
    expect(text).toContain(`  const config = await load();
  const prepare = async (server: McpServer) => {
    registerMore(server, config);
    await registerLast(server);
    return server;
  };

  await prepare(server);
  if (process.argv.includes('--http')) {
    const { serveHttp } = await import('./http.js');
    serveHttp(() => prepare(createServer()));
    return;
  }`);
  });
});

describe('a server that is made in a function', () => {
  test('is made anew from what that function knows, awaited settings included', () => {
    const text = started(`async function main() {
  const config = await load(process.env.CONFIG);
  const server = new McpServer({ name: 'x', version: '1' });
  register(server, config);
  await server.connect(new StdioServerTransport());
  console.error('running');
}
main();`);
    expect(text).toContain(`  const config = await load(process.env.CONFIG);
  const createServer = (): McpServer => {
    const server = new McpServer({ name: 'x', version: '1' });
    register(server, config);
    return server;
  };

  const server = createServer();
  ${SWITCH}
  await server.connect(new StdioServerTransport());`);
  });

  test.each([
    ['const server = build();', 'serveHttp(build);'],
    ['const server = build(process.env.KEY);', 'serveHttp(() => build(process.env.KEY));'],
    ['const server = await buildLater();', 'serveHttp(buildLater);'],
    ['const { server } = both();', 'serveHttp(() => both().server);'],
    ['const { mcp: server } = await bothLater();', 'serveHttp(async () => (await bothLater()).mcp);'],
  ])('by a factory: %s', (statement, expected) => {
    const text = started(`function build(key?: string) { return new McpServer({ name: key ?? 'x', version: '1' }); }
async function buildLater() { return build(); }
function both() { const server = build(); return { server, stop() {} }; }
async function bothLater() { return { mcp: build() }; }

async function main() {
  ${statement}
  await server.connect(new StdioServerTransport());
}
main();`);
    expect(text).toContain(expected);
  });

  test('is found behind a function that is given the server', () => {
    const text = started(`async function run(server: McpServer) {
  await server.connect(new StdioServerTransport());
}
const server = new McpServer({ name: 'x', version: '1' });
server.tool('a', handler);
run(server);`);
    expect(text).toContain(`} else {\n  run(server);\n}`);
    expect(text).toContain("void import('./http.js').then(({ serveHttp }) => serveHttp(createServer));");
  });

  test('is not waited for where others wait for the result of that function', () => {
    const text = started(`async function main() {
  const server = new McpServer({ name: 'x', version: '1' });
  await server.connect(new StdioServerTransport());
  return 'started';
}
main();`);
    expect(text).toContain(
      "  } else {\n    await server.connect(new StdioServerTransport());\n  }\n  return 'started';",
    );
  });
});

describe('a class that holds its server', () => {
  const tasks = (making: string, run = ''): string => `class Tasks {
  private server = new McpServer({ name: 'x', version: '1' });

  constructor() {
    this.server.tool('a', handler);${making}
  }

  async run() {
${run}    const transport = new StdioServerTransport();
    await this.server.connect(transport);
  }
}

new Tasks().run();`;

  test('is made once for each session, and lends its server', () => {
    const text = started(tasks(''));
    expect(text).toContain("  server = new McpServer({ name: 'x', version: '1' });");
    expect(text).toContain('serveHttp(() => new Tasks().server)');
    expect(text).toContain('} else {\n  new Tasks().run();\n}');
  });

  test('listens to the process only where stdio runs', () => {
    const text = started(tasks("\n    process.on('SIGINT', () => process.exit(0));"));
    expect(text).toContain("    this.server.tool('a', handler);\n  }");
    expect(text).toContain("  async run() {\n    process.on('SIGINT', () => process.exit(0));\n    const transport");
  });
});
