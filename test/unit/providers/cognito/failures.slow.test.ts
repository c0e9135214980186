import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Fault } from '../../../fakes/cognito/index.ts';
import { shape, startCognito } from './harness.ts';

// Waits are as short as they can be, whatever was asked for.
vi.mock('node:timers/promises', () => ({ setTimeout: async () => undefined }));

let cognito: Awaited<ReturnType<typeof startCognito>>;
let before: unknown;
let expected: unknown;
beforeAll(async () => {
  cognito = await startCognito();
  const clean = cognito.fresh();
  before = shape(clean.fake.pool());
  await clean.run();
  expect(clean.fake.asked).toHaveLength(COUNT);
  expected = shape(clean.fake.pool());
});
afterAll(() => cognito.close());

/** Three reads of a look; domain; resource server; six clients, each with its identity providers and its style. */
const COUNT = 23;
/** The clients are all alike: the first and the last stand for the rest. */
const CALLS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 22, COUNT];
const KINDS = ['drop', 'drop-after', 'expired', 'denied', 'throttled', '500'] as const;
const FAULTS = CALLS.flatMap((at) => KINDS.map((kind): Fault => ({ at, kind })));

describe('a failure', () => {
  it.each(FAULTS)('$kind at call $at: a second run finishes, nothing is made twice or forgotten', async (fault) => {
    const project = cognito.fresh();
    project.fake.faults.push(fault);
    const error: unknown = await project.run().catch((thrown: unknown) => thrown);
    if (error instanceof Error) expect(error).toMatchObject({ code: 'provider-refused' });
    if (fault.kind === 'throttled') expect(error).not.toBeInstanceOf(Error);
    await project.run();
    expect(shape(project.fake.pool())).toEqual(expected);
    const ours = [...project.fake.pool().clients.keys()].filter((id) => id !== 'webapp1');
    expect(project.env['MCP_AUTH_CLIENT_IDS']?.split(' ')).toEqual(ours.sort());
    await project.takeBack();
    expect(shape(project.fake.pool())).toEqual(before);
  });
});
