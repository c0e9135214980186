import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NO_WISHES } from '../../../../src/providers/types.ts';
import type { RemoteStep } from '../../../../src/types.ts';
import { KEYS } from '../../../fakes/cognito/state.ts';
import { RESOURCE } from '../provider-project.ts';
import { shape, startCognito, type Project } from './harness.ts';

let cognito: Awaited<ReturnType<typeof startCognito>>;
beforeAll(async () => void (cognito = await startCognito()));
afterAll(() => cognito.close());

const verbs = (remote: RemoteStep[]): Set<string> => new Set(remote.map(({ verb }) => verb));
const clientNamed = (project: Project, start: string): Record<string, unknown> =>
  [...project.fake.pool().clients.values()].find(({ ClientName }) => String(ClientName).startsWith(start))!;
const isRead = (operation: string): boolean => /^(Describe|List)/.test(operation);
const messages = ({ warnings }: { warnings: { message: string }[] }): string =>
  warnings.map((one) => one.message).join();

describe('a run', () => {
  it('makes domain, resource server and public clients with the prefixed scopes', async () => {
    const project = cognito.fresh();
    const { spec, remote } = await project.run();
    const { domain, resourceServers, styles, clients } = project.fake.pool();
    expect(spec).toMatchObject({ audience: RESOURCE, environment: 'standard' });
    expect(spec.issuer).toBe(`${project.fake.url}/eu-central-1_Tasks1234`);
    expect(domain).toEqual({ name: expect.stringMatching(/^mcp-[\da-f]{12}$/), version: 2 });
    expect(resourceServers.get(RESOURCE)?.scopes).toEqual(
      new Map([
        ['read:tasks', 'Use the tools search-tasks (read:tasks)'],
        ['write:tasks', 'Use the tools create-task (write:tasks)'],
      ]),
    );
    expect(clientNamed(project, 'Claude at')).toMatchObject({
      ClientName: 'Claude at mcp.example.com mcp',
      AllowedOAuthFlows: ['code'],
      AllowedOAuthFlowsUserPoolClient: true,
      AllowedOAuthScopes: ['openid', `${RESOURCE}/read:tasks`, `${RESOURCE}/write:tasks`],
      CallbackURLs: ['https://claude.ai/api/mcp/auth_callback', 'https://claude.com/api/mcp/auth_callback'],
      SupportedIdentityProviders: ['COGNITO', 'Google'],
    });
    expect(clientNamed(project, 'Claude at')).not.toHaveProperty('ClientSecret');
    // All of ours have login pages, the client of somebody else is as it was.
    expect(styles.size).toBe(clients.size - 1);
    expect(verbs(remote)).toEqual(new Set(['create']));
  });

  it('tells the server the prefix of its scopes, and the clients whose tokens need no audience', async () => {
    const project = cognito.fresh();
    project.env['MCP_AUTH_CLIENT_IDS'] = 'theirs';
    await project.run();
    const ours = [...project.fake.pool().clients.keys()].filter((id) => id !== 'webapp1');
    expect(project.env['MCP_AUTH_SCOPE_PREFIX']).toBe(`${RESOURCE}/`);
    expect(project.env['MCP_AUTH_CLIENT_IDS']?.split(' ').sort()).toEqual([...ours, 'theirs'].sort());
  });

  it('ends with the client ids for people to type, once', async () => {
    const project = cognito.fresh();
    const { manual } = await project.run();
    expect(manual![0]!.snippet).toContain('VS Code: (known after the run)');
    const { pool } = project.fake;
    const vscode = [...pool().clients].find(([, one]) => String(one['ClientName']).startsWith('VS Code'))![0];
    expect(project.manual).toHaveLength(1);
    expect(project.manual[0]).toMatchObject({
      what: manual![0]!.what,
      snippet: expect.stringContaining(`VS Code: ${vscode}`),
    });
    expect(project.manual[0]!.snippet).toMatch(/claude mcp add .*--client-id \w+ --callback-port 33418 NAME https:/);
    expect(project.manual[0]!.snippet).not.toContain('known after');
    expect((await project.run()).manual).toBeUndefined();
  });

  it('makes no client for add-auth token where nobody wants one', async () => {
    const project = cognito.fresh();
    const { remote } = await project.run({ wishes: { ...NO_WISHES, testClient: false } });
    expect(remote.map(({ resource }) => resource)).not.toContain('app client for add-auth token');
  });

  it('that is repeated only reads, and says the same', async () => {
    const project = cognito.fresh();
    await project.run();
    const env = { ...project.env };
    project.fake.asked.length = 0;
    const { remote } = await project.run();
    expect(verbs(remote)).toEqual(new Set(['keep']));
    expect(project.fake.asked.every(isRead)).toBe(true);
    expect(project.env).toEqual(env);
  });

  it('that only looks only reads', async () => {
    const project = cognito.fresh();
    await project.look();
    expect(project.fake.asked.every(isRead)).toBe(true);
  });

  it('is taken back without a trace', async () => {
    const project = cognito.fresh();
    const before = shape(project.fake.pool());
    await project.run();
    expect(new Set((await project.takeBack()).map(({ outcome }) => outcome))).toEqual(new Set(['deleted']));
    expect(shape(project.fake.pool())).toEqual(before);
    expect(new Set((await project.takeBack()).map(({ outcome }) => outcome))).toEqual(new Set(['gone']));
  });

  it('with another resource makes what it needs anew, lets the old clients in no longer, and takes all back', async () => {
    const project = cognito.fresh();
    const before = shape(project.fake.pool());
    await project.run({ resource: 'http://localhost:3000/mcp' });
    const old = project.env['MCP_AUTH_CLIENT_IDS']!.split(' ');
    expect(messages(await project.run())).toContain('for an earlier URL of this server stays there');
    const now = project.env['MCP_AUTH_CLIENT_IDS']!.split(' ');
    expect(now).toHaveLength(old.length);
    expect(now.filter((id) => old.includes(id))).toEqual([]);
    await project.takeBack();
    expect(shape(project.fake.pool())).toEqual(before);
  });

  it('adds a client for --callback', async () => {
    const project = cognito.fresh();
    const wishes = { ...NO_WISHES, callbacks: ['https://agent.example/callback'] };
    await project.run({ wishes });
    expect(clientNamed(project, 'Other MCP clients at')).toMatchObject({ CallbackURLs: wishes.callbacks });
    const more = { ...wishes, callbacks: [...wishes.callbacks, 'https://agent.example/second'] };
    const { remote } = await project.run({ wishes: more });
    expect(remote.filter(({ verb }) => verb !== 'keep')).toMatchObject([{ verb: 'update' }]);
    expect(clientNamed(project, 'Other MCP clients at')).toMatchObject({ CallbackURLs: more.callbacks });
  });
});

