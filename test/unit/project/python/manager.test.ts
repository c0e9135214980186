import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { readAnyProject, type PythonSnapshot } from '../../../../src/project/index.ts';
import { directory } from '../support.ts';

afterEach(() => vi.unstubAllEnvs());

const SERVER = 'from mcp.server.fastmcp import FastMCP\n';
const PROJECT = '[project]\nname = "tasks"\nrequires-python = ">=3.10"\ndependencies = ["mcp>=1.2"]\n';
const POETRY = '[tool.poetry]\nname = "tasks"\n[tool.poetry.dependencies]\npython = "^3.11"\nmcp = "^1.9"\n';
const SCRIPT = `# /// script\n# requires-python = ">=3.12"\n# dependencies = ["mcp==1.9.4"]\n# ///\n${SERVER}`;

async function read(files: Record<string, string>, entry?: string): Promise<PythonSnapshot> {
  vi.stubEnv('VIRTUAL_ENV', '');
  const snapshot = await readAnyProject(directory({ 'server.py': SERVER, ...files }), { entry });
  if (snapshot.kind !== 'python') throw new Error('not taken for Python');
  return snapshot;
}

/** `uv pyproject.toml uv.lock` */
async function manager(files: Record<string, string>, entry?: string): Promise<string> {
  const { name, manifest, lockFile } = (await read(files, entry)).manager;
  return [name, manifest, lockFile].filter((each) => each !== undefined).join(' ');
}

describe('what manages the dependencies', () => {
  it.each([
    ['uv by its lock', { 'pyproject.toml': PROJECT, 'uv.lock': '' }, 'uv pyproject.toml uv.lock'],
    ['uv by its table', { 'pyproject.toml': `${PROJECT}[tool.uv]\npackage = false\n` }, 'uv pyproject.toml'],
    ['Poetry by its table', { 'pyproject.toml': POETRY }, 'poetry pyproject.toml'],
    ['Poetry 2 by its lock', { 'pyproject.toml': PROJECT, 'poetry.lock': '' }, 'poetry pyproject.toml poetry.lock'],
    ['PDM', { 'pyproject.toml': PROJECT, 'pdm.lock': '' }, 'pdm pyproject.toml pdm.lock'],
    ['pipenv', { Pipfile: '[packages]\nmcp = "*"\n', 'Pipfile.lock': '{}' }, 'pipenv Pipfile Pipfile.lock'],
    ['pip with a list', { 'requirements.txt': 'mcp\n' }, 'pip requirements.txt'],
    [
      'pip with a list of lists',
      { 'requirements/base.txt': 'mcp\n', 'requirements/dev.txt': 'pytest\n' },
      'pip requirements/base.txt',
    ],
    [
      'pip with what a list is compiled from',
      { 'requirements.in': 'mcp\n', 'requirements.txt': 'mcp==1.9\n' },
      'pip requirements.in',
    ],
    ['pip with a project', { 'pyproject.toml': PROJECT }, 'pip pyproject.toml'],
    [
      'the file that names the server',
      { 'pyproject.toml': '[project]\nname = "x"\n', 'requirements.txt': 'fastmcp\n' },
      'pip requirements.txt',
    ],
    [
      'pip where pyproject.toml only configures tools',
      { 'pyproject.toml': '[tool.ruff]\n', 'requirements.txt': 'mcp\n' },
      'pip requirements.txt',
    ],
    ['pip with setup.py', { 'setup.py': 'setup(install_requires=["mcp"])\n' }, 'pip setup.py'],
    ['pip with nothing', {}, 'pip'],
    ['a script that says what it needs', { 'server.py': SCRIPT }, 'script server.py'],
    ['a script with a lock', { 'server.py': SCRIPT, 'server.py.lock': '' }, 'script server.py server.py.lock'],
    [
      'the project, where a script lies in one',
      { 'pyproject.toml': PROJECT, 'server.py': SCRIPT },
      'pip pyproject.toml',
    ],
    [
      'pip where pyproject.toml is broken',
      { 'pyproject.toml': '[project\n', 'requirements.txt': 'mcp\n' },
      'pip requirements.txt',
    ],
  ])('is %s', async (_, files, expected) => {
    expect(await manager(files)).toBe(expected);
  });

  it('is the script that is asked for, whatever it lies in', async () => {
    expect(await manager({ 'pyproject.toml': PROJECT, 'tools/x.py': SCRIPT }, 'tools/x.py')).toBe('script tools/x.py');
  });

  it('is that of the uv workspace around it', async () => {
    const root = directory({
      'pyproject.toml': '[tool.uv.workspace]\nmembers = ["servers/*"]\n',
      'uv.lock': '[[package]]\nname = "mcp"\nversion = "1.12.0"\n',
      'servers/tasks/pyproject.toml': PROJECT,
      'servers/tasks/server.py': SERVER,
    });
    mkdirSync(join(root, '.git'));
    const snapshot = await readAnyProject(join(root, 'servers/tasks'));
    expect(snapshot).toMatchObject({ manager: { name: 'uv', root, manifest: 'pyproject.toml', lockFile: 'uv.lock' } });
    expect(snapshot.versionOf('mcp')).toBe('1.12.0');
    expect(await readAnyProject(root)).toMatchObject({ subdir: 'servers/tasks', manager: { name: 'uv', root } });
  });

  it('is found above a directory without a manifest, in the same repository only', async () => {
    const root = directory({ 'pyproject.toml': PROJECT, 'src/tasks/server.py': SERVER });
    const dir = join(root, 'src/tasks');
    expect(await readAnyProject(dir)).toMatchObject({ manager: { name: 'pip', root: dir } });
    mkdirSync(join(root, '.git'));
    expect(await readAnyProject(dir)).toMatchObject({
      name: 'tasks',
      manager: { name: 'pip', root, manifest: '../../pyproject.toml' },
    });
  });
});

