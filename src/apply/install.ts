import { existsSync } from 'node:fs';
import path from 'node:path';
import { execa, ExecaError } from 'execa';
import { CliError } from '../errors.ts';
import type { PackageManager } from '../project/snapshot.ts';
import { relativeTo } from './targets.ts';
import type { ExternalStep } from './types.ts';

interface Manager {
  args: string[];
  /** Leaves the scripts of packages and of the project out; yarn is told by its environment. */
  withoutScripts: string[];
  locks: string[];
  /** What makes it present. */
  getIt: string;
}

const MANAGERS: Record<PackageManager['name'], Manager> = {
  npm: {
    args: ['install', '--no-audit', '--no-fund'],
    withoutScripts: ['--ignore-scripts'],
    locks: ['package-lock.json', 'npm-shrinkwrap.json'],
    getIt: 'npm comes with Node.js',
  },
  // Under CI pnpm and yarn refuse to change a lock file unless they are told to.
  pnpm: {
    args: ['install', '--no-frozen-lockfile'],
    withoutScripts: ['--ignore-scripts'],
    locks: ['pnpm-lock.yaml'],
    getIt: 'corepack enable pnpm',
  },
  yarn: { args: ['install'], withoutScripts: [], locks: ['yarn.lock', '.pnp.cjs'], getIt: 'corepack enable yarn' },
  bun: {
    args: ['install'],
    withoutScripts: ['--ignore-scripts'],
    locks: ['bun.lock', 'bun.lockb'],
    getIt: 'see https://bun.sh',
  },
  deno: { args: ['install'], withoutScripts: [], locks: ['deno.lock'], getIt: 'see https://deno.com' },
};

/**
 * The project's own package manager as a step of a run: it installs what the manifest declares, in the project
 * directory, without asking. Its output is shown only when it fails. Where packages are installed already, only ours
 * are new, and they have no scripts: then none are run, because `prepare` of the project would build the code of a run
 * that is not proven yet, leave what it built behind, and take the run down with it when it fails.
 * @param root the project directory (in a workspace: the package, not the workspace root)
 * @returns the step; its `run` throws CliError `install-failed`
 */
export function installStep(root: string, manager: PackageManager): ExternalStep {
  const { locks } = MANAGERS[manager.name];
  const directories = [...new Set([root, manager.root])];
  const names = [...new Set([...locks, ...(manager.lockFile === undefined ? [] : [manager.lockFile])])];
  const tracked = directories.flatMap((dir) => names.map((name) => relativeTo(root, path.join(dir, name))));
  return {
    tracked,
    run: (signal) => {
      const isInstalled = directories.some((directory) => existsSync(path.join(directory, 'node_modules')));
      return install(root, manager.name, isInstalled, signal);
    },
  };
}

async function install(
  root: string,
  name: PackageManager['name'],
  isInstalled: boolean,
  signal: AbortSignal,
): Promise<void> {
  const manager = MANAGERS[name];
  const args = isInstalled ? [...manager.args, ...manager.withoutScripts] : manager.args;
  try {
    await execa(name, args, {
      cwd: root,
      stdin: 'ignore',
      all: true,
      cancelSignal: signal,
      env: { YARN_ENABLE_IMMUTABLE_INSTALLS: 'false', ...(isInstalled ? { YARN_ENABLE_SCRIPTS: 'false' } : {}) },
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
