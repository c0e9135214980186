import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { scopesOf } from '../../../../src/providers/auth0/access.ts';
import type { ProviderIo } from '../../../../src/providers/types.ts';
import type { TextQuestion } from '../../../../src/ui/prompts.ts';
import { MANAGER_SCOPES } from '../../../fakes/auth0/scopes.ts';
import { startTenants, type Project } from './harness.ts';

let tenants: Awaited<ReturnType<typeof startTenants>>;
let project: Project;
beforeAll(async () => void (tenants = await startTenants()));
afterAll(() => tenants.close());
beforeEach(() => {
  project = tenants.fresh();
  vi.stubEnv('AUTH0_API_TOKEN', '');
  // No CLI, unless a test puts one there.
  vi.stubEnv('PATH', path.dirname(process.execPath));
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
});

const useManager = (): void => {
  const { id, secret } = project.tenant.manager(MANAGER_SCOPES);
  vi.stubEnv('AUTH0_MGMT_CLIENT_ID', id);
  vi.stubEnv('AUTH0_MGMT_CLIENT_SECRET', secret);
};

describe('credentials', () => {
  it('are a token from the environment', async () => {
    vi.stubEnv('AUTH0_API_TOKEN', ` ${project.tenant.token(MANAGER_SCOPES)}\n`);
    expect((await project.look()).remote).not.toEqual([]);
  });

  it('or a machine-to-machine client', async () => {
    useManager();
    expect((await project.look()).remote).not.toEqual([]);
  });

  it('of which the first is taken that the tenant accepts', async () => {
    vi.stubEnv('AUTH0_API_TOKEN', 'expired');
    useManager();
    expect((await project.look()).remote).not.toEqual([]);
    expect(project.said).toEqual([`Auth0 does not accept AUTH0_API_TOKEN for ${project.tenant.domain}.`]);
  });

  it('that the tenant does not accept are a refusal', async () => {
    vi.stubEnv('AUTH0_API_TOKEN', 'expired');
    await expect(project.look()).rejects.toMatchObject({
      code: 'provider-refused',
      message: expect.stringContaining('does not accept AUTH0_API_TOKEN'),
    });
  });

  it('that no header could carry are refused without being shown', async () => {
    vi.stubEnv('AUTH0_API_TOKEN', 'my\ntoken');
    const error = (await project.look().catch((caught: unknown) => caught)) as Error;
    expect(error).toMatchObject({ code: 'provider-refused', message: expect.stringContaining('is not a token') });
    expect(error.message).not.toContain('my');
  });

  it('of a client that may not have a token are a refusal without the secret', async () => {
    vi.stubEnv('AUTH0_MGMT_CLIENT_ID', 'nobody');
    vi.stubEnv('AUTH0_MGMT_CLIENT_SECRET', 'very-secret');
    const error = await project.look().catch((caught: unknown) => caught as Error);
    expect(error).toMatchObject({ code: 'provider-refused', message: expect.stringContaining('401, access_denied') });
    expect(JSON.stringify(error) + String((error as Error).stack)).not.toContain('very-secret');
  });

  it('that are half there are a missing answer that names the other half', async () => {
    vi.stubEnv('AUTH0_MGMT_CLIENT_ID', 'id');
    await expect(project.look()).rejects.toMatchObject({
      code: 'missing-answer',
      message: expect.stringContaining('AUTH0_MGMT_CLIENT_SECRET'),
    });
  });

  it('that are not there at all are a missing answer that names where they may be put, and the scopes', async () => {
    await expect(project.look()).rejects.toMatchObject({
      code: 'missing-answer',
      fix: expect.stringMatching(
        /AUTH0_API_TOKEN.*AUTH0_MGMT_CLIENT_ID.*AUTH0_MGMT_CLIENT_SECRET.*auth0 login.*create:resource_servers/s,
      ),
    });
    expect(project.tenant.recorded).toEqual([]);
  });

  it('are asked for in a terminal, unseen, with the page of the dashboard and the scopes', async () => {
    const token = project.tenant.token(MANAGER_SCOPES);
    let asked: TextQuestion | undefined;
    const ask = {
      text: (question: TextQuestion) => ((asked = question), Promise.resolve(token)),
      multiselect: ({ initial }: { initial: string[] }) => Promise.resolve(initial),
    };
    const io = { ...project.io, interactive: true, ask: ask as unknown as ProviderIo['ask'] };
    expect((await project.look({}, io)).remote).not.toEqual([]);
    expect(asked).toMatchObject({ secret: true });
    expect(asked!.message).toMatch(/APIs > Auth0 Management API > API Explorer/);
    for (const scope of ['read:tenant_settings', 'create:client_grants', 'update:connections']) {
      expect(asked!.message).toContain(scope);
    }
  });

  it('are not sent to where a redirect points', async () => {
    vi.stubEnv('AUTH0_API_TOKEN', project.tenant.token(MANAGER_SCOPES));
    const send = vi.fn((_url: unknown, _init?: RequestInit) => Promise.resolve(Response.json({})));
    vi.stubGlobal('fetch', send);
    await project.look().catch(() => undefined);
    for (const [, init] of send.mock.calls) expect(init?.redirect).toBe('error');
  });
});

