import { describe, expect, test } from 'vitest';
import { fetchAdapter } from '../../../../src/servers/fetch/adapter.ts';
import { workersAdapter } from '../../../../src/servers/workers/adapter.ts';
import { honoWorkersAdapter } from '../../../../src/servers/workers/hono.ts';
import { apply, diff, fixture, run, type Files } from '../fetch/support.ts';

const PACKAGE = '{ "type": "module", "dependencies": { "agents": "^0.32.0" } }';
const AGENT = [
  `import { McpAgent, createMcpHandler } from 'agents/mcp';`,
  'export class Tasks extends McpAgent { async init() {} }',
];

function worker(...lines: string[]): Files {
  return { 'package.json': PACKAGE, 'src/index.ts': [...AGENT, ...lines, ''].join('\n') };
}

function changed(files: Files): string[] {
  const { edits } = run(workersAdapter, files);
  const after = apply(files, edits)['src/index.ts'] ?? '';
  return diff(files['src/index.ts'] ?? '', after).filter((line) => line.startsWith('+') && !line.includes('import '));
}

function refusal(files: Files): string {
  const { edits } = run(workersAdapter, files);
  expect(edits.map(({ kind }) => kind)).toEqual(['skip']);
  const [edit] = edits;
  return edit?.kind === 'skip' ? edit.reason : '';
}

describe.each([
  ['workers-agent', workersAdapter],
  ['workers-handler', workersAdapter],
  ['workers-rpc-js', workersAdapter],
  ['workers-hono', honoWorkersAdapter],
] as const)('the fixture %s', (name, adapter) => {
  const before = fixture(name, 'before');
  const edit = (files: Files) => run(adapter as typeof workersAdapter, files);

  test('changes exactly as its golden files show', () => {
    const { edits } = edit(before);
    const golden = fixture(name, 'after');
    expect(edits.map(({ path }) => path)).toEqual(Object.keys(golden));
    expect(apply(before, edits)).toEqual({ ...before, ...golden });
  });

  test('needs nothing the second time', () => {
    const again = edit(apply(before, edit(before).edits));
    expect(again.match?.paths[0]).toBe('/mcp');
    expect(again.edits).toEqual([]);
  });

  test('is no Fetch server of another host', () => {
    expect(run(fetchAdapter, before).matches).toEqual([]);
  });
});

describe('what agents make is wrapped', () => {
  test.each([
    ["export default Tasks.serve('/mcp');", "+ export default protectMcp(Tasks.serve('/mcp'));"],
    ["export default Tasks.mount('/sse');", "+ export default protectMcp(Tasks.mount('/sse'));"],
    [
      "export default Tasks.serve('/mcp', { binding: 'TASKS' });",
      "+ export default protectMcp(Tasks.serve('/mcp', { binding: 'TASKS' }), { agents: ['TASKS'] });",
    ],
    [
      'export default { fetch: createMcpHandler(create()) };',
      '+ export default { fetch: protectMcp(createMcpHandler(create())) };',
    ],
    [
      "const mcp = Tasks.serve('/mcp'); export default mcp;",
      "+ const mcp = Tasks.serve('/mcp'); export default protectMcp(mcp);",
    ],
  ])('%s', (line, expected) => {
    expect(changed(worker(line))).toEqual([expected]);
  });

  test('with the paths that they are told, Streamable HTTP first', () => {
    const { match } = run(
      workersAdapter,
      worker(
        'export default { fetch(request, env, ctx) {',
        "  if (new URL(request.url).pathname.startsWith('/old')) return Tasks.serveSSE('/old').fetch(request, env, ctx);",
        "  return Tasks.serve('/rpc').fetch(request, env, ctx);",
        '} };',
      ),
    );
    expect(match).toMatchObject({ paths: ['/rpc', '/old'], transports: ['streamable-http', 'sse'], port: 8787 });
  });

  test('where the class is declared in another file, under a base class of the project', () => {
    const files: Files = {
      'package.json': PACKAGE,
      'src/base.ts': [`import { McpAgent } from 'agents/mcp';`, 'export abstract class Base extends McpAgent {}'].join(
        '\n',
      ),
      'src/tasks.ts': [`import { Base } from './base';`, 'export class Tasks extends Base { async init() {} }'].join(
        '\n',
      ),
      'src/index.ts': [
        `import { Tasks } from './tasks';`,
        'export { Tasks };',
        "export default Tasks.serve('/mcp');",
      ].join('\n'),
    };
    expect(changed(files)).toEqual(["+ export default protectMcp(Tasks.serve('/mcp'));"]);
  });

  test('a class of another package with the same name is none', () => {
    const files = worker("export default Tasks.serve('/mcp');");
    const text = files['src/index.ts']!.replace("'agents/mcp'", "'./agents'");
    expect(run(workersAdapter, { ...files, 'src/index.ts': text }).matches).toEqual([]);
  });
});

