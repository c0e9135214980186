import type { ProviderIo } from '../../../../src/providers/types.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connection, newTenant, usedTenant } from '../../../fakes/auth0/state.ts';
import { comparable, RESOURCE, startTenants, type Project } from './harness.ts';

let tenants: Awaited<ReturnType<typeof startTenants>>;
beforeAll(async () => void (tenants = await startTenants()));
afterAll(() => tenants.close());

const writes = ({ tenant }: Project): string[] =>
  tenant.recorded.filter(({ method }) => method !== 'GET').map(({ method, path }) => `${method} ${path}`);
const bodyOf = ({ tenant }: Project, method: string, path: string): unknown =>
  tenant.recorded.find((one) => one.method === method && one.path.startsWith(path))?.body;

describe('a new tenant', () => {
  it('is only read by a look', async () => {
    const project = tenants.fresh();
    const { remote } = await project.look();
    expect(remote.map(({ id, verb }) => `${verb} ${id.replace(/con_.*/, 'con_')}`)).toEqual([
      'create auth0.resource-server',
      'create auth0.client-grant',
      'update auth0.connection.con_',
      'update auth0.tenant-settings',
      'create auth0.test-client',
      'create auth0.test-client-grant',
    ]);
    expect(writes(project)).toEqual([]);
  });

  it('is set up in the order that lets nobody in too early', async () => {
    const project = tenants.fresh();
    await project.run();
    expect(writes(project).map((write) => write.replace(/con_.*/, ''))).toEqual([
      'POST resource-servers',
      'POST client-grants',
      'PATCH connections/',
      'PATCH tenants/settings',
      'POST clients',
      'POST client-grants',
    ]);
    expect(project.tenant.violations).toEqual([]);
  });

  it('gets an API whose identifier is the URL of the MCP endpoint, byte for byte', async () => {
    const project = tenants.fresh();
    const { spec } = await project.run();
    expect(project.tenant.tenant.resourceServers).toEqual([
      expect.objectContaining({
        identifier: RESOURCE,
        signing_alg: 'RS256',
        token_dialect: 'rfc9068_profile',
        allow_offline_access: true,
        scopes: [
          { value: 'read:tasks', description: 'Use the tools search-tasks (read:tasks)' },
          { value: 'write:tasks', description: 'Use the tools create-task (write:tasks)' },
        ],
      }),
    ]);
    expect(spec).toEqual({
      issuer: `https://${project.tenant.domain}/`,
      resource: RESOURCE,
      audience: RESOURCE,
      environment: 'auth0',
    });
  });

  it('grants third-party clients the scopes on behalf of users', async () => {
    const project = tenants.fresh();
    await project.run();
    expect(project.tenant.tenant.grants[0]).toMatchObject({
      default_for: 'third_party_clients',
      audience: RESOURCE,
      subject_type: 'user',
      scope: ['read:tasks', 'write:tasks'],
    });
  });

  it('is told only the settings that differ', async () => {
    const project = tenants.fresh();
    await project.run();
    expect(bodyOf(project, 'PATCH', 'tenants')).toEqual({
      resource_parameter_profile: 'compatibility',
      authorization_response_iss_parameter_supported: true,
      dynamic_client_registration_security_mode: 'strict',
      flags: { enable_dynamic_client_registration: true },
    });
  });

  it('gives a test client whose secret is in .env and nowhere else', async () => {
    const project = tenants.fresh();
    await project.run();
    const [client] = project.tenant.tenant.clients;
    expect(client).toMatchObject({ app_type: 'non_interactive', token_endpoint_auth_method: 'client_secret_post' });
    expect(project.env).toMatchObject({
      AUTH0_CLIENT_ID: client!.client_id,
      AUTH0_CLIENT_SECRET: client!['client_secret'],
    });
    expect(JSON.stringify([project.records, project.said])).not.toContain(client!['client_secret']);
  });

  it('says in plain words what opening registration means', async () => {
    const { remote } = await tenants.fresh().look();
    const { notice } = remote.find(({ id }) => id === 'auth0.tenant-settings')!;
    expect(notice).toContain('Anybody on the internet can then register an application');
    expect(notice).toContain('no longer passed on to upstream identity providers');
  });

  it('needs no second run: it finds all as it should be', async () => {
    const project = tenants.fresh();
    await project.run();
    project.tenant.recorded.length = 0;
    const { remote, warnings } = await project.run();
    expect(new Set(remote.map(({ verb }) => verb))).toEqual(new Set(['keep']));
    expect([writes(project), warnings]).toEqual([[], []]);
  });

  it('is as before when everything is taken back', async () => {
    const project = tenants.fresh();
    const before = comparable(project.tenant.tenant);
    await project.run();
    expect((await project.takeBack()).map(({ outcome }) => outcome).sort()).toEqual(
      ['deleted', 'deleted', 'deleted', 'deleted', 'restored', 'restored'].sort(),
    );
    expect(comparable(project.tenant.tenant)).toEqual(before);
  });
});

