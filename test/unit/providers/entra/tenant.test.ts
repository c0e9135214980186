import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { RemoteStep } from '../../../../src/types.ts';
import { NO_WISHES } from '../../../../src/providers/types.ts';
import { DOMAIN, newApp, newScope, TENANT } from '../../../fakes/entra/state.ts';
import { RESOURCE } from '../provider-project.ts';
import { shape, startEntra, type Project } from './harness.ts';

// Waits are as short as they can be, whatever was asked for.
vi.mock('node:timers/promises', () => ({ setTimeout: async () => undefined }));

let entra: Awaited<ReturnType<typeof startEntra>>;
beforeAll(async () => void (entra = await startEntra()));
afterAll(() => entra.close());

const VSCODE = 'aebc6443-996d-45c2-90f0-388ff96faa56';
const stepOf = (remote: RemoteStep[], id: string): RemoteStep => remote.find((step) => step.id === id)!;
const verbs = (remote: RemoteStep[]): Set<string> => new Set(remote.map(({ verb }) => verb));
const writes = ({ fake }: Project): string[] => fake.asked.filter((one) => !one.startsWith('GET '));

describe('a run', () => {
  it('makes the application, with version 2 before the https identifier, and one for clients', async () => {
    const project = entra.fresh();
    const { spec } = await project.run();
    const { api, appId, identifierUris } = project.app();
    expect(project.fake.violations).toEqual([]);
    expect(spec.issuer).toBe(`${project.fake.origin}/${TENANT}/v2.0`);
    expect(identifierUris).toEqual([`api://${appId}`, RESOURCE]);
    expect(api.requestedAccessTokenVersion).toBe(2);
    expect(api.oauth2PermissionScopes).toMatchObject([
      { value: 'read:tasks', type: 'User', isEnabled: true },
      { value: 'write:tasks', type: 'User', isEnabled: true },
    ]);
    const ids = api.oauth2PermissionScopes.map(({ id }) => id);
    expect(api.preAuthorizedApplications).toEqual([{ appId: VSCODE, delegatedPermissionIds: ids }]);
    const client = project.app('MCP clients');
    expect(client).toMatchObject({ isFallbackPublicClient: true, passwordCredentials: [] });
    expect(client.publicClient.redirectUris).toEqual(
      expect.arrayContaining(['https://claude.ai/api/mcp/auth_callback', 'http://localhost/callback']),
    );
    expect(project.fake.tenant.principals.map((one) => one.appId)).toEqual([appId, client.appId]);
  });

  it('tells the server the id of the application as audience, and people that of the other one', async () => {
    const project = entra.fresh();
    const { manual: [planned] = [] } = await project.run();
    expect(project.env).toEqual({
      MCP_AUTH_ISSUER: `${project.fake.origin}/${TENANT}/v2.0`,
      MCP_AUTH_AUDIENCE: project.app().appId,
      MCP_RESOURCE_URL: RESOURCE,
      MCP_AUTH_SCOPE_PREFIX: `${RESOURCE}/`,
    });
    const [told] = project.manual;
    expect(planned?.what).toBe(told?.what);
    expect(told?.snippet).toContain(`Client id       ${project.app('MCP clients').appId}`);
    expect(told?.snippet).toContain(`${RESOURCE}/read:tasks ${RESOURCE}/write:tasks`);
  });

  it('that is repeated only reads, and leaves nothing to do', async () => {
    const project = entra.fresh();
    await project.run();
    project.fake.asked.length = 0;
    const { remote, manual } = await project.run({ audience: project.app().appId });
    expect([verbs(remote), manual, writes(project)]).toEqual([new Set(['keep']), undefined, []]);
  });

  it('that only looks only reads', async () => {
    const project = entra.fresh();
    await project.look();
    expect([writes(project), project.fake.violations]).toEqual([[], []]);
    expect(project.fake.asked.length).toBeGreaterThan(2);
  });

  it('finds its own applications without any record of them', async () => {
    const project = entra.fresh();
    await project.run({ resource: 'http://localhost:3000/mcp' });
    project.records = {};
    expect(verbs((await project.look({ resource: 'http://localhost:3000/mcp' })).remote)).toEqual(new Set(['keep']));
  });

  it('keeps the ids of scopes when more are added', async () => {
    const project = entra.fresh();
    await project.run();
    const before = structuredClone(project.app().api.oauth2PermissionScopes);
    const scopes = {
      toolScopes: { purge: ['delete:tasks'], 'search-tasks': ['read:tasks'] },
      publicTools: [],
      baseScopes: [],
    };
    await project.run({ scopes });
    expect(project.app().api.oauth2PermissionScopes.slice(0, 2)).toEqual(before);
    expect(project.app().api.oauth2PermissionScopes[2]).toMatchObject({ value: 'delete:tasks' });
    expect(project.app().api.preAuthorizedApplications[0]!.delegatedPermissionIds).toHaveLength(3);
  });

  it('waits until Graph knows what was just made', async () => {
    const project = entra.fresh();
    project.fake.tenant.lag.set('', 3);
    await project.run();
    expect(project.fake.tenant.principals).toHaveLength(2);
  });

  it('takes the redirects of --callback in, also later', async () => {
    const project = entra.fresh();
    await project.run();
    const callback = 'https://chatgpt.com/connector/oauth/abc';
    const { remote } = await project.run({ wishes: { ...NO_WISHES, callbacks: [callback] } });
    expect(stepOf(remote, 'entra.client')).toMatchObject({
      verb: 'update',
      want: { [`redirectUris.${callback}`]: true },
    });
    expect(project.app('MCP clients').publicClient.redirectUris).toContain(callback);
  });

  it('is taken back: nothing is left, and nothing keeps the identifier', async () => {
    const project = entra.fresh();
    await project.run();
    await project.takeBack();
    const { apps, principals, deleted } = project.fake.tenant;
    expect([apps, principals, deleted.flatMap(({ identifierUris }) => identifierUris)]).toEqual([[], [], []]);
    expect(new Set((await project.takeBack()).map(({ outcome }) => outcome))).toEqual(new Set(['gone']));
    await project.run();
    expect(project.app().identifierUris).toContain(RESOURCE);
  });
});