describe('what is there', () => {
  it('keeps every setting that was not wrong, although an update of Cognito resets what it is not told', async () => {
    const project = cognito.fresh();
    await project.run();
    const pool = project.fake.pool();
    Object.assign(clientNamed(project, 'Cursor at'), {
      AccessTokenValidity: 5,
      AllowedOAuthScopes: ['openid'],
      LogoutURLs: ['https://example.com/out'],
      RefreshTokenRotation: { Feature: 'ENABLED' },
    });
    pool.resourceServers.get(RESOURCE)!.name = 'Renamed';
    pool.resourceServers.get(RESOURCE)!.scopes.delete('write:tasks');
    pool.resourceServers.get(RESOURCE)!.scopes.set('more', 'Somebody else’s');
    const { remote } = await project.run();
    expect(remote.filter(({ verb }) => verb === 'update').map(({ summary }) => summary)).toEqual([
      `resource server ${RESOURCE}: scopes write:tasks`,
      `app client for Cursor: ${RESOURCE}/read:tasks, ${RESOURCE}/write:tasks`,
    ]);
    expect(clientNamed(project, 'Cursor at')).toMatchObject({
      AccessTokenValidity: 5,
      LogoutURLs: ['https://example.com/out'],
      RefreshTokenRotation: { Feature: 'ENABLED' },
      PreventUserExistenceErrors: 'ENABLED',
      AllowedOAuthScopes: ['openid', `${RESOURCE}/read:tasks`, `${RESOURCE}/write:tasks`],
    });
    expect(pool.resourceServers.get(RESOURCE)).toMatchObject({ name: 'Renamed' });
    expect([...pool.resourceServers.get(RESOURCE)!.scopes.keys()].sort()).toEqual([
      'more',
      'read:tasks',
      'write:tasks',
    ]);
  });

  it('of somebody else gets what it lacks, and is given back as it was', async () => {
    const project = cognito.fresh();
    const pool = project.fake.pool();
    pool.domain = { name: 'acme', version: 2 };
    pool.resourceServers.set(RESOURCE, { name: 'Theirs', scopes: new Map([['read:tasks', 'Read']]) });
    const before = shape(pool);
    await project.run();
    expect(pool.resourceServers.get(RESOURCE)!.scopes.get('read:tasks')).toBe('Read');
    await project.takeBack();
    expect(shape(pool)).toEqual(before);
  });

  it('and was changed since stays', async () => {
    const project = cognito.fresh();
    const pool = project.fake.pool();
    pool.resourceServers.set(RESOURCE, { name: 'Theirs', scopes: new Map() });
    await project.run();
    pool.resourceServers.get(RESOURCE)!.scopes.set('read:tasks', 'My own words');
    Object.assign(pool.clients.get('webapp1')!, { AllowedOAuthFlowsUserPoolClient: true });
    const left = (await project.takeBack()).filter(({ outcome }) => outcome === 'left');
    expect(left.map(({ message }) => message)).toEqual([
      `The resource server ${RESOURCE} keeps scopes.read:tasks: somebody changed that since.`,
      expect.stringContaining('stays: the app client web app logs people in there.'),
    ]);
    expect([...pool.resourceServers.get(RESOURCE)!.scopes.keys()]).toEqual(['read:tasks']);
  });

  it('under the name of ours with a secret is not ours', async () => {
    const project = cognito.fresh();
    const theirs = { ClientName: 'Claude at mcp.example.com mcp', ClientSecret: 'x', AllowedOAuthScopes: ['openid'] };
    project.fake.pool().clients.set('theirs', theirs);
    await project.run();
    expect(project.fake.pool().clients.get('theirs')).toEqual(theirs);
    expect(project.env['MCP_AUTH_CLIENT_IDS']).not.toContain('theirs');
  });
});

