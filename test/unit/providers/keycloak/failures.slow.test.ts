import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Fault } from '../../../fakes/keycloak/index.ts';
import { scope } from '../../../fakes/keycloak/state.ts';
import { shape, startKeycloak } from './harness.ts';

// Waits are as short as they can be, whatever was asked for.
vi.mock('node:timers/promises', () => ({ setTimeout: async () => undefined }));

let keycloak: Awaited<ReturnType<typeof startKeycloak>>;
beforeAll(async () => void (keycloak = await startKeycloak()));
afterAll(() => {
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
  return keycloak.close();
});

/** Five reads of a look; then two scopes with two writes each, two mappers (each after a read), three policies (likewise). */
const CALLS = Array.from({ length: 19 }, (_, i) => i + 1);
const KINDS = ['drop', 'drop-after', '401', '403', '429', '500'] as const;
const FAULTS = CALLS.flatMap((at) => KINDS.map((kind): Fault => ({ at, kind })));

describe('a failure', () => {
  it.each(FAULTS)('$kind at call $at: a second run finishes, nothing is made twice or forgotten', async (fault) => {
    const clean = keycloak.fresh();
    const before = shape(clean.fake.realm());
    await clean.run();
    expect(clean.fake.asked).toHaveLength(CALLS.length);
    const expected = shape(clean.fake.realm());
    const project = keycloak.fresh();
    project.fake.faults.push(fault);
    const error: unknown = await project.run().catch((thrown: unknown) => thrown);
    if (error instanceof Error) expect(error).toMatchObject({ code: 'provider-refused' });
    if (['401', '429'].includes(fault.kind)) expect(error).not.toBeInstanceOf(Error);
    await project.run();
    expect(shape(project.fake.realm())).toEqual(expected);
    await project.takeBack();
    expect(shape(project.fake.realm())).toEqual(before);
  });
});

describe('a realm that is made', () => {
  const wishes = { rbac: false, testClient: true, callbacks: [], rotateKeys: false, createRealm: true };

  it.each([3, 4, 7])('and whose answer %i is lost is still known as ours', async (at) => {
    const project = keycloak.fresh();
    project.useRealm('fresh');
    project.fake.faults.push({ at, kind: 'drop-after' });
    await project.run({ wishes }).catch(() => undefined);
    await project.run({ wishes });
    expect(await project.takeBack()).toContainEqual(
      expect.objectContaining({ message: 'The realm fresh is deleted.' }),
    );
  });
});

describe('a scope that somebody made a moment ago', () => {
  it('is taken as it is, with what it lacks added, and not deleted', async () => {
    const project = keycloak.fresh();
    const theirs = scope('read:tasks', { attributes: { 'display.on.consent.screen': 'false' } });
    const send = fetch;
    vi.stubGlobal('fetch', (...call: Parameters<typeof fetch>) => {
      const realm = project.fake.realm();
      if (call[1]?.method === 'POST' && String(call[0]).endsWith('/client-scopes') && !realm.scopes.includes(theirs)) {
        realm.scopes.push(theirs);
      }
      return send(...call);
    });
    await project.run();
    expect(theirs.attributes).toMatchObject({ 'display.on.consent.screen': 'true' });
    expect(theirs.protocolMappers).toHaveLength(1);
    await project.takeBack();
    expect(project.fake.realm().scopes).toContain(theirs);
  });
});
