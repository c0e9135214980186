import { describe, expect, it } from 'vitest';
import type { Evidence } from '../../../src/doctor/evidence.ts';
import { CHECK_IDS, CHECKS, type CheckId } from '../../../src/doctor/ids.ts';
import type { Client } from '../../../src/doctor/profiles/clients.ts';
import { runChecks, type Runs } from '../../../src/doctor/run-checks.ts';
import { fail, pass, warn, type CheckResult, type Diagnosis } from '../../../src/doctor/types.ts';

const FIX = { fix: 'Do this.' };

/** Evidence of every kind, so that checks run; what they find is given here. */
function diagnosisOf(found: Partial<Runs>, client?: Client): Diagnosis {
  const all = Object.fromEntries(CHECK_IDS.map((id) => [id, () => pass('fine')])) as unknown as Runs;
  const evidence = {
    target: { kind: 'url', value: 'https://h/mcp' },
    options: { client, register: true },
    live: {},
    as: {},
    project: {},
    token: {},
  } as unknown as Evidence;
  return runChecks(evidence, { ...all, ...found });
}
const of = ({ checks }: Diagnosis, id: CheckId): CheckResult | undefined => checks.find((check) => check.id === id);

describe('the list of checks', () => {
  it('is in an order in which causes come before what they block, but for what is asked twice', () => {
    const late = new Set(['rs.rejects-garbage', 'rs.error-mapping', 'rs.scope-403']);
    for (const [index, id] of CHECK_IDS.entries()) {
      for (const cause of CHECKS[id].requires) {
        const isKnown = (CHECK_IDS as string[]).includes(cause);
        expect(isKnown, `${id} requires ${cause}`).toBe(true);
        if (!late.has(cause)) expect(CHECK_IDS.indexOf(cause as CheckId), `${id} after ${cause}`).toBeLessThan(index);
      }
    }
  });

  it('names only known checks as explanations', () => {
    const known: string[] = CHECK_IDS;
    for (const id of CHECK_IDS) expect(CHECKS[id].explainedBy.filter((cause) => !known.includes(cause))).toEqual([]);
  });
});

describe('one cause gives one finding', () => {
  it('what waits for a failed check is skipped and names the first cause, however far away', () => {
    const diagnosis = diagnosisOf({ 'prm.reachable': () => fail('404', FIX) });
    expect(diagnosis.rootCauses).toEqual(['prm.reachable']);
    expect(of(diagnosis, 'prm.resource')).toMatchObject({ status: 'skip', blockedBy: 'prm.reachable' });
    expect(of(diagnosis, 'jwks.keys')).toMatchObject({ status: 'skip', blockedBy: 'prm.reachable' });
    expect(of(diagnosis, 'cors.preflight')?.status).toBe('pass');
  });

  it('two independent causes are both named, in order', () => {
    const diagnosis = diagnosisOf({ 'cors.preflight': () => fail('401', FIX), 'as.issuer': () => fail('slash', FIX) });
    expect(diagnosis.rootCauses).toEqual(['as.issuer', 'cors.preflight']);
  });

  it('a finding in the source takes the place of the failure that it explains, and shows it', () => {
    const diagnosis = diagnosisOf({
      'src.middleware-order': () => fail('src/app.ts:9 the gate comes first', FIX),
      'prm.reachable': () => fail('401', FIX),
    });
    expect(diagnosis.rootCauses).toEqual(['src.middleware-order']);
    expect(of(diagnosis, 'prm.reachable')).toMatchObject({ status: 'skip', blockedBy: 'src.middleware-order' });
    expect(of(diagnosis, 'prm.json')).toMatchObject({ status: 'skip', blockedBy: 'src.middleware-order' });
    expect(of(diagnosis, 'src.middleware-order')?.evidence).toEqual({ live: { 'prm.reachable': '401' } });
  });

  it('a finding in the source without a failure stands for itself', () => {
    const diagnosis = diagnosisOf({ 'src.middleware-order': () => fail('src/app.ts:9', FIX) });
    expect(diagnosis.rootCauses).toEqual(['src.middleware-order']);
  });
});

describe('warnings', () => {
  it('block nothing, and are the first thing to look at when nothing failed', () => {
    const diagnosis = diagnosisOf({ 'ch.resource-metadata': () => warn('missing', FIX) });
    expect(diagnosis.rootCauses).toEqual(['ch.resource-metadata']);
    expect(of(diagnosis, 'prm.reachable')?.status).toBe('pass');
  });

  it('are no causes beside a failure', () => {
    const diagnosis = diagnosisOf({ 'ch.scope': () => warn('odd', FIX), 'as.pkce': () => fail('none', FIX) });
    expect(diagnosis.rootCauses).toEqual(['as.pkce']);
  });
});

describe('--client', () => {
  it('makes a failure of what that client refuses', () => {
    const found = { 'net.port': () => warn('8443', FIX) };
    expect(of(diagnosisOf(found), 'net.port')?.status).toBe('warn');
    expect(of(diagnosisOf(found, 'claude'), 'net.port')?.status).toBe('fail');
  });

  it('makes a warning of what it does not need', () => {
    const found = { 'cors.preflight': () => fail('401', FIX) };
    expect(of(diagnosisOf(found), 'cors.preflight')?.status).toBe('fail');
    expect(of(diagnosisOf(found, 'vscode'), 'cors.preflight')?.status).toBe('warn');
  });
});

describe('what cannot be seen', () => {
  it('is skipped with the reason, and never passes', () => {
    const evidence = { target: { kind: 'url', value: '' }, options: { register: false } } as unknown as Evidence;
    const all = Object.fromEntries(CHECK_IDS.map((id) => [id, () => pass('fine')])) as unknown as Runs;
    const { checks, rootCauses } = runChecks(evidence, all);
    expect(checks.every(({ status, detail }) => status === 'skip' && detail.startsWith('Not checked'))).toBe(true);
    expect(rootCauses).toEqual([]);
  });
});
