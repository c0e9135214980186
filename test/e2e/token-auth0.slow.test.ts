import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { startFakeTenant, type FakeTenant } from '../fakes/auth0/server.ts';
import { ROOT, runBuilt, type Ended } from '../support/built.ts';

const audience = 'https://mcp.example.com/mcp';
const SCOPES = ['read:tasks', 'write:tasks'];
const SECRET = 'secret-of-the-test-client';

let tenant: FakeTenant;
let root: string;
beforeAll(async () => {
  tenant = await startFakeTenant();
  root = mkdtempSync(path.join(tmpdir(), 'add-auth-token-auth0-'));
  mkdirSync(path.join(root, '.mcp-builder'));
  const auth = { provider: 'auth0', domain: tenant.domain, resource: audience, audience, scopes: SCOPES };
  writeFileSync(path.join(root, '.mcp-builder', 'state.json'), JSON.stringify({ auth }));
  open(tenant.tenant);
});
afterAll(async () => {
  await tenant.close();
  rmSync(root, { recursive: true });
});
beforeEach(() => env({ AUTH0_CLIENT_ID: 'test-client', AUTH0_CLIENT_SECRET: SECRET }));

/** A tenant as a run of add-auth leaves it. */
function open({ settings, resourceServers, grants, connections, clients }: FakeTenant['tenant']): void {
  settings['resource_parameter_profile'] = 'compatibility';
  settings['authorization_response_iss_parameter_supported'] = true;
  settings.flags['enable_dynamic_client_registration'] = true;
  connections[0]!['is_domain_connection'] = true;
  const scopes = SCOPES.map((value) => ({ value }));
  resourceServers.push({ id: 'api', identifier: audience, signing_alg: 'RS256', scopes });
  grants.push({ id: 'users', audience, scope: SCOPES, subject_type: 'user', default_for: 'third_party_clients' });
  grants.push({ id: 'test', audience, scope: ['read:tasks'], subject_type: 'client', client_id: 'test-client' });
  clients.push({ client_id: 'test-client', name: 'Test client', client_secret: SECRET });
}

function env(values: Record<string, string>): void {
  const all = { AUTH0_DOMAIN: tenant.domain, AUTH0_AUDIENCE: audience, ...values };
  writeFileSync(
    path.join(root, '.env'),
    Object.entries(all)
      .map((pair) => `${pair.join('=')}\n`)
      .join(''),
  );
}

const token = (args: string[] = [], more: NodeJS.ProcessEnv = {}): Promise<Ended> =>
  runBuilt(['token', root, ...args], { env: { NODE_EXTRA_CA_CERTS: tenant.caFile, ...more } });

it('the test client of .env gets a token without asking anybody, in CI too', async () => {
  const { code, stdout, stderr } = await token([], { CI: 'true' });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(decodeJwt(stdout.trim())).toMatchObject({
    iss: `https://${tenant.domain}/`,
    aud: audience,
    client_id: 'test-client',
    scope: 'read:tasks',
  });
});

it('a wrong secret ends with 4 and is not shown', async () => {
  env({ AUTH0_CLIENT_ID: 'test-client', AUTH0_CLIENT_SECRET: 'mistyped-secret' });
  const { code, stdout, stderr } = await token(['--json']);
  expect(code).toBe(4);
  expect(JSON.parse(stdout)).toMatchObject({ ok: false, error: { code: 'provider-refused' }, step: 'token' });
  expect(stderr).toContain('Check the id and the secret of client test-client');
  expect(stdout + stderr).not.toContain('mistyped-secret');
});

it('without a test client the user logs in, and hears which client stays in the tenant', async () => {
  env({});
  const BROWSER = `${process.execPath} ${path.join(ROOT, 'test/support/browser.mjs')}`;
  const { code, stdout, stderr } = await token([], { BROWSER });
  expect({ code, stderr }).toMatchObject({ code: 0 });
  const claims = decodeJwt(stdout.trim());
  expect(claims).toMatchObject({ aud: audience, sub: 'auth0|anna', scope: SCOPES.join(' ') });
  expect(stderr).toMatch(new RegExp(`add-auth token --client-id ${String(claims['client_id'])} --port \\d+`));
});

it('without a test client and without a terminal it says which variables are missing', async () => {
  env({});
  const { code, stdout, stderr } = await token();
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toContain('AUTH0_CLIENT_ID and AUTH0_CLIENT_SECRET');
});