describe('an application that somebody else has made', () => {
  function theirs(project: Project): ReturnType<typeof newApp> {
    const read = newScope('read:tasks', { isEnabled: false });
    const other = newScope('user_impersonation');
    const app = newApp({
      displayName: 'Their API',
      identifierUris: ['api://theirs', RESOURCE],
      api: {
        requestedAccessTokenVersion: 1,
        knownClientApplications: ['99999999-2222-4333-8444-555555555555'],
        oauth2PermissionScopes: [read, other],
        preAuthorizedApplications: [{ appId: VSCODE, delegatedPermissionIds: [other.id] }],
      },
    });
    project.fake.tenant.apps.push(app);
    return app;
  }

  it('is shown before and after, changed where it is wrong, and put back', async () => {
    const project = entra.fresh();
    theirs(project);
    const before = shape(project.fake.tenant);
    const { remote, spec } = await project.run();
    expect(spec.audience).toBe(project.app('Their').appId);
    expect(stepOf(remote, 'entra.application')).toMatchObject({
      verb: 'update',
      have: { requestedAccessTokenVersion: 1 },
      want: { requestedAccessTokenVersion: 2 },
      notice: expect.stringContaining('another audience'),
    });
    expect(stepOf(remote, 'entra.scopes')).toMatchObject({ have: { 'scopes.read:tasks': false } });
    expect(project.app('Their').api).toMatchObject({
      knownClientApplications: ['99999999-2222-4333-8444-555555555555'],
      oauth2PermissionScopes: [
        { value: 'read:tasks', isEnabled: true, adminConsentDescription: 'About read:tasks' },
        { value: 'user_impersonation' },
        { value: 'write:tasks' },
      ],
    });
    expect(project.app('Their').api.preAuthorizedApplications[0]!.delegatedPermissionIds).toHaveLength(3);
    await project.takeBack();
    expect([shape(project.fake.tenant), project.fake.violations]).toEqual([before, []]);
  });

  it('and that is found by --audience is taken', async () => {
    const project = entra.fresh();
    const app = theirs(project);
    app.identifierUris = [];
    await project.run({ audience: app.appId });
    expect(app.identifierUris).toEqual([`api://${app.appId}`, RESOURCE]);
    expect(project.fake.tenant.apps).toHaveLength(2);
  });

  it('with scopes for administrators only keeps them so, and says it', async () => {
    const project = entra.fresh();
    theirs(project).api.oauth2PermissionScopes[0]!.type = 'Admin';
    const { warnings } = await project.run();
    expect(warnings.map(({ message }) => message).join()).toContain(
      'administrator can consent to the scope read:tasks',
    );
    expect(project.app('Their').api.oauth2PermissionScopes[0]).toMatchObject({ type: 'Admin', isEnabled: true });
  });

  it('is not found by an id of another tenant, which is said', async () => {
    const { warnings } = await entra.fresh().look({ audience: '99999999-2222-4333-8444-555555555555' });
    expect(warnings.map(({ message }) => message).join()).toContain('no application 99999999');
  });

  it('keeps what was changed since', async () => {
    const project = entra.fresh();
    await project.run();
    const app = project.app();
    app.api.oauth2PermissionScopes[0]!.adminConsentDescription = 'Mine now';
    app.passwordCredentials = [{ keyId: '1' }];
    const messages = (await project.takeBack()).map(({ message }) => message).join('\n');
    expect(messages).toContain('read:tasks stay');
    expect(messages).toContain('secrets');
    expect(project.app().api.oauth2PermissionScopes.map(({ value }) => value)).toEqual(['read:tasks']);
  });
});

