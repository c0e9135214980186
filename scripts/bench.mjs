/**
 * The budgets, measured: how fast the program starts, how big it is, how it copes with a large repository, and what
 * the generated gate costs. Times are ratios taken in one run, alternating, so that the machine does not matter.
 * Prints a table; ends with exit code 1 when a budget is exceeded.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');
const binary = path.join(root, 'bin', 'add-auth.js');
const scratch = mkdtempSync(path.join(tmpdir(), 'add-auth-bench-'));
const MB = 1e6;
let exceeded = 0;

try {
  startUp();
  size();
  largeRepository();
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
for (const name of ['bench-doctor.mjs', 'bench-server.mjs']) {
  const { status } = spawnSync(process.execPath, [path.join(root, 'scripts', name)], { stdio: 'inherit' });
  if (status !== 0) exceeded++;
}
process.exitCode = exceeded > 0 ? 1 : 0;

function startUp() {
  const [bare, help] = alternate(
    [
      ['-e', '0'],
      [binary, '--help'],
    ],
    40,
  );
  budget('--help / node -e 0, wall', help.wall / bare.wall, 1.5, (ratio) => `${ratio.toFixed(2)}x`);
  budget('--help / node -e 0, CPU', help.cpu / bare.cpu, 1.5, (ratio) => `${ratio.toFixed(2)}x`);
}

function size() {
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const [packed] = JSON.parse(execFileSync(npm, ['pack', '--dry-run', '--json'], { cwd: root, encoding: 'utf8' }));
  budget('packed tarball', packed.size / MB, 2, (size) => `${size.toFixed(2)} MB`);
  budget('installed', packed.unpackedSize / MB, 9, (size) => `${size.toFixed(2)} MB`);
}

function largeRepository() {
  const small = repository('small', 10);
  const large = repository('large', 5000);
  const dryRun = (directory) => [binary, directory, '--provider', 'local', '--dry-run', '--json'];
  const [ten, many] = alternate([dryRun(small), dryRun(large)], 5);
  budget('--dry-run, 10 files', ten.wall / 1000, 3, (seconds) => `${seconds.toFixed(2)} s`);
  budget('--dry-run, 5,000 files / 10 files', many.wall / ten.wall, 1.5, (ratio) => `${ratio.toFixed(2)}x`);
}

/** The example server among `files` modules that have nothing to do with it, as in a product's repository. */
function repository(name, files) {
  const directory = path.join(scratch, name);
  cpSync(path.join(root, 'examples', 'tasks-server'), directory, { recursive: true });
  symlinkSync(path.join(root, 'node_modules'), path.join(directory, 'node_modules'), 'junction');
  for (let index = 0; index < files - 3; index++) {
    const folder = path.join(directory, 'src', `area-${index % 50}`);
    mkdirSync(folder, { recursive: true });
    const neighbour = index >= 50 ? `import { value${index - 50} } from './module-${index - 50}.js';\n` : '';
    const body = `/** Number ${index}. */\nexport function value${index}(input: number): number {\n  return input * ${index}${index >= 50 ? ` + value${index - 50}(1)` : ''};\n}\n`;
    writeFileSync(path.join(folder, `module-${index}.ts`), neighbour + body);
  }
  return directory;
}

/** The best wall and CPU time (ms) of each command, run in turn `rounds` times. */
function alternate(commands, rounds) {
  const best = commands.map(() => ({ wall: Infinity, cpu: Infinity }));
  for (let round = 0; round < rounds; round++) {
    commands.forEach((args, index) => {
      const taken = measure(args);
      best[index] = { wall: Math.min(best[index].wall, taken.wall), cpu: Math.min(best[index].cpu, taken.cpu) };
    });
  }
  return best;
}

/** CPU time is what bash's `time` reports: Node does not tell it of children. */
function measure(args) {
  const script = 'TIMEFORMAT="%R %U %S"; time "$@" >/dev/null 2>"$ERRORS"';
  const errors = path.join(scratch, 'stderr');
  const { status, stderr } = spawnSync('bash', ['-c', script, 'bash', process.execPath, ...args], {
    encoding: 'utf8',
    env: { ...process.env, ERRORS: errors, CI: '1', LC_ALL: 'C' },
  });
  if (status !== 0) throw new Error(`${args.join(' ')} ended with ${status}`);
  const [wall, user, system] = stderr.trim().split('\n').at(-1).split(' ').map(Number);
  return { wall: wall * 1000, cpu: (user + system) * 1000 };
}

function budget(what, value, limit, format) {
  const isKept = value <= limit;
  if (!isKept) exceeded++;
  console.log(
    `${isKept ? 'ok  ' : 'OVER'}  ${what.padEnd(36)} ${format(value).padStart(9)}   at most ${format(limit)}`,
  );
}