describe('a tenant that others use', () => {
  it('loses nothing: lists are merged, and everything else stays as it is', async () => {
    const state = usedTenant(RESOURCE);
    const project = tenants.fresh(state);
    await project.run();
    const { tenant } = project.tenant;
    const foreign = { value: 'foreign:scope', description: 'Not yours' };
    expect(tenant.resourceServers[1]!.scopes).toEqual(expect.arrayContaining([foreign, { value: 'read:tasks' }]));
    expect(tenant.resourceServers[1]).toMatchObject({ name: 'Ours, made by hand', token_lifetime: 7777 });
    expect(tenant.grants[1]!.scope).toEqual(['foreign:scope', 'read:tasks', 'write:tasks']);
    expect([tenant.resourceServers[0], tenant.grants[0]]).toEqual([state.resourceServers[0], state.grants[0]]);
    expect(tenant.settings).toMatchObject({
      default_audience: 'https://billing.example.com',
      support_email: 'help@example.com',
    });
    expect(tenant.clients.slice(0, 60)).toEqual(state.clients);
    expect(project.tenant.violations).toEqual([]);
  });

  it('has its connections read to the last page, and only those that people use here opened', async () => {
    const project = tenants.fresh(usedTenant(RESOURCE));
    const { warnings } = await project.run();
    const open = project.tenant.tenant.connections.filter((one) => one['is_domain_connection']).map(({ name }) => name);
    expect(open).toEqual(['Username-Password-Authentication', 'google-oauth2']);
    expect(warnings.map(({ message }) => message).join()).toContain('connection google-oauth2');
    const sent = project.tenant.recorded.filter(
      ({ method, path }) => method === 'PATCH' && path.startsWith('connections'),
    );
    for (const { body } of sent) expect(body).toEqual({ is_domain_connection: true });
  });

  it('is exactly as before when everything is taken back', async () => {
    const project = tenants.fresh(usedTenant(RESOURCE));
    const before = comparable(project.tenant.tenant);
    await project.run();
    await project.takeBack();
    expect(comparable(project.tenant.tenant)).toEqual(before);
  });

  it('keeps what somebody else has changed since', async () => {
    const project = tenants.fresh(usedTenant(RESOURCE));
    await project.run();
    const { tenant } = project.tenant;
    tenant.settings['resource_parameter_profile'] = 'audience';
    tenant.resourceServers[1]!['token_dialect'] = 'rfc9068_profile';
    tenant.resourceServers[1]!.scopes!.push({ value: 'newer:scope' });
    const messages = (await project.takeBack()).map(({ message }) => message).join('\n');
    expect(tenant.resourceServers[1]!['token_dialect']).toBe('rfc9068_profile');
    expect(tenant.resourceServers[1]!.scopes!.map(({ value }) => value)).toEqual([
      'foreign:scope',
      'read:tasks',
      'newer:scope',
    ]);
    expect(messages).toContain('keeps token_dialect: somebody changed that since');
  });

  it('is asked for no more than what is new when the project has a new scope', async () => {
    const project = tenants.fresh();
    await project.run();
    project.tenant.recorded.length = 0;
    project.scopes = { ...project.scopes, toolScopes: { ...project.scopes.toolScopes, purge: ['delete:tasks'] } };
    const { remote } = await project.run();
    expect(remote.filter(({ verb }) => verb !== 'keep').map(({ id, want }) => [id, want])).toEqual([
      ['auth0.resource-server', { 'scopes.delete:tasks': 'Use the tools purge (delete:tasks)' }],
      ['auth0.client-grant', { 'scope.delete:tasks': true }],
      ['auth0.test-client-grant', { 'scope.delete:tasks': true }],
    ]);
    expect(project.tenant.tenant.grants.map(({ scope }) => scope?.length)).toEqual([3, 3]);
    // It was made by the first run, and so it goes as a whole.
    expect(project.records['auth0.resource-server']?.verb).toBe('create');
  });
});

