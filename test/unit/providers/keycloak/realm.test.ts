import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { RemoteStep } from '../../../../src/types.ts';
import { NO_WISHES } from '../../../../src/providers/types.ts';
import { ADMIN, policy, scope } from '../../../fakes/keycloak/state.ts';
import { nobody } from '../../../support/providers.ts';
import { RESOURCE } from '../provider-project.ts';
import { shape, startKeycloak, type Project } from './harness.ts';

let keycloak: Awaited<ReturnType<typeof startKeycloak>>;
beforeAll(async () => void (keycloak = await startKeycloak()));
afterAll(() => {
  vi.unstubAllEnvs();
  return keycloak.close();
});

const stepOf = (remote: RemoteStep[], id: string): RemoteStep => remote.find((step) => step.id === id)!;
const verbs = (remote: RemoteStep[]): Set<string> => new Set(remote.map(({ verb }) => verb));
const policyOf = (project: Project, providerId: string) =>
  project.fake.realm().policies.find((one) => one.providerId === providerId)!;

describe('a run', () => {
  it('makes scopes with the audience, and opens registration last and least', async () => {
    const project = keycloak.fresh();
    const { remote, spec, warnings } = await project.run();
    expect([spec.issuer, spec.audience, warnings]).toEqual([project.target.issuer, RESOURCE, []]);
    expect(remote.at(-1)).toMatchObject({
      id: 'keycloak.policy.trusted-hosts',
      notice: expect.stringContaining('200'),
    });
    const { scopes, optional } = project.fake.realm();
    for (const name of ['read:tasks', 'write:tasks']) {
      const made = scopes.find((one) => one.name === name)!;
      expect(optional).toContain(made.id);
      expect(made.attributes).toMatchObject({ 'include.in.token.scope': 'true', 'display.on.consent.screen': 'true' });
      expect(made.protocolMappers[0]!.config).toMatchObject({
        'included.custom.audience': RESOURCE,
        'access.token.claim': 'true',
      });
    }
    const { config } = policyOf(project, 'trusted-hosts');
    expect(config['host-sending-registration-request-must-match']).toEqual(['false']);
    expect(config['client-uris-must-match']).toEqual(['true']);
    expect(config['trusted-hosts']).toContain('claude.ai');
    expect(policyOf(project, 'allowed-client-templates').config['allowed-client-scopes']).toEqual(['openid']);
    // Clients with a token of their own are no business of ours.
    expect(project.fake.realm().policies.at(-1)!.config).toEqual({ 'allow-default-scopes': ['true'] });
  });

  it('that is repeated only reads', async () => {
    const project = keycloak.fresh();
    await project.run();
    project.fake.asked.length = 0;
    const { remote } = await project.run();
    expect(verbs(remote)).toEqual(new Set(['keep']));
    expect(project.fake.asked.every((one) => one.startsWith('GET '))).toBe(true);
  });

  it('that only looks only reads', async () => {
    const project = keycloak.fresh();
    await project.look();
    expect(project.fake.asked.every((one) => one.startsWith('GET '))).toBe(true);
  });

  it('is taken back without a trace', async () => {
    const project = keycloak.fresh();
    const before = shape(project.fake.realm());
    await project.run();
    expect(new Set((await project.takeBack()).map(({ outcome }) => outcome))).toEqual(new Set(['deleted', 'restored']));
    expect(shape(project.fake.realm())).toEqual(before);
    expect(new Set((await project.takeBack()).map(({ outcome }) => outcome))).toEqual(new Set(['gone', 'restored']));
  });

  it('with another resource adds its audience, and says that the old one counts too', async () => {
    const project = keycloak.fresh();
    const before = shape(project.fake.realm());
    await project.run({ resource: 'http://localhost:3000/mcp' });
    const { warnings, remote } = await project.run();
    expect(warnings.map(({ message }) => message).join()).toContain('also put http://localhost:3000/mcp into "aud"');
    expect(remote.filter(({ verb }) => verb === 'create').map(({ resource }) => resource)).toEqual([
      'audience mapper of read:tasks',
      'audience mapper of write:tasks',
    ]);
    await project.takeBack();
    expect(shape(project.fake.realm())).toEqual(before);
  });
});

