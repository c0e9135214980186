import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { diagnose } from '../../../src/doctor/diagnose.ts';
import type { GatherInput } from '../../../src/doctor/gather/index.ts';
import type { Diagnosis } from '../../../src/doctor/types.ts';
import { Bench } from '../../fakes/doctor/bench.ts';

let bench: Bench;
beforeAll(async () => {
  bench = await Bench.start();
});
beforeEach(() => bench.reset());
afterAll(() => bench.close());

const examine = (more: Partial<GatherInput> = {}): Promise<Diagnosis> =>
  diagnose({ target: { kind: 'url', value: bench.url }, url: bench.url, register: false, timeout: 3000, ...more });
const trouble = ({ checks }: Diagnosis): string[] =>
  checks.filter(({ status }) => status === 'fail' || status === 'warn').map(({ id, detail }) => `${id}: ${detail}`);

describe('a healthy server', () => {
  it('has nothing to complain about', async () => {
    const diagnosis = await examine();
    expect(trouble(diagnosis)).toEqual([]);
    expect(diagnosis.rootCauses).toEqual([]);
  });

  it('nor when clients are registered to try it', async () => {
    const diagnosis = await examine({ register: true });
    expect(trouble(diagnosis)).toEqual([]);
    expect(diagnosis.checks.find(({ id }) => id === 'authz.iss')?.status).toBe('pass');
  });

  it('nor with a good token, which is accepted as predicted', async () => {
    const diagnosis = await examine({ token: await bench.token() });
    expect(trouble(diagnosis)).toEqual([]);
    expect(diagnosis.checks.find(({ id }) => id === 'rs.accepts')?.status).toBe('pass');
  });

  it('says of what it cannot see that it was not checked, and never that it is fine', async () => {
    const { checks } = await examine();
    const unseen = checks.filter(({ id }) => /^(authz|tok|env|src)\./.test(id));
    expect(unseen.every(({ status, detail }) => status === 'skip' && detail !== '')).toBe(true);
  });

  it('is asked a few dozen times, and nothing twice that could be asked once', async () => {
    const { evidence } = await diagnose({
      target: { kind: 'url', value: bench.url },
      url: bench.url,
      register: false,
      timeout: 3000,
    });
    expect(evidence.log.length).toBeLessThan(40);
    const asked = evidence.log.map(({ method, url, sent, body }) => JSON.stringify({ method, url, sent, body }));
    const twice = asked.filter((one, index) => asked.indexOf(one) !== index);
    // A bad token and a forged one look alike once they are struck out, and so do two ways to name a client.
    expect(twice.filter((one) => !one.includes('***'))).toEqual([]);
  });
});

describe('no token and no secret gets out', () => {
  it('neither into the result nor into the record of the exchanges', async () => {
    const token = await bench.token({ sub: 'ada@example.com' });
    const { evidence, checks } = await diagnose({
      target: { kind: 'url', value: bench.url },
      url: bench.url,
      register: true,
      timeout: 3000,
      token,
    });
    const all = JSON.stringify({ evidence, checks });
    for (const part of token.split('.')) expect(all).not.toContain(part);
    expect(all).not.toContain('ada@example.com');
    expect(all).not.toContain('s3cret');
  });
});
