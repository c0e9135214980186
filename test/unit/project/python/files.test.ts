import { describe, expect, it } from 'vitest';
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readAnyProject, type PythonSnapshot } from '../../../../src/project/index.ts';
import { directory } from '../support.ts';

const SERVER = 'from mcp.server.fastmcp import FastMCP\n';

async function read(root: string): Promise<PythonSnapshot> {
  const snapshot = await readAnyProject(root);
  if (snapshot.kind !== 'python') throw new Error('not taken for Python');
  return snapshot;
}

async function paths(files: Record<string, string | Buffer>): Promise<string[]> {
  return (await read(directory(files))).files.map(({ path }) => path);
}

/** More files than a small project has, none of which matters. */
const MANY = Object.fromEntries(Array.from({ length: 150 }, (_, i) => [`lib/other${i}.py`, `import os\nX = ${i}\n`]));

describe('the files of a Python project', () => {
  it('are all of a small one, without environments, tests and what is installed or built', async () => {
    const files = {
      'server.py': SERVER,
      'tools/loaded_by_name.py': 'def register(server): ...\n',
      'empty/__init__.py': '',
      'tests/test_server.py': SERVER,
      'node_modules/x/setup.py': SERVER,
      'build/lib/server.py': SERVER,
      '.venv/lib/python3.12/site-packages/mcp/server/__init__.py': SERVER,
      'py312/pyvenv.cfg': '',
      'py312/lib/python3.12/x.py': SERVER,
      'image.bin': Buffer.from([0xff]),
      'latin.py': Buffer.from([0x23, 0xe9]),
    };
    expect(await paths(files)).toEqual(['empty/__init__.py', 'server.py', 'tools/loaded_by_name.py']);
  });

  it('come with what says how the server is started', async () => {
    const files = {
      'server.py': SERVER,
      'pyproject.toml': '[project]\nname = "x"\n',
      'fastmcp.json': '{}',
      'docker/Dockerfile.prod': 'CMD ["python", "server.py"]\n',
      Procfile: 'web: python server.py\n',
      'run.sh': 'python server.py\n',
      'README.md': '',
    };
    expect(await paths(files)).toEqual([
      'server.py',
      'Procfile',
      'docker/Dockerfile.prod',
      'fastmcp.json',
      'pyproject.toml',
      'run.sh',
    ]);
  });

  it('are those of a large one that import MCP, who imports them, and what all of them import', async () => {
    const found = await paths({
      ...MANY,
      'pyproject.toml': '[project]\nname = "x"\ndependencies = ["mcp"]\n',
      'src/tasks/__init__.py': '',
      'src/tasks/__main__.py': 'from tasks.cli import main\nmain()\n',
      'src/tasks/cli.py': 'from .server import mcp\n',
      'src/tasks/server.py': `${SERVER}from . import (\n    tools,\n)\nimport tasks.config as config\n`,
      'src/tasks/tools/__init__.py': 'from .notes import *\n',
      'src/tasks/tools/notes.py': '',
      'src/tasks/config.py': '',
      'src/tasks/unrelated.py': 'from .config import x\n',
      'lib/mentions.py': '# from mcp.server import FastMCP\nMCP = "import mcp"\n',
    });
    expect(found).toEqual([
      'src/tasks/__init__.py',
      'src/tasks/__main__.py',
      'src/tasks/cli.py',
      'src/tasks/config.py',
      'src/tasks/server.py',
      'src/tasks/tools/__init__.py',
      'src/tasks/tools/notes.py',
      'pyproject.toml',
    ]);
  });

  it('keep their bytes: byte order marks and line ends', async () => {
    const text = `\uFEFF${SERVER.replace('\n', '\r\n')}`;
    expect((await read(directory({ 'server.py': text }))).files).toEqual([{ path: 'server.py', text }]);
  });

  it('are told to be dirty by git, relative to the member that was chosen', async () => {
    const root = directory({ 'api/requirements.txt': 'mcp\n', 'api/server.py': SERVER });
    const git = (...args: string[]): void =>
      void execFileSync('git', ['-c', 'user.name=x', '-c', 'user.email=x@example.com', ...args], { cwd: root });
    git('init', '-q');
    git('add', '.');
    git('commit', '-qm', 'x');
    writeFileSync(join(root, 'api/server.py'), `${SERVER}#\n`);
    const { git: status, subdir } = await read(root);
    expect([subdir, status.inside, status.isDirty('server.py'), status.isDirty('requirements.txt')]).toEqual([
      'api',
      true,
      true,
      false,
    ]);
  });
});
