import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { supabase } from '../../../../src/providers/supabase/index.ts';
import { NO_WISHES } from '../../../../src/providers/types.ts';
import { startFakeSupabase, type FakeSupabase } from '../../../fakes/supabase/index.ts';
import type { Trouble } from '../../../fakes/supabase/management.ts';
import { ACCESS_TOKEN, createKey, REF, type Seed } from '../../../fakes/supabase/state.ts';
import { nobody } from '../../../support/providers.ts';
import { makeProject } from '../../apply/project.ts';
import { filesOf, forgetFake, input, oneRun, takeBack, useFake } from './support.ts';

let fake: FakeSupabase;
const start = async (seed: Seed = {}): Promise<void> => {
  await fake?.close();
  fake = await startFakeSupabase(seed);
  useFake(fake);
};
beforeEach(() => start());
afterEach(async () => {
  forgetFake();
  await fake.close();
});

const keys = (): string[] => fake.state.keys.map(({ algorithm, status }) => `${algorithm} ${status}`);
const writes = (): string[] => fake.calls.filter((call) => !call.startsWith('GET '));
const CONFIG = `/v1/projects/${REF}/config/auth`;

describe('a run', () => {
  it('changes keys first and opens the door last', async () => {
    await oneRun(fake, makeProject());
    expect(writes()).toEqual([
      `POST ${CONFIG}/signing-keys/legacy`,
      `POST ${CONFIG}/signing-keys`,
      `PATCH ${CONFIG}/signing-keys/${fake.state.keys[1]?.id}`,
      `PATCH ${CONFIG}`,
    ]);
    expect(keys()).toEqual(['HS256 previously_used', 'ES256 in_use']);
  });

  it('leaves keys alone where the project signs with a key pair already', async () => {
    await start({ asymmetric: true });
    const { findings } = await oneRun(fake, makeProject(), { wishes: NO_WISHES });
    expect(writes()).toEqual([`PATCH ${CONFIG}`]);
    expect(findings.remote.map(({ id, verb }) => `${verb} ${id}`)).toEqual([
      'keep supabase.signing-key.in-use',
      'update supabase.auth-config',
    ]);
  });

  it('uses a key that is on standby already: that one is published does not mean that it signs', async () => {
    const legacy = { ...createKey(), algorithm: 'HS256' as const, public: undefined, status: 'in_use' as const };
    fake.state.keys.push({ ...legacy, secret: fake.state.legacySecret }, createKey());
    await oneRun(fake, makeProject());
    expect(writes()).toEqual([`PATCH ${CONFIG}/signing-keys/${fake.state.keys[1]?.id}`, `PATCH ${CONFIG}`]);
  });

  it('changes only what is not as it should be, and keeps a consent path that somebody has set', async () => {
    await start({
      asymmetric: true,
      settings: { oauth_server_enabled: true, oauth_server_authorization_path: '/agree' },
    });
    const { findings } = await oneRun(fake, makeProject());
    expect(findings.remote.at(-1)).toMatchObject({
      have: { oauth_server_allow_dynamic_registration: false },
      want: { oauth_server_allow_dynamic_registration: true },
      notice: expect.stringContaining('opens registration to the internet') as string,
    });
    expect(fake.state.settings['oauth_server_authorization_path']).toBe('/agree');
  });

  it('does nothing the second time', async () => {
    const root = makeProject();
    const { records } = await oneRun(fake, root);
    fake.calls.length = 0;
    const second = await oneRun(fake, root, { recorded: records });
    expect(writes()).toEqual([]);
    expect(second.records).toEqual(records);
  });

  it('gives the server what tokens of Supabase look like', async () => {
    const { findings } = await oneRun(fake, makeProject());
    expect(findings.spec).toEqual({
      issuer: fake.issuer,
      resource: 'https://mcp.example/mcp',
      audience: 'authenticated',
      environment: 'supabase',
    });
  });
});

