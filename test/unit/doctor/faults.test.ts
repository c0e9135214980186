import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { diagnose } from '../../../src/doctor/diagnose.ts';
import type { Diagnosis } from '../../../src/doctor/types.ts';
import { Bench } from '../../fakes/doctor/bench.ts';
import type { Fault } from './faults/fault.ts';
import { LOGIN_FAULTS } from './faults/login.ts';
import { METADATA_FAULTS } from './faults/metadata.ts';
import { SERVER_FAULTS } from './faults/server.ts';
import { TOKEN_FAULTS } from './faults/token.ts';

let bench: Bench;
beforeAll(async () => {
  bench = await Bench.start();
});
beforeEach(() => bench.reset());
afterAll(() => bench.close());

const examine = (fault: Fault, token: string | undefined, register = fault.register === true): Promise<Diagnosis> =>
  diagnose({
    target: { kind: 'url', value: bench.url },
    url: bench.url,
    register,
    timeout: fault.timeout ?? 3000,
    client: fault.client,
    token,
  });
const failed = ({ checks }: Diagnosis): string[] =>
  checks.filter(({ status }) => status === 'fail').map(({ id }) => id);

describe.each([
  { group: 'the server', faults: SERVER_FAULTS },
  { group: 'what is published', faults: METADATA_FAULTS },
  { group: 'the login', faults: LOGIN_FAULTS },
  { group: 'the token', faults: TOKEN_FAULTS },
])('$group', ({ faults }) => {
  it.each(faults)('$name -> $cause', async (fault) => {
    await fault.break(bench);
    // With a token and registrations more can be seen, and still nothing else may be said to be broken.
    const token = (await fault.token?.(bench)) ?? (await bench.token());
    const diagnosis = await examine(fault, token, true);

    expect(diagnosis.rootCauses[0]).toBe(fault.cause);
    expect(failed(diagnosis)).toEqual(fault.level === 'warn' ? [] : [fault.cause]);
    const check = diagnosis.checks.find(({ id }) => id === fault.cause);
    const wanted = typeof fault.fix === 'function' ? fault.fix(bench) : fault.fix;
    for (const words of wanted) expect(check?.fix).toMatch(words);

    if (fault.repair) fault.repair(bench);
    else bench.reset();
    const good = fault.token && (await bench.token());
    const after = await examine(fault, good);
    expect(after.checks.find(({ id }) => id === fault.cause)?.status).not.toBe(fault.level ?? 'fail');
    expect(failed(after)).toEqual([]);
  });
});