describe('the environment of the project', () => {
  const venv = (at: string, packages: string[] = ['mcp-1.12.0', 'pip-25.0']): Record<string, string> => ({
    [`${at}/pyvenv.cfg`]: '',
    [`${at}/bin/python`]: '',
    ...Object.fromEntries(
      packages.map((name) => [`${at}/lib/python3.12/site-packages/${name}.dist-info/METADATA`, '']),
    ),
  });

  it.each(['.venv', 'venv', 'env'])('is found in %s', async (folder) => {
    const { manager: found, root, versionOf } = await read(venv(folder));
    expect(found).toMatchObject({ interpreter: join(root, folder, 'bin/python'), hasInstalled: true });
    expect(versionOf('mcp[cli]')).toBe('1.12.0');
  });

  it('is found in the layout of Windows', async () => {
    const files = {
      '.venv/pyvenv.cfg': '',
      '.venv/Scripts/python.exe': '',
      '.venv/Lib/site-packages/fastmcp_slim-4.0.1.dist-info/METADATA': '',
    };
    const { manager: found, root, versionOf } = await read(files);
    expect(found.interpreter).toBe(join(root, '.venv/Scripts/python.exe'));
    expect(versionOf('FastMCP_Slim')).toBe('4.0.1');
  });

  it('has nothing installed when it is fresh', async () => {
    expect((await read(venv('.venv', ['pip-25.0', 'setuptools-80.0']))).manager.hasInstalled).toBe(false);
  });

  it('is the active one where the project has none, and its own where it has one', async () => {
    const active = join(directory(venv('active', ['mcp-2.0.0'])), 'active');
    const own = directory({ 'server.py': SERVER, ...venv('.venv') });
    const none = directory({ 'server.py': SERVER });
    vi.stubEnv('VIRTUAL_ENV', active);
    expect(await readAnyProject(own)).toMatchObject({ manager: { interpreter: join(own, '.venv/bin/python') } });
    expect(await readAnyProject(none)).toMatchObject({ manager: { interpreter: join(active, 'bin/python') } });
  });

  it('is none of the system', async () => {
    vi.stubEnv('VIRTUAL_ENV', '/usr');
    const snapshot = await readAnyProject(directory({ 'server.py': SERVER }));
    expect(snapshot).toMatchObject({ manager: { hasInstalled: false } });
    expect(snapshot).not.toHaveProperty('manager.interpreter');
  });
});

