import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Fault } from '../../../fakes/okta/index.ts';
import { shape, startOkta } from './harness.ts';

// Waits are as short as they can be, whatever was asked for.
vi.mock('node:timers/promises', () => ({ setTimeout: async () => undefined }));

let okta: Awaited<ReturnType<typeof startOkta>>;
beforeAll(async () => void (okta = await startOkta()));
afterAll(() => okta.close());

/**
 * Three reads of a look, the server, two scopes, the first application with its group, the second; the others are like it.
 * The test client, policy and rule are last.
 */
const CALLS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 19, 20, 21];
const KINDS = ['drop', 'drop-after', '403', '429', '500'] as const;
/** Who may not read groups assigns nobody, and all else is done. */
const FAULTS = CALLS.flatMap((at) => KINDS.map((kind): Fault => ({ at, kind }))).filter(
  ({ at, kind }) => !(at === 3 && kind === '403'),
);

describe('a failure', () => {
  let [before, expected]: unknown[] = [];
  beforeAll(async () => {
    const clean = okta.fresh();
    before = shape(clean.fake.org);
    await clean.run();
    expect(clean.fake.asked).toHaveLength(CALLS.at(-1)!);
    expected = shape(clean.fake.org);
  });

  it.each(FAULTS)('$kind at call $at: a second run finishes, nothing is made twice or forgotten', async (fault) => {
    const project = okta.fresh();
    project.fake.faults.push(fault);
    const error: unknown = await project.run().catch((thrown: unknown) => thrown);
    if (fault.kind === '429') expect(error).not.toBeInstanceOf(Error);
    if (error instanceof Error) {
      expect(error).toMatchObject({ code: 'provider-refused' });
      await project.run();
    }
    expect(shape(project.fake.org)).toEqual(expected);
    expect(project.env['MCP_AUTH_CLIENT_SECRET']).toBe(project.fake.org.apps.at(-1)!.secrets![0]!.client_secret);
    await project.takeBack();
    expect(shape(project.fake.org)).toEqual(before);
  });
});

describe('a rate limit', () => {
  it('is waited for as Okta tells it, and the person is told', async () => {
    const project = okta.fresh();
    project.fake.faults.push({ at: 4, kind: '429' });
    await project.run();
    expect(project.said.join()).toMatch(/Okta asks to wait [\d.]+ s/);
  });
});

describe('taking back', () => {
  it.each([1, 4, 9, 20])('goes on after a failure at call %i', async (at) => {
    const project = okta.fresh();
    const before = shape(project.fake.org);
    await project.run();
    project.fake.asked.length = 0;
    project.fake.faults.push({ at, kind: '500' });
    await project.takeBack().catch(() => undefined);
    project.fake.faults.length = 0;
    await project.takeBack();
    expect(shape(project.fake.org)).toEqual(before);
  });
});
