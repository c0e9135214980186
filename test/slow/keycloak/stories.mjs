import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { decodeJwt } from 'jose';
import { addAuth, discard, freePort, isHealthy, projectOf, start, typescript } from '../doctor/support.mjs';
import { faultyProxy } from './faulty-proxy.mjs';
import { Application, callTool, REDIRECT } from '../doctor/official-client.mjs';
import { logIn, textOf } from './login.mjs';
import { ADMIN } from './server.mjs';

const ADA = { user: 'ada', password: 'correct-horse-battery' };
const CREDENTIALS = { KEYCLOAK_ADMIN_USER: ADMIN.user, KEYCLOAK_ADMIN_PASSWORD: ADMIN.password };
const POLICY = 'org.keycloak.services.clientregistration.policy.ClientRegistrationPolicy';
const QUIET = ['--no-install', '--no-verify', '--yes'];

/** Ada at the pages of Keycloak. */
const person = (onPage) => (start) => logIn(start, REDIRECT, { ...ADA, ...(onPage && { onPage }) });

/** A realm as an administrator makes it, with one person in it. */
async function newRealm({ api }, name) {
  await api('POST', '', { realm: name, enabled: true });
  await api('POST', `/${name}/users`, {
    username: ADA.user,
    enabled: true,
    email: 'ada@example.com',
    emailVerified: true,
    firstName: 'Ada',
    lastName: 'Lovelace',
    credentials: [{ type: 'password', value: ADA.password, temporary: false }],
  });
  return name;
}

/** What add-auth may change of a realm, without what differs from realm to realm and run to run. */
async function looksOf({ api }, realm) {
  const named = (list) => list.map(({ name }) => name).sort();
  const scopes = await api('GET', `/${realm}/client-scopes`);
  const policies = await api('GET', `/${realm}/components?type=${POLICY}`);
  const sorted = (config) =>
    Object.fromEntries(
      Object.entries(config)
        .map(([name, values]) => [name, [...values].sort()])
        .sort(),
    );
  return {
    scopes: scopes
      .map(({ name, attributes, protocolMappers = [] }) => ({ name, attributes, mappers: named(protocolMappers) }))
      .sort((a, b) => (a.name < b.name ? -1 : 1)),
    optional: named(await api('GET', `/${realm}/default-optional-client-scopes`)),
    standard: named(await api('GET', `/${realm}/default-default-client-scopes`)),
    policies: policies
      .map(({ providerId, subType, config }) => `${subType} ${providerId} ${JSON.stringify(sorted(config))}`)
      .sort(),
  };
}

const keycloakAt = ({ base }, realm) => ['--provider', 'keycloak', '--issuer', `${base}/realms/${realm}`];
const actions = ({ changes }) => new Set(changes.remote.map(({ action }) => action));

async function withProject(use) {
  const project = projectOf('express5-sessions');
  try {
    return await use(project);
  } finally {
    discard(project);
  }
}

/** A protected server, running. */
async function withServer(keycloak, realm, use, baseScopes) {
  await withProject(async (project) => {
    const port = await freePort();
    const resource = `http://127.0.0.1:${port}/mcp`;
    const args = [project, ...keycloakAt(keycloak, realm), '--resource', resource, ...QUIET];
    const { exit, document } = await addAuth(args, { env: CREDENTIALS });
    assert.equal(exit, 0, JSON.stringify(document.error));
    if (baseScopes) askFor(baseScopes, path.join(project, 'src/auth/scopes.ts'));
    const server = await start(typescript('src/server.ts'), {
      cwd: project,
      env: { PORT: String(port) },
      url: resource,
    });
    try {
      await use({ project, resource, said: server.said });
    } finally {
      await server.stop();
    }
  });
}

/** What the first challenge asks for, as people would change it. */
function askFor(scopes, file) {
  const before = readFileSync(file, 'utf8');
  const after = before.replace(/(BASE_SCOPES[^=]*= )\[[^\]]*\]/, (_, start) => start + JSON.stringify(scopes));
  writeFileSync(file, after);
}

