/**
 * How long the doctor takes over a healthy server on this machine, and what it makes of twelve faults, beside
 * mcp-authcheck and the checks of MCPJam (what its CLI runs is in @mcpjam/sdk; the CLI of that name on npm has only
 * `evals`). All of them look at the same server, in turn, so that a busy machine slows all alike. A peer that cannot be
 * installed is left out, and said to be.
 *
 *   node scripts/bench-doctor.mjs [--rounds 7] [--authcheck DIR]     DIR: a built copy of tstanmay13/mcp-authcheck
 */
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { tsImport } from 'tsx/esm/api';

const { values: options } = parseArgs({
  options: { rounds: { type: 'string', default: '7' }, authcheck: { type: 'string' } },
});
/** Milliseconds on a machine with nothing else to do; on a busy one so many starts of Node. */
const BUDGET = 500;
const STARTS = 7;
const root = path.resolve(import.meta.dirname, '..');
const scratch = mkdtempSync(path.join(tmpdir(), 'bench-doctor-'));
const fakes = '../test/fakes/doctor/';
const { Bench } = await tsImport(`${fakes}bench.ts`, import.meta.url);
const { json } = await tsImport(`${fakes}answers.ts`, import.meta.url);

/** What is broken, the check that names it, and the words that a peer would have to use for it. */
const FAULTS = [
  ['no challenge with the 401', 'ch.header', /www-authenticate|challenge/i, (bench) => drop(bench, 'www-authenticate')],
  [
    'no resource_metadata',
    'ch.resource-metadata',
    /resource_metadata/i,
    (bench) => (bench.challenge = { scope: 'read:tasks' }),
  ],
  [
    'metadata name another resource',
    'prm.resource',
    /resource.*(match|differ|identif)/is,
    (bench) => (bench.prm.resource = 'https://other.example/mcp'),
  ],
  [
    'metadata are missing',
    'prm.reachable',
    /protected resource metadata|PRM|resource.metadata/i,
    (bench) => (bench.hooks.prm = () => json({}, 404)),
  ],
  ['issuer off by a slash', 'as.issuer', /issuer/i, (bench) => (bench.metadata.issuer += '/')],
  ['no PKCE', 'as.pkce', /pkce|code_challenge/i, (bench) => delete bench.metadata.code_challenge_methods_supported],
  [
    'a page in place of the keys',
    'jwks.json',
    /jwks|signing keys/i,
    (bench) => (bench.hooks.jwks = () => ({ ...json({}), headers: { 'content-type': 'text/html' }, body: '<html>' })),
  ],
  ['no keys at all', 'jwks.keys', /jwks|signing keys/i, (bench) => (bench.keys = { keys: [] })],
  [
    '500 for a bad token',
    'rs.error-mapping',
    /500|invalid.token|bogus/i,
    (bench) => (bench.hooks.mcp = (ask, usual) => ('authorization' in ask.headers ? json({}, 500) : usual())),
  ],
  [
    'a preflight needs a token',
    'cors.preflight',
    /cors|preflight/i,
    (bench) => (bench.hooks.mcp = (ask, usual) => (ask.method === 'OPTIONS' ? bench.unauthorized() : usual())),
  ],
  [
    'a firewall stops openai-mcp',
    'net.edge',
    /user.agent|firewall|bot/i,
    (bench) =>
      (bench.hooks.all = (ask, usual) => (/openai/.test(ask.headers['user-agent'] ?? '') ? json({}, 403) : usual())),
  ],
  ['nobody can register', 'reg.method', /regist|CIMD/i, (bench) => delete bench.metadata.registration_endpoint],
];

/** `mcpjam server doctor`, and with `full` the flow of `mcpjam oauth conformance`. */
const MCPJAM = `
import { OAuthConformanceTest, runServerDoctor } from '@mcpjam/sdk';
const [url, full] = process.argv.slice(2);
const wrong = [];
if (full) {
  const test = new OAuthConformanceTest({ serverUrl: url, protocolVersion: '2025-11-25', registrationStrategy: 'dcr',
    auth: { mode: 'headless' }, oauthConformanceChecks: true, stepTimeout: 10000 });
  const { steps } = await test.run();
  for (const { step, status, error } of steps) if (status === 'failed') wrong.push(step + ': ' + (error?.message ?? ''));
} else {
  const result = await runServerDoctor({ config: { url }, target: url, timeout: 10000 });
  for (const [name, check] of Object.entries(result.checks ?? {})) if (check.status === 'error') wrong.push(name + ': ' + check.detail);
}
console.log('\\n' + JSON.stringify(wrong));
process.exit(0);
`;

const bench = await Bench.start();
try {
  bench.isAutomatic = true;
  const tools = { 'add-auth doctor': ours, ...installed() };
  const isFast = await times(tools);
  await compare(tools);
  process.exitCode = isFast ? 0 : 1;
} finally {
  await bench.close();
  rmSync(scratch, { recursive: true, force: true });
}

/** A tool: runs once over the URL. @returns what it says is wrong, one line each */
async function ours(url, { isFull = false } = {}) {
  const args = ['doctor', url, '--json', ...(isFull ? ['--register'] : [])];
  const { rootCauses } = JSON.parse(await run([path.join(root, 'bin', 'add-auth.js'), ...args]));
  return rootCauses;
}

