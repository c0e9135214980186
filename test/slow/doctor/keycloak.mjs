/**
 * Keycloak as its makers ship it, started for this. Needs Java 17 or newer, unzip and Maven, which loads the archive as
 * its own settings say; KEYCLOAK_HOME names a copy that is already unpacked. What is missing fails in CI, and elsewhere
 * leaves Keycloak out aloud.
 */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { beside } from './protected-server.mjs';
import { discard, freePort, run, SCOPES, start, workshop } from './support.mjs';

const VERSION = '26.4.7';
const ARTIFACT = `org.keycloak:keycloak-quarkus-dist:${VERSION}:zip`;
const COPY = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy';
const ADMIN = { KC_BOOTSTRAP_ADMIN_USERNAME: 'admin', KC_BOOTSTRAP_ADMIN_PASSWORD: 'admin' };
const REALM = 'healthy';

export async function keycloak() {
  const missing = whatIsMissing();
  if (missing) return leaveOut(missing);
  const directory = workshop('keycloak');
  let server;
  try {
    const home = process.env.KEYCLOAK_HOME ?? (await unpack(directory));
    if (!home) return leaveOut(`Maven cannot load ${ARTIFACT}`);
    const base = `http://127.0.0.1:${await freePort()}`;
    server = await boot(home, base);
    await beside('Keycloak', async (resource) => {
      const admin = await login(base);
      await createRealm(base, admin, resource);
      return { issuer: `${base}/realms/${REALM}`, isOpen: true, token: () => tokenOf(base) };
    });
  } finally {
    await server?.stop();
    discard(directory);
  }
}

function leaveOut(reason) {
  if (process.env.CI) throw new Error(`Keycloak cannot run: ${reason}`);
  console.log(`SKIP Keycloak: ${reason}`);
}

function whatIsMissing() {
  const text = (file, args) => {
    try {
      return execFileSync(file, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    } catch {
      return undefined;
    }
  };
  const version = text('java', ['--version']);
  if (version === undefined) return 'there is no Java';
  const major = Number.parseInt(version.split(' ')[1] ?? '', 10);
  if (!(major >= 17)) return `Java ${major} is too old`;
  if (process.env.KEYCLOAK_HOME) return undefined;
  if (text('unzip', ['-v']) === undefined) return 'there is no unzip';
  return text('mvn', ['--version']) === undefined ? 'there is no Maven' : undefined;
}

/** @returns undefined when the archive cannot be loaded */
async function unpack(directory) {
  try {
    await run('mvn', ['-q', '-B', COPY, `-Dartifact=${ARTIFACT}`, `-DoutputDirectory=${directory}`]);
  } catch (error) {
    console.error(error);
    return undefined;
  }
  await run('unzip', ['-q', path.join(directory, `keycloak-quarkus-dist-${VERSION}.zip`), '-d', directory]);
  const home = path.join(directory, `keycloak-${VERSION}`);
  return existsSync(home) ? home : undefined;
}

/** As a process of Java without the shell script around it, so that it can be stopped. */
async function boot(home, base) {
  const script = path.join(home, 'bin', 'kc.sh');
  const port = new URL(base).port;
  const command = ['start-dev', '--http-host', '127.0.0.1', '--http-port', port, '--cache', 'local', '--db', 'dev-mem'];
  const shell = `exec bash "$0" "$@"`;
  const child = await start(['-e', RUNNER, 'bash', '-c', shell, script, ...command], {
    cwd: home,
    env: { ...ADMIN, JAVA_HOME: process.env.JAVA_HOME ?? '' },
    url: `${base}/realms/master`,
  });
  return child;
}

/** Hands the signal on to whatever the script has started. */
const RUNNER = `
  const [, file, ...args] = process.argv;
  const child = require('node:child_process').spawn(file, args, { stdio: 'inherit', detached: true });
  const stop = () => process.kill(-child.pid, 'SIGKILL');
  process.on('SIGTERM', stop);
  child.on('exit', (code) => process.exit(code ?? 0));`;

async function createRealm(base, admin, resource) {
  const api = (method, place, body) => call(`${base}/admin/realms${place}`, admin, method, body);
  await api('POST', '', { realm: REALM, enabled: true });
  // The portable way to the audience of RFC 8707: a mapper in a scope that every client gets.
  const audience = {
    name: 'mcp-audience',
    protocol: 'openid-connect',
    protocolMapper: 'oidc-audience-mapper',
    config: { 'included.custom.audience': resource, 'access.token.claim': 'true' },
  };
  const attributes = { 'include.in.token.scope': 'true' };
  for (const name of SCOPES) {
    const scope = { name, protocol: 'openid-connect', attributes, protocolMappers: [audience] };
    await api('POST', `/${REALM}/client-scopes`, scope);
  }
  const scopes = await api('GET', `/${REALM}/client-scopes`);
  for (const { id, name } of scopes) {
    if (SCOPES.includes(name)) await api('PUT', `/${REALM}/default-optional-client-scopes/${id}`);
  }
  // Without these two policies whoever comes may register, and ask for the scopes of the server.
  const policies = await api('GET', `/${REALM}/components?type=${POLICY}`);
  for (const { id, providerId, subType } of policies) {
    const isInTheWay = ['trusted-hosts', 'allowed-client-templates'].includes(providerId);
    if (subType === 'anonymous' && isInTheWay) await api('DELETE', `/${REALM}/components/${id}`);
  }
  await api('POST', `/${REALM}/clients`, {
    clientId: 'machine',
    secret: 'machine-secret',
    serviceAccountsEnabled: true,
    standardFlowEnabled: false,
    optionalClientScopes: SCOPES,
  });
}

const POLICY = 'org.keycloak.services.clientregistration.policy.ClientRegistrationPolicy';

const login = async (base) =>
  tokenAt(`${base}/realms/master`, {
    grant_type: 'password',
    client_id: 'admin-cli',
    username: ADMIN.KC_BOOTSTRAP_ADMIN_USERNAME,
    password: ADMIN.KC_BOOTSTRAP_ADMIN_PASSWORD,
  });

const tokenOf = (base) =>
  tokenAt(`${base}/realms/${REALM}`, {
    grant_type: 'client_credentials',
    client_id: 'machine',
    client_secret: 'machine-secret',
    scope: SCOPES.join(' '),
  });

async function tokenAt(issuer, fields) {
  const answer = await fetch(`${issuer}/protocol/openid-connect/token`, {
    method: 'POST',
    body: new URLSearchParams(fields),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`no token from ${issuer}: ${text}`);
  return JSON.parse(text).access_token;
}

async function call(url, token, method, body) {
  const answer = await fetch(url, {
    method,
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${url}: ${answer.status} ${text}`);
  return text === '' ? undefined : JSON.parse(text);
}