/** As any program could: RFC 7591 without a token. */
async function register({ base }, realm, metadata) {
  const answer = await fetch(`${base}/realms/${realm}/clients-registrations/openid-connect`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ token_endpoint_auth_method: 'none', ...metadata }),
  });
  return { status: answer.status, client: await answer.json() };
}

const isRefused = async (args, env, code, exit, words) => {
  const ended = await addAuth(args, { env });
  assert.deepEqual([ended.exit, ended.document.error.code], [exit, code], JSON.stringify(ended.document));
  assert.match(`${ended.document.error.message} ${ended.document.error.fix}`, words);
  assert.ok(!JSON.stringify(ended.document).includes(ADMIN.password));
};

export const stories = {
  async 'a preview shows all and changes nothing'(keycloak) {
    const realm = await newRealm(keycloak, 'preview');
    const before = await looksOf(keycloak, realm);
    await withProject(async (project) => {
      const args = [project, ...keycloakAt(keycloak, realm), ...QUIET, '--dry-run'];
      const { exit, document } = await addAuth(args, { env: CREDENTIALS });
      assert.equal(exit, 0);
      const said = JSON.stringify(document.changes.remote);
      for (const word of ['client scope read:tasks', 'audience', 'Trusted Hosts']) assert.ok(said.includes(word), word);
    });
    assert.deepEqual(await looksOf(keycloak, realm), before);
  },

  async 'who may not is told so, and nothing is written'(keycloak) {
    const realm = await newRealm(keycloak, 'refused');
    const before = await looksOf(keycloak, realm);
    await withProject(async (project) => {
      const args = [project, ...keycloakAt(keycloak, realm), ...QUIET];
      await isRefused(args, {}, 'missing-answer', 2, /KEYCLOAK_ADMIN_USER/);
      const wrong = { ...CREDENTIALS, KEYCLOAK_ADMIN_PASSWORD: 'wrong' };
      await isRefused(args, wrong, 'provider-refused', 4, /Invalid user credentials/);
      await isRefused(args, { KEYCLOAK_ACCESS_TOKEN: 'stale' }, 'provider-refused', 4, /KEYCLOAK_ACCESS_TOKEN/);
      const nobody = await keycloak.tokenAt(realm, { grant_type: 'password', client_id: 'admin-cli', ...login(ADA) });
      await isRefused(args, { KEYCLOAK_ACCESS_TOKEN: nobody }, 'provider-refused', 4, /403/);
      const missing = [project, ...keycloakAt(keycloak, 'nowhere'), ...QUIET];
      await isRefused(missing, CREDENTIALS, 'missing-answer', 2, /--create-realm/);
    });
    assert.deepEqual(await looksOf(keycloak, realm), before);
  },

  async 'the official client registers, logs in and calls a tool; a second run has nothing to do'(keycloak) {
    const realm = await newRealm(keycloak, 'login');
    await withServer(keycloak, realm, async ({ project, resource }) => {
      const pages = [];
      const ada = new Application(person((html) => pages.push(textOf(html))));
      assert.ok(!(await callTool(resource, 'search-tasks', { query: '' }, ada)).isError);
      assert.ok(
        pages.some((page) => page.includes('Use the tools search-tasks')),
        'the consent page names the tools',
      );
      const claims = decodeJwt(ada.kept.tokens.access_token);
      assert.ok([claims.aud].flat().includes(resource));
      assert.ok(claims.sub, 'the token names the user');
      const again = await addAuth([project, ...QUIET], { env: CREDENTIALS });
      assert.deepEqual([again.exit, again.document.changes.files], [0, []]);
      assert.deepEqual(actions(again.document), new Set(['keep']));
      await isHealthy('the doctor is content', [resource, '--register'], {
        token: ada.kept.tokens.access_token,
        sees: ['reg.dcr', 'as.issuer', 'jwks.keys'],
      });
    });
  },

  async 'a client that registers without naming scopes steps up later'(keycloak) {
    const realm = await newRealm(keycloak, 'step-up');
    const story = async ({ resource, said }) => {
      const { client } = await register(keycloak, realm, { redirect_uris: [REDIRECT] });
      const ada = new Application(person(), client);
      assert.ok(!(await callTool(resource, 'search-tasks', { query: '' }, ada)).isError);
      assert.ok(!(await callTool(resource, 'create-task', { title: 'Buy milk' }, ada)).isError);
      assert.match(said(), /scope missing: write:tasks/);
    };
    await withServer(keycloak, realm, story, ['read:tasks']);
  },

  async 'one that names those of the first challenge needs to be asked for all'(keycloak) {
    const realm = await newRealm(keycloak, 'at-once');
    const all = ['delete:tasks', 'read:tasks', 'use:whoami', 'write:tasks'];
    for (const [scopes, isEnough] of [
      [['read:tasks'], false],
      [all, true],
    ]) {
      const story = async ({ resource }) => {
        const ada = new Application(person());
        assert.ok(!(await callTool(resource, 'search-tasks', { query: '' }, ada)).isError);
        const later = callTool(resource, 'create-task', { title: 'Buy milk' }, ada);
        if (isEnough) assert.ok(!(await later).isError);
        else await assert.rejects(later, /invalid_scope/);
      };
      await withServer(keycloak, realm, story, scopes);
    }
  },

  async 'registration is open for known redirects only, and tokens without our scopes are refused'(keycloak) {
    const realm = await newRealm(keycloak, 'doors');
    await withServer(keycloak, realm, async ({ resource }) => {
      for (const [uri, status] of [
        ['https://evil.example/callback', 403],
        ['https://claude.ai/api/mcp/auth_callback', 201],
        ['cursor://anysphere.cursor-mcp/oauth/callback', 201],
        ['https://vscode.dev/redirect', 201],
      ]) {
        const scope = 'openid offline_access read:tasks write:tasks';
        const registered = await register(keycloak, realm, { redirect_uris: [uri], scope });
        assert.equal(registered.status, status, `${uri}: ${JSON.stringify(registered.client)}`);
      }
      const other = await keycloak.tokenAt(realm, { grant_type: 'password', client_id: 'admin-cli', ...login(ADA) });
      const answer = await fetch(resource, { method: 'POST', headers: { Authorization: `Bearer ${other}` } });
      assert.equal(answer.status, 401);
    });
  },

  async 'a run that breaks off is finished by the next, and taken back as a whole'(keycloak) {
    const proxy = await faultyProxy(keycloak.base);
    const env = { ...CREDENTIALS, KEYCLOAK_ADMIN_URL: proxy.url };
    const realm = await newRealm(keycloak, 'faults');
    const before = await looksOf(keycloak, realm);
    let expected;
    try {
      for (const fault of [undefined, ...FAULTS]) {
        await withProject(async (project) => {
          const args = [project, ...keycloakAt(keycloak, realm), '--resource', 'http://127.0.0.1:3000/mcp', ...QUIET];
          const title = JSON.stringify(fault);
          proxy.begin(...(fault ? [fault] : []));
          const first = await addAuth(args, { env });
          assert.equal(first.exit, fault ? 4 : 0, `${title}: ${JSON.stringify(first.document.error)}`);
          proxy.begin();
          if (fault) assert.equal((await addAuth(args, { env })).exit, 0, title);
          expected ??= await looksOf(keycloak, realm);
          assert.deepEqual(await looksOf(keycloak, realm), expected, title);
          assert.equal((await addAuth(['remove', project, '--remote', '--yes'], { env })).exit, 0, title);
          assert.deepEqual(await looksOf(keycloak, realm), before, title);
        });
      }
    } finally {
      proxy.close();
    }
  },

  async 'what others had set up stays theirs'(keycloak) {
    const { api } = keycloak;
    const realm = await newRealm(keycloak, 'theirs');
    const attributes = { 'include.in.token.scope': 'false', 'gui.order': '7' };
    await api('POST', `/${realm}/client-scopes`, { name: 'read:tasks', protocol: 'openid-connect', attributes });
    const before = await looksOf(keycloak, realm);
    await withProject(async (project) => {
      const args = [project, ...keycloakAt(keycloak, realm), ...QUIET];
      assert.equal((await addAuth(args, { env: CREDENTIALS })).exit, 0);
      const during = await looksOf(keycloak, realm);
      const theirs = during.scopes.find(({ name }) => name === 'read:tasks');
      assert.equal(theirs.attributes['include.in.token.scope'], 'true');
      assert.equal(theirs.attributes['gui.order'], '7');
      assert.equal((await addAuth(['remove', project, '--remote', '--yes'], { env: CREDENTIALS })).exit, 0);
    });
    assert.deepEqual(await looksOf(keycloak, realm), before);
  },

  async 'drift is seen, put right by the next run, and not taken back over others'(keycloak) {
    const { api } = keycloak;
    const realm = await newRealm(keycloak, 'drift');
    await withProject(async (project) => {
      const args = [project, ...keycloakAt(keycloak, realm), ...QUIET];
      assert.equal((await addAuth(args, { env: CREDENTIALS })).exit, 0);
      assert.equal((await addAuth(['status', project], { env: CREDENTIALS })).exit, 0);
      const scopes = await api('GET', `/${realm}/client-scopes`);
      const { id, protocolMappers } = scopes.find(({ name }) => name === 'read:tasks');
      await api('DELETE', `/${realm}/client-scopes/${id}/protocol-mappers/models/${protocolMappers[0].id}`);
      const { exit, document } = await addAuth(['status', project], { env: CREDENTIALS });
      assert.equal(exit, 1);
      assert.match(JSON.stringify(document), /audience mapper of read:tasks/);
      assert.equal((await addAuth(args, { env: CREDENTIALS })).exit, 0);
      assert.equal((await addAuth(['status', project], { env: CREDENTIALS })).exit, 0);
      const policies = await api('GET', `/${realm}/components?type=${POLICY}`);
      const hosts = policies.find(({ providerId }) => providerId === 'trusted-hosts');
      hosts.config['trusted-hosts'].push('theirs.example');
      await api('PUT', `/${realm}/components/${hosts.id}`, hosts);
      assert.equal((await addAuth(['remove', project, '--remote', '--yes'], { env: CREDENTIALS })).exit, 0);
      const after = await api('GET', `/${realm}/components/${hosts.id}`);
      assert.deepEqual(after.config['trusted-hosts'], ['theirs.example']);
    });
  },

  async 'a realm is made when that is asked for, and goes while nobody lives there'(keycloak) {
    const { base, api } = keycloak;
    for (const inhabited of [false, true]) {
      await withProject(async (project) => {
        const where = ['--provider', 'keycloak', '--issuer', base, '--realm', 'made here', '--create-realm'];
        const { exit, document } = await addAuth([project, ...where, ...QUIET], { env: CREDENTIALS });
        assert.equal(exit, 0, JSON.stringify(document.error));
        assert.equal(document.provider.issuer, `${base}/realms/made%20here`);
        const again = await addAuth([project, ...QUIET], { env: CREDENTIALS });
        assert.deepEqual(actions(again.document), new Set(['keep']));
        if (inhabited) await api('POST', '/made%20here/users', { username: 'grace' });
        await addAuth(['remove', project, '--remote', '--yes'], { env: CREDENTIALS });
        const isThere = await api('GET', '/made%20here').then(
          () => true,
          () => false,
        );
        assert.equal(isThere, inhabited);
      });
    }
  },
};

const login = ({ user, password }) => ({ username: user, password });

/** Some of each kind, on writes of each kind: scopes and their offer, mappers, policies. */
const FAULTS = [
  { at: 1, kind: 'drop' },
  { at: 1, kind: 'drop-after' },
  { at: 2, kind: 'drop-after' },
  { at: 5, kind: '500' },
  { at: 9, kind: 'drop-after' },
  { at: 10, kind: '403' },
  { at: 13, kind: 'drop' },
  { at: 14, kind: 'drop-after' },
];
