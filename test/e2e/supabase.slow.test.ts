import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startFakeSupabase, type FakeSupabase } from '../fakes/supabase/index.ts';
import { ACCESS_TOKEN, REF, SERVICE_ROLE_KEY, SMTP_PASSWORD, USER } from '../fakes/supabase/state.ts';
import { accessToken } from '../fakes/supabase/auth.ts';
import { cleanEnvironment, ROOT, runBuilt, type Ended } from '../support/built.ts';
import { McpWire } from '../support/mcp-wire.ts';
import { bytesOf, copyOfFixture, discard } from '../support/project.ts';
import { freePort, startProject, type RunningServer } from '../support/running-server.ts';
import { tlsIdentity, type TlsIdentity } from '../support/tls.ts';

let tls: TlsIdentity;
let fake: FakeSupabase;
let project: string;
let before: Record<string, string>;
let resource: string;
let port: number;
const outputs: string[] = [];

beforeAll(async () => {
  tls = tlsIdentity();
  fake = await startFakeSupabase({}, tls);
  project = copyOfFixture('express5-sessions');
  before = bytesOf(project);
  port = await freePort();
  resource = `http://127.0.0.1:${port}/mcp`;
});
afterAll(async () => {
  await fake?.close();
  tls?.discard();
  if (project) discard(project);
});