describe('a path is open', () => {
  const MCP = "if (url.pathname === '/mcp') return Tasks.serve('/mcp').fetch(request, env, ctx);";
  const openOf = (...lines: string[]): string =>
    changed(
      worker('export default { fetch(request, env, ctx) {', 'const url = new URL(request.url);', ...lines, MCP, '} };'),
    )
      .join('\n')
      .split('open: ')[1] ?? 'none';

  test('when what answers it leads nowhere', () => {
    expect(openOf("if (url.pathname === '/health') return new Response('ok');")).toContain("['/health']");
  });

  test('when it is a static asset', () => {
    expect(openOf("if (url.pathname === '/') return env.ASSETS.fetch(request);")).toContain("['/']");
  });

  test('never when a binding answers it, which may be the agent itself', () => {
    expect(openOf("if (url.pathname === '/x') return env.MCP_OBJECT.getByName('x').fetch(request);")).toBe('none');
    expect(openOf("if (url.pathname === '/x') return debug(env);")).toBe('none');
  });

  test('never when a way into MCP is not seen from the handler', () => {
    const other = ['export class Other { x = createMcpHandler(create()); }'];
    const lines = ["if (url.pathname === '/health') return new Response('ok');"];
    const files = worker(
      ...other,
      'export default { fetch(request, env, ctx) {',
      'const url = new URL(request.url);',
      ...lines,
      MCP,
      '} };',
    );
    expect(changed(files).join()).not.toContain('open');
  });
});

describe('a transport of the SDK', () => {
  const WEB = `import { WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js';`;

  test('is told who calls', () => {
    const files = worker(
      WEB,
      'export default { fetch: (request) => new WebStandardStreamableHTTPServerTransport().handleRequest(request) };',
    );
    expect(changed(files)).toEqual([
      '+ export default { fetch: protectMcp((request) => new WebStandardStreamableHTTPServerTransport().handleRequest(request, authOf(request))) };',
    ]);
  });

  test('but not in a Durable Object, where the request is a copy; all paths are closed then', () => {
    const files = worker(
      WEB,
      `import { DurableObject } from 'cloudflare:workers';`,
      'export class Session extends DurableObject { fetch(request) { return new WebStandardStreamableHTTPServerTransport().handleRequest(request); } }',
      'export default { fetch(request, env) {',
      "if (new URL(request.url).pathname === '/x') return new Response('x');",
      "return env.SESSION.getByName('x').fetch(request); } };",
    );
    expect(changed(files).join('\n')).not.toContain('authOf');
    expect(changed(files).join('\n')).toContain('protectMcp(');
    expect(changed(files).join('\n')).not.toContain('open');
  });
});

describe('what is refused', () => {
  test('a Worker behind an OAuthProvider', () => {
    const line = "export default new OAuthProvider({ apiHandlers: { '/mcp': Tasks.serve('/mcp') } });";
    expect(refusal(worker(`import OAuthProvider from '@cloudflare/workers-oauth-provider';`, line))).toContain(
      'OAuthProvider',
    );
  });

  test('a class', () => {
    const line =
      "export default class extends WorkerEntrypoint { fetch(request) { return Tasks.serve('/mcp').fetch(request, this.env, this.ctx); } }";
    expect(refusal(worker(`import { WorkerEntrypoint } from 'cloudflare:workers';`, line))).toContain(
      'WorkerEntrypoint',
    );
  });

  test('agents that are reached by their names', () => {
    const lines = [
      `import { routeAgentRequest } from 'agents';`,
      'export default { async fetch(request, env, ctx) {',
      "  return (await routeAgentRequest(request, env)) ?? Tasks.serve('/mcp').fetch(request, env, ctx);",
      '} };',
    ];
    expect(refusal(worker(...lines))).toContain('src/index.ts:5');
  });

  test('a binding that only the running program knows', () => {
    expect(refusal(worker("export default Tasks.serve('/mcp', { binding: process.env.X });"))).toContain('binding');
  });
});

test('a Hono app names the bindings of its agents, and keeps its other pages open', () => {
  const before = fixture('workers-hono', 'before');
  const after = apply(before, run(honoWorkersAdapter, before).edits)['src/index.ts'] ?? '';
  expect(after).toContain(`protectMcp(app, ["/mcp"], { agents: ["TASKS"] });`);
});
