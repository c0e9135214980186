import { afterEach, beforeEach, expect, it } from 'vitest';
import { applyRemote, readState, type Account } from '../../../src/apply/index.ts';
import { hasRemoteWork } from '../../../src/commands/provision.ts';
import { remove } from '../../../src/commands/remove.ts';
import { removeRemote, remoteTraces, traceLines } from '../../../src/commands/remove-remote.ts';
import type { Decided } from '../../../src/commands/decide.ts';
import type { RemoteStep } from '../../../src/types.ts';
import { copyOfFixture, discard, silentIo } from '../../support/project.ts';

const account: Account = { provider: 'auth0', target: { domain: 'tenant.eu.auth0.com' } };
const step: RemoteStep = { id: 'api', resource: 'API', verb: 'create', summary: 'API', want: {}, reversible: true };
let project: string;

beforeEach(() => (project = copyOfFixture('express5-sessions')));
afterEach(() => discard(project));

it('what was cut off is left to a person, who is told where to look', async () => {
  await applyRemote(project, account, [step], () => Promise.reject(new Error('cut off'))).catch(() => undefined);
  const traces = remoteTraces(project, readState(project).auth);
  expect(traceLines(traces)).toEqual(['api at tenant.eu.auth0.com: begun']);

  const { io, said } = silentIo();
  expect(await removeRemote(project, traces, io)).toMatchObject([{ id: 'api', outcome: 'left' }]);
  expect(said()).toContain('look at tenant.eu.auth0.com whether it was done');
  expect(remoteTraces(project, undefined)).toEqual([]);
});

it('a run that was cut off is not up to date, also where the provider has it all by now', async () => {
  await applyRemote(project, account, [step], () => Promise.reject(new Error('cut off'))).catch(() => undefined);
  const decided = { plan: { remote: [{ ...step, verb: 'keep', ref: 'a1' }] }, answers: { account } };
  expect(hasRemoteWork(project, decided as unknown as Decided)).toBe(true);
});

it('without --remote what was made is told with its id, because nothing remembers it afterwards', async () => {
  await applyRemote(project, account, [step], () => Promise.resolve({ ref: 'rs_1' }));
  const { io, said } = silentIo();
  const options = { dir: project, remote: false, dryRun: true, yes: true, force: false, json: true };
  await remove(options, io);
  expect(said()).toContain('api at tenant.eu.auth0.com: created (rs_1)');
});