describe('what somebody else has set up', () => {
  it('is shown before and after, changed where it is wrong, and put back', async () => {
    const project = keycloak.fresh();
    const theirs = scope('read:tasks', { attributes: { 'include.in.token.scope': 'false', 'gui.order': '7' } });
    project.fake.realm().scopes.push(theirs);
    const { remote } = await project.run();
    expect(stepOf(remote, 'keycloak.scope.read:tasks')).toMatchObject({
      verb: 'update',
      have: { 'include.in.token.scope': 'false' },
      want: { 'include.in.token.scope': 'true', offered: 'optional' },
    });
    expect(theirs.attributes).toMatchObject({ 'include.in.token.scope': 'true', 'gui.order': '7' });
    await project.takeBack();
    expect(theirs.attributes).toEqual({ 'include.in.token.scope': 'false', 'gui.order': '7' });
    expect(project.fake.realm().scopes).toContain(theirs);
  });

  it('and what every client gets already stays so', async () => {
    const project = keycloak.fresh();
    const theirs = scope('read:tasks');
    project.fake.realm().scopes.push(theirs);
    project.fake.realm().standard.push(theirs.id);
    expect(stepOf((await project.run()).remote, 'keycloak.scope.read:tasks').verb).toBe('keep');
  });

  it('for SAML is in the way', async () => {
    const project = keycloak.fresh();
    project.fake.realm().scopes.push(scope('read:tasks', { protocol: 'saml' }));
    await expect(project.look()).rejects.toMatchObject({
      code: 'provider-refused',
      fix: expect.stringContaining('--tool-scope'),
    });
  });

  it('a list of senders that may register is respected, and said', async () => {
    const project = keycloak.fresh();
    policyOf(project, 'trusted-hosts').config['trusted-hosts'] = ['10.0.0.7'];
    const { remote, warnings } = await project.run();
    expect(remote.map(({ id }) => id)).not.toContain('keycloak.policy.trusted-hosts');
    expect(warnings[0]!.message).toContain('come from 10.0.0.7');
  });

  it('a domain that covers a host is enough, and hosts of --callback are trusted too', async () => {
    const project = keycloak.fresh();
    const { config } = policyOf(project, 'trusted-hosts');
    Object.assign(config, {
      'host-sending-registration-request-must-match': ['false'],
      'trusted-hosts': ['*.claude.ai', '*.vscode.dev'],
    });
    await project.run({ wishes: { ...NO_WISHES, callbacks: ['https://own.example/callback'] } });
    expect(config['trusted-hosts']).toEqual(expect.arrayContaining(['own.example', 'claude.ai', 'vscode.dev']));
    expect(config['trusted-hosts']).not.toContain('insiders.vscode.dev');
  });

  it('realms that allow no default scopes get ours allowed by name', async () => {
    const project = keycloak.fresh();
    const { config } = policyOf(project, 'allowed-client-templates');
    config['allow-default-scopes'] = ['false'];
    await project.run();
    expect(config['allowed-client-scopes']).toEqual(['openid', 'offline_access', 'read:tasks', 'write:tasks']);
  });

  it('a policy that somebody has deleted stays deleted', async () => {
    const project = keycloak.fresh();
    project.fake.realm().policies = [];
    const { remote } = await project.run();
    expect(remote.filter(({ id }) => id.includes('policy'))).toEqual([]);
  });

  it('clients that are disabled when they register, and a realm that is, are mentioned', async () => {
    const project = keycloak.fresh();
    project.fake.realm().policies.push(policy('client-disabled', 'Client Disabled', {}));
    project.fake.realm().enabled = false;
    const said = (await project.look()).warnings.map(({ message }) => message).join();
    expect(said).toContain('disables every client');
    expect(said).toContain('Realm acme is disabled');
  });

  it('changes of others since are left to them', async () => {
    const project = keycloak.fresh();
    await project.run();
    const realm = project.fake.realm();
    const made = realm.scopes.find(({ name }) => name === 'read:tasks')!;
    made.protocolMappers.push({ id: 'x', name: 'theirs', protocolMapper: 'oidc-hardcoded-claim-mapper', config: {} });
    realm.scopes.find(({ name }) => name === 'write:tasks')!.protocolMappers[0]!.name = 'renamed';
    policyOf(project, 'trusted-hosts').config['host-sending-registration-request-must-match'] = ['maybe'];
    const outcomes = await project.takeBack();
    expect(outcomes.filter(({ outcome }) => outcome === 'left').map(({ message }) => message)).toEqual([
      expect.stringContaining('Trusted Hosts keeps host-sending'),
      expect.stringContaining('audience mapper of write:tasks stays'),
      expect.stringContaining('write:tasks stays: it has other mappers by now (renamed)'),
      expect.stringContaining('read:tasks stays: it has other mappers by now (theirs)'),
    ]);
  });
});

