import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { RemoteStep } from '../../../../src/types.ts';
import { NO_WISHES } from '../../../../src/providers/types.ts';
import { EVERYONE, newServer } from '../../../fakes/okta/state.ts';
import { RESOURCE } from '../provider-project.ts';
import { shape, startOkta } from './harness.ts';

vi.mock('node:timers/promises', () => ({ setTimeout: async () => undefined }));

let okta: Awaited<ReturnType<typeof startOkta>>;
beforeAll(async () => void (okta = await startOkta()));
afterAll(() => okta.close());

const verbs = (remote: RemoteStep[]): Set<string> => new Set(remote.map(({ verb }) => verb));
const changes = (remote: RemoteStep[]): RemoteStep[] => remote.filter(({ verb }) => verb !== 'keep');

describe('a run', () => {
  it('makes an authorization server whose one audience is the resource', async () => {
    const project = okta.fresh();
    const { spec } = await project.run();
    const server = project.fake.org.servers.at(-1)!;
    expect(server).toMatchObject({ audiences: [RESOURCE], status: 'ACTIVE' });
    expect([spec.audience, spec.environment]).toEqual([RESOURCE, 'standard']);
    expect(project.env).toMatchObject({
      MCP_AUTH_ISSUER: server.issuer,
      MCP_AUTH_AUDIENCE: RESOURCE,
      MCP_RESOURCE_URL: RESOURCE,
    });
    expect(project.fake.violations).toEqual([]);
  });

  it('publishes the scopes, with consent that machines need not give', async () => {
    const project = okta.fresh();
    await project.run();
    const ours = project.fake.org.servers.at(-1)!.scopes.filter(({ system }) => system !== true);
    expect(ours.map(({ name }) => name)).toEqual(['read:tasks', 'write:tasks']);
    for (const scope of ours) expect(scope).toMatchObject({ metadataPublish: 'ALL_CLIENTS', consent: 'FLEXIBLE' });
  });

  it('registers the known clients without secrets, for everybody, each with its redirect URIs', async () => {
    const project = okta.fresh();
    await project.run({ wishes: { ...NO_WISHES, callbacks: ['https://chatgpt.com/connector/oauth/x1'] } });
    const { apps } = project.fake.org;
    expect(apps.map(({ label }) => label.split(':')[0])).toEqual([
      'VS Code',
      'Claude Code',
      'Claude',
      'ChatGPT',
      'Cursor',
      'add-auth token',
      'Other MCP clients',
      'add-auth test tokens',
    ]);
    for (const { credentials, settings, groups } of apps.slice(0, -1)) {
      expect(credentials.oauthClient).toMatchObject({ token_endpoint_auth_method: 'none', pkce_required: true });
      expect(settings.oauthClient.grant_types).toEqual(['authorization_code', 'refresh_token']);
      expect(groups).toEqual([EVERYONE]);
    }
    expect(apps.at(-2)!.settings.oauthClient.redirect_uris).toEqual(['https://chatgpt.com/connector/oauth/x1']);
  });

  it('lets these clients alone have those scopes, by logging in', async () => {
    const project = okta.fresh();
    await project.run();
    const { policies } = project.fake.org.servers.at(-1)!;
    const [policy] = policies;
    expect(policies).toHaveLength(1);
    expect(policy!.conditions.clients.include).toEqual(project.fake.org.apps.map(({ id }) => id));
    expect(policy!.rules).toMatchObject([
      {
        conditions: {
          people: { groups: { include: ['EVERYONE'] } },
          grantTypes: { include: ['authorization_code', 'client_credentials'] },
          scopes: { include: ['read:tasks', 'write:tasks', 'openid', 'profile', 'email', 'offline_access'] },
        },
      },
    ]);
  });

  it('leaves the client ids to people, because no client can register itself', async () => {
    const project = okta.fresh();
    const { manual } = await project.look();
    expect(manual![0]!.snippet).toContain('Cursor: (known after the run)');
    await project.run();
    const [told] = project.manual;
    expect([told!.what, project.manual]).toEqual([manual![0]!.what, [told]]);
    const [, claudeCode, , , cursor] = project.fake.org.apps;
    expect(told!.snippet).toContain(`--client-id ${claudeCode!.id} --callback-port 33418 NAME ${RESOURCE}`);
    expect(told!.snippet).toContain(`"CLIENT_ID": "${cursor!.id}"`);
    // The application for ChatGPT is not called back at what --callback names.
    expect(told!.snippet).toMatch(/ChatGPT: .*\n.*--callback URL and type the id of "Other MCP clients"/);
    expect(told!.snippet).toMatch(/add-auth token: .*\n +nothing to type/);
  });

  it('that is repeated only reads, and leaves nothing to do', async () => {
    const project = okta.fresh();
    await project.run();
    project.fake.asked.length = 0;
    const { remote, manual } = await project.run();
    expect([verbs(remote), manual]).toEqual([new Set(['keep']), undefined]);
    expect(project.fake.asked.every((one) => one.startsWith('GET '))).toBe(true);
  });

  it('that only looks only reads', async () => {
    const project = okta.fresh();
    const { env } = await project.look();
    expect(project.fake.asked.every((one) => one.startsWith('GET '))).toBe(true);
    expect(env.find(({ name }) => name === 'MCP_AUTH_ISSUER')).toMatchObject({ value: '', pending: true });
  });

  it('is taken back without a trace', async () => {
    const project = okta.fresh();
    const before = shape(project.fake.org);
    await project.run();
    expect(new Set((await project.takeBack()).map(({ outcome }) => outcome))).toEqual(new Set(['deleted']));
    expect(shape(project.fake.org)).toEqual(before);
    expect(new Set((await project.takeBack()).map(({ outcome }) => outcome))).toEqual(new Set(['gone']));
  });

  it('for a project with a new scope asks for no more than that', async () => {
    const project = okta.fresh();
    await project.run();
    project.scopes.toolScopes['purge'] = ['delete:tasks'];
    const { remote } = await project.run();
    expect(changes(remote).map(({ id, verb, want }) => [id, verb, Object.keys(want)[0]])).toEqual([
      ['okta.scope.delete:tasks', 'create', 'name'],
      ['okta.rule', 'update', 'scopes.delete:tasks'],
    ]);
    expect(verbs((await project.run()).remote)).toEqual(new Set(['keep']));
  });

  it('for a new URL gives the server that add-auth made that audience, and says what ends', async () => {
    const project = okta.fresh();
    project.resource = 'http://localhost:3000/mcp';
    await project.run();
    project.resource = RESOURCE;
    const { remote, spec } = await project.run();
    expect(remote[0]).toMatchObject({
      verb: 'update',
      have: { audience: 'http://localhost:3000/mcp' },
      want: { audience: RESOURCE },
      notice: 'Tokens for http://localhost:3000/mcp are not issued any more.',
    });
    const { servers, apps } = project.fake.org;
    expect(servers.map(({ audiences }) => audiences)).toEqual([['api://default'], [RESOURCE]]);
    expect(spec.audience).toBe(RESOURCE);
    expect(apps.map(({ label }) => label)).toContain(`Claude Code: ${RESOURCE}`);
    expect(apps).toHaveLength(7);
    expect(verbs((await project.run()).remote)).toEqual(new Set(['keep']));
    await project.takeBack();
    expect([project.fake.org.apps, project.fake.org.servers.length]).toEqual([[], 1]);
  });

  it('finds what it needs on any page of a list', async () => {
    const project = okta.fresh();
    await project.run();
    project.fake.pageSize = 2;
    expect(verbs((await project.run()).remote)).toEqual(new Set(['keep']));
  });

  it('waits for what it has just made until all of Okta knows it', async () => {
    const project = okta.fresh();
    // After three lists, the server is made, and its first scope is asked for too early.
    project.fake.faults.push({ at: 5, kind: '404' });
    await project.run();
    expect(verbs((await project.run()).remote)).toEqual(new Set(['keep']));
  });
});

