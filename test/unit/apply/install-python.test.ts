import fs from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { applyPlan } from '../../../src/apply/index.ts';
import { pythonInstallStep } from '../../../src/apply/install-python.ts';
import type { PythonManager } from '../../../src/project/index.ts';
import type { ExternalStep } from '../../../src/apply/types.ts';
import { change, contentOf, makeProject, readText } from './project.ts';

afterEach(() => vi.unstubAllEnvs());

const never = new AbortController().signal;
const ADDED = [{ name: 'pyjwt[crypto]', range: '>=2.10' }];

/** Puts a program on the PATH that does what a few lines of shell say. */
function fakeProgram(name: string, script: string): void {
  const bin = makeProject({ [name]: `#!/bin/sh\n${script}\n` });
  fs.chmodSync(path.join(bin, name), 0o755);
  vi.stubEnv('PATH', `${bin}:/usr/bin:/bin`);
}

function manager(root: string, name: PythonManager['name'], more: Partial<PythonManager> = {}): PythonManager {
  return { name, root, hasInstalled: true, ...more };
}

function stepOf(root: string, of: PythonManager): ExternalStep & { command: string } {
  const step = pythonInstallStep(root, of, ADDED);
  if ('advice' in step) throw new Error(`only advice: ${step.advice}`);
  return step;
}

/** An environment whose Python writes down how it is called. */
function environment(root: string, hasPip: boolean): string {
  const interpreter = path.join(root, '.venv/bin/python');
  fs.mkdirSync(path.dirname(interpreter), { recursive: true });
  fs.writeFileSync(interpreter, '#!/bin/sh\necho "$@" > said\n', { mode: 0o755 });
  if (hasPip) fs.mkdirSync(path.join(root, '.venv/lib/python3.12/site-packages/pip'), { recursive: true });
  return interpreter;
}

describe('installing what a Python project declares', () => {
  it.each([
    ['uv', true, ['sync --inexact --no-install-project']],
    ['uv', false, ['sync --inexact']],
    ['pdm', true, ['lock --update-reuse', 'install --no-self']],
    ['pipenv', true, ['install']],
  ] as const)('runs %s in the project, without asking (installed before: %s)', async (name, hasInstalled, said) => {
    const root = makeProject();
    fakeProgram(name, 'echo "$@" >> said; pwd > where; if [ -t 0 ]; then echo terminal >> said; fi');
    const lockFile = name === 'pipenv' ? 'Pipfile.lock' : `${name}.lock`;
    await stepOf(root, manager(root, name, { hasInstalled, lockFile })).run(never);
    expect(readText(root, 'said')).toBe(said.map((line) => `${line}\n`).join(''));
    expect(readText(root, 'where').trim()).toBe(root);
  });

  it.each([
    ['Poetry (version 1.8.4)', ' --no-update'],
    ['Poetry (version 2.1.0)', ''],
  ])('has %s keep the versions that are locked', async (version, option) => {
    const root = makeProject();
    fakeProgram('poetry', `if [ "$1" = --version ]; then echo "${version}"; else echo "$@" >> said; fi`);
    await stepOf(root, manager(root, 'poetry')).run(never);
    expect(readText(root, 'said')).toBe(`lock --no-interaction${option}\ninstall --no-interaction --no-root\n`);
  });

  it('follows the lock file, in a workspace that of its root', () => {
    const root = path.resolve('/w/servers/a');
    expect(stepOf(root, manager(root, 'uv')).tracked).toEqual(['uv.lock']);
    expect(stepOf(root, manager(path.resolve('/w'), 'uv')).tracked).toEqual(['../../uv.lock']);
    expect(stepOf(root, manager(root, 'poetry')).tracked).toEqual(['poetry.lock']);
  });

  it('installs with the pip of its own environment', async () => {
    const root = makeProject();
    const interpreter = environment(root, true);
    const step = stepOf(root, manager(root, 'pip', { interpreter }));
    await step.run(never);
    expect(readText(root, 'said')).toBe('-m pip install --no-input --disable-pip-version-check pyjwt[crypto]>=2.10\n');
    expect(step).toMatchObject({ tracked: [], command: `${interpreter} -m pip install "pyjwt[crypto]>=2.10"` });
  });

  it('has uv fill an environment that has no pip', async () => {
    const root = makeProject();
    const interpreter = environment(root, false);
    fakeProgram('uv', 'echo "$@" > said');
    await stepOf(root, manager(root, 'pip', { interpreter })).run(never);
    expect(readText(root, 'said')).toBe(`pip install --python ${interpreter} pyjwt[crypto]>=2.10\n`);
  });

  it('locks a script again that has a lock', async () => {
    const root = makeProject();
    fakeProgram('uv', 'echo "$@" > said');
    const step = stepOf(root, manager(root, 'script', { manifest: 'server.py', lockFile: 'server.py.lock' }));
    await step.run(never);
    expect([readText(root, 'said'), step.tracked]).toEqual(['lock --script server.py\n', ['server.py.lock']]);
  });
});

describe('installing that is left to a person', () => {
  it.each([
    ['a project without an environment', manager('/p', 'pip'), 'pip install "pyjwt[crypto]>=2.10"'],
    [
      'a list without an environment',
      manager('/p', 'pip', { manifest: 'requirements.txt' }),
      'pip install -r requirements.txt',
    ],
    [
      'a script, which needs nothing but to be run',
      manager('/p', 'script', { manifest: 'my server.py' }),
      'uv run "my server.py"',
    ],
  ])('%s', (_, of, advice) => {
    expect(pythonInstallStep('/p', of, ADDED)).toEqual({ advice });
  });
});

describe('installing that fails', () => {
  it('shows what the program said, and puts the project back', async () => {
    const root = makeProject({ 'pyproject.toml': '[project]\n', 'uv.lock': 'lock' });
    const now = contentOf(root);
    fakeProgram('uv', 'echo broken > uv.lock; echo "No solution found" >&2; exit 1');
    const run = applyPlan(root, [change(root, 'pyproject.toml', '[project] #\n')], {
      install: stepOf(root, manager(root, 'uv')),
    });
    await expect(run).rejects.toMatchObject({
      code: 'install-failed',
      message: 'uv sync --inexact --no-install-project failed; the project is as it was before.',
      manual: [{ what: 'What uv said', snippet: 'No solution found' }],
    });
    expect(contentOf(root)).toEqual(now);
  });

  it.each(['uv', 'poetry', 'pdm', 'pipenv'] as const)('says so when %s is not there', async (name) => {
    const root = makeProject();
    vi.stubEnv('PATH', makeProject());
    await expect(stepOf(root, manager(root, name)).run(never)).rejects.toMatchObject({
      code: 'install-failed',
      message: `The project uses ${name}, which is not installed here; the project is as it was before.`,
    });
  });
});
