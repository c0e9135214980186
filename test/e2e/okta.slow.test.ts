import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { trustingFetch } from '../fakes/auth0/trusting-fetch.ts';
import { startFakeOrg, TOKEN, type FakeOrg } from '../fakes/okta/index.ts';
import type { AppState, OrgState, ServerState } from '../fakes/okta/state.ts';
import { copyOfTasksServer, runBuilt, type Ended } from '../support/built.ts';
import { agree, callTool as callToolAt, Memory } from '../support/official-client.ts';
import { bytesOf, discard } from '../support/project.ts';
import { freePort, startProject, type RunningServer } from '../support/running-server.ts';

const OPTIONS = ['--provider', 'okta', '--yes', '--no-install', '--no-verify'];
let fake: FakeOrg;
let untouched: OrgState;
let project: string;
let server: RunningServer;
let url: string;
let added: Ended;
let send: typeof fetch;

beforeAll(async () => {
  fake = await startFakeOrg();
  untouched = structuredClone(fake.org);
  send = trustingFetch(fake.caFile);
  project = copyOfTasksServer();
  const port = await freePort();
  url = `http://localhost:${port}/mcp`;
  added = await run([project, ...OPTIONS, '--domain', fake.domain, '--resource', url, '--json']);
  server = await startProject(project, port, { NODE_EXTRA_CA_CERTS: fake.caFile });
}, 120_000);
afterAll(async () => {
  await server?.stop();
  await fake.close();
  discard(project);
});