describe('the test client', () => {
  it('gets tokens with a secret that is in .env alone', async () => {
    const project = okta.fresh();
    await project.run();
    const app = project.fake.org.apps.at(-1)!;
    expect(app.settings.oauthClient).toMatchObject({
      application_type: 'service',
      grant_types: ['client_credentials'],
    });
    expect(project.env).toMatchObject({
      MCP_AUTH_CLIENT_ID: app.id,
      MCP_AUTH_CLIENT_SECRET: app.secrets![0]!.client_secret,
    });
    expect(JSON.stringify([project.records, project.said, project.manual])).not.toContain('secret-');
  });

  it('has its secret read again where .env has lost it', async () => {
    const project = okta.fresh();
    await project.run();
    const { MCP_AUTH_CLIENT_SECRET: secret, ...env } = project.env;
    project.env = env;
    expect(changes((await project.run()).remote).map(({ id }) => id)).toEqual(['okta.test-client']);
    expect(project.env['MCP_AUTH_CLIENT_SECRET']).toBe(secret);
  });

  it('is not there with --no-test-client, and no machine may have the scopes', async () => {
    const project = okta.fresh();
    await project.run({ wishes: { ...NO_WISHES, testClient: false } });
    expect(project.fake.org.apps).toHaveLength(5);
    expect(project.fake.org.servers[1]!.policies[0]!.rules[0]!.conditions.grantTypes!.include).toEqual([
      'authorization_code',
    ]);
  });

  it('is not made where .env has a client of somebody else', async () => {
    const project = okta.fresh();
    project.env = { MCP_AUTH_CLIENT_ID: 'theirs' };
    await project.run();
    expect(project.env['MCP_AUTH_CLIENT_ID']).toBe('theirs');
    expect(project.fake.org.apps).toHaveLength(6);
  });
});

