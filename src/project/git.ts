import { execFile } from 'node:child_process';

const MAX_OUTPUT = 64 * 1024 * 1024;

/**
 * Runs git in a directory. Hooks and monitors of the repository are not started, and nothing is written (`index.lock`).
 * @returns stdout, or `undefined` when git is missing, fails or this is no repository
 */
function git(cwd: string, args: string[]): Promise<string | undefined> {
  const options = { cwd, maxBuffer: MAX_OUTPUT, windowsHide: true };
  return new Promise((resolve) => {
    execFile('git', ['--no-optional-locks', '-c', 'core.fsmonitor=false', ...args], options, (error, stdout) => {
      resolve(error ? undefined : stdout);
    });
  });
}

/**
 * Every file git knows or would add, relative to `dir`: ignored output is left out.
 * @returns `undefined` outside a repository (or when the whole directory is ignored)
 */
export async function gitFiles(dir: string): Promise<string[] | undefined> {
  const out = await git(dir, ['ls-files', '-z', '--cached', '--others', '--exclude-standard']);
  const files = out?.split('\0').filter((path) => path !== '');
  return files && files.length > 0 ? [...new Set(files)] : undefined;
}

/**
 * Tracked files with changes that are not committed. An untracked file is not dirty: git holds no state of it that a
 * change could be told apart from (and our own new files are untracked until they are committed).
 */
export async function gitStatus(dir: string): Promise<{ inside: boolean; isDirty(path: string): boolean }> {
  const [prefix, status] = await Promise.all([
    git(dir, ['rev-parse', '--show-prefix']),
    git(dir, ['status', '--porcelain', '-z', '--untracked-files=no', '--', '.']),
  ]);
  if (prefix === undefined || status === undefined) return { inside: false, isDirty: () => false };
  const dirty = new Set(parseStatus(status));
  return { inside: true, isDirty: (path) => dirty.has(prefix.trimEnd() + path) };
}

/** Paths of `git status --porcelain -z`, relative to the top of the repository. A rename is followed by its old name. */
function parseStatus(output: string): string[] {
  const paths: string[] = [];
  const fields = output.split('\0');
  for (let i = 0; i < fields.length; i++) {
    const field = fields[i] ?? '';
    if (field.length < 4) continue;
    paths.push(field.slice(3));
    if (field[0] === 'R' || field[0] === 'C') paths.push(fields[++i] ?? '');
  }
  return paths;
}
