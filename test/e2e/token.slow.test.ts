import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { decodeJwt } from 'jose';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { visit } from '../support/browser.mjs';
import { BINARY, cleanEnvironment, ROOT, runBuilt, type Ended } from '../support/built.ts';
import { KEY, onTerminal } from '../support/pty.ts';
import { freePort } from '../support/running-server.ts';
import { FIXED, FORBIDDEN, MACHINE, startTokenProvider, type TokenProvider } from '../support/token-provider.ts';

const resource = 'https://mcp.example.com/mcp';
const BROWSER = `${process.execPath} ${path.join(ROOT, 'test/support/browser.mjs')}`;
const JWT = /^[\w-]+\.[\w-]+\.[\w-]+\n$/;

let as: TokenProvider;
let root: string;
beforeAll(async () => {
  as = await startTokenProvider({ resource });
});
afterAll(() => as.close());
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'add-auth-token-'));
  setUp();
  as.person = 'allows';
  as.asked.length = 0;
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** A project as add-auth leaves it. */
function setUp(change: object = {}): void {
  const auth = { provider: 'custom', issuer: as.issuer, resource, audience: resource, scopes: ['read:tasks'] };
  mkdirSync(path.join(root, '.mcp-builder'), { recursive: true });
  writeFileSync(path.join(root, '.mcp-builder', 'state.json'), JSON.stringify({ auth: { ...auth, ...change } }));
}

const token = (args: string[] = [], env: NodeJS.ProcessEnv = { BROWSER }): Promise<Ended> =>
  runBuilt(['token', root, ...args], { env });

describe('with a browser', () => {
  it('prints the token and nothing else on stdout, and says where to log in on stderr', async () => {
    const { code, stdout, stderr } = await token();
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(stdout).toMatch(JWT);
    expect(decodeJwt(stdout.trim())).toMatchObject({ iss: as.issuer, aud: resource, sub: 'ada', scope: 'read:tasks' });
    expect(stderr).toContain(`Log in at ${as.issuer}`);
    expect(stderr).not.toContain(stdout.trim().split('.')[2]);
  });

  it('leaves no client behind, and nothing in the project', async () => {
    const before = readFileSync(path.join(root, '.mcp-builder', 'state.json'), 'utf8');
    await token();
    expect(as.asked).toContain('POST /reg');
    expect(as.registered.size).toBe(0);
    expect(readFileSync(path.join(root, '.mcp-builder', 'state.json'), 'utf8')).toBe(before);
  });

  it('takes the scopes and the client that it is given', async () => {
    const port = String(as.callbackPort);
    const { stdout } = await token(['--client-id', FIXED.id, '--port', port, '--scope', 'write:tasks,read:tasks']);
    const claims = decodeJwt(stdout.trim());
    expect(claims).toMatchObject({ client_id: FIXED.id, aud: resource });
    expect(String(claims['scope']).split(' ').sort()).toEqual(['read:tasks', 'write:tasks']);
    expect(as.asked).not.toContain('POST /reg');
  });

  it('says on stderr what was not granted', async () => {
    const { code, stdout, stderr } = await token(['--scope', 'read:tasks read:mail']);
    expect(code).toBe(0);
    expect(stdout).toMatch(JWT);
    expect(stderr).toContain('Not granted: read:mail');
  });

  it('--json is one document; --decode adds header and claims to it', async () => {
    const { code, stdout } = await token(['--json', '--decode']);
    const document = JSON.parse(stdout) as Record<string, unknown>;
    expect(code).toBe(0);
    expect(document).toMatchObject({
      version: 1,
      command: 'token',
      ok: true,
      expiresIn: 600,
      scopes: ['read:tasks'],
      issuer: as.issuer,
      resource,
      header: { alg: 'RS256', typ: 'at+jwt' },
      claims: { sub: 'ada', aud: resource },
    });
    expect(`${String(document['accessToken'])}\n`).toMatch(JWT);
  });

  it('--decode shows header and claims on stderr, without the signature', async () => {
    const { stdout, stderr } = await token(['--decode']);
    expect(stdout).toMatch(JWT);
    expect(stderr).toContain('"typ": "at+jwt"');
    expect(stderr).toContain(`"aud": "${resource}"`);
    expect(stderr).not.toContain(stdout.trim().split('.')[2]);
  });

  it('warns when the server will not take the token', async () => {
    setUp({ audience: 'api://tasks' });
    const { code, stdout, stderr } = await token();
    expect(code).toBe(0);
    expect(stdout).toMatch(JWT);
    expect(stderr).toContain(`its aud is "${resource}", and "api://tasks" is expected`);
  });
});