describe('a server that others use', () => {
  it('is taken where it has the audience', async () => {
    const project = okta.fresh();
    const theirs = newServer(project.fake.base, { name: 'APIs', audiences: [RESOURCE] });
    project.fake.org.servers.push(theirs);
    const { remote } = await project.run();
    expect(remote[0]).toMatchObject({ verb: 'keep', ref: theirs.id });
    expect(project.env['MCP_AUTH_ISSUER']).toBe(theirs.issuer);
    await project.takeBack();
    expect(project.fake.org.servers).toContain(theirs);
  });

  it('keeps its audience, its policies and their order when it is asked for by name', async () => {
    const project = okta.fresh();
    const before = shape(project.fake.org);
    project.target = { domain: project.fake.domain, issuer: `${project.fake.base}/oauth2/default` };
    const { spec, warnings } = await project.run();
    const [server] = project.fake.org.servers;
    expect([server!.audiences, spec.audience]).toEqual([['api://default'], 'api://default']);
    expect(warnings[0]!.message).toContain('a token for another API that uses it is good here, too');
    expect(server!.policies.map(({ name, priority }) => [name, priority])).toEqual([
      ['Default Policy', 1],
      [`MCP clients of ${RESOURCE}`, 2],
    ]);
    expect(verbs((await project.run({ audience: 'api://default' })).remote)).toEqual(new Set(['keep']));
    await project.takeBack();
    expect(shape(project.fake.org)).toEqual(before);
  });

  it('is never given another audience', async () => {
    const project = okta.fresh();
    project.target = { domain: project.fake.domain, issuer: `${project.fake.base}/oauth2/default` };
    await expect(project.run({ audience: RESOURCE })).rejects.toMatchObject({
      code: 'issuer-unusable',
      message: expect.stringContaining('name the audience api://default'),
      fix: expect.stringContaining('--audience api://default'),
    });
    expect(project.fake.asked.every((one) => one.startsWith('GET '))).toBe(true);
  });

  it('keeps a scope as it is, but for its place in the metadata, which is put back', async () => {
    const project = okta.fresh();
    const theirs = newServer(project.fake.base, { audiences: [RESOURCE] });
    const scope = {
      id: 'scp1',
      name: 'read:tasks',
      description: 'Read',
      metadataPublish: 'NO_CLIENTS',
      consent: 'REQUIRED',
    };
    theirs.scopes.push(scope);
    project.fake.org.servers.push(theirs);
    const { remote } = await project.run();
    expect(remote[1]).toMatchObject({
      verb: 'update',
      have: { metadataPublish: 'NO_CLIENTS' },
      want: { metadataPublish: 'ALL_CLIENTS' },
    });
    expect(scope).toMatchObject({ metadataPublish: 'ALL_CLIENTS', description: 'Read', consent: 'REQUIRED' });
    await project.takeBack();
    expect(theirs.scopes.at(-1)).toEqual({ ...scope, metadataPublish: 'NO_CLIENTS' });
  });

  it('is chosen by a person where several fit', async () => {
    const project = okta.fresh();
    for (const name of ['a', 'b']) {
      project.fake.org.servers.push(newServer(project.fake.base, { id: name, audiences: [RESOURCE] }));
    }
    await expect(project.look()).rejects.toMatchObject({
      code: 'missing-answer',
      fix: `Say which: --issuer ${project.fake.base}/oauth2/a`,
    });
  });
});

