import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { decodeJwt } from 'jose';
import { freePort } from '../support/oauth-local.ts';

const REPOSITORY = path.resolve(import.meta.dirname, '../..');
let root: string;
let issuer: string;
let children: ChildProcess[];

beforeEach(async () => {
  root = mkdtempSync(path.join(tmpdir(), 'add-auth-dev-'));
  issuer = `http://127.0.0.1:${await freePort()}`;
  children = [];
  setUp({ provider: 'local', issuer, resource: 'http://localhost:4499/mcp', scopes: ['read:tasks'] });
});
afterEach(() => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(root, { recursive: true, force: true });
});

function setUp(auth: object): void {
  mkdirSync(path.join(root, '.mcp-builder'), { recursive: true });
  writeFileSync(path.join(root, '.mcp-builder', 'state.json'), JSON.stringify({ auth }));
}

interface Running {
  child: ChildProcess;
  out: { stdout: string; stderr: string };
  ended: Promise<number | null>;
  /** Resolves when stderr or stdout contains the text. */
  says(text: string): Promise<void>;
}

/** The program from its source. */
function addAuth(...args: string[]): Running {
  const tsx = path.join(REPOSITORY, 'node_modules', 'tsx', 'dist', 'loader.mjs');
  const child = spawn(process.execPath, ['--import', tsx, path.join(REPOSITORY, 'src', 'cli.ts'), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  const out = { stdout: '', stderr: '' };
  child.stdout!.on('data', (chunk) => (out.stdout += String(chunk)));
  child.stderr!.on('data', (chunk) => (out.stderr += String(chunk)));
  const ended = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)));
  const says = async (text: string): Promise<void> => {
    for (let wait = 0; wait < 400; wait += 1) {
      if ((out.stderr + out.stdout).includes(text)) return;
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    throw new Error(`never said ${text}: ${out.stderr}${out.stdout}`);
  };
  return { child, out, ended, says };
}

const node = (script: string): string[] => [process.execPath, '-e', script];

describe('add-auth dev', () => {
  it('warns loudly, says where it is, and ends with 130 on Ctrl-C', async () => {
    const run = addAuth('dev', root);
    await run.says(`Authorization server ready at ${issuer}`);
    expect(run.out.stderr).toContain('DEVELOPMENT ONLY');
    expect(run.out.stdout).toBe('');
    expect((await fetch(`${issuer}/.well-known/openid-configuration`)).status).toBe(200);
    run.child.kill('SIGINT');
    expect(await run.ended).toBe(130);
  });

  it('runs a command in the project with the right environment, and ends with its code', async () => {
    const script = `
      const { MCP_AUTH_ISSUER, MCP_AUTH_AUDIENCE, MCP_RESOURCE_URL } = process.env;
      fetch(MCP_AUTH_ISSUER + '/.well-known/oauth-authorization-server').then((r) => {
        console.log(JSON.stringify([r.status, MCP_AUTH_ISSUER, MCP_AUTH_AUDIENCE, MCP_RESOURCE_URL, process.cwd()]));
        process.exit(7);
      });`;
    const run = addAuth('dev', root, '--', ...node(script));
    expect(await run.ended).toBe(7);
    const url = 'http://localhost:4499/mcp';
    expect(JSON.parse(run.out.stdout)).toEqual([200, issuer, url, url, root]);
  });

  it('passes signals on, waits for the command to clean up, and ends with 130', async () => {
    const script = `
      process.on('SIGTERM', () => { console.log('cleaning up'); setTimeout(() => process.exit(0), 100); });
      setInterval(() => {}, 1000); console.log('running');`;
    const run = addAuth('dev', root, '--', ...node(script));
    await run.says('running');
    run.child.kill('SIGTERM');
    expect(await run.ended).toBe(130);
    expect(run.out.stdout).toContain('cleaning up');
    await expect(fetch(issuer)).rejects.toThrow();
  });

  it('passes signals on to what the command started, which a shell or npm would leave running', async () => {
    const script = `console.log('running'); setTimeout(() => console.log('left behind'), 3000);`;
    const run = addAuth('dev', root, '--', 'sh', '-c', `"${process.execPath}" -e "${script}"; true`);
    await run.says('running');
    run.child.kill('SIGTERM');
    expect(await run.ended).toBe(130);
    expect(run.out.stdout).not.toContain('left behind');
  });

  it('ends a command that does not listen at the second signal', async () => {
    const script = `process.on('SIGINT', () => console.log('ignored')); setInterval(() => {}, 1000); console.log('running');`;
    const run = addAuth('dev', root, '--', ...node(script));
    await run.says('running');
    run.child.kill('SIGINT');
    await run.says('ignored');
    run.child.kill('SIGINT');
    expect(await run.ended).toBe(130);
  });

  it('says when the command does not exist', async () => {
    const run = addAuth('dev', root, '--', 'no-such-command');
    expect(await run.ended).toBe(2);
    expect(run.out.stderr).toContain('The command "no-such-command" cannot be started');
  });

  it('says when the port is in use', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(Number(new URL(issuer).port), '127.0.0.1', resolve));
    const run = addAuth('dev', root, '--json');
    expect(await run.ended).toBe(1);
    expect(JSON.parse(run.out.stdout)).toMatchObject({ command: 'dev', ok: false, error: { code: 'port-in-use' } });
    taken.close();
  });

  it('is only for provider local', async () => {
    setUp({ provider: 'custom', issuer: 'https://login.example.com', resource: 'https://mcp.example.com/mcp' });
    const run = addAuth('dev', root);
    expect(await run.ended).toBe(2);
    expect(run.out.stderr).toContain('This project uses provider custom');
  });

  it('keeps stdout for the JSON document', async () => {
    const run = addAuth('dev', root, '--json', '--', ...node('console.log("chatter")'));
    expect(await run.ended).toBe(0);
    expect(run.out.stderr).toContain('chatter');
    expect(JSON.parse(run.out.stdout)).toMatchObject({ command: 'dev', ok: true, issuer, exitCode: 0 });
  });
});

describe('add-auth token', () => {
  it('prints a token for the project and nothing else', async () => {
    const server = addAuth('dev', root);
    await server.says('ready');
    const run = addAuth('token', root);
    expect(await run.ended).toBe(0);
    expect(run.out.stdout).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/);
    const claims = decodeJwt(run.out.stdout.trim());
    expect(claims).toMatchObject({
      iss: issuer,
      aud: 'http://localhost:4499/mcp',
      scope: 'read:tasks',
      sub: 'add-auth-token',
    });
    server.child.kill('SIGTERM');
    await server.ended;

    const late = addAuth('token', root);
    expect(await late.ended).toBe(1);
    expect(late.out.stderr).toContain('is not running');
    expect(late.out.stdout).toBe('');
  });

  it('says when the server of another project answers at the issuer', async () => {
    const server = addAuth('dev', root);
    await server.says('ready');
    const keys = path.join(root, '.mcp-builder', 'add-auth', 'local-as', 'keys.json');
    const kept = JSON.parse(readFileSync(keys, 'utf8')) as object;
    writeFileSync(keys, JSON.stringify({ ...kept, tokenClientSecret: 'of another project' }));
    const run = addAuth('token', root);
    expect(await run.ended).toBe(4);
    expect(run.out.stderr).toContain('It may run for another project');
  });
});