function installed() {
  const peers = {};
  const attempt = (name, install) => {
    try {
      peers[name] = install();
    } catch (error) {
      console.log(`      ${name} is left out: ${String(error.message).trim().split('\n')[0]}`);
    }
  };
  attempt('mcp-authcheck', authcheck);
  attempt('MCPJam', mcpjam);
  return peers;
}

/** Not on npm under its name: cloned and built where no copy is given. */
function authcheck() {
  const home = options.authcheck ?? path.join(scratch, 'mcp-authcheck');
  const command = path.join(home, 'dist', 'cli.js');
  if (!existsSync(command)) {
    const quiet = { stdio: ['ignore', 'ignore', 'pipe'], timeout: 240_000 };
    execFileSync(
      'git',
      ['clone', '--quiet', '--depth', '1', 'https://github.com/tstanmay13/mcp-authcheck', home],
      quiet,
    );
    execFileSync('npm', ['ci', '--no-audit', '--no-fund'], { ...quiet, cwd: home });
    execFileSync('npm', ['run', 'build'], { ...quiet, cwd: home });
  }
  return async (url) => {
    const { results } = JSON.parse(await run([command, url, '--json', '--spec', '2025-11-25']));
    const wrong = results.filter(({ status }) => ['fail', 'warn', 'error'].includes(status));
    return wrong.map(({ id, title, message }) => `${id} ${title}: ${message}`);
  };
}

function mcpjam() {
  const home = path.join(scratch, 'mcpjam');
  execFileSync(
    'npm',
    [
      'install',
      '--no-audit',
      '--no-fund',
      '--silent',
      '--ignore-scripts',
      '--legacy-peer-deps',
      '--prefix',
      home,
      '@mcpjam/sdk@1.14.0',
      '@modelcontextprotocol/client@2.0.0-alpha.2',
    ],
    {
      stdio: ['ignore', 'ignore', 'pipe'],
      timeout: 240_000,
    },
  );
  const script = path.join(home, 'run.mjs');
  writeFileSync(script, MCPJAM);
  return async (url, { isFull = false } = {}) =>
    JSON.parse((await run([script, url, ...(isFull ? ['full'] : [])])).split('\n').at(-1));
}

/** Wall time over the healthy server: the best and the middle of some rounds. */
async function times(tools) {
  const BARE = 'node -e 0';
  const all = { ...tools, [BARE]: () => run(['-e', '0']) };
  const taken = Object.fromEntries(Object.keys(all).map((name) => [name, []]));
  for (let round = 0; round < Number(options.rounds); round++) {
    for (const [name, tool] of Object.entries(all)) {
      const began = performance.now();
      await tool(bench.url);
      taken[name].push(performance.now() - began);
    }
  }
  const own = Math.min(...taken['add-auth doctor']);
  const limit = Math.max(BUDGET, STARTS * Math.min(...taken[BARE]));
  for (const [name, runs] of Object.entries(taken)) {
    const best = Math.min(...runs);
    const middle = runs.sort((a, b) => a - b)[Math.floor(runs.length / 2)];
    const mark = name !== 'add-auth doctor' ? '    ' : best <= limit ? 'ok  ' : 'OVER';
    const ratio = `${(best / own).toFixed(2)}x`;
    console.log(
      `${mark}  ${`healthy server, ${name}`.padEnd(36)} ${`${best.toFixed(0)} ms`.padStart(9)}   middle ${middle.toFixed(0)} ms, ${ratio}`,
    );
  }
  return own <= limit;
}

/** Each fault to each tool: the right cause, something that is not said of a healthy server, or nothing new. */
async function compare(tools) {
  const usual = {};
  for (const [name, tool] of Object.entries(tools)) usual[name] = await tool(bench.url, { isFull: true });
  const right = Object.fromEntries(Object.keys(tools).map((name) => [name, 0]));
  const row = (title, cells) =>
    console.log(`      ${title.padEnd(32)} ${cells.map((cell) => cell.padEnd(18)).join('')}`);
  console.log(
    '\n      What is said of a fault (cause: the right one; other: something else than usual; -: nothing new)',
  );
  row('', Object.keys(tools));
  for (const [title, cause, words, breakIt] of FAULTS) {
    bench.reset();
    bench.isAutomatic = true;
    breakIt(bench);
    const cells = [];
    for (const [name, tool] of Object.entries(tools)) {
      const said = (await tool(bench.url, { isFull: true })).filter((line) => !usual[name].includes(line));
      const isRight = name === 'add-auth doctor' ? said[0] === cause : said.some((line) => words.test(line));
      if (isRight) right[name]++;
      cells.push(isRight ? 'cause' : said.length > 0 ? 'other' : '-');
    }
    row(title, cells);
  }
  row(
    'right',
    Object.values(right).map((count) => `${count} of ${FAULTS.length}`),
  );
}

function drop(bench, header) {
  bench.hooks.mcp = async (_, usual) => {
    const answer = await usual();
    const { [header]: _gone, ...headers } = answer.headers;
    return { ...answer, headers };
  };
}

/** Runs a script in a process of its own, whatever it ends with: this one has to answer it. @returns its stdout */
function run(args) {
  const child = spawn(process.execPath, args, { env: { ...process.env, CI: '1', DO_NOT_TRACK: '1' }, timeout: 60_000 });
  let out = '';
  child.stdout.on('data', (chunk) => (out += chunk));
  child.stderr.resume();
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', () => resolve(out.trim()));
  });
}