describe('what Entra does not take', () => {
  it('a host in no verified domain: said with the domains that are', async () => {
    const project = entra.fresh();
    const resource = 'https://my-app.azurewebsites.net/mcp';
    await expect(project.run({ resource })).rejects.toMatchObject({
      code: 'provider-refused',
      message: expect.stringContaining('my-app.azurewebsites.net belongs to no verified domain'),
      fix: expect.stringContaining('verified domain'),
    });
    const { remote } = await project.look({ resource });
    expect(stepOf(remote, 'entra.identifiers')).toMatchObject({
      verb: 'update',
      notice: expect.stringContaining('verified'),
    });
  });

  it('a URL of this machine as identifier: scopes are those of api:// then, with a warning', async () => {
    const project = entra.fresh();
    const { warnings } = await project.run({ resource: 'http://localhost:3000/mcp' });
    const { appId, identifierUris } = project.app();
    expect(identifierUris).toEqual([`api://${appId}`]);
    expect(project.env['MCP_AUTH_SCOPE_PREFIX']).toBe(`api://${appId}/`);
    expect(warnings.map(({ message }) => message).join()).toContain('AADSTS9010010');
  });

  it('a slash at the end, which clients add where there is no path', async () => {
    const { warnings } = await entra.fresh().look({ resource: 'https://mcp.example.com' });
    expect(warnings.map(({ message }) => message).join()).toContain('add a slash');
  });

  it('scopes with long names', async () => {
    const scopes = { toolScopes: { x: ['s'.repeat(121)] }, publicTools: [], baseScopes: [] };
    await expect(entra.fresh().look({ scopes })).rejects.toMatchObject({ code: 'invalid-option' });
  });

  it('a URL that another application has', async () => {
    const project = entra.fresh();
    project.fake.tenant.deleted.push(newApp({ identifierUris: [RESOURCE] }));
    await expect(project.run()).rejects.toMatchObject({ fix: expect.stringContaining('Deleted applications') });
  });
});

describe('the tenant', () => {
  it('may be named by a domain: issuer and tokens name its id', async () => {
    const project = entra.fresh();
    project.target = { tenant: DOMAIN };
    expect((await project.run()).spec.issuer).toBe(`${project.fake.origin}/${TENANT}/v2.0`);
  });

  it('that is not there is a wrong option', async () => {
    const project = entra.fresh();
    project.target = { tenant: 'nobody.example' };
    await expect(project.look()).rejects.toMatchObject({ code: 'invalid-option' });
  });

  it('has to be that of the token', async () => {
    const project = entra.fresh();
    const claims = Buffer.from(JSON.stringify({ tid: '99999999-2222-4333-8444-555555555555' })).toString('base64url');
    vi.stubEnv('AZURE_ACCESS_TOKEN', `${Buffer.from('{"alg":"RS256"}').toString('base64url')}.${claims}.x`);
    await expect(project.look()).rejects.toMatchObject({
      code: 'provider-refused',
      message: expect.stringContaining('99999999'),
    });
    expect(project.fake.asked).toEqual([]);
  });

  it('that does not accept the token: said without the token', async () => {
    const project = entra.fresh();
    vi.stubEnv('AZURE_ACCESS_TOKEN', 'wrong-token');
    const error = (await project.look().catch((thrown: unknown) => thrown)) as { message: string; fix: string };
    expect(error).toMatchObject({ code: 'provider-refused', message: expect.stringContaining('AZURE_ACCESS_TOKEN') });
    expect(error.message + error.fix).not.toContain('wrong-token');
  });

  it('is left alone with --no-provision, as far as ids are known', async () => {
    const project = entra.fresh();
    await expect(project.look({ provision: false })).rejects.toMatchObject({ code: 'missing-answer' });
    const audience = '99999999-2222-4333-8444-555555555555';
    const { spec, remote } = await project.look({ provision: false, audience });
    expect([spec.audience, remote, project.fake.asked]).toEqual([audience, [], []]);
    project.target = { tenant: DOMAIN };
    await expect(project.look({ provision: false, audience })).rejects.toMatchObject({ code: 'missing-answer' });
  });
});
