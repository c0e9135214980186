import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ROOT, runBuilt, type Ended } from '../support/built.ts';
import { json, startFakeIssuer, text } from '../support/oauth-fake-issuer.ts';
import { bytesOf, copyOfFixture, discard } from '../support/project.ts';

/** The built program on a copy of a real server; whatever goes wrong, nothing of it may change. */
let project: string;
let before: Record<string, string>;

beforeEach(() => {
  project = copyOfFixture('express5-sessions');
  before = bytesOf(project);
});
afterEach(() => discard(project));

const file = (name: string): string => path.join(project, name);
const add = (...options: string[]): Promise<Ended> =>
  runBuilt([project, '--yes', '--no-install', '--no-verify', '--json', ...options]);
const local = (...options: string[]): Promise<Ended> => add('--provider', 'local', ...options);

interface Refused {
  ok: boolean;
  error: { code: string; message: string; fix: string };
}

/** Checks that a run failed with this code, in one sentence and a fix, and that the project is as it was. */
function expectRefusal(ended: Ended, exit: number, code: string): Refused['error'] {
  const document = JSON.parse(ended.stdout) as Refused;
  expect({ code: document.error?.code, exit: ended.code, ok: document.ok }).toEqual({ code, exit, ok: false });
  expect(document.error.message.length).toBeGreaterThan(10);
  expect(document.error.fix.length).toBeGreaterThan(5);
  expect(bytesOf(project)).toEqual(before);
  return document.error;
}

describe('the project', () => {
  it('has no package.json', async () => {
    rmSync(file('package.json'));
    before = bytesOf(project);
    expectRefusal(await local(), 2, 'no-project');
  });

  it('is not an MCP project', async () => {
    rmSync(file('src'), { recursive: true });
    writeFileSync(file('package.json'), '{ "name": "plain", "dependencies": {} }\n');
    before = bytesOf(project);
    expectRefusal(await local(), 3, 'not-an-mcp-project');
  });

  it('speaks stdio only', async () => {
    const source =
      "import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';\nimport { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';\nawait new McpServer({ name: 'x', version: '1.0.0' }).connect(new StdioServerTransport());\n";
    writeFileSync(file('src/server.ts'), source);
    rmSync(file('src/tasks.ts'));
    before = bytesOf(project);
    expectRefusal(await local(), 3, 'stdio-only');
  });

  it('has its own login already', async () => {
    const check =
      "app.use((req, res, next) => { if (req.headers.authorization !== 'Bearer ' + process.env.TOKEN) { res.status(401).end(); return; } next(); });\n";
    const source = readFileSync(file('src/server.ts'), 'utf8');
    const at = source.indexOf('\n', source.indexOf('express()')) + 1;
    writeFileSync(file('src/server.ts'), source.slice(0, at) + check + source.slice(at));
    before = bytesOf(project);
    const { message } = expectRefusal(await local(), 3, 'already-protected');
    expect(message).toMatch(/src\/server\.ts:\d+/);
  });

  it('cannot be parsed', async () => {
    writeFileSync(file('src/server.ts'), `${readFileSync(file('src/server.ts'), 'utf8')}\nfunction (((\n`);
    before = bytesOf(project);
    const { message } = expectRefusal(await local(), 1, 'unparsable-source');
    expect(message).toMatch(/src\/server\.ts:\d+/);
  });

  it('is a workspace with several servers', async () => {
    const server = path.join(ROOT, 'test/fixtures/express5-sessions/before');
    for (const name of ['one', 'two']) cpSync(server, file(`packages/${name}`), { recursive: true });
    rmSync(file('src'), { recursive: true });
    writeFileSync(file('package.json'), '{ "name": "root", "private": true, "workspaces": ["packages/*"] }\n');
    before = bytesOf(project);
    const { message, fix } = expectRefusal(await local(), 2, 'ambiguous-entry');
    expect(message + fix).toMatch(/packages\/one/);
    expect(message + fix).toMatch(/packages\/two/);
  });

  it('is somewhere that does not exist', async () => {
    const ended = await runBuilt([`${project}-nowhere`, '--provider', 'local', '--yes', '--json']);
    expect([ended.code, (JSON.parse(ended.stdout) as Refused).error.code]).toEqual([2, 'no-project']);
  });

  it('has changes that git could not bring back', async () => {
    const git = (...args: string[]): void =>
      void execFileSync('git', ['-c', 'user.name=x', '-c', 'user.email=x@example.com', ...args], {
        cwd: project,
        stdio: 'ignore',
      });
    git('init');
    git('add', '.');
    git('commit', '-m', 'start');
    writeFileSync(file('src/server.ts'), `${readFileSync(file('src/server.ts'), 'utf8')}// not committed\n`);
    before = bytesOf(project);
    const { message } = expectRefusal(await local(), 1, 'uncommitted-changes');
    expect(message).toContain('src/server.ts');
    expect((await local('--force')).code).toBe(0);
  });
});

