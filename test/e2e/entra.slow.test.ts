import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startFakeEntra, type FakeEntra } from '../fakes/entra/index.ts';
import { TENANT, TOKEN, type App } from '../fakes/entra/state.ts';
import { copyOfTasksServer, runBuilt, type Ended } from '../support/built.ts';
import { agree, callTool as callToolAt, Memory } from '../support/official-client.ts';
import { bytesOf, discard } from '../support/project.ts';
import { freePort, startProject, type RunningServer } from '../support/running-server.ts';

const HOST = 'https://mcp.example.com';
const URL_OF_SERVER = `${HOST}/mcp`;
const REDIRECT = 'http://localhost:49152/callback';
let fake: FakeEntra;
let project: string;
let server: RunningServer;
let added: Ended;
/** As on the internet: the name of the server leads to this machine. */
let send: typeof fetch;

const run = (args: string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> =>
  runBuilt(args, {
    env: { AZURE_AUTHORITY_HOST: fake.origin, AZURE_GRAPH_URL: fake.origin, AZURE_ACCESS_TOKEN: TOKEN, ...env },
  });
const OPTIONS = ['--provider', 'entra', '--tenant', TENANT, '--yes', '--no-install', '--no-verify'];

beforeAll(async () => {
  fake = await startFakeEntra();
  project = copyOfTasksServer();
  added = await run([project, ...OPTIONS, '--resource', URL_OF_SERVER, '--json']);
  const port = await freePort();
  send = (input, init) => {
    const url = input instanceof Request ? input.url : String(input);
    return fetch(url.replace(HOST, `http://localhost:${port}`), init);
  };
  server = await startProject(project, port);
}, 120_000);
afterAll(async () => {
  await server?.stop();
  await fake.close();
  discard(project);
});

const api = (): App => fake.tenant.apps.find(({ displayName }) => displayName.startsWith('MCP server'))!;
const client = (): App => fake.tenant.apps.find(({ displayName }) => displayName.startsWith('MCP clients'))!;

/** With the client id that people have typed in. */
const callTool = (name: string, args: Record<string, unknown>): Promise<unknown> =>
  callToolAt(
    URL_OF_SERVER,
    { name, arguments: args },
    new Memory({ redirectUri: REDIRECT, browse: agree, clientId: client().appId }),
    send,
  );

describe('add-auth --provider entra --yes', () => {
  it('sends nothing that the vendor would not take, and leaves the client id to people', () => {
    const { provider, manual } = JSON.parse(added.stdout) as {
      provider: { issuer: string; audience: string };
      manual: { snippet: string }[];
    };
    expect([added.code, fake.violations]).toEqual([3, []]);
    expect(provider).toMatchObject({ issuer: `${fake.origin}/${TENANT}/v2.0`, audience: api().appId });
    expect(manual.map(({ snippet }) => snippet)).toEqual([
      expect.stringContaining(`Client id       ${client().appId}`),
    ]);
  });

  it('keeps the token out of everything', () => {
    const files = ['.mcp-builder/state.json', '.env'].map((name) => readFileSync(path.join(project, name), 'utf8'));
    for (const text of [added.stdout, added.stderr, ...files]) expect(text).not.toContain(TOKEN);
  });

  it('lets the official client sign in with that id and call a tool', async () => {
    expect(await callTool('search-tasks', { query: '' })).not.toHaveProperty('isError', true);
  });

  it('lets it step up to a tool that needs more', async () => {
    expect(await callTool('create-task', { title: 'Buy milk' })).not.toHaveProperty('isError', true);
  });

  it('asks for scopes with the identifier before them, and the token names them without', async () => {
    const answer = await send(URL_OF_SERVER, { method: 'POST' });
    expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([
      401,
      expect.stringContaining(`scope="${URL_OF_SERVER}/read:tasks"`),
    ]);
  });

  it('prints a token for whoever logs in, with the client that it made and all scopes', async () => {
    const person = path.join(project, 'person.mjs');
    writeFileSync(person, 'await fetch(process.argv.at(-1));\n');
    const { code, stdout, stderr } = await run(['token', project], { BROWSER: `${process.execPath} ${person}` });
    rmSync(person);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    const claims = decodeJwt(stdout.trim());
    expect(claims).toMatchObject({ aud: api().appId, azp: client().appId, ver: '2.0' });
    expect(String(claims['scp']).split(' ').sort()).toEqual(['delete:tasks', 'read:tasks', 'write:tasks']);
    expect(stderr).not.toMatch(/Not granted|will refuse/);
  });

  it('has nothing to do when it is run again', async () => {
    fake.asked.length = 0;
    const again = await run([project, '--yes', '--json']);
    const { changes } = JSON.parse(again.stdout) as { changes: { files: unknown[]; remote: { action: string }[] } };
    expect([again.code, changes.files]).toEqual([0, []]);
    expect(new Set(changes.remote.map(({ action }) => action))).toEqual(new Set(['keep']));
    expect(fake.asked.filter((one) => !one.startsWith('GET '))).toEqual([]);
  });
});

describe('each of the things that add-auth set up is needed:', () => {
  it.each<[string, () => void, RegExp]>([
    ['the https identifier', () => void (api().identifierUris = [`api://${api().appId}`]), /AADSTS650053/],
    ['version 2', () => void (api().api.requestedAccessTokenVersion = null), /401|refused/i],
    ['its scopes', () => void (api().api.oauth2PermissionScopes = []), /AADSTS650053/],
    ['its service principal', () => void fake.tenant.principals.shift(), /AADSTS500011/],
    ['the redirects of clients', () => void (client().publicClient.redirectUris = []), /AADSTS50011/],
  ])('without %s nobody signs in', async (_what, change, message) => {
    const before = structuredClone(fake.tenant);
    change();
    const outcome = await callTool('search-tasks', { query: '' }).then(() => 'signed in', String);
    fake.tenant = before;
    expect(outcome).toMatch(message);
  });
});

// Each starts the program several times, which takes its time on a busy machine.
describe('from the command line', { timeout: 90_000 }, () => {
  it('no credentials are a missing answer, wrong ones a refusal, and nothing is written', async () => {
    const other = copyOfTasksServer();
    const before = bytesOf(other);
    const without = await run([other, ...OPTIONS], { AZURE_ACCESS_TOKEN: '', PATH: path.dirname(process.execPath) });
    expect([without.code, without.stderr]).toEqual([2, expect.stringContaining('AZURE_ACCESS_TOKEN')]);
    const wrong = await run([other, ...OPTIONS], { AZURE_ACCESS_TOKEN: 'wrong' });
    expect([wrong.code, wrong.stderr]).toEqual([4, expect.stringContaining('does not accept AZURE_ACCESS_TOKEN')]);
    const common = await run([other, '--provider', 'entra', '--tenant', 'common', '--yes']);
    expect([common.code, common.stderr]).toEqual([2, expect.stringContaining('every tenant')]);
    expect(bytesOf(other)).toEqual(before);
    discard(other);
  });

  it('status tells what is no longer as it should be in the tenant', async () => {
    const { code: before, stdout } = await run(['status', project]);
    expect([before, stdout]).toEqual([0, expect.stringContaining(client().appId)]);
    const [scope] = api().api.oauth2PermissionScopes;
    scope!.isEnabled = false;
    const { code, stderr } = await run(['status', project]);
    scope!.isEnabled = true;
    expect([code, stderr]).toEqual([1, expect.stringContaining('entra: scopes is not as it should be')]);
  });

  it('remove --remote leaves the tenant as it was', async () => {
    const { code } = await run(['remove', project, '--remote', '--yes']);
    expect([code, fake.tenant.apps, fake.tenant.principals, fake.violations]).toEqual([0, [], [], []]);
  });
});