describe('traps of the vendor', () => {
  it('makes the grant for users beside a default grant for machines, and says so', async () => {
    const state = usedTenant(RESOURCE);
    state.grants[1]!['subject_type'] = 'client';
    const project = tenants.fresh(state);
    const { warnings } = await project.run();
    expect(project.tenant.tenant.grants[1]).toEqual(state.grants[1]);
    expect(project.tenant.tenant.grants[2]).toMatchObject({ default_for: 'third_party_clients', subject_type: 'user' });
    expect(warnings.map(({ message }) => message)).toContainEqual(expect.stringContaining('is for machines'));
  });

  it('warns that other verifiers will break before it changes the algorithm of an API that is not ours', async () => {
    const state = usedTenant(RESOURCE);
    Object.assign(state.resourceServers[1]!, { signing_alg: 'HS256' });
    const { remote } = await tenants.fresh(state).look();
    expect(remote[0]).toMatchObject({ have: { signing_alg: 'HS256' }, want: { signing_alg: 'RS256' } });
    expect(remote[0]!.notice).toContain(
      'Services that verify its tokens with another algorithm will refuse the new ones',
    );
  });

  it('does not take a mode that the tenant never tells for a difference', async () => {
    const state = newTenant();
    Object.assign(state.settings, {
      resource_parameter_profile: 'compatibility',
      authorization_response_iss_parameter_supported: true,
    });
    state.settings.flags['enable_dynamic_client_registration'] = true;
    const { remote } = await tenants.fresh(state).look();
    expect(remote.find(({ id }) => id === 'auth0.tenant-settings')?.verb).toBe('keep');
  });

  it('warns of an API whose users need roles', async () => {
    const state = usedTenant(RESOURCE);
    state.resourceServers[1]!['enforce_policies'] = true;
    const { warnings } = await tenants.fresh(state).look();
    expect(warnings.map(({ message }) => message)).toContainEqual(expect.stringContaining('RBAC on'));
  });
});