describe('a token', () => {
  const jwt = (claims: object): string => `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.c2ln`;

  it('says what it may do, or does not', () => {
    expect(scopesOf(jwt({ scope: 'read:clients update:clients' }))).toEqual(
      new Set(['read:clients', 'update:clients']),
    );
    for (const token of [jwt({}), 'opaque', 'a.b.c', `${jwt({})}.x.y`.replace('e30', '%')])
      expect(scopesOf(token)).toBeUndefined();
  });
});

describe('a login of the auth0 CLI', () => {
  let directory: string;
  beforeEach(() => (directory = mkdtempSync(path.join(tmpdir(), 'add-auth-cli-'))));
  afterEach(() => rmSync(directory, { recursive: true }));

  /** A CLI that does what the real one does with `api`, and writes down how it was called. */
  function installCli(token: string): { calls(): string[][] } {
    const log = path.join(directory, 'calls');
    const script = path.join(directory, 'auth0');
    writeFileSync(log, '');
    writeFileSync(script, `#!${process.execPath}\n${CLI.replace('TOKEN', token).replace('LOG', log)}`);
    chmodSync(script, 0o755);
    vi.stubEnv('PATH', `${directory}:${path.dirname(process.execPath)}`);
    vi.stubEnv('NODE_EXTRA_CA_CERTS', project.tenant.caFile);
    return {
      calls: () =>
        readFileSync(log, 'utf8')
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line) as string[]),
    };
  }

  it('is used without its token being seen, and without bodies in the arguments', async () => {
    const token = project.tenant.token(MANAGER_SCOPES);
    const cli = installCli(token);
    await project.run();
    expect(project.tenant.tenant.grants).toHaveLength(2);
    expect(cli.calls()).toContainEqual([
      'api',
      'post',
      'client-grants',
      '--tenant',
      project.tenant.domain,
      '--no-input',
    ]);
    expect(JSON.stringify([cli.calls(), project.said])).not.toContain(token);
  }, 60_000);

  it('that lacks a scope is told which', async () => {
    installCli(project.tenant.token(MANAGER_SCOPES.filter((scope) => scope !== 'read:connections')));
    await expect(project.look()).rejects.toMatchObject({
      code: 'provider-refused',
      message: expect.stringContaining('it lacks read:connections'),
    });
  });

  it('of another tenant is none', async () => {
    installCli('unknown');
    await expect(project.look()).rejects.toMatchObject({ code: 'missing-answer' });
  });
});

/** After internal/cli/api.go of auth0-cli 1.33: data from stdin, answers on stdout, refusals in words on stderr. */
const CLI = `
const fs = require('node:fs');
const args = process.argv.slice(2);
fs.appendFileSync('LOG', JSON.stringify(args) + '\\n');
const [, method, path, , tenant] = args;
const body = method === 'get' ? undefined : fs.readFileSync(0, 'utf8') || undefined;
fetch('https://' + tenant + '/api/v2/' + path, {
  method: method.toUpperCase(),
  headers: { authorization: 'Bearer TOKEN', 'content-type': 'application/json' },
  body,
}).then(async (response) => {
  const text = await response.text();
  if (response.ok) return console.log(text && JSON.stringify(JSON.parse(text), null, 2));
  const answer = JSON.parse(text);
  const lacks = /any of: ([\\w:]+)/.exec(answer.message);
  console.error(lacks ? 'request failed because access token lacks scope: ' + lacks[1] + '.' : 'API request failed: ' + text);
  process.exit(1);
});
`;
