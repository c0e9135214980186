import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { CliError } from '../../../../src/errors.ts';
import { add } from '../../../../src/commands/add.ts';
import { fixture } from '../../servers/fetch/support.ts';
import {
  ADD_DEFAULTS,
  bytesOf,
  copyOfFixture,
  discard,
  runAdd,
  runRemove,
  silentIo,
} from '../../../support/project.ts';

const projects: string[] = [];
afterEach(() => projects.splice(0).forEach(discard));

function copy(name: string, change: Record<string, (text: string) => string> = {}): string {
  const project = copyOfFixture(name);
  projects.push(project);
  for (const [file, edit] of Object.entries(change)) {
    writeFileSync(path.join(project, file), edit(read(project, file)));
  }
  return project;
}

const read = (project: string, file: string): string => readFileSync(path.join(project, file), 'utf8');

/** Without the type check, which has suites of its own. */
const protect = (project: string): ReturnType<typeof runAdd> => runAdd(project, { verify: false });

describe('a server on Deno', () => {
  it.each(['deno-serve', 'deno-hono'])('is protected as expected: %s', async (name) => {
    const project = copy(name);
    const before = bytesOf(project);
    const { json } = await protect(project);
    for (const [file, text] of Object.entries(fixture(name, 'after'))) expect(read(project, file)).toBe(text);
    expect(json.project.package.name).toBe('@modelcontextprotocol/sdk');
    expect(json.next.join()).toContain('deno task start');
    expect(existsSync(path.join(project, 'package.json'))).toBe(false);
    expect((await protect(project)).json.changes.files).toEqual([]);
    await runRemove(project);
    expect(bytesOf(project)).toEqual(before);
  });

  it('takes nothing from node that it would have to look for', async () => {
    const project = copy('deno-serve');
    await protect(project);
    expect(read(project, 'auth/runtime.ts')).toContain("from 'node:process'");
    expect(read(project, 'auth/gate.ts')).toContain("from './answers.ts'");
  });

  it('in a project of Node.js is left to a run in its own directory', async () => {
    const project = copy('deno-hono');
    const inside = path.join(project, 'functions/tasks');
    mkdirSync(inside, { recursive: true });
    for (const file of ['deno.jsonc', 'src']) renameSync(path.join(project, file), path.join(inside, file));
    writeFileSync(path.join(project, 'package.json'), '{ "name": "web", "dependencies": { "next": "15.4.6" } }');
    const before = bytesOf(project);
    const refused = expect(protect(project)).rejects;
    await refused.toMatchObject({
      code: 'unsupported-shape',
      fix: expect.stringContaining('functions/tasks') as string,
    });
    expect(bytesOf(project)).toEqual(before);
    await protect(inside);
    expect(read(inside, 'src/server.ts')).toContain("'./auth/hono.ts'");
  });

  it('is told what its task has to allow', async () => {
    const project = copy('deno-serve', { 'deno.json': (text) => text.replace('--allow-env --allow-read=.env ', '') });
    const { io, said } = silentIo();
    await add({ ...ADD_DEFAULTS, dir: project, dryRun: true }, io);
    expect(said()).toContain('Task start needs --allow-env --allow-read=.env');
  });

  it('without a word of a port or a task is on 8000, and served as its default export', async () => {
    const project = copy('deno-serve', {
      'deno.json': (text) => text.replace(/ {2}"tasks".*\n/, ''),
      'main.ts': (text) =>
        `${text.slice(0, text.indexOf('Deno.serve'))}export default { fetch: (request: Request) => handleMcp(request) };\n`,
    });
    const { json } = await protect(project);
    expect(json.provider.resource).toBe('http://localhost:8000/mcp');
    expect(json.next.join()).toContain('deno serve --allow-net --allow-env --allow-read main.ts');
  });

  it('that is served by another framework is left alone', async () => {
    const project = copy('deno-serve', {
      'main.ts': () =>
        [
          "import express from 'npm:express@^5';",
          "import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';",
          "import { createTaskServer } from './tasks.ts';",
          'const app = express();',
          "app.post('/mcp', async (req, res) => {",
          '  const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: undefined });',
          '  await createTaskServer().connect(transport);',
          '  await transport.handleRequest(req, res, req.body);',
          '});',
          'app.listen(8000);',
        ].join('\n'),
    });
    await expect(protect(project)).rejects.toMatchObject({
      code: 'unsupported-shape',
      message: expect.stringContaining('serves MCP on Deno with express') as string,
    });
  });

  it('gets no HTTP side', async () => {
    const project = copy('deno-serve', {
      'main.ts': () =>
        "import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';\nimport { createTaskServer } from './tasks.ts';\nawait createTaskServer().connect(new StdioServerTransport());\n",
    });
    for (const addHttp of [false, true]) {
      const error: unknown = await runAdd(project, { addHttp }).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: 'stdio-only' });
      expect((error as CliError).fix).not.toContain('--add-http');
    }
  });
});

it('a server on Bun is protected as expected', async () => {
  const project = copy('bun-serve');
  await protect(project);
  for (const [file, text] of Object.entries(fixture('bun-serve', 'after'))) expect(read(project, file)).toBe(text);
});
