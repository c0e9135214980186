/**
 * Makes a clone ready to run: packages when they are missing or not those of the lock file, the build when it is
 * missing or older than its sources. Says nothing and takes no time when there is nothing to do.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');
const at = (...parts) => path.join(root, ...parts);

if (!isInstalled()) run('Installing packages', ['ci']);

const sources = ['src', 'templates', 'scripts', 'package.json', 'tsdown.config.ts'].map((name) => at(name));
const built = [at('dist', 'cli.js'), at('dist', 'templates')];
if (built.some((output) => isOlder(output, sources))) run('Building', ['run', 'build']);

/** Compares the lock file with the one npm leaves in node_modules; packages for other platforms are not in there. */
function isInstalled() {
  const here = at('node_modules', '.package-lock.json');
  if (!existsSync(here)) return false;
  const installed = packagesOf(here);
  return Object.entries(packagesOf(at('package-lock.json'))).every(
    ([name, { version, optional, peer, link }]) =>
      name === '' || optional || peer || link || installed[name]?.version === version,
  );
}

function packagesOf(lockFile) {
  return JSON.parse(readFileSync(lockFile, 'utf8')).packages;
}

/** Whether `output` is missing or older than the newest file among `inputs`. */
function isOlder(output, inputs) {
  return !existsSync(output) || newest([output]) < newest(inputs);
}

function newest(paths) {
  return Math.max(
    0,
    ...paths.map((file) => (statSync(file).isDirectory() ? newestInside(file) : statSync(file).mtimeMs)),
  );
}

function newestInside(directory) {
  return newest(readdirSync(directory).map((name) => path.join(directory, name)));
}

function run(title, args) {
  const started = Date.now();
  process.stderr.write(`${title} … `);
  const { status, stdout, stderr } = spawnSync('npm', args, {
    cwd: root,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  if (status !== 0) {
    process.stderr.write(`failed: npm ${args.join(' ')}\n${stdout}${stderr}`);
    process.exit(status ?? 1);
  }
  process.stderr.write(`done (${((Date.now() - started) / 1000).toFixed(1)} s)\n`);
}