describe('an API that cannot list signing keys', () => {
  const LIST = 2;
  const NOT_FOUND: Trouble = { status: 404, body: { message: 'Not Found' } };
  beforeEach(() => void fake.trouble.set(LIST, NOT_FOUND));

  it('leaves it to the published keys whether there is one to verify with', async () => {
    await start({ asymmetric: true });
    fake.trouble.set(LIST, NOT_FOUND);
    await oneRun(fake, makeProject(), { wishes: NO_WISHES });
    expect(writes()).toEqual([`PATCH ${CONFIG}`]);
  });

  it('is asked for the legacy key when that was imported before', async () => {
    const { secret: _, ...legacy } = createKey();
    fake.state.keys.push({
      ...legacy,
      algorithm: 'HS256',
      status: 'in_use',
      public: undefined,
      secret: fake.state.legacySecret,
    });
    const { records } = await oneRun(fake, makeProject());
    expect(records['supabase.signing-key.legacy']?.ref).toBe(legacy.id);
    expect(keys()).toEqual(['HS256 previously_used', 'ES256 in_use']);
  });
});

describe('without being told to', () => {
  const look = (more = {}): Promise<unknown> =>
    supabase.connect({ project: REF, issuer: fake.issuer }, nobody).look(input({ wishes: NO_WISHES, ...more }));

  it('keys are not changed', async () => {
    await expect(look()).rejects.toMatchObject({
      code: 'missing-answer',
      fix: expect.stringContaining('--rotate-keys') as string,
    });
    expect(writes()).toEqual([]);
  });

  it('a person is asked, and "no" leaves everything as it is', async () => {
    const asked: string[] = [];
    const ask = {
      ...nobody.ask,
      confirm: ({ message }: { message: string }) => Promise.resolve(asked.push(message) < 0),
    };
    const connection = supabase.connect({ project: REF, issuer: fake.issuer }, { ...nobody, interactive: true, ask });
    await expect(connection.look(input({ wishes: NO_WISHES }))).rejects.toMatchObject({ code: 'interrupted' });
    expect(asked).toEqual(['Sign with an ES256 key from now on?']);
    expect(writes()).toEqual([]);
  });

  it('no provisioning asks for no token and sends nothing', async () => {
    delete process.env['SUPABASE_ACCESS_TOKEN'];
    await look({ provision: false });
    expect(fake.calls).toEqual([]);
  });
});

/** Calls of a run that changes everything and makes a page. */
const CALLS = 8;
const TROUBLES: [string, Trouble][] = [
  ['the connection drops before', 'drop'],
  ['the connection drops after', 'drop-after'],
  ['an internal error', { status: 503, body: { message: 'unavailable' } }],
];

describe.each(TROUBLES)('when it fails: %s', (_, trouble) => {
  it.each([...Array(CALLS).keys()])('call %i, the next run finishes and nothing is there twice', async (number) => {
    const root = makeProject();
    const project = filesOf({ 'package.json': '{}' });
    const settings = structuredClone(fake.state.settings);
    fake.trouble.set(number, trouble);
    const failed = await oneRun(fake, root, project).then(
      () => undefined,
      (error: unknown) => error,
    );
    const isNeeded = !fake.calls[number]?.endsWith('/api-keys');
    expect(failed).toEqual(isNeeded ? expect.objectContaining({ code: 'provider-refused' }) : undefined);

    const { records } = await oneRun(fake, root, project);
    expect(keys()).toEqual(['HS256 previously_used', 'ES256 in_use']);
    expect(Object.keys(records).sort()).toEqual([
      'supabase.auth-config',
      'supabase.signing-key.in-use',
      'supabase.signing-key.legacy',
      'supabase.signing-key.standby',
    ]);
    expect(await takeBack(fake, records)).toMatchObject({ 'supabase.auth-config': 'restored' });
    expect(fake.state.settings).toEqual(settings);
  });
});

