import { execFile, execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
/** The verifier's own, whatever the stack brings. */
const NEEDED = 'pyjwt[crypto]>=2.10';
const ASK = 'import sys; print(sys.executable if sys.version_info >= (3, 11) else "")';

/** A Python that every stack supports, or undefined. */
export function findPython() {
  for (const name of ['python3', 'python']) {
    try {
      const found = execFileSync(name, ['-c', ASK], { encoding: 'utf8' }).trim();
      if (found) return found;
    } catch {
      // The next one.
    }
  }
  return undefined;
}

/**
 * A virtual environment with these packages, made where it is not there yet.
 * @param {string} python
 * @param {string} directory where all of them lie
 * @param {string[]} packages
 * @returns {Promise<string>} its interpreter
 */
export async function environmentWith(python, directory, packages) {
  const name = packages.join('_').replaceAll(/[^\w.]+/g, '-');
  const root = path.join(directory, name);
  const interpreter = path.join(root, 'bin', 'python');
  if (existsSync(path.join(root, 'complete'))) return interpreter;
  await run(python, ['-m', 'venv', root]);
  const options = ['--quiet', '--disable-pip-version-check', '--retries', '1', '--timeout', '30'];
  await run(interpreter, ['-m', 'pip', 'install', ...options, ...packages, NEEDED], { maxBuffer: 2 ** 26 });
  await run(interpreter, ['-c', `open(${JSON.stringify(path.join(root, 'complete'))}, "w")`]);
  return interpreter;
}
