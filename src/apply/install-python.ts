import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { execa, ExecaError } from 'execa';
import { CliError } from '../errors.ts';
import type { PythonManager } from '../project/python/snapshot.ts';
import type { Dependency } from '../types.ts';
import { relativeTo } from './targets.ts';
import type { ExternalStep } from './types.ts';

/** A program and its arguments. */
type Command = readonly [string, ...string[]];

/** The step, with the command as a person would type it; or only that, where nothing is installed for them. */
export type PythonInstallation = (ExternalStep & { command: string }) | { advice: string };

const GET_IT: Record<string, string> = {
  uv: 'see https://docs.astral.sh/uv/',
  poetry: 'see https://python-poetry.org/docs/',
  pdm: 'see https://pdm-project.org/',
  pipenv: 'pip install --user pipenv',
};

/**
 * Installs what was declared, by the project's own manager and into its own environment, without asking. What was locked
 * keeps its version as far as the manager can do that, and the project itself is not built again. Output is shown only
 * when it fails. Where the project has no environment, the packages of the system are left alone.
 * @param root the project directory
 * @param added what the project did not declare before
 * @returns the step; its `run` throws CliError `install-failed`
 */
export function pythonInstallStep(
  root: string,
  manager: PythonManager,
  added: readonly Dependency[],
): PythonInstallation {
  const names = added.map(({ name, range }) => `${name}${range}`);
  switch (manager.name) {
    case 'uv':
      return step(root, manager, ['uv.lock'], () => [
        ['uv', 'sync', '--inexact', ...unbuilt(manager, '--no-install-project')],
      ]);
    case 'poetry':
      return step(root, manager, ['poetry.lock'], async (signal) => [
        ['poetry', 'lock', '--no-interaction', ...((await isPoetry1(root, signal)) ? ['--no-update'] : [])],
        ['poetry', 'install', '--no-interaction', ...unbuilt(manager, '--no-root')],
      ]);
    case 'pdm':
      return step(root, manager, ['pdm.lock'], () => [
        ...(manager.lockFile === undefined ? [] : [['pdm', 'lock', '--update-reuse'] as const]),
        ['pdm', 'install', ...unbuilt(manager, '--no-self')],
      ]);
    case 'pipenv':
      return step(root, manager, ['Pipfile.lock'], () => [
        ['pipenv', 'install', ...(manager.lockFile === undefined ? ['--skip-lock'] : [])],
      ]);
    case 'script':
      return script(root, manager);
    case 'pip':
      return manager.interpreter === undefined ? advice(manager, names) : pip(root, manager.interpreter, names);
  }
}

/** The project is there already, and its build could run anything. */
function unbuilt({ hasInstalled }: PythonManager, option: string): string[] {
  return hasInstalled ? [option] : [];
}

type Commands = (signal: AbortSignal) => readonly Command[] | Promise<readonly Command[]>;

function step(root: string, manager: PythonManager, locks: readonly string[], commands: Commands): PythonInstallation {
  const run = async (signal: AbortSignal): Promise<void> => {
    for (const command of await commands(signal)) await runCommand(root, command, signal);
  };
  const tracked = locks.map((lock) => relativeTo(root, path.join(manager.root, lock)));
  return { tracked, run, command: COMMANDS[manager.name] };
}

const COMMANDS: Record<PythonManager['name'], string> = {
  uv: 'uv sync',
  poetry: 'poetry lock && poetry install',
  pdm: 'pdm install',
  pipenv: 'pipenv install',
  pip: 'pip install',
  script: 'uv run',
};

/** uv installs what a script says when it runs it; only a lock file of its own has to follow. */
function script(root: string, { manifest = '', lockFile }: PythonManager): PythonInstallation {
  if (lockFile === undefined) return { advice: `uv run ${quoted(manifest)}` };
  const command: Command = ['uv', 'lock', '--script', manifest];
  return { tracked: [lockFile], run: (signal) => runCommand(root, command, signal), command: shown(command) };
}

function pip(root: string, interpreter: string, names: readonly string[]): PythonInstallation {
  const command: Command = hasPip(interpreter)
    ? [interpreter, '-m', 'pip', 'install', '--no-input', '--disable-pip-version-check', ...names]
    : ['uv', 'pip', 'install', '--python', interpreter, ...names];
  const typed = command.filter((word) => word !== '--no-input' && word !== '--disable-pip-version-check');
  return { tracked: [], run: (signal) => runCommand(root, command, signal), command: shown(typed) };
}

/** An environment that uv made has no pip in it. */
function hasPip(interpreter: string): boolean {
  const folder = path.dirname(path.dirname(interpreter));
  const libraries = [path.join(folder, 'Lib'), ...subfolders(path.join(folder, 'lib'))];
  return libraries.some((library) => existsSync(path.join(library, 'site-packages', 'pip')));
}

function subfolders(folder: string): string[] {
  try {
    return readdirSync(folder).map((name) => path.join(folder, name));
  } catch {
    return [];
  }
}

/** Which Python runs the server is not known, so that a person has to say it. */
function advice({ manifest }: PythonManager, names: readonly string[]): PythonInstallation {
  const isList = manifest?.endsWith('.txt') === true;
  return { advice: isList ? `pip install -r ${quoted(manifest)}` : `pip install ${names.map(quoted).join(' ')}` };
}

/** `poetry lock` of version 1 updates everything unless it is told not to; version 2 has no such option. */
async function isPoetry1(root: string, signal: AbortSignal): Promise<boolean> {
  try {
    const { stdout } = await execa('poetry', ['--version', '--no-ansi'], {
      cwd: root,
      stdin: 'ignore',
      cancelSignal: signal,
    });
    return stdout.includes('version 1.');
  } catch (error) {
    throw installFailed(['poetry', '--version'], error);
  }
}

async function runCommand(root: string, command: Command, signal: AbortSignal): Promise<void> {
  const [program, ...args] = command;
  try {
    await execa(program, args, { cwd: root, stdin: 'ignore', all: true, cancelSignal: signal, env: { NO_COLOR: '1' } });
  } catch (error) {
    throw installFailed(command, error);
  }
}

const SHOWN_LINES = 15;

function installFailed(command: Command, error: unknown): CliError {
  const [program] = command;
  if (error instanceof ExecaError && error.code === 'ENOENT') {
    const how = GET_IT[program];
    return new CliError(
      'install-failed',
      `The project uses ${program}, which is not installed here; the project is as it was before.`,
      `Install ${program}${how === undefined ? '' : ` (${how})`}, or run again with --no-install and install by hand.`,
      { cause: error },
    );
  }
  const output = error instanceof ExecaError ? String(error.all ?? error.shortMessage) : String(error);
  const typed = shown(command);
  return new CliError(
    'install-failed',
    `${typed} failed; the project is as it was before.`,
    `Make ${typed} work, or run again with --no-install and install by hand.`,
    {
      cause: error,
      manual: [
        {
          what: `What ${path.basename(program)} said`,
          snippet: output.trim().split('\n').slice(-SHOWN_LINES).join('\n'),
        },
      ],
    },
  );
}

function shown(command: readonly string[]): string {
  return command.map(quoted).join(' ');
}

/** In quotes where a shell would see more than one word in it. */
function quoted(word: string): string {
  const isPlain = [...word].every((sign) => /[\w./:=@+\\-]/.test(sign));
  return isPlain ? word : `"${word}"`;
}