describe('a refusal', () => {
  const refused = async (number: number, answer: Trouble): Promise<Error & { fix: string }> => {
    fake.trouble.set(number, answer);
    return oneRun(fake, makeProject()).then(
      () => expect.unreachable(),
      (error: Error & { fix: string }) => error,
    );
  };

  it('of the token names the variable', async () => {
    process.env['SUPABASE_ACCESS_TOKEN'] = 'sbp_wrong';
    await expect(oneRun(fake, makeProject())).rejects.toMatchObject({
      code: 'provider-refused',
      message: expect.stringContaining('SUPABASE_ACCESS_TOKEN') as string,
    });
  });

  it.each(['auth_config_read', 'auth_config_write', 'auth_signing_keys_read', 'auth_signing_keys_write'])(
    'of a permission names it: %s',
    async (permission) => {
      fake.denied.add(permission);
      await expect(oneRun(fake, makeProject())).rejects.toMatchObject({
        code: 'provider-refused',
        fix: expect.stringContaining(permission) as string,
      });
    },
  );

  it('to list the projects does not matter: tokens for one project may not', async () => {
    fake.denied.add('projects_read');
    await oneRun(fake, makeProject());
    expect(keys()).toEqual(['HS256 previously_used', 'ES256 in_use']);
  });

  it('repeats no secret, not even when the vendor does', async () => {
    const error = await refused(1, { status: 400, body: { message: `bad token ${ACCESS_TOKEN}` } });
    expect(`${error.message} ${error.fix} ${error.stack}`).not.toContain(ACCESS_TOKEN);
  });

  it('by the rate limit is waited for as the header says', async () => {
    fake.trouble.set(1, { status: 429, headers: { 'retry-after': '0' } });
    fake.trouble.set(2, { status: 429, headers: { 'x-ratelimit-reset': '150' } });
    await oneRun(fake, makeProject());
    expect(fake.calls.slice(1, 4)).toEqual(Array(3).fill(`GET ${CONFIG}`));
  });

  it('by the rate limit for longer than a minute ends the run and says how long', async () => {
    const error = await refused(1, { status: 429, headers: { 'retry-after': '600' } });
    expect(error).toMatchObject({ code: 'provider-refused' });
    expect(error.fix).toContain('600 seconds');
  });

  it.each([301, 302, 307])('by a redirect (%i) is not followed with the token', async (status) => {
    const error = await refused(1, { status, headers: { location: `${fake.site}/elsewhere` } });
    expect(error).toMatchObject({ code: 'provider-refused' });
  });
});

describe('taking back', () => {
  it('leaves what somebody has changed since, and restores the rest', async () => {
    const { records } = await oneRun(fake, makeProject());
    fake.state.settings['oauth_server_authorization_path'] = '/moved';
    expect(await takeBack(fake, records)).toEqual({
      'supabase.auth-config': 'left',
      'supabase.signing-key.in-use': 'left',
      'supabase.signing-key.standby': 'left',
      'supabase.signing-key.legacy': 'left',
    });
    expect(fake.state.settings).toMatchObject({
      oauth_server_enabled: false,
      oauth_server_allow_dynamic_registration: false,
      oauth_server_authorization_path: '/moved',
    });
  });

  it('finds gone what is gone', async () => {
    const { records } = await oneRun(fake, makeProject());
    await takeBack(fake, records);
    expect(await takeBack(fake, records)).toMatchObject({ 'supabase.auth-config': 'gone' });
  });

  it('changes nothing about keys', async () => {
    const { records } = await oneRun(fake, makeProject());
    await takeBack(fake, records);
    expect(keys()).toEqual(['HS256 previously_used', 'ES256 in_use']);
  });
});

describe('--project', () => {
  it.each(['a/b', '../x', 'A', 'x?y', '', 'x y', 'https://x.supabase.co'])('refuses %j', (project) => {
    expect(() => supabase.connect({ project }, nobody)).toThrow(expect.objectContaining({ code: 'invalid-option' }));
  });
});
