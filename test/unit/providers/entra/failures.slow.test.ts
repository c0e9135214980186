import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Fault } from '../../../fakes/entra/index.ts';
import { newApp } from '../../../fakes/entra/state.ts';
import { RESOURCE } from '../provider-project.ts';
import { shape, startEntra, type Project } from './harness.ts';

// Waits are as short as they can be, whatever was asked for.
vi.mock('node:timers/promises', () => ({ setTimeout: async () => undefined }));

let entra: Awaited<ReturnType<typeof startEntra>>;
beforeAll(async () => void (entra = await startEntra()));
afterAll(() => entra.close());

const KINDS = ['drop', 'drop-after', '401', '403', '429', '500'] as const;
const faults = (calls: number, kinds: readonly Fault['kind'][] = KINDS): Fault[] =>
  Array.from({ length: calls }, (_, i) => i + 1).flatMap((at) => kinds.map((kind): Fault => ({ at, kind })));

/** A run with one failure, and one more: the tenant is then as after a clean one, and as before when all is taken back. */
async function survives(fault: Fault, prepare: (project: Project) => void, calls: number): Promise<void> {
  const clean = entra.fresh();
  prepare(clean);
  const before = shape(clean.fake.tenant);
  await clean.run();
  expect(clean.fake.asked).toHaveLength(calls);
  const expected = shape(clean.fake.tenant);
  const project = entra.fresh();
  prepare(project);
  project.fake.faults.push(fault);
  const error: unknown = await project.run().catch((thrown: unknown) => thrown);
  if (error instanceof Error) expect(error).toMatchObject({ code: 'provider-refused' });
  if (fault.kind === '429') expect(error).not.toBeInstanceOf(Error);
  await project.run();
  expect(shape(project.fake.tenant)).toEqual(expected);
  await project.takeBack();
  expect(shape(project.fake.tenant)).toEqual(before);
  expect(project.fake.violations).toEqual([]);
}

describe('a failure in an empty tenant', () => {
  const CALLS = 10;
  it.each(faults(CALLS))('$kind at call $at: a second run finishes, nothing is made twice or forgotten', (fault) =>
    survives(fault, () => undefined, CALLS),
  );
});

describe('a failure with an application of others', () => {
  const CALLS = 11;
  const theirs = (project: Project): void =>
    void project.fake.tenant.apps.push(newApp({ displayName: 'Their API', identifierUris: [RESOURCE] }));
  it.each(faults(CALLS, ['drop-after', '500']))(
    '$kind at call $at: a second run finishes, nothing is made twice or forgotten',
    (fault) => survives(fault, theirs, CALLS),
  );
});

describe('a failure while all is taken back', () => {
  it.each(faults(13, ['drop', 'drop-after']))('$kind at call $at: the next try finishes', async (fault) => {
    const project = entra.fresh();
    const before = shape(project.fake.tenant);
    await project.run();
    project.fake.asked.length = 0;
    project.fake.faults.push(fault);
    await project.takeBack().catch(() => undefined);
    project.fake.faults.length = 0;
    await project.takeBack();
    expect(shape(project.fake.tenant)).toEqual(before);
  });
});
