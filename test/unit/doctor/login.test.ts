import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { doctor } from '../../../src/commands/doctor.ts';
import type { DoctorOptions } from '../../../src/commands/doctor-options.ts';
import type { CheckResult } from '../../../src/doctor/types.ts';
import { json, page } from '../../fakes/doctor/answers.ts';
import { Bench } from '../../fakes/doctor/bench.ts';
import { silentIo } from '../../support/project.ts';

let bench: Bench;
beforeAll(async () => {
  bench = await Bench.start();
});
beforeEach(() => {
  bench.reset();
  bench.isAutomatic = true;
});
afterAll(() => bench.close());

interface Result {
  exit: number;
  said: string;
  checks: CheckResult[];
  rootCauses: string[];
}

async function run(options: Partial<DoctorOptions> = {}): Promise<Result> {
  const { io, said } = silentIo();
  const flags = { register: false, watch: false, fix: false, yes: false, strict: true, verbose: true, json: true };
  const { exit, json: found } = await doctor(
    { ...flags, target: bench.url, login: true, timeout: 3000, ...options },
    io,
  );
  return { exit, said: said(), ...(found as Pick<Result, 'checks' | 'rootCauses'>) };
}
const statusOf = ({ checks }: Result, id: string): string | undefined =>
  checks.find((check) => check.id === id)?.status;

describe('--login goes through the whole flow as a client would', () => {
  it('and explains the token that it got', async () => {
    const result = await run();
    expect(result).toMatchObject({ exit: 0, rootCauses: [] });
    expect(result.said).toMatch(/✔ Registering a client at .*\n/);
    for (const id of ['tok.sig', 'tok.aud', 'rs.accepts', 'rs.audience-enforced', 'tokep.refresh', 'authz.iss']) {
      expect(`${id} ${statusOf(result, id)}`).toBe(`${id} pass`);
    }
  });

  it('a token for another server that is taken is a finding', async () => {
    bench.expects.audience = undefined;
    expect((await run()).rootCauses).toEqual(['rs.audience-enforced']);
  });

  it('the step that breaks is named', async () => {
    bench.hooks.token = (ask, usual) =>
      ask.body.includes('code-') ? json({ error: 'invalid_grant', error_description: 'PKCE' }, 400) : usual();
    const result = await run();
    expect(result.rootCauses).toEqual(['tokep.errors']);
    expect(result.exit).toBe(1);
  });

  it('nothing is tried where it would have to stop', async () => {
    bench.metadata['issuer'] = `${bench.issuer}/`;
    const result = await run();
    expect(result.rootCauses).toEqual(['as.issuer']);
    expect(result.said).toContain('No login was tried: it would stop at as.issuer');
  });

  it('a page that waits for a person is said, where nobody is', async () => {
    bench.hooks.authorize = () => page('<h1>Log in with your passkey</h1>');
    const result = await run();
    expect(result.rootCauses).toEqual(['authz.client']);
    expect(result.said).toContain('A person has to log in');
  });

  it('no token gets out, also when the server repeats it', async () => {
    bench.hooks.mcp = async (ask, usual) => {
      const answer = await usual();
      const shown = ask.headers['authorization'] ?? '';
      return answer.status === 200 ? { ...answer, headers: { ...answer.headers, 'x-seen': shown } } : answer;
    };
    const result = await run();
    expect(result.said).toContain('x-seen: Bearer ***');
    expect(result.said + JSON.stringify(result.checks)).not.toMatch(/eyJ[\w-]+\.eyJ|r3fresh/);
  });
});