describe('wishes', () => {
  it('opens just the connections that are named', async () => {
    const state = newTenant();
    state.connections.push(connection('okta-staff', 'okta'));
    const project = tenants.fresh(state);
    const { warnings } = await project.run({ connections: ['okta-staff'] });
    expect(project.tenant.tenant.connections.map((one) => one['is_domain_connection'])).toEqual([false, true]);
    expect(warnings).toEqual([]);
  });

  it('does not open on a later run what was not chosen, or came since', async () => {
    const project = tenants.fresh(usedTenant(RESOURCE));
    await project.run({ connections: ['google-oauth2'] });
    const { remote } = await project.run();
    expect(remote.filter(({ id }) => id.startsWith('auth0.connection.'))).toMatchObject([{ verb: 'keep' }]);
  });

  it('finds on a later run the way in that was open before the first', async () => {
    const state = newTenant();
    state.connections[0]!['is_domain_connection'] = true;
    const project = tenants.fresh(state);
    await project.run();
    const { remote, warnings } = await project.run();
    expect([warnings, remote.find(({ id }) => id.startsWith('auth0.connection.'))?.verb]).toEqual([[], 'keep']);
  });

  it('gives back what the person chose, as the options that say the same', async () => {
    const project = tenants.fresh(usedTenant(RESOURCE));
    const ask = { multiselect: ({ initial }: { initial: string[] }) => Promise.resolve(initial.slice(0, 1)) };
    const io = { ...project.io, interactive: true, ask: ask as unknown as ProviderIo['ask'] };
    const { wishes, warnings } = await project.look({}, io);
    expect(wishes).toEqual({ connections: ['Username-Password-Authentication'] });
    expect(warnings).toEqual([]);
  });

  it('knows no connection of another name', async () => {
    await expect(tenants.fresh().look({ connections: ['gogle'] })).rejects.toMatchObject({
      code: 'invalid-option',
      fix: 'Use --connection with one of Username-Password-Authentication',
    });
  });

  it('makes no test client with --no-test-client', async () => {
    const project = tenants.fresh();
    const { env } = await project.run({ testClient: false });
    expect(project.tenant.tenant.clients).toEqual([]);
    expect(env.map(({ name }) => name)).toEqual(['AUTH0_DOMAIN', 'AUTH0_AUDIENCE', 'MCP_RESOURCE_URL']);
  });

  it('registers an application for --callback, tells its id, and adds a URL later', async () => {
    const project = tenants.fresh();
    await project.run({ callbacks: ['https://chatgpt.com/connector/oauth/1'] });
    const client = project.tenant.tenant.clients.find((one) => one['is_first_party'] === false)!;
    expect(client).toMatchObject({
      callbacks: ['https://chatgpt.com/connector/oauth/1'],
      allowed_logout_urls: ['https://chatgpt.com'],
      token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code', 'refresh_token'],
    });
    expect(project.said.join()).toContain(client.client_id);
    await project.run({ callbacks: ['cursor://anysphere.cursor-mcp/oauth/callback'] });
    expect(client['callbacks']).toHaveLength(2);
    expect(project.tenant.tenant.clients.filter((one) => one['is_first_party'] === false)).toHaveLength(1);
    expect(project.tenant.violations).toEqual([]);
  });

  it('makes roles for --rbac and says who needs them', async () => {
    const project = tenants.fresh();
    const before = comparable(project.tenant.tenant);
    const { warnings } = await project.run({ rbac: true });
    const { roles, resourceServers } = project.tenant.tenant;
    expect(roles.map(({ name, permissions }) => [name, permissions.map((one) => one['permission_name'])])).toEqual([
      [`Everything on ${RESOURCE}`, ['read:tasks', 'write:tasks']],
      [`Reading on ${RESOURCE}`, ['read:tasks']],
    ]);
    expect(resourceServers[0]!['enforce_policies']).toBe(true);
    expect(warnings.map(({ message }) => message).join()).toContain(`needs the role "Everything on ${RESOURCE}"`);
    expect(new Set((await project.run({ rbac: true })).remote.map(({ verb }) => verb))).toEqual(new Set(['keep']));
    await project.takeBack();
    expect(comparable(project.tenant.tenant)).toEqual(before);
  });

  it('asks nothing of anybody with --no-provision', async () => {
    const project = tenants.fresh();
    const { remote, env, warnings } = await project.lookWithoutRequests();
    expect([remote, project.tenant.recorded]).toEqual([[], []]);
    expect(warnings.map(({ message }) => message)).toEqual([
      expect.stringContaining(`an API with the identifier ${RESOURCE}`),
    ]);
    expect(env.map(({ name }) => name)).toEqual(['AUTH0_DOMAIN', 'AUTH0_AUDIENCE', 'MCP_RESOURCE_URL']);
  });
});

