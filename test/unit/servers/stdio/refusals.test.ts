import { describe, expect, test } from 'vitest';
import { detectWithHttp } from '../../../../src/servers/stdio/index.ts';
import { CliError } from '../../../../src/errors.ts';
import { snapshotOf } from '../fetch/support.ts';
import { project, refusal, START } from './support.ts';

const SERVER = "const server = new McpServer({ name: 'x', version: '1' });";
const CONNECT = 'await server.connect(new StdioServerTransport());';

describe('HTTP is not added, and the reason is told, where', () => {
  test.each([
    ['no server is connected', SERVER, 'could not be found'],
    [
      'several servers are',
      `${SERVER}\n${CONNECT}\n${CONNECT}`,
      'at several places: src/index.ts:5 and src/index.ts:6',
    ],
    [
      'the server is assigned later',
      `let server: McpServer;\nserver = new McpServer({});\n${CONNECT}`,
      'where this server is made',
    ],
    [
      'tools are registered after stdio is connected',
      `${SERVER}\n${CONNECT}\nserver.tool('a', run);`,
      'src/index.ts:6: the server is changed after stdio is connected',
    ],
    [
      'the function returns the server',
      `async function main() {\n${SERVER}\n${CONNECT}\nreturn server;\n}\nmain();`,
      'is changed after stdio is connected',
    ],
    [
      'an export in between needs the server',
      `${SERVER}\nexport const x = tool(server);\nserver.tool('a', run);\n${START}`,
      'src/index.ts:5: an export stands among',
    ],
    ['the start stands in between', `${SERVER}\n${START}\nserver.tool('a', run);`, 'what starts stdio stands between'],
    [
      'the start uses what is made of the server',
      `${SERVER}\nconst tools = list(server);\nserver.tool('a', tools);\nawait check(tools);\n${CONNECT.replace('await', 'console.log(tools), await')}`,
      'tools is used here',
    ],
    [
      'a timer would run for each session',
      `${SERVER}\nsetInterval(poll, 1000);\nserver.tool('a', run);\n${START}`,
      'setInterval() would be repeated for each session',
    ],
    [
      'a tool ends the program',
      `${SERVER}\nserver.tool('stop', () => process.exit(0));\n${START}`,
      'one session could end the program for all',
    ],
    [
      'a closed connection ends the program',
      `${SERVER}\nserver.server.onclose = () => process.exit(0);\n${START}`,
      'a session that ends would end the program for all',
    ],
    [
      'the program follows its input',
      `${SERVER}\nprocess.stdin.on('end', () => process.exit(0));\n${START}`,
      'src/index.ts:5: the program follows its standard input',
    ],
    [
      'a factory keeps its server',
      `let kept: McpServer | undefined;\nfunction getServer() { kept ??= new McpServer({}); return kept; }\nconst server = getServer();\n${CONNECT}`,
      'may return the same server again',
    ],
    [
      'a package makes the server',
      `import { makeServer } from 'elsewhere';\nconst server = makeServer();\n${CONNECT}`,
      'comes from code that add-auth cannot see',
    ],
  ])('%s', (_title, lines, expected) => {
    expect(refusal(project(lines))).toContain(expected);
  });

  test('other modules take the server and add to it', () => {
    const files = project(`import './tools.js';\nexport ${SERVER}\n${START}`, {
      'src/tools.ts': "import { server } from './index.js';\nserver.tool('a', run);",
    });
    expect(refusal(files)).toBe('src/tools.ts:2: the server is handed to code that is not part of making it');
  });
});

describe('a class that holds its server', () => {
  const tasks = (members: string, run = ''): string => `class Tasks {
  ${members}
  async run() {
    ${run}
    await this.server.connect(new StdioServerTransport());
  }
}
new Tasks().run();`;

  test.each([
    [
      'hides it in the language itself',
      tasks('#server = new McpServer({});').replace('this.server', 'this.#server'),
      'private to its class',
    ],
    [
      'makes it in its start method',
      tasks('private server!: McpServer;', 'this.server = new McpServer({});'),
      'made after the object that holds it',
    ],
    [
      'prepares it in its start method',
      tasks('private server = new McpServer({});', 'await this.register();'),
      'this.register() prepares the server after it is made',
    ],
    [
      'starts a timer',
      tasks('private server = new McpServer({});\nconstructor() { setInterval(() => this.poll(), 9); }'),
      'start a timer',
    ],
    [
      'starts itself',
      'class Tasks {\n private server = new McpServer({});\n constructor() { void this.server.connect(new StdioServerTransport()); }\n}\nnew Tasks();',
      'while the object that holds it is being made',
    ],
  ])('%s', (_title, lines, expected) => {
    expect(refusal(project(lines))).toContain(expected);
  });
});

describe('the error for people', () => {
  test('is `stdio-only` with the reason and what to write by hand', () => {
    const add = (): unknown => detectWithHttp(snapshotOf(project(`${SERVER}\n${CONNECT}\nserver.tool('a', run);`)));
    expect(add).toThrow(CliError);
    try {
      add();
    } catch (error) {
      expect(error).toMatchObject({ code: 'stdio-only', exit: 3 });
      expect(String(error)).toContain('HTTP cannot be added safely: src/index.ts:6: the server is changed after');
      expect((error as CliError).manual[0]?.snippet).toContain('function createServer()');
    }
  });

  test('an HTTP server needs nothing of this', () => {
    const lines = `import { createServer } from 'node:http';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
createServer(async (req, res) => {
  const transport = new StreamableHTTPServerTransport({});
  await new McpServer({}).connect(transport);
  await transport.handleRequest(req, res);
}).listen(3000);`;
    const { detected, edits } = detectWithHttp(snapshotOf(project(lines)));
    expect([detected.adapter.id, edits]).toEqual(['node-http', []]);
  });
});
