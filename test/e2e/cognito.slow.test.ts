import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startFakeCognito, type FakeCognito } from '../fakes/cognito/index.ts';
import { KEYS, POOL } from '../fakes/cognito/state.ts';
import { copyOfTasksServer, runBuilt, type Ended } from '../support/built.ts';
import { agree, callTool as callToolAt, Memory } from '../support/official-client.ts';
import { bytesOf, discard } from '../support/project.ts';
import { freePort, startProject, type RunningServer } from '../support/running-server.ts';
import { awsEnv, shape } from '../unit/providers/cognito/harness.ts';

const REDIRECT = 'http://localhost:33418/callback';
let fake: FakeCognito;
let project: string;
let server: RunningServer | undefined;
let url: string;
let port: number;
let before: { pool: unknown; project: Record<string, string> };
const outputs: string[] = [];

beforeAll(async () => {
  fake = await startFakeCognito();
  project = copyOfTasksServer();
  port = await freePort();
  url = `http://localhost:${port}/mcp`;
  before = { pool: shape(fake.pool()), project: bytesOf(project) };
});
afterAll(async () => {
  await server?.stop();
  await fake.close();
  discard(project);
});

async function run(args: string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> {
  const ended = await runBuilt(args, { env: { ...awsEnv(fake.url), ...env } });
  outputs.push(ended.stdout, ended.stderr);
  return ended;
}

const OPTIONS = ['--provider', 'cognito', '--yes', '--no-install', '--no-verify', '--json'];
const add = (...more: string[]): Promise<Ended> =>
  run([project, ...OPTIONS, '--user-pool', POOL, '--resource', url, ...more]);
const actions = ({ stdout }: Ended): string[] =>
  (JSON.parse(stdout) as { changes: { remote: { action: string }[] } }).changes.remote.map(({ action }) => action);
const isRead = (operation: string): boolean => /^(Describe|List)/.test(operation);
const envFile = (): string => readFileSync(path.join(project, '.env'), 'utf8');
const clientId = (name: string): string =>
  [...fake.pool().clients].find(([, { ClientName }]) => String(ClientName).startsWith(name))![0];

/** The official client with a client id that somebody typed. */
const callTool = (clientId: string, name: string, args: Record<string, unknown>): Promise<unknown> =>
  callToolAt(url, { name, arguments: args }, new Memory({ redirectUri: REDIRECT, browse: agree, clientId }));

// Each starts the program, which takes its time on a busy machine.
describe('add-auth --provider cognito', { timeout: 90_000 }, () => {
  it('without a pool or without credentials says what is missing, and writes nothing', async () => {
    const nameless = await run([project, ...OPTIONS]);
    expect([nameless.code, nameless.stdout]).toEqual([2, expect.stringContaining('--user-pool')]);
    const poor = await run([project, ...OPTIONS, '--user-pool', POOL], {
      AWS_ACCESS_KEY_ID: '',
      AWS_SECRET_ACCESS_KEY: '',
    });
    expect([poor.code, poor.stdout]).toEqual([2, expect.stringContaining('AWS_PROFILE')]);
    const wrong = await run([project, ...OPTIONS, '--user-pool', POOL], { AWS_SECRET_ACCESS_KEY: 'wrong' });
    expect([wrong.code, wrong.stdout]).toEqual([4, expect.stringContaining('does not accept the credentials')]);
    expect(bytesOf(project)).toEqual(before.project);
  });

  it('--dry-run only reads, and shows every step', async () => {
    fake.asked.length = 0;
    const preview = await add('--dry-run');
    expect([preview.code, actions(preview)]).toEqual([3, Array.from({ length: 8 }, () => 'create')]);
    expect(fake.asked.every(isRead)).toBe(true);
    expect(bytesOf(project)).toEqual(before.project);
  });

  it('sets up the pool and the project', async () => {
    const added = await add();
    const { manual } = JSON.parse(added.stdout) as { manual: { snippet: string }[] };
    expect([added.code, manual[0]!.snippet]).toEqual([3, expect.stringContaining(clientId('Claude Code at'))]);
    expect(envFile()).toContain(`MCP_AUTH_ISSUER=${fake.url}/${POOL}`);
    expect(envFile()).toContain(`MCP_AUTH_SCOPE_PREFIX=${url}/`);
    expect(envFile()).toContain(clientId('Claude Code at'));
    server = await startProject(project, port);
  });

  it('lets the official client sign in with the id of its app client, and call tools with their scopes', async () => {
    const id = clientId('Claude Code at');
    expect(await callTool(id, 'search-tasks', { query: '' })).not.toHaveProperty('isError', true);
    expect(await callTool(id, 'create-task', { title: 'Buy milk' })).not.toHaveProperty('isError', true);
  });

  it('prints a token for whoever logs in, with the client that it made and all scopes', async () => {
    const person = path.join(project, 'person.mjs');
    writeFileSync(person, 'await fetch(process.argv.at(-1));\n');
    const { code, stdout, stderr } = await run(['token', project], { BROWSER: `${process.execPath} ${person}` });
    rmSync(person);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    const scopes = ['delete:tasks', 'read:tasks', 'write:tasks'].map((scope) => `${url}/${scope}`);
    expect(decodeJwt(stdout.trim())).toMatchObject({ aud: url, client_id: clientId('add-auth token at') });
    expect(String(decodeJwt(stdout.trim())['scope']).split(' ').sort()).toEqual(scopes);
    expect(stderr).not.toMatch(/Not granted|will refuse/);
  });

  it('takes a token without audience from these clients, and from no other', async () => {
    const pool = fake.pool();
    pool.domain!.version = 1;
    const id = clientId('Claude Code at');
    expect(await callTool(id, 'search-tasks', { query: '' })).not.toHaveProperty('isError', true);
    pool.clients.set('stranger', structuredClone(pool.clients.get(id)!));
    await expect(callTool('stranger', 'search-tasks', { query: '' })).rejects.toThrow(/401|refused/);
    pool.clients.delete('stranger');
    pool.domain!.version = 2;
  });

  it('has nothing to do when it is run again', async () => {
    fake.asked.length = 0;
    const files = bytesOf(project);
    const again = await run([project, '--yes', '--json']);
    expect([again.code, new Set(actions(again))]).toEqual([0, new Set(['keep'])]);
    expect(fake.asked.every(isRead)).toBe(true);
    expect(bytesOf(project)).toEqual(files);
  });

  it('status tells what somebody changed at the pool', async () => {
    const { code: before, stdout } = await run(['status', project]);
    expect([before, stdout]).toEqual([0, expect.stringContaining(clientId('Cursor at'))]);
    Object.assign(fake.pool().clients.get(clientId('Cursor at'))!, { CallbackURLs: [] });
    const { code, stderr } = await run(['status', project]);
    expect([code, stderr]).toEqual([1, expect.stringContaining('app client for Cursor')]);
  });

  it('remove --remote leaves the pool as it was', async () => {
    expect((await run(['remove', project, '--remote', '--yes'])).code).toBe(0);
    expect(shape(fake.pool())).toEqual(before.pool);
  });

  it('keeps every secret to itself', () => {
    expect(outputs.join()).not.toContain(KEYS.secretAccessKey);
    expect(outputs.join()).not.toContain(KEYS.sessionToken);
  });
});
