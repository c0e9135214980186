import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readAnyProject } from '../../../../src/project/index.ts';
import { directory, MANIFEST, SERVER } from '../support.ts';

const PYTHON = `from mcp.server.fastmcp import FastMCP\n\nmcp = FastMCP("tasks")\n`;
const PYPROJECT = '[project]\nname = "tasks"\ndependencies = ["mcp>=1.2"]\n';

/** What was chosen: `python`, `python sub/dir`, `node`. */
async function chosen(files: Record<string, string>, entry?: string): Promise<string> {
  const { kind = 'node', subdir } = await readAnyProject(directory(files), { entry });
  return subdir === undefined ? kind : `${kind} ${subdir}`;
}

describe('the language of a project', () => {
  it.each([
    ['a manifest and a server', { 'pyproject.toml': PYPROJECT, 'server.py': PYTHON }, 'python'],
    ['a file alone', { 'server.py': PYTHON }, 'python'],
    ['a file with fastmcp', { 'a.py': 'import os, fastmcp\n' }, 'python'],
    ['an import over several lines', { 'a.py': 'from mcp.server import (\n    lowlevel,\n)\n' }, 'python'],
    ['Python that has nothing to do with MCP', { 'main.py': 'print()\n' }, 'python'],
    ['a manifest that names the package, and no source', { 'requirements.txt': 'mcp\n' }, 'python'],
    ['a package.json only', { 'package.json': MANIFEST, 'server.ts': SERVER }, 'node'],
    [
      'a TypeScript server with a script in Python',
      { 'package.json': MANIFEST, 'server.ts': SERVER, 'tools/x.py': 'print()\n' },
      'node',
    ],
    [
      'a TypeScript server with a stray server',
      { 'package.json': MANIFEST, 'server.ts': SERVER, 'tools/x.py': PYTHON },
      'node',
    ],
    [
      'a TypeScript server with a client in Python',
      {
        'package.json': MANIFEST,
        'server.ts': SERVER,
        'requirements.txt': 'mcp\n',
        'x.py': 'from mcp import ClientSession\n',
      },
      'node',
    ],
    [
      'a Python server with widgets',
      {
        'package.json': '{"name":"w","dependencies":{"fastapps":"^1.0.0"}}',
        'server/main.py': 'from fastapps import WidgetMCPServer\n',
        'requirements.txt': 'fastapps\n',
      },
      'python',
    ],
    [
      'a Python server with widgets that speak MCP',
      {
        'package.json': '{"dependencies":{"@modelcontextprotocol/ext-apps":"1"}}',
        'w.tsx': `import { App } from '@modelcontextprotocol/ext-apps';`,
        'server.py': PYTHON,
      },
      'python',
    ],
    [
      'comments and strings that mention MCP',
      {
        'package.json': MANIFEST,
        'server.ts': SERVER,
        'requirements.txt': 'httpx\n',
        'x.py': '# from mcp.server import x\ns = """\nfrom mcp.server import x\n"""\n',
      },
      'node',
    ],
  ])('%s', async (_, files, expected) => {
    expect(await chosen(files)).toBe(expected);
  });

  it('is that of the entry', async () => {
    const files = { 'package.json': MANIFEST, 'server.ts': SERVER, 'tools/x.py': PYTHON };
    expect(await chosen(files, 'tools/x.py')).toBe('python');
    expect(await chosen(files, 'server.ts')).toBe('node');
  });

  it('is asked for where both are servers', async () => {
    const root = directory({
      'package.json': MANIFEST,
      'src/server.ts': SERVER,
      'pyproject.toml': PYPROJECT,
      'server.py': PYTHON,
    });
    await expect(readAnyProject(root)).rejects.toMatchObject({
      code: 'ambiguous-entry',
      fix: `Run one of: add-auth ${root} --entry server.py · add-auth ${root} --entry src/server.ts`,
    });
  });
});

describe('the member of a repository', () => {
  it.each([
    [
      'is the only one with a server',
      { 'web/package.json': '{"name":"web"}', 'api/pyproject.toml': PYPROJECT, 'api/src/tasks/server.py': PYTHON },
      'python api',
    ],
    [
      'is the one whose requirements lie in a folder',
      { 'api/requirements/base.txt': 'mcp\n', 'api/app/server.py': PYTHON, 'web/package.json': '{"name":"web"}' },
      'python api',
    ],
    [
      'is a server, not what only declares the package',
      {
        'a/requirements.txt': 'mcp\n',
        'a/x.py': 'from mcp import ClientSession\n',
        'b/requirements.txt': 'mcp\n',
        'b/server.py': PYTHON,
      },
      'python b',
    ],
    [
      'is the directory itself where that has one',
      {
        'pyproject.toml': PYPROJECT,
        'server.py': PYTHON,
        'extra/pyproject.toml': PYPROJECT,
        'extra/server.py': PYTHON,
      },
      'python',
    ],
    [
      'is not told by a manifest that configures tools',
      { 'pyproject.toml': PYPROJECT, 'src/pyproject.toml': '[tool.ruff]\n', 'src/server.py': PYTHON },
      'python',
    ],
    [
      'is the TypeScript one beside a client in Python',
      { 'ts/package.json': MANIFEST, 'ts/server.ts': SERVER, 'py/requirements.txt': 'mcp\n', 'py/x.py': '' },
      'node ts',
    ],
  ])('%s', async (_, files, expected) => {
    expect(await chosen(files)).toBe(expected);
  });

  it('is told by the entry, relative to the directory that was asked for', async () => {
    const files = {
      'a/pyproject.toml': PYPROJECT,
      'a/src/server.py': PYTHON,
      'b/pyproject.toml': PYPROJECT,
      'b/server.py': PYTHON,
    };
    expect(await chosen(files, 'a/src/server.py')).toBe('python a');
  });

  it('is where the entry can be, when that is relative to it', async () => {
    expect(
      await chosen(
        { 'web/package.json': MANIFEST, 'web/x.ts': SERVER, 'b/pyproject.toml': PYPROJECT, 'b/server.py': PYTHON },
        'server.py',
      ),
    ).toBe('python b');
  });

  it('has the entry among its files wherever it lies', async () => {
    const root = directory({ 'server.py': PYTHON, 'tests/other.py': PYTHON });
    const snapshot = await readAnyProject(root, { entry: 'tests/other.py' });
    expect(snapshot.files).toContainEqual({ path: 'tests/other.py', text: PYTHON });
  });

  it('is asked for where there are several, with the likeliest file of each', async () => {
    const root = directory({
      'a/pyproject.toml': PYPROJECT,
      'a/helpers.py': PYTHON,
      'a/main.py': PYTHON,
      'b/requirements.txt': 'fastmcp\n',
      'b/x.py': 'from fastmcp import FastMCP\n',
      'c/package.json': MANIFEST,
      'c/src/server.ts': SERVER,
    });
    await expect(readAnyProject(root)).rejects.toMatchObject({
      code: 'ambiguous-entry',
      message: '3 places could be the MCP server: a/main.py, b/x.py, c/src/server.ts.',
      fix: expect.stringContaining(`add-auth ${join(root, 'b')} --entry x.py`),
    });
  });
});

describe('a directory without a project', () => {
  it('is told as such', async () => {
    await expect(readAnyProject(directory({ 'readme.md': '' }))).rejects.toMatchObject({ code: 'no-project' });
    await expect(readAnyProject('/nowhere/at/all')).rejects.toMatchObject({ code: 'no-project' });
  });
});