describe('metadata documents of known clients', () => {
  const able = (): ReturnType<typeof newTenant> => {
    const state = newTenant();
    state.settings['client_id_metadata_document_supported'] = false;
    return state;
  };

  it('are imported where the tenant supports it, and switched on only then', async () => {
    const project = tenants.fresh(able());
    const before = comparable(project.tenant.tenant);
    await project.run();
    const { clients, settings } = project.tenant.tenant;
    expect(clients.flatMap((one) => one['external_client_id'] ?? [])).toHaveLength(3);
    expect(settings['client_id_metadata_document_supported']).toBe(true);
    expect(writes(project).at(-3)).toBe('PATCH tenants/settings');
    await project.takeBack();
    expect(comparable(project.tenant.tenant)).toEqual(before);
  });

  it('are left alone where the plan has no room for them, and the run goes on', async () => {
    const project = tenants.fresh(able());
    project.tenant.faults.push({ at: 12, kind: '403' });
    await project.run();
    expect(project.said.join()).toContain('does not import the client VS Code');
    expect(project.tenant.tenant.settings['client_id_metadata_document_supported']).toBe(false);
    const { remote } = await project.look();
    expect(remote.filter(({ verb }) => verb !== 'keep')).toEqual([]);
  });
});

describe('the secret of the test client, lost from .env,', () => {
  it('is rotated where the token may', async () => {
    const project = tenants.fresh();
    await project.run();
    project.env = {};
    project.allow('update:client_keys');
    await project.run();
    expect(project.env['AUTH0_CLIENT_SECRET']).toBe(project.tenant.tenant.clients[0]!['client_secret']);
    expect(project.tenant.tenant.clients).toHaveLength(1);
  });

  it('is read where the token may', async () => {
    const project = tenants.fresh();
    await project.run();
    const secret = project.env['AUTH0_CLIENT_SECRET'];
    project.env = {};
    project.allow('read:client_keys');
    await project.run();
    expect(project.env['AUTH0_CLIENT_SECRET']).toBe(secret);
  });

  it('comes with a new client where it may neither', async () => {
    const project = tenants.fresh();
    await project.run();
    const [old] = project.tenant.tenant.clients;
    project.env = {};
    await project.run();
    const { clients, grants } = project.tenant.tenant;
    expect(clients).toHaveLength(1);
    expect(clients[0]!.client_id).not.toBe(old!.client_id);
    expect(grants.map((grant) => grant['client_id'])).toEqual([undefined, clients[0]!.client_id]);
    expect(project.env['AUTH0_CLIENT_SECRET']).toBe(clients[0]!['client_secret']);
  });
});

describe('a project that moves to another URL', () => {
  const ELSEWHERE = 'https://elsewhere.example.com/mcp';

  it('gets an API of its own there, and what it had is still taken back', async () => {
    const project = tenants.fresh();
    const before = comparable(project.tenant.tenant);
    await project.run();
    project.resource = ELSEWHERE;
    const { warnings } = await project.run();
    expect(project.tenant.tenant.resourceServers.map(({ identifier }) => identifier)).toEqual([RESOURCE, ELSEWHERE]);
    expect(warnings.map(({ message }) => message)).toContainEqual(expect.stringContaining('of an earlier URL'));
    expect(new Set((await project.run()).remote.map(({ verb }) => verb))).toEqual(new Set(['keep']));
    await project.takeBack();
    expect(comparable(project.tenant.tenant)).toEqual(before);
  });
});

describe('an AUTH0_CLIENT_ID in .env that is not ours', () => {
  it('stays, and no test client is made that it would not fit', async () => {
    const project = tenants.fresh();
    project.env['AUTH0_CLIENT_ID'] = 'theirs';
    const { env, warnings } = await project.run();
    expect(project.tenant.tenant.clients).toEqual([]);
    expect(env.map(({ name }) => name)).not.toContain('AUTH0_CLIENT_SECRET');
    expect(warnings.map(({ message }) => message)).toContainEqual(expect.stringContaining('AUTH0_CLIENT_ID theirs'));
  });
});