describe('with --copy', () => {
  it('the token goes into the clipboard by stdin, and nowhere else', async () => {
    const bin = path.join(root, 'bin');
    mkdirSync(bin);
    writeFileSync(path.join(bin, 'xclip'), `#!/bin/sh\necho "$@" > "${root}/arguments"\ncat > "${root}/clipboard"\n`);
    chmodSync(path.join(bin, 'xclip'), 0o755);
    const env = { BROWSER, DISPLAY: ':9', PATH: `${bin}${path.delimiter}${process.env['PATH']}` };
    const { code, stdout, stderr } = await token(['--copy'], env);
    expect({ code, stdout, stderr }).toMatchObject({ code: 0, stdout: '' });
    const copied = readFileSync(path.join(root, 'clipboard'), 'utf8');
    expect(`${copied}\n`).toMatch(JWT);
    expect(stderr).not.toContain(copied);
    expect(readFileSync(path.join(root, 'arguments'), 'utf8')).toBe('-selection clipboard\n');
    const { stdout: document } = await token(['--copy', '--json'], env);
    expect(JSON.parse(document)).toMatchObject({ ok: true, copied: true });
    expect(JSON.parse(document)).not.toHaveProperty('accessToken');
  });

  it('and no clipboard nobody is asked to log in for nothing', async () => {
    const { code, stdout, stderr } = await token(['--copy']);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('There is no clipboard');
    expect(as.asked).toEqual([]);
  });
});

describe('with --device', () => {
  it('shows address and code on stderr, and waits', async () => {
    const child = spawn(process.execPath, [BINARY, 'token', root, '--device'], { env: cleanEnvironment() });
    let [stdout, stderr, visited] = ['', '', false];
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString();
      const url = /http\S+user_code=\S+/.exec(stderr)?.[0];
      if (url === undefined || visited) return;
      visited = true;
      void visit(url);
    });
    expect(await new Promise((resolve) => child.once('close', resolve))).toBe(0);
    expect(stderr).toMatch(/Log in at http:\S+\/device on any device, and enter the code [A-Z]{4}-[A-Z]{4}/);
    expect(stdout).toMatch(JWT);
  });
});

describe('at a terminal', () => {
  it('a login needs no stdout of its own: $(add-auth token) takes it away', async () => {
    const steps: [string, string][] = [['Log in at', '']];
    const { code, screen } = await onTerminal(['token', root], { cwd: root, env: { BROWSER }, steps, stdout: 'null' });
    expect(code).toBe(0);
    expect(screen).toContain(`Log in at ${as.issuer}`);
    expect(screen).not.toContain('eyJ');
  });

  it('over SSH the address and the way to it are shown, and Ctrl-C ends the wait with 130', async () => {
    const { code, screen } = await onTerminal(['token', root, '--client-id', FIXED.id], {
      cwd: root,
      env: { SSH_TTY: '/dev/pts/9', DISPLAY: ':9' },
      steps: [['THIS-HOST', KEY.ctrlC]],
    });
    expect(screen).toContain(`${as.issuer}/auth?`);
    expect(screen).toMatch(/ssh -L (\d+):127\.0\.0\.1:\1 /);
    expect(screen).toContain('Interrupted.');
    expect(code).toBe(130);
  });
});

describe('where nobody can log in', () => {
  it.each<[string, string[], NodeJS.ProcessEnv]>([
    ['in CI', [], { BROWSER, CI: 'true' }],
    ['in CI, with --device', ['--device'], { CI: 'true' }],
    ['without a terminal', [], {}],
    ['under a coding agent', [], { BROWSER, CLAUDECODE: '1' }],
  ])('%s: exit 2 at once, naming what is missing', async (_, args, env) => {
    const { code, stdout, stderr } = await token(args, env);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('--client-id ID with ADD_AUTH_CLIENT_SECRET');
    expect(as.asked).toEqual([]);
  });

  it('a client with a secret in the environment gets a token of its own', async () => {
    const env = { CI: 'true', ADD_AUTH_CLIENT_SECRET: MACHINE.secret };
    const { code, stdout } = await token(['--client-id', MACHINE.id], env);
    expect(code).toBe(0);
    expect(decodeJwt(stdout.trim())).toMatchObject({ client_id: MACHINE.id, aud: resource, scope: 'read:tasks' });
  });
});

describe('what goes wrong ends with its own exit code', () => {
  it.each<[string, number, string, () => string[]]>([
    ['the person says no', 4, 'access_denied', () => ((as.person = 'denies'), [])],
    ['the scope is refused', 4, 'invalid_scope', () => ['--scope', FORBIDDEN]],
    ['the resource is unknown', 4, 'invalid_target', () => (setUp({ resource: 'https://else.example/mcp' }), [])],
  ])('%s: %i', async (_, exit, words, arrange) => {
    const { code, stdout, stderr } = await token(arrange());
    expect({ code, stdout }).toEqual({ code: exit, stdout: '' });
    expect(stderr).toContain(words);
  });

  it('the issuer is not there: 1, and under --json the step', async () => {
    setUp({ issuer: `http://127.0.0.1:${await freePort()}` });
    const { code, stdout } = await token(['--json']);
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ ok: false, error: { code: 'issuer-unreachable' }, step: 'discovery' });
  });

  it('Ctrl-C: 130, and the client that was registered is gone', async () => {
    as.person = 'walks away';
    const child = spawn(process.execPath, [BINARY, 'token', root], { env: cleanEnvironment({ BROWSER }) });
    await expect
      .poll(() => as.asked.some((each) => each.startsWith('GET /interaction')), { timeout: 10_000 })
      .toBe(true);
    expect(as.registered.size).toBe(1);
    child.kill('SIGINT');
    expect(await new Promise((resolve) => child.once('close', resolve))).toBe(130);
    expect(as.registered.size).toBe(0);
  });
});
