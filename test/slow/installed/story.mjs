import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { freePort, startIssuer } from './issuer.mjs';
import { answers, call, open, post } from './wire.mjs';

const root = path.resolve(import.meta.dirname, '../../..');
const program = path.join(root, 'bin', 'add-auth.js');
const NPM = ['npm', 'install', '--no-audit', '--no-fund', '--silent'];
let passed = 0;

/** Runs stories that share an issuer, and says how many checks have passed. */
export async function tell(stories) {
  const issuer = await startIssuer();
  try {
    for (const story of stories) await protectAndAsk(story, issuer);
    console.log(`\n${passed} passed, 0 failed`);
  } finally {
    issuer.close();
  }
}

export async function check(title, body) {
  await body();
  passed++;
  console.log(`ok   ${title}`);
}

/**
 * A fixture whose packages are too heavy for this repository: installed, protected by the built program, built and
 * started by its own tools, asked what a client asks, and given back.
 * @param story `fixture`; `route` of its endpoint; `build` and `start`, which get the port: arguments of node, or of
 *   `program`; `port` where it is fixed; `others`, more paths of MCP; `written`, what its tools write into the project;
 *   `settings`, the server's environment beside PORT; `isTold: false` where tools are not told the caller by the framework;
 *   `more` questions; `install`, where that is not npm's; `bin`, a directory of programs that the machine need not have
 */
async function protectAndAsk(story, issuer) {
  const { fixture, route, others = [], more, program: runtime = process.execPath, install = NPM } = story;
  const search = [...(story.bin === undefined ? [] : [story.bin]), process.env.PATH].join(path.delimiter);
  const environment = { ...process.env, PATH: search, NEXT_TELEMETRY_DISABLED: '1', NO_COLOR: '1', CI: '1' };
  const project = mkdtempSync(path.join(tmpdir(), `add-auth-${fixture}-`));
  cpSync(path.join(root, 'test', 'fixtures', fixture, 'before'), project, { recursive: true });
  // Not the synchronous form: the issuer in this process has to answer meanwhile.
  const run = async (file, args) => (await promisify(execFile)(file, args, { cwd: project, env: environment })).stdout;
  const port = story.port ?? (await freePort());
  const origin = `http://127.0.0.1:${port}`;
  const resource = origin + route;
  const addAuth = async (...args) => JSON.parse(await run(process.execPath, [program, ...args, '--json']));
  let server;
  try {
    await run(install[0], install.slice(1));
    const before = contents(project);
    const options = ['--provider', 'custom', '--issuer', issuer.url, '--resource', resource];
    await check(`${fixture}: it is protected, type check included`, async () =>
      assert.equal((await addAuth(...options)).ok, true),
    );
    const after = contents(project);
    await check(`${fixture}: a second run changes nothing`, async () => {
      assert.equal((await addAuth(...options)).ok, true);
      assert.deepEqual(contents(project), after);
    });
    if (story.build) await check(`${fixture}: it builds`, () => run(runtime, story.build));
    server = spawn(runtime, story.start(String(port)), {
      cwd: project,
      env: { ...environment, PORT: String(port), ...story.settings?.(String(port)) },
      stdio: 'ignore',
    });
    await answers(resource);
    await ask(story, { origin, resource, issuer });
    for (const path of others) await isClosed(fixture, origin + path);
    await more?.({ origin, resource, issuer, port });
    server.kill();
    await once(server, 'exit');
    server = undefined;
    await check(`${fixture}: remove gives back every byte`, async () => {
      assert.equal((await addAuth('remove', '--yes')).ok, true);
      const written = ['package-lock.json', ...(story.written ?? [])];
      assert.deepEqual(without(contents(project), written), without(before, written));
    });
  } finally {
    server?.kill();
    rmSync(project, { recursive: true, force: true });
  }
}

async function ask({ fixture, route, isTold = true }, { origin, resource, issuer }) {
  await check(`${fixture}: no token is a 401 that points to the metadata`, async () => {
    const answer = await post(resource, undefined, call('whoami'));
    assert.equal(answer.status, 401);
    assert.match(
      answer.headers.get('www-authenticate') ?? '',
      /^Bearer resource_metadata="http[^"]*\/\.well-known\/oauth-protected-resource[^"]*", scope="/,
    );
  });
  for (const place of ['', route]) {
    await check(`${fixture}: the metadata is at /.well-known/oauth-protected-resource${place}`, async () => {
      const answer = await fetch(`${origin}/.well-known/oauth-protected-resource${place}`);
      assert.equal(answer.headers.get('access-control-allow-origin'), '*');
      const metadata = await answer.json();
      assert.equal(metadata.resource, resource);
      assert.deepEqual(metadata.authorization_servers, [issuer.url]);
    });
  }
  await check(`${fixture}: a preflight is answered`, async () => {
    const answer = await fetch(resource, { method: 'OPTIONS', headers: { Origin: 'https://example.com' } });
    assert.equal(answer.status, 204);
  });
  const token = await issuer.token(resource, 'read:tasks');
  const session = await open(resource, token);
  await check(`${fixture}: a scope that is missing is a 403 that names it`, async () => {
    const answer = await post(resource, token, call('delete-task', { id: '1' }), session);
    assert.equal(answer.status, 403);
    assert.match(answer.headers.get('www-authenticate') ?? '', /error="insufficient_scope".*delete:tasks/);
  });
  await check(`${fixture}: a tool ${isTold ? 'knows who is calling' : 'answers'}`, async () => {
    const full = await issuer.token(resource, 'read:tasks use:whoami');
    const answer = await post(resource, full, call('whoami'), session);
    assert.equal(answer.status, 200);
    assert.match(await answer.text(), isTold ? /ada/ : /nobody/);
  });
}

/** The older SSE transport: its stream and its messages. */
export async function isClosed(fixture, url) {
  await check(`${fixture}: ${new URL(url).pathname} needs a token as well`, async () => {
    const stream = await fetch(url, { headers: { Accept: 'text/event-stream' } });
    const message = await post(`${url}?sessionId=1`, undefined, call('delete-task', { id: '1' }));
    assert.deepEqual([stream.status, message.status], [401, 401]);
  });
}

/** Every file but dependencies, by path. */
function contents(project) {
  const files = readdirSync(project, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(
    files
      .map((entry) => path.relative(project, path.join(entry.parentPath, entry.name)))
      .filter((file) => !file.startsWith('node_modules'))
      .map((file) => [file, readFileSync(path.join(project, file), 'utf8')]),
  );
}

function without(files, names) {
  return Object.fromEntries(Object.entries(files).filter(([file]) => !names.includes(file.split(path.sep)[0])));
}
