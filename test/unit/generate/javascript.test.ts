import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { renderAuthCode } from '../../../src/generate/index.ts';
import { send } from '../templates/support/http.ts';
import { Issuer, mint } from '../templates/support/issuer.ts';

const root = path.resolve(import.meta.dirname, '../../..');
const RESOURCE = 'https://api.example/mcp';
const issuer = new Issuer();
const running: ChildProcess[] = [];
let directory: string;

beforeAll(async () => {
  await issuer.start();
  mkdirSync(path.join(root, '.tmp'), { recursive: true });
  directory = mkdtempSync(path.join(root, '.tmp', 'javascript-'));
});
afterAll(async () => {
  for (const child of running) child.kill();
  await issuer.stop();
  rmSync(directory, { recursive: true });
});

const SERVER = `createServer(protectMcp((req, res) => res.end(JSON.stringify(req.auth.extra.subject)), { open: ['/health'] }))
  .listen(0, '127.0.0.1', function () { console.log(this.address().port); });
`;
const STARTS = {
  esm: `import { createServer } from 'node:http';\nimport { protectMcp } from './auth/node-http.js';\n${SERVER}`,
  cjs: `const { createServer } = require('node:http');\nconst { protectMcp } = require('./auth/node-http.js');\n${SERVER}`,
};

/** A JavaScript project of this module format, with the jose that it would be given. */
function project(format: 'esm' | 'cjs', env: string): string {
  const at = path.join(directory, `${format}-${env.length}`);
  mkdirSync(path.join(at, 'auth'), { recursive: true });
  mkdirSync(path.join(at, 'node_modules'));
  symlinkSync(
    path.join(root, 'node_modules', format === 'cjs' ? 'jose5' : 'jose'),
    path.join(at, 'node_modules', 'jose'),
  );
  writeFileSync(path.join(at, 'package.json'), JSON.stringify({ type: format === 'cjs' ? 'commonjs' : 'module' }));
  writeFileSync(path.join(at, '.env'), env);
  writeFileSync(path.join(at, 'server.js'), STARTS[format]);
  const files = renderAuthCode({
    host: 'node-http',
    language: 'javascript',
    module: { format, importExtension: '.js' },
    environment: 'standard',
    scopes: {
      toolScopes: { search: ['read:tasks'], wipe: ['delete:tasks'] },
      publicTools: [],
      baseScopes: ['read:tasks'],
    },
  });
  for (const { name, content } of files) writeFileSync(path.join(at, 'auth', name), content);
  return at;
}

/** Starts the server of a project: its origin, or what it said when it stopped. */
function start(at: string): Promise<{ origin: string; log: () => string }> {
  const env = { ...process.env };
  for (const name of ['MCP_AUTH_ISSUER', 'MCP_AUTH_AUDIENCE', 'MCP_RESOURCE_URL']) delete env[name];
  const child = spawn(process.execPath, ['server.js'], { cwd: at, env });
  running.push(child);
  let log = '';
  child.stderr.on('data', (piece: Buffer) => (log += piece.toString()));
  return new Promise((resolve, reject) => {
    child.stdout.once('data', (port: Buffer) =>
      resolve({ origin: `http://127.0.0.1:${port.toString().trim()}`, log: () => log }),
    );
    child.once('close', () => reject(new Error(log)));
  });
}

describe.each(['esm', 'cjs'] as const)('JavaScript, %s', (format) => {
  it('runs, and reads .env by itself', async () => {
    const at = project(
      format,
      `MCP_AUTH_ISSUER=${issuer.url}\n# a comment\nMCP_AUTH_AUDIENCE="${RESOURCE}"\nMCP_RESOURCE_URL='${RESOURCE}'\n`,
    );
    const { origin, log } = await start(at);
    const call = (name: string) => ({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name } });
    const good = { authorization: `Bearer ${await mint(issuer, RESOURCE)}` };
    const foreign = { authorization: `Bearer ${await mint(issuer, 'https://other.example')}` };
    expect((await send(origin, { body: call('search') })).status).toBe(401);
    expect((await send(origin, { headers: foreign, body: call('search') })).status).toBe(401);
    expect(await send(origin, { headers: good, body: call('search') })).toMatchObject({ status: 200, text: '"alice"' });
    expect((await send(origin, { headers: good, body: call('wipe') })).status).toBe(403);
    expect((await send(origin, { method: 'GET', path: '/.well-known/oauth-protected-resource' })).status).toBe(200);
    expect(
      log()
        .trim()
        .split('\n')
        .map((line) => (JSON.parse(line) as { decision: string }).decision),
    ).toEqual(['deny', 'deny', 'allow', 'deny']);
  });

  it('stops at start when a variable is missing, and names it', async () => {
    await expect(start(project(format, `MCP_AUTH_ISSUER=${issuer.url}\n`))).rejects.toThrow(
      /MCP_AUTH_AUDIENCE is not set\. Put it into \.env or the environment\./,
    );
  });
});
