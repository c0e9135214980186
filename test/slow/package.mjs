/**
 * The package as users get it: packed, installed by npm in an empty directory, run from there on a project elsewhere.
 * It must bring no dependencies and still parse real code (ts-morph) and run the authorization server (oidc-provider).
 */
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '../..');
const scratch = mkdtempSync(path.join(tmpdir(), 'add-auth-package-'));
const npm = (args, cwd) => execFileSync('npm', args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
let passed = 0;

try {
  const [packed] = JSON.parse(npm(['pack', '--json', '--pack-destination', scratch], root));
  await check('the tarball is at most 2 MB, 9 MB unpacked', () => {
    assert.ok(packed.size <= 2e6, `${packed.size} bytes`);
    assert.ok(packed.unpackedSize <= 9e6, `${packed.unpackedSize} bytes`);
  });
  await check('it holds the program and nothing else', () => {
    const tops = [...new Set(packed.files.map(({ path: file }) => file.split('/')[0]))].sort();
    assert.deepEqual(tops, ['CHANGELOG.md', 'LICENSE', 'README.md', 'bin', 'dist', 'package.json']);
  });

  const home = path.join(scratch, 'home');
  npm(['install', '--prefix', home, path.join(scratch, packed.filename)], scratch);
  await check('it brings no dependencies', () => {
    assert.deepEqual(
      readdirSync(path.join(home, 'node_modules')).filter((name) => !name.startsWith('.')),
      ['add-auth'],
    );
  });

  const binary = path.join(home, 'node_modules', '.bin', 'add-auth');
  await check('--version', () => {
    const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
    assert.equal(execFileSync(binary, ['--version'], { encoding: 'utf8' }).trim(), version);
  });

  const project = path.join(scratch, 'project');
  cpSync(path.join(root, 'examples', 'tasks-server'), project, { recursive: true });
  symlinkSync(path.join(root, 'node_modules'), path.join(project, 'node_modules'), 'junction');
  const issuer = 'http://127.0.0.1:9467';
  await check('it protects a real server, type check included', () => {
    const args = ['--provider', 'local', '--issuer', issuer, '--no-install', '--json'];
    const document = JSON.parse(
      execFileSync(binary, args, { cwd: project, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }),
    );
    assert.equal(document.ok, true);
    assert.deepEqual(
      document.project.tools.map(({ name }) => name),
      ['search-tasks', 'create-task', 'delete-task'],
    );
  });
  await check('it runs the authorization server, whose tokens expire', () => discoveryOf(binary, project, issuer));
  console.log(`\n${passed} passed, 0 failed`);
} catch (error) {
  console.error(error);
  console.log(`\n${passed} passed, 1 failed`);
  process.exitCode = 1;
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

async function check(title, body) {
  await body();
  passed++;
  console.log(`ok  ${title}`);
}

async function discoveryOf(binary, project, issuer) {
  const dev = spawn(binary, ['dev'], { cwd: project, stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  dev.stderr.on('data', (chunk) => (said += chunk));
  try {
    for (let attempt = 0; attempt < 100; attempt++) {
      const answer = await fetch(`${issuer}/.well-known/oauth-authorization-server`).catch(() => undefined);
      if (answer?.ok) {
        assert.equal((await answer.json()).issuer, issuer);
        const token = execFileSync(binary, ['token'], { cwd: project, encoding: 'utf8' });
        const { iss, exp, iat } = JSON.parse(Buffer.from(token.split('.')[1], 'base64url').toString());
        assert.equal(iss, issuer);
        // Lifetimes hang on class names inside oidc-provider, which a minifier may take away.
        assert.ok(exp > iat, `exp is ${exp}`);
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    throw new Error(`no metadata at ${issuer}: ${said}`);
  } finally {
    const ended = once(dev, 'exit');
    dev.kill('SIGTERM');
    await ended;
  }
}
