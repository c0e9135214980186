import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { doctor } from '../../../src/commands/doctor.ts';
import { diagnose } from '../../../src/doctor/diagnose.ts';
import { CLIENTS, clientNamed, type Client } from '../../../src/doctor/profiles/clients.ts';
import { clientRules, redirectSets } from '../../../src/doctor/profiles/rules.ts';
import type { CheckResult, Diagnosis } from '../../../src/doctor/types.ts';
import { silentIo } from '../../support/project.ts';
import { Bench } from '../../fakes/doctor/bench.ts';

let bench: Bench;
beforeAll(async () => {
  bench = await Bench.start();
});
beforeEach(() => bench.reset());
afterAll(() => bench.close());

const examine = (client?: Client): Promise<Diagnosis> =>
  diagnose({ target: { kind: 'url', value: bench.url }, url: bench.url, register: false, timeout: 3000, client });
const profile = ({ checks }: Diagnosis, client: Client): CheckResult =>
  checks.find(({ id }) => id === `profile.${client}`)!;

describe('who can connect', () => {
  it('clients on this machine can, those on the web need a public https URL', async () => {
    const diagnosis = await examine();
    const hosted = CLIENTS.filter((client) => clientRules(client).isHosted);
    expect(hosted).toEqual(['chatgpt', 'claude', 'copilot-studio']);
    for (const client of CLIENTS) {
      const { status, detail } = profile(diagnosis, client);
      if (hosted.includes(client)) expect(detail).toContain('needs a public https URL');
      expect(status).toBe(hosted.includes(client) ? 'skip' : 'pass');
    }
  });

  it('a client that is asked for by name gets a verdict', async () => {
    const diagnosis = await examine('chatgpt');
    expect(diagnosis.rootCauses).toEqual(['profile.chatgpt']);
    expect(profile(diagnosis, 'chatgpt').fix).toContain('--client chatgpt');
  });

  it('what stops a client is named beside it', async () => {
    bench.metadata['issuer'] = `${bench.issuer}/`;
    expect(profile(await examine(), 'vscode')).toMatchObject({ status: 'skip', blockedBy: 'as.issuer' });
  });

  it('the resource at the origin stops those who compare exactly, and not the SDK', async () => {
    bench.prm['resource'] = bench.origin;
    expect((await examine('gemini')).rootCauses[0]).toBe('prm.resource');
    const sdk = await examine('cursor');
    expect(sdk.checks.find(({ id }) => id === 'prm.resource')?.status).toBe('warn');
    expect(profile(sdk, 'cursor').status).toBe('pass');
  });

  it('a path that is longer than the URL stops the SDK too', async () => {
    bench.prm['resource'] = `${bench.url}/`;
    expect((await examine('cursor')).rootCauses[0]).toBe('prm.resource');
  });

  it('without dynamic registration those without documents of their own are stopped', async () => {
    delete bench.metadata['registration_endpoint'];
    bench.metadata['client_id_metadata_document_supported'] = true;
    const diagnosis = await examine();
    expect(profile(diagnosis, 'claude-code').status).toBe('pass');
    expect(profile(diagnosis, 'vscode').detail).toContain('registered by hand');
    expect((await examine('vscode')).rootCauses).toEqual(['reg.method']);
  });

  it('a gate before OPTIONS stops the Inspector and nobody who is no web page', async () => {
    bench.hooks.mcp = (ask, usual) => (ask.method === 'OPTIONS' ? bench.unauthorized() : usual());
    const diagnosis = await examine();
    expect(profile(diagnosis, 'inspector')).toMatchObject({ blockedBy: 'cors.preflight' });
    expect(profile(diagnosis, 'claude-code').status).toBe('pass');
    expect((await examine('claude-code')).checks.some(({ status }) => status === 'fail')).toBe(false);
  });
});

describe('the rules', () => {
  it('each name their source, and redirect URIs', () => {
    for (const client of CLIENTS) {
      const { source, redirectUris } = clientRules(client);
      expect(source).not.toBe('');
      expect(redirectUris.length).toBeGreaterThan(0);
    }
  });

  it('--register tries a loopback client first, then the one that is asked for', () => {
    expect(redirectSets('cursor').map(({ client }) => client)).toEqual(['claude-code', 'cursor']);
    expect(redirectSets(undefined).map(({ client }) => client)).toEqual(['claude-code', 'claude', 'cursor', 'vscode']);
  });

  it('clients go by more than one name', () => {
    expect(clientNamed('gemini-cli')).toBe('gemini');
    expect(clientNamed('ChatGPT')).toBe('chatgpt');
    expect(clientNamed('netscape')).toBeUndefined();
  });
});

it('--watch looks again until all is well', async () => {
  bench.metadata['issuer'] = `${bench.issuer}/`;
  setTimeout(() => bench.reset(), 500);
  const { io, said } = silentIo();
  const flags = { register: false, login: false, fix: false, yes: false, strict: false, verbose: false, json: true };
  const { exit } = await doctor({ ...flags, target: bench.url, watch: true, timeout: 3000 }, io);
  expect(exit).toBe(0);
  expect(said()).toMatch(/as\.issuer[^]*Waiting for a change[^]*\d+ ok, \d+ not checked/);
});
