/**
 * Keycloak as its makers ship it, started for this. Needs Java 17 or newer, unzip and Maven, which loads the archive as
 * its own settings say; KEYCLOAK_HOME names a copy that is already unpacked. What is missing fails in CI, and elsewhere
 * leaves Keycloak out aloud.
 */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { discard, freePort, run, start, workshop } from '../doctor/support.mjs';

const VERSION = '26.4.7';
const ARTIFACT = `org.keycloak:keycloak-quarkus-dist:${VERSION}:zip`;
const COPY = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy';
export const ADMIN = { user: 'admin', password: 'admin-of-this-test' };

/**
 * Runs `use` beside a Keycloak that keeps everything in memory.
 * @param use (keycloak: { base, api, tokenAt }) -> Promise; `api(method, path, body)` speaks to `/admin/realms` as an
 *   administrator, `tokenAt(realm, fields)` to the token endpoint of a realm
 */
export async function withKeycloak(use) {
  const missing = whatIsMissing();
  if (missing) return leaveOut(missing);
  const directory = workshop('keycloak');
  let server;
  try {
    const home = process.env.KEYCLOAK_HOME ?? (await unpack(directory));
    if (!home) return leaveOut(`Maven cannot load ${ARTIFACT}`);
    const base = `http://127.0.0.1:${await freePort()}`;
    server = await boot(home, base);
    await use({ base, api: adminApi(base), tokenAt: (realm, fields) => tokenAt(base, realm, fields) });
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
    env: {
      KC_BOOTSTRAP_ADMIN_USERNAME: ADMIN.user,
      KC_BOOTSTRAP_ADMIN_PASSWORD: ADMIN.password,
      JAVA_HOME: process.env.JAVA_HOME ?? '',
    },
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

/** Tokens of administrators live for a minute, so each request gets one of its own. */
function adminApi(base) {
  return async (method, place, body) => {
    const fields = { grant_type: 'password', client_id: 'admin-cli', username: ADMIN.user, password: ADMIN.password };
    const url = `${base}/admin/realms${place}`;
    const answer = await fetch(url, {
      method,
      headers: {
        Authorization: `Bearer ${await tokenAt(base, 'master', fields)}`,
        'Content-Type': 'application/json',
      },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${url}: ${answer.status} ${text}`);
    return text === '' ? undefined : JSON.parse(text);
  };
}

async function tokenAt(base, realm, fields) {
  const answer = await fetch(`${base}/realms/${realm}/protocol/openid-connect/token`, {
    method: 'POST',
    body: new URLSearchParams(fields),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`no token from ${realm}: ${text}`);
  return JSON.parse(text).access_token;
}
