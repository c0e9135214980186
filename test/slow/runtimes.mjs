/** Deno and Bun for real, from npm: they install, check and start servers that the built program has protected. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { check, tell } from './installed/story.mjs';

const PROGRAMS = { deno: '2.9.6', bun: '1.4.5' };
const PERMISSIONS = ['--allow-net', '--allow-env', '--allow-read=.env'];

const workshop = mkdtempSync(path.join(tmpdir(), 'add-auth-runtimes-'));
const bin = path.join(workshop, 'node_modules', '.bin');
const [deno, bun] = ['deno', 'bun'].map((name) => path.join(bin, name));
const route = '/mcp';

try {
  writeFileSync(path.join(workshop, 'package.json'), JSON.stringify({ private: true, dependencies: PROGRAMS }));
  execFileSync('npm', ['install', '--no-audit', '--no-fund', '--silent'], { cwd: workshop, stdio: 'inherit' });
  // The packages of both put the real program there only when their scripts run.
  for (const [program, version] of Object.entries(PROGRAMS))
    assert.ok(execFileSync(path.join(bin, program), ['--version']).includes(version));
  await tell([onDeno('deno-serve', 'main.ts'), onDeno('deno-hono', 'src/server.ts'), onBun('bun-serve', 'server.ts')]);
} finally {
  rmSync(workshop, { recursive: true, force: true });
}

function onDeno(fixture, entry) {
  return {
    ...{ fixture, route, bin, more: healthOf(fixture) },
    program: deno,
    install: [deno, 'install'],
    build: ['check', entry],
    start: () => ['run', ...PERMISSIONS, entry],
    written: ['deno.lock'],
  };
}

function onBun(fixture, entry) {
  return {
    ...{ fixture, route, bin, more: healthOf(fixture) },
    program: bun,
    // By its lock file add-auth knows whose project it is.
    install: [bun, 'install'],
    build: ['build', entry, '--target=bun', '--outfile=node_modules/built.js'],
    start: () => [entry],
    written: ['bun.lock'],
  };
}

function healthOf(fixture) {
  return ({ origin }) =>
    check(`${fixture}: the page beside it needs no token`, async () =>
      assert.equal((await fetch(`${origin}/health`)).status, 200),
    );
}