describe('files', () => {
  it('the state is not JSON', async () => {
    mkdirSync(file('.mcp-builder'));
    writeFileSync(file('.mcp-builder/state.json'), '{ "auth": ');
    before = bytesOf(project);
    expectRefusal(await local(), 1, 'state-unreadable');
  });

  it('.env has odd lines: all of them are kept, byte for byte', async () => {
    const env =
      '\ufeff# comment\r\nexport A=1\r\nB="two words"\r\nnot a setting\r\n\r\nC=\'multi\r\nline\'\r\n  D = spaced # note\r\nE="unfinished';
    writeFileSync(file('.env'), env);
    const ended = await local();
    if (ended.code === 0)
      expect(readFileSync(file('.env'), 'utf8').startsWith(env.slice(0, env.lastIndexOf('\r\n')))).toBe(true);
    else {
      before = { ...before, '.env': bytesOf(project)['.env']! };
      expectRefusal(ended, 1, 'unparsable-env');
    }
    writeFileSync(file('.env'), env.replace('E="unfinished', 'E=end'));
    expect((await local()).code).toBe(0);
    expect(readFileSync(file('.env'), 'utf8').startsWith(env.replace('E="unfinished', 'E=end'))).toBe(true);
    expect(readFileSync(file('.env'), 'utf8')).toContain('\r\nMCP_AUTH_ISSUER=http://localhost:9400\r\n');
  });
});

describe('options', () => {
  it.each([
    ['an unknown tool', ['--tool-scope', 'serch-tasks=read:x'], 'unknown-tool'],
    ['an unknown public tool', ['--public', 'nope'], 'unknown-tool'],
    ['an unknown provider', ['--provider', 'acme'], 'invalid-option'],
    ['an entry that is not there', ['--entry', 'src/nope.ts'], 'entry-not-found'],
    ['a resource without scheme', ['--resource', 'example.com/mcp'], 'invalid-url'],
    ['a resource with a slash at its end', ['--resource', 'https://example.com/mcp/'], 'invalid-url'],
    ['a resource with a query', ['--resource', 'https://example.com/mcp?x=1'], 'invalid-url'],
    ['a resource with a fragment', ['--resource', 'https://example.com/mcp#x'], 'invalid-url'],
    ['http on a public host', ['--resource', 'http://example.com/mcp'], 'invalid-url'],
    ['an option that does not exist', ['--froce'], 'usage'],
  ])('%s', async (_, options, code) => {
    expectRefusal(await local(...options), 2, code);
  });

  it('a slip in a tool name is answered with the name that was meant', async () => {
    const { fix } = expectRefusal(await local('--tool-scope', 'serch-tasks=read:x'), 2, 'unknown-tool');
    expect(fix).toContain('search-tasks');
  });

  it('no provider, and nobody may be asked', async () => {
    const { fix } = expectRefusal(await add(), 2, 'missing-answer');
    expect(fix).toContain('--provider');
  });

  it('provider custom without issuer', async () => {
    const { fix } = expectRefusal(await add('--provider', 'custom'), 2, 'missing-answer');
    expect(fix).toContain('--issuer');
  });

  it('provider entra without tenant', async () => {
    const { fix } = expectRefusal(await add('--provider', 'entra'), 2, 'missing-answer');
    expect(fix).toContain('--tenant');
  });
});

describe('the issuer', () => {
  it('does not answer', async () => {
    expectRefusal(await add('--provider', 'custom', '--issuer', 'http://127.0.0.1:1'), 1, 'issuer-unreachable');
  });

  it.each([
    ['answers HTML', text(200, '<html>Sign in</html>', { 'content-type': 'text/html' })],
    ['redirects', text(302, '', { location: 'https://login.example.com/' })],
    ['calls itself something else', json({ issuer: 'https://other.example', jwks_uri: 'https://other.example/jwks' })],
    ['has no keys', json({})],
  ])('%s', async (_, answer) => {
    const fake = await startFakeIssuer();
    for (const name of ['oauth-authorization-server', 'openid-configuration'])
      fake.routes.set(`/.well-known/${name}`, answer);
    const ended = await add('--provider', 'custom', '--issuer', fake.issuer);
    await fake.close();
    expectRefusal(ended, 1, 'issuer-unusable');
  });
});

describe('beside the error', () => {
  it('a refusal shows what was found', async () => {
    const source = readFileSync(file('src/server.ts'), 'utf8');
    const at = source.indexOf('\n', source.indexOf('express()')) + 1;
    const check =
      'app.use((req, res, next) => { if (!req.headers.authorization) { res.status(401).end(); return; } next(); });\n';
    writeFileSync(file('src/server.ts'), source.slice(0, at) + check + source.slice(at));
    const ended = await local();
    expect(ended.code).toBe(3);
    expect(JSON.parse(ended.stdout)).toMatchObject({
      ok: false,
      project: {
        framework: 'express',
        entry: 'src/server.ts',
        endpoint: '/mcp',
        auth: 'other',
        tools: [{ name: 'search-tasks' }, {}, {}, {}],
      },
    });
  });
});
