import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startFakeSupabase, type FakeSupabase } from '../fakes/supabase/index.ts';
import { ACCESS_TOKEN, REF, USER } from '../fakes/supabase/state.ts';
import { ROOT, runBuilt, type Ended } from '../support/built.ts';
import { copyOfFixture, discard } from '../support/project.ts';
import { tlsIdentity, type TlsIdentity } from '../support/tls.ts';

let tls: TlsIdentity;
let fake: FakeSupabase;
let project: string;
beforeAll(async () => {
  tls = tlsIdentity();
  fake = await startFakeSupabase({ asymmetric: true }, tls);
  project = copyOfFixture('express4-cjs');
});
afterAll(async () => {
  await fake?.close();
  tls?.discard();
  if (project) discard(project);
});

const run = (args: string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> =>
  runBuilt(args, { env: { NODE_EXTRA_CA_CERTS: tls.file, ...env } });

/** A browser whose person signs in at the consent page and approves. */
function personOf(dir: string): string {
  const file = path.join(dir, 'person.mjs');
  const agree = JSON.stringify(path.join(ROOT, 'test/fakes/supabase/browser.mjs'));
  const person = JSON.stringify({ email: USER.email, password: USER.password, decision: 'approve' });
  const lines = [
    `import { agree } from ${agree};`,
    'const plain = fetch;',
    `const { target } = await agree(process.argv.at(-1), ${person});`,
    'await plain(target);',
    'process.exit();',
  ];
  writeFileSync(file, lines.join('\n'));
  return `${process.execPath} ${file}`;
}

it('a user of a Supabase project logs in on its consent page; tool scopes are never asked for', async () => {
  const resource = 'http://127.0.0.1:4999/mcp';
  const args = ['--provider', 'supabase', '--project', REF, '--issuer', fake.issuer, '--resource', resource];
  const env = { SUPABASE_API_URL: fake.api, SUPABASE_ACCESS_TOKEN: ACCESS_TOKEN };
  // What is left for a person is to serve the consent page.
  expect((await run([project, ...args, '--yes', '--no-install', '--no-verify'], env)).code).toBe(3);
  fake.pages = path.join(project, '.web');
  mkdirSync(path.join(fake.pages, 'oauth'), { recursive: true });
  cpSync(path.join(project, 'consent-page'), path.join(fake.pages, 'oauth', 'consent'), { recursive: true });

  const { code, stdout, stderr } = await run(['token', project], { BROWSER: personOf(project) });
  expect({ code, stderr }).toMatchObject({ code: 0 });
  const { client_id: clientId } = decodeJwt(stdout.trim());
  expect(decodeJwt(stdout.trim())).toMatchObject({ iss: fake.issuer, aud: 'authenticated', sub: USER.id });
  expect(fake.state.authorizations.map(({ scope }) => scope).join()).not.toContain('tasks');
  expect(stderr).toContain(`Client ${String(clientId)}, registered for this login, stays at ${fake.issuer}.`);
  expect(stderr).not.toContain('Not granted');
  expect(stderr).not.toContain('will refuse this token');
});