describe('the feature plan', () => {
  it('Lite gets the classic pages, and a word on tokens without audience', async () => {
    const project = cognito.fresh();
    project.fake.pool().tier = 'LITE';
    const before = shape(project.fake.pool());
    expect(messages(await project.run())).toContain('because the user pool is of the feature plan Lite');
    expect(project.fake.pool().domain?.version).toBe(1);
    expect(verbs((await project.run()).remote)).toEqual(new Set(['keep']));
    await project.takeBack();
    expect(shape(project.fake.pool())).toEqual(before);
  });

  it('with classic pages of somebody else leaves them alone, and says what follows', async () => {
    const project = cognito.fresh();
    project.fake.pool().domain = { name: 'acme', version: 1 };
    expect(messages(await project.run())).toContain('because its domain has the classic login pages');
    expect(project.fake.pool().domain).toEqual({ name: 'acme', version: 1 });
    expect(project.fake.pool().styles.size).toBe(0);
  });
});

it('what stands in for AWS need not know styles and identity providers', async () => {
  const project = cognito.fresh();
  const before = shape(project.fake.pool());
  const styles = ['DescribeManagedLoginBrandingByClient', 'CreateManagedLoginBranding', 'DeleteManagedLoginBranding'];
  for (const operation of [...styles, 'ListIdentityProviders']) project.fake.unknown.add(operation);
  await project.run();
  expect(clientNamed(project, 'Claude at')).toMatchObject({ SupportedIdentityProviders: ['COGNITO'] });
  expect(verbs((await project.run()).remote)).toEqual(new Set(['keep']));
  await project.takeBack();
  expect(shape(project.fake.pool())).toEqual(before);
});

describe('clients that register themselves', () => {
  it('cannot where the pool does not let them, which is said', async () => {
    expect(messages(await cognito.fresh().look())).toContain('Clients cannot register themselves at this user pool');
  });

  it('are told of where the pool lets them, with the scopes that they may not ask for', async () => {
    const project = cognito.fresh();
    const dcr = { EnableStatus: 'Enabled', OpenDcrEnabled: true, AllowedScopes: [`${RESOURCE}/read:tasks`] };
    project.fake.pool().more = { DcrConfiguration: dcr };
    expect(messages(await project.look())).toContain(`may not ask for ${RESOURCE}/write:tasks.`);
    dcr.AllowedScopes.push(`${RESOURCE}/write:tasks`);
    expect(messages(await project.look())).toContain('Anybody may register clients');
    dcr.EnableStatus = 'Disabled';
    expect(messages(await project.look())).toContain('Clients cannot register themselves');
  });
});

describe('what Cognito cannot do', () => {
  it.each([
    [{ audience: 'api' }, /no other --audience/],
    [
      { scopes: { toolScopes: { a: ['tasks/read'] }, publicTools: [], baseScopes: [] } },
      /no scope of the name tasks\/read/,
    ],
  ])('%j is refused before anything is changed', async (more, message) => {
    const project = cognito.fresh();
    await expect(project.run(more)).rejects.toThrow(message);
    expect(project.fake.asked.every(isRead)).toBe(true);
  });

  it('is a resource of plain http elsewhere than at localhost', async () => {
    const found = await cognito.fresh().look({ resource: 'http://127.0.0.1:3000/mcp' });
    expect(messages(found)).toContain('only http://localhost');
    expect(messages(await cognito.fresh().look({ resource: 'http://localhost:3000/mcp' }))).not.toContain('only http');
  });
});

describe('a refusal', () => {
  it.each([
    ['expired', /does not accept the credentials \(ExpiredTokenException\)/, /aws sso login/],
    ['denied', /may not read the user pool/, /cognito-idp:DescribeUserPool/],
    ['500', /AWS failed to read the user pool/, /goes on where it stopped/],
  ] as const)('%s says why, and quotes no secret', async (kind, message, fix) => {
    const project = cognito.fresh();
    project.fake.faults.push({ at: 1, kind }, { at: 2, kind });
    const error = (await project.run().catch((thrown: unknown) => thrown)) as Error & { fix: string; code: string };
    expect(error).toMatchObject({ code: 'provider-refused', fix: expect.stringMatching(fix) });
    expect(error.message).toMatch(message);
    expect(error.message).not.toContain(KEYS.sessionToken);
  });

  it('of a pool that is not there names it', async () => {
    const project = cognito.fresh();
    project.fake.pools.clear();
    await expect(project.run()).rejects.toThrow('There is no user pool eu-central-1_Tasks1234 in eu-central-1');
  });
});
