import { appendFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { add as addCommand } from '../../src/commands/add.ts';
import { status } from '../../src/commands/status.ts';
import {
  ADD_DEFAULTS,
  bytesOf,
  copyOfFixture,
  discard,
  runAdd as add,
  runRemove,
  silentIo,
} from '../support/project.ts';

let project: string;
// Type-checking is proved elsewhere; without it this file takes a tenth of the time.
const runAdd: typeof add = (dir, options) => add(dir, { verify: false, ...options });
const file = (name: string): string => path.join(project, name);
const read = (name: string): string => readFileSync(file(name), 'utf8');

/** Puts another registration before the first one of the fixture. */
function addTool(name: string): void {
  const source = read('src/tasks.ts');
  const anchor = source.indexOf('server.registerTool(');
  const tool = `server.registerTool('${name}', { description: 'new' }, async () => ({ content: [] }));\n  `;
  writeFileSync(file('src/tasks.ts'), source.slice(0, anchor) + tool + source.slice(anchor));
}

beforeEach(() => {
  project = copyOfFixture('express5-sessions');
});
afterEach(() => discard(project));

describe('running again', () => {
  it('adds just the tool that is new', async () => {
    await runAdd(project);
    addTool('archive-task');
    const { json } = await runAdd(project);
    const paths = json.changes.files.map((change) => change.path);
    expect(paths.sort()).toEqual(['.mcp-builder/state.json', 'src/auth/scopes.ts']);
    const diff = json.changes.files.find((change) => change.path === 'src/auth/scopes.ts')!;
    expect([diff.added, diff.removed]).toEqual([1, 0]);
    expect(diff.diff).toMatch(/^\+ {2}'archive-task': \['/m);
  });

  it('keeps what people changed in the scope map', async () => {
    await runAdd(project);
    const edited = read('src/auth/scopes.ts').replace(
      "'delete-task': ['delete:tasks']",
      "'delete-task': ['admin'] /* ours */",
    );
    expect(edited).toContain('/* ours */');
    writeFileSync(file('src/auth/scopes.ts'), edited);
    addTool('archive-task');
    const { json } = await runAdd(project);
    expect(read('src/auth/scopes.ts')).toContain("'delete-task': ['admin'] /* ours */");
    expect(read('src/auth/scopes.ts')).toContain("'archive-task'");
    expect(json.toolScopes['delete-task']).toEqual(['admin']);
    expect((await runAdd(project)).json.changes.files).toEqual([]);
  });

  it('changes the scopes of a tool when asked to', async () => {
    await runAdd(project);
    await runAdd(project, { toolScopes: { 'create-task': ['tasks:create', 'tasks:any'] } });
    expect(read('src/auth/scopes.ts')).toContain("'create-task': ['tasks:create', 'tasks:any']");
    expect(JSON.parse(read('.mcp-builder/state.json'))).toMatchObject({
      auth: { toolScopes: { 'create-task': ['tasks:create', 'tasks:any'] } },
    });
  });

  it('makes a tool public when asked to', async () => {
    await runAdd(project);
    const { json } = await runAdd(project, { publicTools: ['search-tasks'] });
    expect(json.publicTools).toEqual(['search-tasks']);
    expect(read('src/auth/scopes.ts')).toMatch(/PUBLIC_TOOLS[^=]*= \['search-tasks'\]/);
    expect((await runAdd(project)).json.changes.files).toEqual([]);
  });

  it('leaves generated code alone that people edited, and says so', async () => {
    await runAdd(project);
    appendFileSync(file('src/auth/audit.ts'), '// our own\n');
    expect((await runAdd(project)).json.changes.files).toEqual([]);
    expect(read('src/auth/audit.ts')).toContain('// our own');
    const { exit, json } = await status({ dir: project, json: true }, silentIo().io);
    expect(exit).toBe(1);
    expect(json).toMatchObject({ drift: [{ what: 'file', subject: 'src/auth/audit.ts' }] });
  });

  it('writes a generated file again that is missing', async () => {
    await runAdd(project);
    rmSync(file('src/auth/audit.ts'));
    const { json } = await runAdd(project);
    expect(json.changes.files.map((change) => change.path)).toContain('src/auth/audit.ts');
  });

  it('takes a new resource over everywhere', async () => {
    await runAdd(project);
    await runAdd(project, { resource: 'https://tasks.example.com/mcp' });
    expect(read('.env')).toContain('MCP_RESOURCE_URL=https://tasks.example.com/mcp');
    expect(read('.env')).toContain('MCP_AUTH_AUDIENCE=https://tasks.example.com/mcp');
    expect(read('.env')).not.toContain('localhost:3000');
    expect(JSON.parse(read('.mcp-builder/state.json'))).toMatchObject({
      auth: { resource: 'https://tasks.example.com/mcp', audience: 'https://tasks.example.com/mcp' },
    });
  });
});

describe('removing', () => {
  it('gives back every byte after several runs', async () => {
    const before = bytesOf(project);
    await runAdd(project);
    await runAdd(project, { publicTools: ['search-tasks'] });
    await runAdd(project, { resource: 'https://tasks.example.com/mcp' });
    await runRemove(project);
    expect(bytesOf(project)).toEqual(before);
  });

  it('keeps what people wrote into the same files since', async () => {
    writeFileSync(file('.env'), 'DATABASE_URL=postgres://x\n');
    const before = read('src/server.ts');
    await runAdd(project);
    appendFileSync(file('.env'), 'LATER=1\n');
    appendFileSync(file('src/server.ts'), '// added later\n');
    await runRemove(project);
    expect(read('.env')).toBe('DATABASE_URL=postgres://x\nLATER=1\n');
    expect(read('src/server.ts')).toBe(`${before}// added later\n`);
  });

  it('says so when there is nothing to take out', async () => {
    const before = bytesOf(project);
    expect((await runRemove(project)).exit).toBe(0);
    expect(bytesOf(project)).toEqual(before);
  });
});

describe('removing, with code that uses the generated code', () => {
  it('refuses, and names the import', async () => {
    await runAdd(project);
    writeFileSync(
      file('src/tasks.ts'),
      `import { requireUser } from './auth/user.js';\n${read('src/tasks.ts')}\nvoid requireUser;\n`,
    );
    const protectedBytes = bytesOf(project);
    await expect(runRemove(project)).rejects.toMatchObject({
      code: 'manual-step',
      manual: [{ snippet: 'src/tasks.ts -> src/auth/user.ts' }],
    });
    expect(bytesOf(project)).toEqual(protectedBytes);
  });
});

it('a server without tools is protected, and the run says that no call will pass', async () => {
  const source = read('src/tasks.ts').replaceAll('server.registerTool(', 'void (');
  writeFileSync(file('src/tasks.ts'), source);
  const { io, said } = silentIo();
  const { exit } = await addCommand({ ...ADD_DEFAULTS, dir: project, verify: false }, io);
  expect(exit).toBe(0);
  expect(said()).toContain('the gate will refuse every tool call');
});