describe('scopes that come too late', () => {
  const toolScopes = { 'search-tasks': ['read:tasks'], 'create-task': ['write:tasks'] };

  it('are named where the first challenge does not ask for all', async () => {
    const project = keycloak.fresh();
    const { warnings } = await project.look({ scopes: { toolScopes, publicTools: [], baseScopes: ['read:tasks'] } });
    expect(warnings[0]!.message).toContain('write:tasks would be refused');
  });

  it('and one that asks for nothing gets no audience', async () => {
    const project = keycloak.fresh();
    const { warnings } = await project.look({ scopes: { toolScopes, publicTools: [], baseScopes: [] } });
    expect(warnings[0]!.message).toContain('audience of a token comes with a scope');
  });
});

describe('a realm that is not there', () => {
  const wishes = { ...NO_WISHES, createRealm: true };

  it('is not made unasked', async () => {
    const project = keycloak.fresh();
    project.useRealm('fresh');
    await expect(project.run()).rejects.toMatchObject({
      code: 'missing-answer',
      fix: expect.stringContaining('--create-realm'),
    });
    const no = { ...nobody, interactive: true, ask: { confirm: async () => false } as never };
    project.io = no;
    await expect(project.run()).rejects.toMatchObject({ code: 'interrupted' });
    expect([...project.fake.realms.keys()]).toEqual(['master', 'acme']);
  });

  it('is made as a whole, found by the next run, and goes while nobody lives there', async () => {
    const project = keycloak.fresh();
    project.useRealm('fresh');
    const { warnings } = await project.run({ wishes });
    expect(warnings.at(-1)!.message).toContain('has no users');
    expect(verbs((await project.run()).remote)).toEqual(new Set(['keep']));
    project.fake.realms.get('fresh')!.users.push('ada');
    expect((await project.takeBack()).at(-1)).toMatchObject({
      outcome: 'left',
      message: expect.stringContaining('1 users'),
    });
    project.fake.realms.get('fresh')!.users.pop();
    expect((await project.takeBack()).at(-1)).toMatchObject({ outcome: 'deleted' });
    expect(project.fake.realms.has('fresh')).toBe(false);
  });
});

describe('a realm that somebody has deleted since', () => {
  it('took everything with it', async () => {
    const project = keycloak.fresh();
    await project.run();
    project.fake.realms.delete('acme');
    expect(new Set((await project.takeBack()).map(({ outcome }) => outcome))).toEqual(new Set(['gone']));
  });
});

describe('an administrator', () => {
  it('whose tokens end quickly logs in again', async () => {
    const project = keycloak.fresh();
    project.fake.isShort = true;
    await project.run();
    expect(verbs((await project.run()).remote)).toEqual(new Set(['keep']));
  });

  it('may live in the realm itself', async () => {
    const project = keycloak.fresh();
    project.fake.home = 'acme';
    await project.run();
  });

  it('may come with a token, until it ends', async () => {
    const project = keycloak.fresh();
    vi.stubEnv('KEYCLOAK_ADMIN_USER', '');
    vi.stubEnv('KEYCLOAK_ADMIN_PASSWORD', '');
    vi.stubEnv('KEYCLOAK_ACCESS_TOKEN', 'given');
    project.fake.tokens.add('given');
    await project.run();
    project.fake.tokens.clear();
    await expect(project.run()).rejects.toMatchObject({ message: expect.stringContaining('lives for a minute') });
  });

  it('may be asked for', async () => {
    const project = keycloak.fresh();
    vi.stubEnv('KEYCLOAK_ADMIN_USER', '');
    vi.stubEnv('KEYCLOAK_ADMIN_PASSWORD', '');
    const text = async ({ secret }: { secret?: boolean }): Promise<string> => (secret ? ADMIN.password : ADMIN.user);
    project.io = { ...nobody, interactive: true, ask: { text } as never };
    await project.run();
  });

  it.each([
    [{}, 'missing-answer', /KEYCLOAK_ACCESS_TOKEN/],
    [{ KEYCLOAK_ADMIN_USER: 'root' }, 'missing-answer', /both/],
    [{ KEYCLOAK_ACCESS_TOKEN: 'two words' }, 'missing-answer', /Copy it again/],
    [{ KEYCLOAK_ADMIN_USER: 'root', KEYCLOAK_ADMIN_PASSWORD: 'hunter2' }, 'provider-refused', /second factor/],
  ])('%j is refused, and no secret is shown', async (given, code, fix) => {
    const project = keycloak.fresh();
    for (const name of ['KEYCLOAK_ADMIN_USER', 'KEYCLOAK_ADMIN_PASSWORD']) vi.stubEnv(name, '');
    for (const [name, value] of Object.entries(given)) vi.stubEnv(name, value);
    const error = (await project.look().catch((thrown: unknown) => thrown)) as Error;
    expect(error).toMatchObject({ code, fix: expect.stringMatching(fix) });
    expect(`${error.message} ${String(error.cause)}`).not.toMatch(/hunter2|two words/);
    expect(project.fake.asked).toEqual([]);
  });
});
