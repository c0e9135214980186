import path from 'node:path';
import { execa, ExecaError } from 'execa';
import { CliError } from '../errors.ts';
import type { PackageManager } from '../project/snapshot.ts';
import type { ExternalStep } from './types.ts';

interface Manager {
  args: string[];
  locks: string[];
  /** What makes it present. */
  getIt: string;
}

const MANAGERS: Record<PackageManager['name'], Manager> = {
  npm: {
    args: ['install', '--no-audit', '--no-fund'],
    locks: ['package-lock.json', 'npm-shrinkwrap.json'],
    getIt: 'npm comes with Node.js',
  },
  // Under CI pnpm and yarn refuse to change a lock file unless they are told to.
  pnpm: { args: ['install', '--no-frozen-lockfile'], locks: ['pnpm-lock.yaml'], getIt: 'corepack enable pnpm' },
  yarn: { args: ['install'], locks: ['yarn.lock', '.pnp.cjs'], getIt: 'corepack enable yarn' },
  bun: { args: ['install'], locks: ['bun.lock', 'bun.lockb'], getIt: 'see https://bun.sh' },
  deno: { args: ['install'], locks: ['deno.lock'], getIt: 'see https://deno.com' },
};

/**
 * The project's own package manager as a step of a run: it installs what the manifest declares, in the project
 * directory, without asking. Its output is shown only when it fails.
 * @param root the project directory (in a workspace: the package, not the workspace root)
 * @returns the step; its `run` throws CliError `install-failed`
 */
export function installStep(root: string, manager: PackageManager): ExternalStep {
  const { args, locks } = MANAGERS[manager.name];
  const directories = [...new Set([root, manager.root])];
  const names = [...new Set([...locks, ...(manager.lockFile === undefined ? [] : [manager.lockFile])])];
  const tracked = directories.flatMap((dir) => names.map((name) => relative(root, path.join(dir, name))));
  return { tracked, run: (signal) => install(root, manager.name, args, signal) };
}

async function install(root: string, name: PackageManager['name'], args: string[], signal: AbortSignal): Promise<void> {
  try {
    await execa(name, args, {
      cwd: root,
      stdin: 'ignore',
      all: true,
      cancelSignal: signal,
      env: { YARN_ENABLE_IMMUTABLE_INSTALLS: 'false' },
    });
  } catch (error) {
    throw installFailed(name, args, error);
  }
}

const SHOWN_LINES = 15;

function installFailed(name: PackageManager['name'], args: string[], error: unknown): CliError {
  const command = [name, ...args].join(' ');
  if (error instanceof ExecaError && error.code === 'ENOENT') {
    return new CliError(
      'install-failed',
      `The project uses ${name}, which is not installed here; the project is as it was before.`,
      `Install ${name} (${MANAGERS[name].getIt}), or run again with --no-install and install by hand.`,
      { cause: error },
    );
  }
  const output = error instanceof ExecaError ? String(error.all ?? error.shortMessage) : String(error);
  return new CliError(
    'install-failed',
    `${command} failed; the project is as it was before.`,
    `Make ${command} work, or run again with --no-install and install by hand.`,
    {
      cause: error,
      manual: [{ what: `What ${name} said`, snippet: output.trim().split('\n').slice(-SHOWN_LINES).join('\n') }],
    },
  );
}

function relative(root: string, file: string): string {
  return path.relative(root, file).split(path.sep).join('/');
}