describe('the version of a package', () => {
  const uvLock =
    'version = 1\nrequires-python = ">=3.10"\n\n[[package]]\nname = "demo"\nversion = "0.1.0"\n\n[[package]]\nname = "mcp"\nversion = "1.9.4"\nsource = { registry = "x" }\ndependencies = [\n    { name = "httpx" },\n]\n';

  it.each([
    ['uv.lock', { 'pyproject.toml': PROJECT, 'uv.lock': uvLock }, '1.9.4'],
    [
      'uv.lock with several',
      { 'pyproject.toml': PROJECT, 'uv.lock': `${uvLock}\n[[package]]\nname = "mcp"\nversion = "1.10.0"\n` },
      '1.10.0',
    ],
    [
      'poetry.lock',
      {
        'pyproject.toml': POETRY,
        'poetry.lock': '[[package]]\nname = "mcp"\nversion = "1.9.4"\n\n[metadata]\nlock-version = "2.0"\n',
      },
      '1.9.4',
    ],
    [
      'Pipfile.lock',
      {
        Pipfile: '[packages]\nmcp = "*"\n',
        'Pipfile.lock': '{"default":{"mcp":{"extras":["cli"],"version":"==1.9.4"}}}',
      },
      '1.9.4',
    ],
    ['a pin', { 'requirements.txt': 'MCP[cli] == 1.9.4 ; python_version > "3"  # the SDK\n' }, '1.9.4'],
    [
      'a pin that is compiled from a range',
      { 'requirements.in': 'mcp\n', 'requirements.txt': 'mcp==1.9.4 \\\n    --hash=sha256:aa\n' },
      '1.9.4',
    ],
    ['a pin that is read in', { 'requirements.txt': '-r more/base.txt\n', 'more/base.txt': 'mcp==1.9.4\n' }, '1.9.4'],
    ['a range', { 'pyproject.toml': PROJECT }, '>=1.2'],
    ['a range, its beginning first', { 'requirements.txt': 'mcp<2,>=1.2\n' }, '>=1.2,<2'],
    ['an end, which leaves one major', { 'requirements.txt': 'mcp<2\n' }, '>=1,<2'],
    ['a range of Poetry', { 'pyproject.toml': POETRY }, '^1.9'],
    [
      'a range of an extra',
      { 'pyproject.toml': '[project]\nname="x"\n[project.optional-dependencies]\nserver = ["mcp ~= 1.9"]\n' },
      '~= 1.9',
    ],
    ['setup.cfg', { 'setup.cfg': '[options]\ninstall_requires =\n    mcp>=1.9\n' }, '>=1.9'],
    ['any version', { 'requirements.txt': 'mcp\n' }, undefined],
    ['nothing', {}, undefined],
  ])('is told by %s', async (_, files, expected) => {
    expect((await read(files)).versionOf('mcp')).toBe(expected);
  });

  it('is that of the script itself', async () => {
    const { versionOf, python } = await read({ 'server.py': SCRIPT });
    expect([versionOf('mcp'), python]).toEqual(['1.9.4', '>=3.12']);
  });

  it('of several that are locked is the one that is installed', async () => {
    const lock = `${uvLock}\n[[package]]\nname = "mcp"\nversion = "1.10.0"\n`;
    const files = {
      'pyproject.toml': PROJECT,
      'uv.lock': lock,
      '.venv/pyvenv.cfg': '',
      '.venv/bin/python': '',
      '.venv/lib/python3.12/site-packages/mcp-1.9.4.dist-info/METADATA': '',
    };
    expect((await read(files)).versionOf('mcp')).toBe('1.9.4');
  });
});

describe('what the project says of itself', () => {
  it.each([
    [{ 'pyproject.toml': PROJECT }, 'tasks', '>=3.10'],
    [{ 'pyproject.toml': POETRY }, 'tasks', '^3.11'],
    [{ 'setup.cfg': '[metadata]\nname = tasks\n[options]\npython_requires = >=3.10\n' }, 'tasks', '>=3.10'],
    [{ '.python-version': '3.12\n' }, undefined, '==3.12.*'],
    [{}, undefined, undefined],
  ])('%j', async (files, name, python) => {
    const snapshot = await read(files as Record<string, string>);
    expect([snapshot.name, snapshot.python]).toEqual([name, python]);
  });
});
