import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MANAGER_SCOPES } from '../fakes/auth0/scopes.ts';
import { startFakeTenant, type FakeTenant } from '../fakes/auth0/server.ts';
import { trustingFetch } from '../fakes/auth0/trusting-fetch.ts';
import { copyOfTasksServer, runBuilt, type Ended } from '../support/built.ts';
import { callTool as callToolAt, Memory } from '../support/official-client.ts';
import { bytesOf, discard } from '../support/project.ts';
import { freePort, startProject, type RunningServer } from '../support/running-server.ts';

const REDIRECT = 'http://127.0.0.1:33418/callback';
let tenant: FakeTenant;
let project: string;
let server: RunningServer;
let url: string;
let added: Ended;
let secrets: string[];
let send: typeof fetch;

beforeAll(async () => {
  tenant = await startFakeTenant();
  send = trustingFetch(tenant.caFile);
  project = copyOfTasksServer();
  const port = await freePort();
  url = `http://localhost:${port}/mcp`;
  const manager = tenant.manager(MANAGER_SCOPES);
  const credentials = { AUTH0_MGMT_CLIENT_ID: manager.id, AUTH0_MGMT_CLIENT_SECRET: manager.secret };
  const options = [
    '--provider',
    'auth0',
    '--domain',
    tenant.domain,
    '--resource',
    url,
    '--yes',
    '--no-install',
    '--no-verify',
  ];
  added = await runBuilt([project, ...options], { env: { ...credentials, NODE_EXTRA_CA_CERTS: tenant.caFile } });
  secrets = [
    manager.secret,
    ...tenant.tokens.keys(),
    ...tenant.tenant.clients.map((one) => String(one['client_secret'])),
  ];
  server = await startProject(project, port, { NODE_EXTRA_CA_CERTS: tenant.caFile });
}, 120_000);
afterAll(async () => {
  await server?.stop();
  await tenant.close();
  discard(project);
});

/** A browser without a screen, in which everybody agrees to everything. */
async function browse(start: URL): Promise<URL> {
  const cookies = new Map<string, string>();
  for (let at = start, step = 0; step < 20; step++) {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await send(at, { headers: { cookie } });
    for (const line of response.headers.getSetCookie()) {
      const [name = '', value = ''] = (line.split(';')[0] ?? '').split(/=(.*)/s);
      cookies.set(name, value);
    }
    const location = response.headers.get('location');
    if (location === null) throw new Error(`stuck at ${at.pathname}: ${response.status} ${await response.text()}`);
    at = new URL(location, at);
    if (at.href.startsWith(REDIRECT)) return at;
  }
  throw new Error('the login does not come to an end');
}

/** From nothing to the result of a tool, as the official client does it. */
const callTool = (name: string, args: Record<string, unknown>): Promise<unknown> =>
  callToolAt(url, { name, arguments: args }, new Memory({ redirectUri: REDIRECT, browse }), send);

describe('add-auth --provider auth0 --yes', () => {
  it('ends well, and sends nothing that the vendor would not take', () => {
    expect(added.stderr).toContain('Written');
    expect([added.code, tenant.violations]).toEqual([0, []]);
  });

  it('lets the official client sign in and call a tool', async () => {
    expect(await callTool('search-tasks', { query: '' })).not.toHaveProperty('isError', true);
  });

  it('lets it step up to a tool that needs more', async () => {
    expect(await callTool('create-task', { title: 'Buy milk' })).not.toHaveProperty('isError', true);
  });

  it('keeps every secret out of the output and the state file, and in .env only that of the test client', () => {
    const open = `${added.stdout}${added.stderr}${readFileSync(path.join(project, '.mcp-builder/state.json'), 'utf8')}`;
    expect(secrets.length).toBeGreaterThan(2);
    for (const secret of secrets) expect(open).not.toContain(secret);
    const env = readFileSync(path.join(project, '.env'), 'utf8');
    expect(secrets.filter((secret) => env.includes(secret))).toEqual([tenant.tenant.clients[0]!['client_secret']]);
  });

  it('prints a token of the test client that the server takes', async () => {
    const { stdout, code } = await runBuilt(['token', project], { env: { NODE_EXTRA_CA_CERTS: tenant.caFile } });
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
    tenant.recorded.length = 0;
    const token = tenant.token(MANAGER_SCOPES);
    const again = await runBuilt([project, '--yes', '--json'], {
      env: { AUTH0_API_TOKEN: token, NODE_EXTRA_CA_CERTS: tenant.caFile },
    });
    const { changes } = JSON.parse(again.stdout) as { changes: { files: unknown[]; remote: { action: string }[] } };
    expect([again.code, changes.files]).toEqual([0, []]);
    expect(new Set(changes.remote.map(({ action }) => action))).toEqual(new Set(['keep']));
    expect(new Set(tenant.recorded.map(({ method }) => method))).toEqual(new Set(['GET']));
  });
});