describe('what somebody changed since', () => {
  it.each<[string, (project: ReturnType<typeof okta.fresh>) => void, string]>([
    ['a deleted scope', ({ fake }) => void fake.org.servers[1]!.scopes.pop(), 'okta.scope.write:tasks'],
    ['a deleted application', ({ fake }) => void fake.org.apps.shift(), 'okta.client.vscode,okta.policy'],
    [
      'a redirect URI taken out',
      ({ fake }) => void fake.org.apps[3]!.settings.oauthClient.redirect_uris!.pop(),
      'okta.client.chatgpt',
    ],
    ['an application that nobody may use', ({ fake }) => void (fake.org.apps[4]!.groups = []), 'okta.client.cursor'],
    [
      'a policy switched off',
      ({ fake }) => void (fake.org.servers[1]!.policies[0]!.status = 'INACTIVE'),
      'okta.policy',
    ],
    ['a deleted policy', ({ fake }) => void (fake.org.servers[1]!.policies = []), 'okta.policy,okta.rule'],
    ['a deleted rule', ({ fake }) => void (fake.org.servers[1]!.policies[0]!.rules = []), 'okta.rule'],
    [
      'a server switched off',
      ({ fake }) => void (fake.org.servers[1]!.status = 'INACTIVE'),
      'okta.authorization-server',
    ],
  ])('%s is put right again', async (_, change, ids) => {
    const project = okta.fresh();
    await project.run();
    const expected = shape(project.fake.org) as { apps: { label: string }[] };
    change(project);
    const { remote } = await project.run();
    expect(
      changes(remote)
        .map(({ id }) => id)
        .join(),
    ).toBe(ids);
    const now = shape(project.fake.org) as typeof expected;
    const sorted = (apps: typeof expected.apps): unknown => apps.toSorted((a, b) => a.label.localeCompare(b.label));
    expect({ ...now, apps: sorted(now.apps) }).toEqual({ ...expected, apps: sorted(expected.apps) });
  });

  it('is left alone where it narrows who may sign in', async () => {
    const project = okta.fresh();
    await project.run();
    project.fake.org.apps[0]!.groups = ['00gengineers'];
    project.fake.org.apps[1]!.status = 'INACTIVE';
    const { remote, warnings } = await project.run();
    expect(verbs(remote)).toEqual(new Set(['keep']));
    expect(warnings[0]!.message).toContain('is switched off');
  });

  it('is for somebody else to assign where the token does not show the group Everyone', async () => {
    const project = okta.fresh();
    project.fake.faults.push({ at: 3, kind: '403' });
    const { warnings } = await project.run();
    expect(warnings[0]!.message).toContain('Nobody may sign in to these applications yet');
    expect(project.fake.org.apps.map(({ groups }) => groups).flat()).toEqual([]);
  });

  it('keeps a server that has become somebody else’s, too', async () => {
    const project = okta.fresh();
    await project.run();
    project.fake.org.servers[1]!.scopes.push({ id: 'scp9', name: 'read:bills' });
    const outcomes = await project.takeBack();
    expect(outcomes.at(-1)).toMatchObject({ outcome: 'left', message: expect.stringContaining('read:bills') });
  });

  it('makes a server that is gone anew, with its issuer', async () => {
    const project = okta.fresh();
    await project.run();
    const issuer = project.env['MCP_AUTH_ISSUER'];
    project.fake.org.servers.pop();
    await project.run();
    expect(project.env['MCP_AUTH_ISSUER']).not.toBe(issuer);
    expect(verbs((await project.run()).remote)).toEqual(new Set(['keep']));
  });
});

describe('a refusal', () => {
  it.each<[string, (project: ReturnType<typeof okta.fresh>) => void, string, RegExp]>([
    [
      'of the token',
      () => void vi.stubEnv('OKTA_API_TOKEN', 'wrong'),
      'provider-refused',
      /does not accept OKTA_API_TOKEN/,
    ],
    [
      'of its owner',
      ({ fake }) => void fake.faults.push({ at: 1, kind: '403' }),
      'provider-refused',
      /may not list the authorization servers/,
    ],
    ['of the contract', ({ fake }) => void (fake.isLicensed = false), 'provider-refused', /may not use the feature/],
    ['without a token', () => void vi.stubEnv('OKTA_API_TOKEN', ''), 'missing-answer', /OKTA_API_TOKEN is not set/],
    [
      'for a server that is not there',
      (project) => void (project.target = { issuer: `${project.fake.base}/oauth2/aus1` }),
      'issuer-unusable',
      /has no authorization server/,
    ],
  ])('%s says why and what to do', async (_, change, code, message) => {
    const project = okta.fresh();
    change(project);
    await expect(project.look()).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  });
});
