/**
 * The main job from end to end, with no account and no question asked: an unprotected MCP server becomes one that
 * the official SDK client logs in to. Ends with exit code 1 on any surprise.
 */
import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DemoClient } from './demo/client.mjs';
import {
  bold,
  command,
  cyan,
  dim,
  exchange,
  green,
  heading,
  indented,
  red,
  say,
  works,
  yellow,
} from './demo/print.mjs';
import { answering, freePort, run, start, stop, stopAll } from './demo/processes.mjs';

const root = path.resolve(import.meta.dirname, '..');
const binary = path.join(root, 'bin', 'add-auth.js');
const began = Date.now();
const [port, issuerPort] = [await freePort(), await freePort()];
const resource = `http://127.0.0.1:${port}/mcp`;
const issuer = `http://127.0.0.1:${issuerPort}`;
const project = path.join(mkdtempSync(path.join(tmpdir(), 'add-auth-demo-')), 'tasks-server');

try {
  await story();
  say(`\n${green('✔')} ${bold('All as it should be')}, in ${((Date.now() - began) / 1000).toFixed(1)} s.`);
} catch (error) {
  say(`\n${red('✖')} ${error.stack ?? error}`);
  process.exitCode = 1;
} finally {
  await stopAll();
  rmSync(path.dirname(project), { recursive: true, force: true });
}

async function story() {
  cpSync(path.join(root, 'examples', 'tasks-server'), project, { recursive: true });
  // The packages of this repository are those of the example; a link is faster than an installation.
  symlinkSync(path.join(root, 'node_modules'), path.join(project, 'node_modules'), 'junction');
  const before = contents();

  await unprotected();
  await protect();
  await login();
  await undo(before);
}

async function unprotected() {
  heading('An MCP server as they are written every day: three tools, no login');
  command('npm start');
  const server = start('npm', ['start', '--silent'], { cwd: project, env: { PORT: port } });
  await answering(resource, server);
  const stranger = await fetch(resource, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
    body: JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method: 'initialize',
      params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'stranger', version: '1' } },
    }),
  });
  await stranger.body?.cancel();
  assert.equal(stranger.status, 200);
  exchange('POST /mcp  initialize', stranger.status, 'anybody may come in, and delete tasks');
  await stop(server);
}

async function protect() {
  heading('One command protects it');
  const args = ['--provider', 'local', '--resource', resource, '--issuer', issuer, '--no-install', '--yes'];
  command(`add-auth ${args.join(' ')}`);
  const added = await run(process.execPath, [binary, ...args, '--json'], { cwd: project });
  assert.equal(added.code, 0, added.output);
  const { changes, toolScopes } = JSON.parse(added.output.slice(added.output.indexOf('\n{') + 1));
  for (const [tool, scopes] of Object.entries(toolScopes)) say(`   ${tool.padEnd(14)} needs ${cyan(scopes.join(' '))}`);
  assert.deepEqual(Object.keys(toolScopes).sort(), ['create-task', 'delete-task', 'search-tasks']);
  say();
  for (const { path: file, action, added: plus, removed: minus } of changes.files) {
    say(
      `   ${action === 'create' ? green('A') : cyan('M')} ${file.padEnd(30)} ${green(`+${plus}`)}${minus ? ` ${red(`-${minus}`)}` : ''}`,
    );
  }
  say();
  const source = changes.files.find(({ path: file }) => file === 'src/server.ts');
  indented(
    source.diff
      .replace(/^\+(?!\+).*$/gm, green)
      .replace(/^-(?!-).*$/gm, red)
      .replace(/^ .*$/gm, dim),
  );
}

async function login() {
  heading('The authorization server and the server, side by side');
  command('add-auth dev -- npm start');
  const both = start(process.execPath, [binary, 'dev', '--', 'npm', 'start', '--silent'], {
    cwd: project,
    env: { PORT: port },
  });
  await answering(`${issuer}/.well-known/openid-configuration`, both);
  await answering(resource, both);
  works(`authorization server ${issuer}`);
  works(`MCP server           ${resource}`);

  heading('The official SDK client comes with an empty memory');
  const seen = [];
  const client = new DemoClient(resource, {
    user: 'ada',
    onExchange: (each) => seen.push(show(each)),
    onAuthorize: (url) =>
      say(`   ${dim('browser:')} asks for ${cyan(url.searchParams.get('scope') ?? 'the default scopes')}`),
    onPage: (title) => say(`   ${dim('browser:')} ${title}`),
  });
  const { tools } = await client.listTools();
  assert.ok(seen.includes(401) && seen.includes(201), `401 and 201 expected, got ${seen.join(' ')}`);
  works(`tools: ${tools.map(({ name }) => name).join(', ')}`);
  const found = await client.callTool('search-tasks', { query: 'report' });
  assert.equal(found.length, 1);
  works(`search-tasks found "${found[0].title}"`);

  heading('A tool that deletes needs more than that');
  seen.length = 0;
  const gone = await client.callTool('delete-task', { id: found[0].id });
  assert.ok(seen.includes(403), `403 expected, got ${seen.join(' ')}`);
  assert.deepEqual(gone, { deleted: true });
  works('delete-task deleted it, with the consent of its user');
  await client.close();

  heading('What the server wrote down');
  const lines = () => both.output.split('\n').filter((line) => /"decision"|"deny"|"allow"/.test(line));
  // The last line may still be on its way through two processes.
  const isThere = () => lines().some((line) => line.includes('allow') && line.includes('delete-task'));
  for (let tries = 0; tries < 40 && !isThere(); tries++) await new Promise((resolve) => setTimeout(resolve, 50));
  const audit = lines();
  assert.ok(
    audit.some((line) => line.includes('deny') && line.includes('delete-task')),
    both.output,
  );
  for (const line of audit.filter((line) => line.includes('-task'))) {
    const { decision, subject, tool, reason } = JSON.parse(line);
    say(
      `   ${(decision === 'allow' ? green : yellow)(decision.padEnd(5))}  ${subject}  ${tool.padEnd(13)} ${dim(reason)}`,
    );
  }
  await stop(both);
}

async function undo(before) {
  heading('And back');
  command('add-auth remove --yes');
  const removed = await run(process.execPath, [binary, 'remove', '--yes'], { cwd: project });
  assert.equal(removed.code, 0, removed.output);
  assert.deepEqual(contents(), before);
  works('every file has its old bytes again');
}

/** One line a request, and its status. */
function show({ url, method, body, response }) {
  const rpc = typeof body === 'string' && body.startsWith('{') && url.href === resource ? JSON.parse(body) : {};
  const what = [method, url.pathname, rpc.method, rpc.params?.name].filter(Boolean).join(' ');
  const challenge = response.headers.get('www-authenticate');
  exchange(what.length > 58 ? `${what.slice(0, 57)}…` : what, response.status);
  if (challenge) indented(dim(challenge.replaceAll(', ', ',\n  ')));
  return response.status;
}

/** Path -> content of everything in the project, apart from the linked packages. */
function contents(directory = project) {
  return Object.fromEntries(
    readdirSync(directory)
      .filter((name) => name !== 'node_modules')
      .map((name) => path.join(directory, name))
      .map((file) => [
        path.relative(project, file),
        statSync(file).isDirectory() ? contents(file) : readFileSync(file, 'utf8'),
      ]),
  );
}