const run = (args: string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> =>
  runBuilt(args, { env: { NODE_EXTRA_CA_CERTS: fake.caFile, OKTA_API_TOKEN: TOKEN, ...env } });
const ours = (): ServerState => fake.org.servers[1]!;
const tokenClient = (): AppState => fake.org.apps.find(({ label }) => label.startsWith('add-auth token'))!;

/** From nothing to the result of a tool, as the official client does it for the one that `add-auth token` uses. */
function callTool(name: string, args: Record<string, unknown>): Promise<unknown> {
  const { id: clientId, settings } = tokenClient();
  const [redirectUri = ''] = settings.oauthClient.redirect_uris!;
  return callToolAt(
    url,
    { name, arguments: args },
    new Memory({ redirectUri, browse: (start) => agree(start, send), clientId }),
    send,
  );
}

describe('add-auth --provider okta --yes', () => {
  it('ends with the client ids for people to type, and sends nothing that the vendor would not take', () => {
    const { manual, provider } = JSON.parse(added.stdout) as {
      manual: { snippet: string }[];
      provider: Record<string, string>;
    };
    expect([added.code, fake.violations]).toEqual([3, []]);
    for (const { id } of fake.org.apps.slice(0, -1)) expect(manual[0]!.snippet).toContain(id);
    expect(provider).toMatchObject({ issuer: ours().issuer, audience: url, resource: url });
  });

  it('writes what only Okta could tell into .env and the state file, and secrets into .env alone', () => {
    const env = readFileSync(path.join(project, '.env'), 'utf8');
    const state = readFileSync(path.join(project, '.mcp-builder/state.json'), 'utf8');
    expect(env).toContain(`MCP_AUTH_ISSUER=${ours().issuer}`);
    expect(JSON.parse(state)).toMatchObject({ auth: { domain: fake.domain, issuer: ours().issuer, audience: url } });
    const { client_secret: secret } = fake.org.apps.at(-1)!.secrets![0]!;
    expect(env).toContain(`MCP_AUTH_CLIENT_SECRET=${secret}`);
    for (const text of [env, state, added.stdout, added.stderr]) expect(text).not.toContain(TOKEN);
    for (const text of [state, added.stdout, added.stderr]) expect(text).not.toContain(secret);
  });

  it('lets the official client sign in as a registered one and call a tool', async () => {
    expect(await callTool('search-tasks', { query: '' })).not.toHaveProperty('isError', true);
  });

  it('lets it step up to a tool that needs more', async () => {
    expect(await callTool('create-task', { title: 'Buy milk' })).not.toHaveProperty('isError', true);
  });

  it('prints a token of the test client that the server takes', async () => {
    const { stdout, code } = await run(['token', project]);
    expect(code).toBe(0);
    const answer = await send(url, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${stdout.trim()}`,
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
      },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' }),
    });
    expect([401, 403]).not.toContain(answer.status);
  });

  it('has nothing to do when it is run again', async () => {
    fake.asked.length = 0;
    const again = await run([project, '--yes', '--json']);
    const { changes } = JSON.parse(again.stdout) as { changes: { files: unknown[]; remote: { action: string }[] } };
    expect([again.code, changes.files]).toEqual([0, []]);
    expect(new Set(changes.remote.map(({ action }) => action))).toEqual(new Set(['keep']));
    expect(fake.asked.every((one) => one.startsWith('GET '))).toBe(true);
  });
});

describe('each of the things that add-auth set up is needed:', () => {
  it.each<[string, () => void, RegExp]>([
    ['an application that is active', () => void (tokenClient().status = 'INACTIVE'), /invalid_client/],
    ['its users', () => void (tokenClient().groups = []), /not assigned/],
    [
      'the scopes',
      () => void (ours().scopes = ours().scopes.filter(({ system }) => system)),
      /scopes are not configured/,
    ],
    ['the policy', () => void (ours().policies = []), /Policy evaluation failed/],
    ['its rule', () => void (ours().policies[0]!.rules = []), /Policy evaluation failed/],
    ['the audience', () => void (ours().audiences = ['https://other.example.com/mcp']), /still refused/],
  ])('without %s nobody signs in', async (_, change, message) => {
    const before = structuredClone(fake.org);
    change();
    const outcome = await callTool('search-tasks', { query: '' }).catch(String);
    fake.org = before;
    expect(outcome).toMatch(message);
  });
});

// Each starts the program several times, which takes its time on a busy machine.
describe('from the command line', { timeout: 90_000 }, () => {
  it('a preview sends reads only', async () => {
    const other = copyOfTasksServer();
    const before = bytesOf(other);
    fake.asked.length = 0;
    const { code, stdout } = await run([other, ...OPTIONS, '--domain', fake.domain, '--dry-run']);
    expect([code, fake.asked.filter((one) => !one.startsWith('GET '))]).toEqual([3, []]);
    expect(stdout).toContain('application for ChatGPT');
    expect(bytesOf(other)).toEqual(before);
    discard(other);
  });

  it('the org authorization server, no token and a wrong one are refused, and nothing is written', async () => {
    const other = copyOfTasksServer();
    const before = bytesOf(other);
    const org = await run([other, ...OPTIONS, '--issuer', fake.base]);
    expect([org.code, org.stderr]).toEqual([1, expect.stringContaining('its tokens are for Okta alone')]);
    const args = [other, ...OPTIONS, '--domain', fake.domain];
    const without = await run(args, { OKTA_API_TOKEN: '' });
    expect([without.code, without.stderr]).toEqual([2, expect.stringContaining('OKTA_API_TOKEN')]);
    const wrong = await run(args, { OKTA_API_TOKEN: 'wrong' });
    expect([wrong.code, wrong.stderr]).toEqual([4, expect.stringContaining('does not accept OKTA_API_TOKEN')]);
    expect(bytesOf(other)).toEqual(before);
    discard(other);
  });

  it('status tells what is no longer as it should be in the org', async () => {
    const { code: before, stdout } = await run(['status', project]);
    expect(before).toBe(0);
    for (const app of fake.org.apps.slice(0, -1)) expect(stdout).toContain(app.id);
    ours().policies[0]!.status = 'INACTIVE';
    const { code, stderr } = await run(['status', project]);
    ours().policies[0]!.status = 'ACTIVE';
    expect([code, stderr]).toEqual([1, expect.stringContaining('access policy')]);
  });

  it('status tells of a scope that somebody has put into the scope map and the org does not know', async () => {
    const file = path.join(project, 'src/auth/scopes.ts');
    const before = readFileSync(file, 'utf8');
    writeFileSync(file, before.replace("'create-task': ['write:tasks']", "'create-task': ['edit:tasks']"));
    const { code, stdout, stderr } = await run(['status', project]);
    writeFileSync(file, before);
    expect([code, stdout]).toEqual([1, expect.stringMatching(/create-task +edit:tasks/)]);
    expect(stderr).toContain('okta: scope edit:tasks is not there');
  });

  it('remove --remote leaves the org as it was', async () => {
    const { code } = await run(['remove', project, '--remote', '--yes']);
    expect([code, fake.org, fake.violations]).toEqual([0, untouched, []]);
  });
});
