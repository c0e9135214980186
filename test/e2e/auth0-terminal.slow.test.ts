import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { MANAGER_SCOPES } from '../fakes/auth0/scopes.ts';
import { startFakeTenant, type FakeTenant } from '../fakes/auth0/server.ts';
import { connection } from '../fakes/auth0/state.ts';
import { copyOfTasksServer } from '../support/built.ts';
import { discard } from '../support/project.ts';
import { KEY, onTerminal } from '../support/pty.ts';

let tenant: FakeTenant;
let project: string;
beforeAll(async () => {
  tenant = await startFakeTenant();
  tenant.tenant.connections.push(connection('google-oauth2', 'google-oauth2'));
  project = copyOfTasksServer();
});
afterAll(async () => {
  await tenant.close();
  discard(project);
});

it('in a terminal asks for the token, unseen, and for the ways to sign in', async () => {
  const token = tenant.token(MANAGER_SCOPES);
  const args = ['--provider', 'auth0', '--domain', tenant.domain, '--no-install', '--no-verify'];
  const { code, screen, left } = await onTerminal(args, {
    cwd: project,
    // Neither the CLI nor a token in the environment.
    env: { NODE_EXTRA_CA_CERTS: tenant.caFile, PATH: `${path.dirname(process.execPath)}:/usr/bin:/bin` },
    steps: [
      ['exactly as clients type it', KEY.enter],
      ['Scopes for each tool', KEY.enter],
      ['API Explorer', `${token}${KEY.enter}`],
      // The first is chosen already; the second is taken out.
      ['Which ways to sign in', `${KEY.down} ${KEY.enter}`],
      ['Write these changes?', KEY.enter],
    ],
  });
  expect({ left, screen: left.length > 0 ? screen : '' }).toEqual({ left: [], screen: '' });
  expect(screen).toContain('update:tenant_settings');
  expect(screen).not.toContain(token);
  expect(tenant.tenant.connections.map((one) => one['is_domain_connection'])).toEqual([true, false]);
  expect(code).toBe(0);
}, 60_000);