describe('each of the things that add-auth set up is needed:', () => {
  /** Changes the tenant, looks whether a new client still gets in, and puts everything back. */
  async function loginAfter(change: () => void): Promise<string> {
    const before = structuredClone(tenant.tenant);
    try {
      change();
      return await callTool('search-tasks', { query: '' }).then(
        () => 'signed in',
        (error: unknown) => String(error),
      );
    } finally {
      Object.assign(tenant.tenant, before);
    }
  }

  it.each<[string, () => void, RegExp]>([
    ['the default grant', () => void (tenant.tenant.grants = []), /not authorized/],
    [
      'that it is for users',
      () => tenant.tenant.grants.forEach((grant) => (grant['subject_type'] = 'client')),
      /not authorized/,
    ],
    [
      'a domain-level connection',
      () => tenant.tenant.connections.forEach((one) => (one['is_domain_connection'] = false)),
      /no connections/,
    ],
    [
      'registration',
      () => void (tenant.tenant.settings.flags['enable_dynamic_client_registration'] = false),
      /registration/i,
    ],
    [
      'the compatibility profile',
      () => void (tenant.tenant.settings['resource_parameter_profile'] = 'audience'),
      /401 after re-authentication/,
    ],
  ])('without %s nobody signs in', async (_what, change, message) => {
    expect(await loginAfter(change)).toMatch(message);
    expect(await callTool('search-tasks', { query: '' })).toBeDefined();
  });
});

// Each starts the program several times, which takes its time on a busy machine.
describe('from the command line', { timeout: 90_000 }, () => {
  const run = (args: string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> =>
    runBuilt(args, { env: { NODE_EXTRA_CA_CERTS: tenant.caFile, ...env } });
  const writes = (): unknown[] => tenant.recorded.filter(({ method }) => method !== 'GET');
  const OPTIONS = ['--provider', 'auth0', '--yes', '--no-install', '--no-verify'];

  it('a preview sends reads only and shows each setting before and after', async () => {
    const other = copyOfTasksServer();
    tenant.recorded.length = 0;
    const env = { AUTH0_API_TOKEN: tenant.token(MANAGER_SCOPES) };
    const { code, stdout } = await run([other, ...OPTIONS, '--domain', tenant.domain, '--dry-run'], env);
    discard(other);
    expect([code, writes()]).toEqual([0, []]);
    expect(stdout).toContain('identifier: http://localhost:3000/mcp');
    expect(tenant.recorded.length).toBeGreaterThan(3);
  });

  it('no credentials are a missing answer, wrong ones a refusal, and nothing is written', async () => {
    const other = copyOfTasksServer();
    const before = bytesOf(other);
    const args = [other, ...OPTIONS, '--domain', tenant.domain];
    const without = await run(args, { PATH: path.dirname(process.execPath) });
    expect([without.code, without.stderr]).toEqual([2, expect.stringContaining('AUTH0_API_TOKEN')]);
    const wrong = await run(args, { AUTH0_API_TOKEN: 'wrong', PATH: path.dirname(process.execPath) });
    expect([wrong.code, wrong.stderr]).toEqual([4, expect.stringContaining('does not accept AUTH0_API_TOKEN')]);
    const token = tenant.token(MANAGER_SCOPES.filter((scope) => !scope.includes('client_grants')));
    const poor = await run(args, { AUTH0_API_TOKEN: token });
    expect([poor.code, poor.stderr]).toEqual([4, expect.stringContaining('read:client_grants')]);
    expect(bytesOf(other)).toEqual(before);
    discard(other);
  });

  it('status tells what is no longer as it should be in the tenant', async () => {
    const env = { AUTH0_API_TOKEN: tenant.token(MANAGER_SCOPES) };
    expect((await run(['status', project], env)).code).toBe(0);
    tenant.tenant.connections[0]!['is_domain_connection'] = false;
    const { code, stderr } = await run(['status', project], env);
    tenant.tenant.connections[0]!['is_domain_connection'] = true;
    expect([code, stderr]).toEqual([1, expect.stringContaining('connection Username-Password-Authentication')]);
  });

  it('remove --remote leaves the tenant as it was', async () => {
    const { code } = await run(['remove', project, '--remote', '--yes'], {
      AUTH0_API_TOKEN: tenant.token(MANAGER_SCOPES),
    });
    const { resourceServers, grants, clients, connections, settings } = tenant.tenant;
    expect([code, resourceServers, grants, clients, tenant.violations]).toEqual([0, [], [], [], []]);
    expect(connections[0]!['is_domain_connection']).toBe(false);
    expect(settings).toMatchObject({
      resource_parameter_profile: 'audience',
      flags: { enable_dynamic_client_registration: false },
    });
  });
});