async function run(args: string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> {
  const environment = {
    SUPABASE_API_URL: fake.api,
    SUPABASE_ACCESS_TOKEN: ACCESS_TOKEN,
    NODE_EXTRA_CA_CERTS: tls.file,
  };
  const ended = await runBuilt(args, { env: { ...environment, ...env } });
  outputs.push(ended.stdout, ended.stderr);
  return ended;
}

const addArgs = (...more: string[]): string[] => [
  project,
  ...['--provider', 'supabase', '--project', REF, '--issuer', fake.issuer, '--resource', resource],
  ...['--yes', '--no-install', '--json', ...more],
];
const json = ({ stdout }: Ended): Record<string, never> => JSON.parse(stdout) as Record<string, never>;
const isRead = (call: string): boolean => call.startsWith('GET ');

interface Login {
  ok: boolean;
  result?: { content: { text: string }[] };
  error?: string;
  asked?: Record<string, string>;
  seen?: Record<string, string>;
  token?: string;
}

/** The official client in a process of its own, which trusts the certificate. */
function login(tool: string, decision: 'approve' | 'deny' = 'approve'): Promise<Login> {
  const person = JSON.stringify({ email: USER.email, password: USER.password, decision });
  const script = path.join(ROOT, 'test/fakes/supabase/login.mjs');
  const env = cleanEnvironment({ NODE_EXTRA_CA_CERTS: tls.file });
  const child = spawn(process.execPath, [script, resource, person, tool], { env });
  let output = '';
  let errors = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  return new Promise((resolve, reject) => {
    child.once('close', () => {
      try {
        resolve(JSON.parse(output) as Login);
      } catch {
        reject(new Error(`${output}\n${errors}`));
      }
    });
  });
}

describe('a project that still signs with its legacy secret', () => {
  it('is not changed unasked, and the option that allows it is named', async () => {
    const ended = await run(addArgs());
    expect(ended.code).toBe(2);
    expect(json(ended)['error']).toMatchObject({
      code: 'missing-answer',
      fix: expect.stringContaining('--rotate-keys'),
    });
    expect(fake.calls.every(isRead)).toBe(true);
    expect(bytesOf(project)).toEqual(before);
  });

  it('needs an access token, and says which variable holds it', async () => {
    const ended = await run(addArgs(), { SUPABASE_ACCESS_TOKEN: '' });
    expect(ended.code).toBe(2);
    expect(JSON.stringify(json(ended)['error'])).toContain('SUPABASE_ACCESS_TOKEN');
  });

  it('is only read by a preview, which shows every step', async () => {
    const ended = await run(addArgs('--rotate-keys', '--dry-run'));
    expect(fake.calls.every(isRead)).toBe(true);
    expect(bytesOf(project)).toEqual(before);
    expect(json(ended)['changes']).toMatchObject({
      remote: [
        { id: 'supabase.signing-key.legacy', action: 'create' },
        { id: 'supabase.signing-key.standby', action: 'create' },
        { id: 'supabase.signing-key.in-use', action: 'update' },
        { id: 'supabase.auth-config', action: 'update' },
      ],
    });
    expect(ended.stderr).toContain('opens registration to the internet');
  });

  it('is set up with consent; what is left is to serve the consent page', { timeout: 120_000 }, async () => {
    const ended = await run(addArgs('--rotate-keys'));
    expect(ended.code).toBe(3);
    const { manual, error } = json(ended) as unknown as { manual: { what: string; snippet: string }[]; error: unknown };
    expect(error).toMatchObject({ code: 'manual-step', message: `Left for you: ${manual[0]!.what}` });
    expect(manual).toEqual([expect.objectContaining({ what: expect.stringContaining(`${fake.site}/oauth/consent`) })]);
    expect(fake.state.keys.map(({ algorithm, status }) => `${algorithm} ${status}`)).toEqual([
      'HS256 previously_used',
      'ES256 in_use',
    ]);
    expect(fake.state.settings).toMatchObject({
      site_url: fake.site,
      uri_allow_list: 'https://app.example/**,https://preview.example/**',
      oauth_server_enabled: true,
      oauth_server_allow_dynamic_registration: true,
      oauth_server_authorization_path: '/oauth/consent',
    });
    const env = readFileSync(path.join(project, '.env'), 'utf8');
    expect(env).toContain(`MCP_AUTH_ISSUER=${fake.issuer}\n`);
    expect(env).toContain('MCP_AUTH_AUDIENCE=authenticated\n');
    const state = JSON.parse(readFileSync(path.join(project, '.mcp-builder/state.json'), 'utf8')) as { auth: object };
    expect(state.auth).toMatchObject({
      provider: 'supabase',
      project: REF,
      issuer: fake.issuer,
      audience: 'authenticated',
    });
  });

  it('has nothing to do the second time', async () => {
    fake.calls.length = 0;
    const files = bytesOf(project);
    const ended = await run(addArgs());
    expect(ended.code).toBe(0);
    expect(fake.calls.every(isRead)).toBe(true);
    expect(bytesOf(project)).toEqual(files);
  });
});

describe('the rewritten server', () => {
  let server: RunningServer;
  let wire: McpWire;
  beforeAll(async () => {
    server = await startProject(project, port, { NODE_EXTRA_CA_CERTS: tls.file });
    wire = new McpWire(resource);
  });
  afterAll(() => server?.stop());

  it('names no scopes, neither in challenges nor in its metadata', async () => {
    const { status, challenge } = await wire.initialize(undefined);
    expect(status).toBe(401);
    expect(challenge).not.toContain('scope');
    const metadata = await fetch(`http://127.0.0.1:${port}/.well-known/oauth-protected-resource/mcp`);
    expect(await metadata.json()).toEqual({
      resource,
      authorization_servers: [fake.issuer],
      bearer_methods_supported: ['header'],
    });
  });

  it('nobody can log in while the consent page is not there', async () => {
    const { ok, error } = await login('whoami');
    expect(ok).toBe(false);
    expect(error).toContain('404, where the consent page should be');
  });

  it('lets the official client in, through the generated page', async () => {
    fake.pages = path.join(project, '.web');
    mkdirSync(path.join(fake.pages, 'oauth'), { recursive: true });
    cpSync(path.join(project, 'consent-page'), path.join(fake.pages, 'oauth', 'consent'), { recursive: true });
    const { ok, result, asked, seen, error } = await login('whoami');
    expect(error).toBeUndefined();
    expect(ok).toBe(true);
    expect(result?.content[0]?.text).toContain(USER.id);
    expect(asked?.['scope'] ?? '').not.toContain('tasks');
    expect(seen).toEqual({
      client: 'The official client',
      user: USER.email,
      scope: expect.any(String) as string,
      target: '127.0.0.1:33418',
    });
  });

  it('takes what add-auth token prints, which asks for no scope of ours', async () => {
    const browser = path.join(ROOT, 'test/fakes/supabase/browser.mjs');
    const BROWSER = [process.execPath, browser, USER.email, USER.password].join(' ');
    const { code, stdout, stderr } = await runBuilt(['token', project], {
      env: { NODE_EXTRA_CA_CERTS: tls.file, BROWSER },
    });
    expect(stderr).not.toContain('unsupported scope');
    expect(code).toBe(0);
    expect((await wire.initialize(stdout.trim())).status).toBe(200);
  });

  it('stays closed when the user denies', async () => {
    const { ok, error } = await login('whoami', 'deny');
    expect(ok).toBe(false);
    expect(error).toContain('access_denied');
  });

  it("refuses the session of the user's own app, which has the same issuer and audience", async () => {
    const session = await accessToken(fake.state, fake.issuer, undefined);
    const { status, challenge } = await wire.initialize(session);
    expect(status).toBe(401);
    expect(challenge).toContain('error="invalid_token"');
  });

  it('refuses tokens of the legacy secret', async () => {
    const [legacy, current] = fake.state.keys;
    legacy!.status = 'in_use';
    current!.status = 'standby';
    const client = fake.state.clients[0]!;
    const token = await accessToken(fake.state, fake.issuer, { client, scope: 'email' });
    legacy!.status = 'previously_used';
    current!.status = 'in_use';
    expect((await wire.initialize(token)).status).toBe(401);
  });

  it.each([
    ['oauth_server_allow_dynamic_registration', false, 'does not support dynamic client registration'],
    ['oauth_server_enabled', false, 'does not support dynamic client registration'],
    ['oauth_server_authorization_path', null, 'oauth authorization path not configured'],
  ])('nobody can log in without %s', async (setting, off, problem) => {
    const { [setting]: on = null } = fake.state.settings;
    fake.state.settings[setting] = off;
    const { ok, error } = await login('whoami');
    fake.state.settings[setting] = on;
    expect(ok).toBe(false);
    expect(error).toContain(problem);
  });
});

describe('remove --remote', () => {
  it('gives the settings back, and says that the keys stay', async () => {
    const ended = await run(['remove', project, '--remote', '--yes', '--json']);
    expect(ended.code).toBe(3);
    expect(ended.stderr).toContain('The project goes on signing with its ES256 key');
    expect(fake.state.settings).toMatchObject({
      oauth_server_enabled: false,
      oauth_server_allow_dynamic_registration: false,
      oauth_server_authorization_path: null,
      site_url: fake.site,
    });
    expect(fake.state.keys.map(({ algorithm, status }) => `${algorithm} ${status}`)).toEqual([
      'HS256 previously_used',
      'ES256 in_use',
    ]);
    expect(existsSync(path.join(project, 'consent-page'))).toBe(false);
  });
});

describe('secrets', () => {
  it('are in no output and in no file', () => {
    const files = readdirSync(project, { recursive: true, encoding: 'utf8' })
      .map((name) => path.join(project, name))
      .filter((file) => statSync(file).isFile())
      .map((file) => readFileSync(file, 'utf8'));
    for (const text of [...outputs, ...files]) {
      for (const secret of [ACCESS_TOKEN, SERVICE_ROLE_KEY, SMTP_PASSWORD]) expect(text).not.toContain(secret);
    }
  });
});
