import { describe, expect, it } from 'vitest';
import { declarePythonDependencies } from '../../../../src/edit/python-dependencies.ts';
import { BELOW_2, declare, declared, inFile, JWT } from './support.ts';

const manager = { name: 'script' } as const;
const script = (block: string): string =>
  `#!/usr/bin/env -S uv run --script\n# /// script\n${block}# ///\n"""Tasks."""\nfrom mcp.server.fastmcp import FastMCP\n`;
const after = (block: string): string => inFile('server.py', script(block), { manager, pins: [BELOW_2] });

describe('the block of a script that says what it needs', () => {
  it.each([
    [
      'over several lines',
      '# requires-python = ">=3.11"\n# dependencies = [\n#     "mcp[cli]",  # the SDK\n# ]\n',
      '# requires-python = ">=3.11"\n# dependencies = [\n#     "mcp[cli]<2",  # the SDK\n#     "pyjwt[crypto]>=2.10",\n# ]\n',
    ],
    [
      'on one line',
      '# dependencies = ["mcp==1.9.4"]\n#\n',
      '# dependencies = ["mcp==1.9.4", "pyjwt[crypto]>=2.10"]\n#\n',
    ],
    [
      'that names none yet',
      '# requires-python = ">=3.11"\n#\n# [tool.uv]\n# exclude-newer = "2026-01-01T00:00:00Z"\n',
      '# requires-python = ">=3.11"\n# dependencies = [\n#     "pyjwt[crypto]>=2.10",\n# ]\n#\n# [tool.uv]\n# exclude-newer = "2026-01-01T00:00:00Z"\n',
    ],
    ['that is empty', '', '# dependencies = [\n#     "pyjwt[crypto]>=2.10",\n# ]\n'],
  ])('%s', (_, before, expected) => {
    expect(after(before)).toBe(script(expected));
  });

  it('keeps the line ends of the file', () => {
    const crlf = (text: string): string => text.replaceAll('\n', '\r\n');
    expect(inFile('server.py', crlf(script('# dependencies = [\n#   "mcp",\n# ]\n')), { manager })).toBe(
      crlf(script('# dependencies = [\n#   "mcp",\n#   "pyjwt[crypto]>=2.10",\n# ]\n')),
    );
  });

  it('counts before the project that the script lies in, which is left alone unless it names the server too', () => {
    const files = {
      'pyproject.toml': '[project]\ndependencies = ["httpx"]\n',
      'server.py': script('# dependencies = ["mcp"]\n'),
    };
    const done = script('# dependencies = ["mcp", "pyjwt[crypto]>=2.10"]\n');
    expect(declared(files, { manager: { name: 'uv' } })).toEqual({ ...files, 'server.py': done });
    const both = { ...files, 'pyproject.toml': '[project]\ndependencies = ["mcp"]\n' };
    expect(declared(both, { manager: { name: 'uv' } })).toEqual({
      'pyproject.toml': '[project]\ndependencies = ["mcp", "pyjwt[crypto]>=2.10"]\n',
      'server.py': done,
    });
  });

  it('is none when it is not closed', () => {
    const open = '# /// script\n# dependencies = ["mcp"]\n\n# ///\nimport mcp\n';
    expect(declare({ 'requirements.txt': 'mcp\n', 'server.py': open }).edits.map(({ path }) => path)).toEqual([
      'requirements.txt',
    ]);
  });
});

describe('a setup.py or setup.cfg', () => {
  it('is left to a person', () => {
    expect(declare({ 'setup.py': 'setup(install_requires=["mcp"])\n' }, { pins: [BELOW_2] })).toMatchObject({
      edits: [],
      manual: [{ what: expect.stringContaining('setup.py'), snippet: '"pyjwt[crypto]>=2.10",' }],
    });
    expect(declare({ 'setup.cfg': '[options]\ninstall_requires =\n  mcp\n' }).manual).toMatchObject([
      { snippet: 'pyjwt[crypto]>=2.10' },
    ]);
  });

  it('asks for nothing once the line is there', () => {
    expect(declare({ 'setup.py': 'setup(install_requires=["mcp", "PyJWT[crypto]"])\n' }).manual).toEqual([]);
  });
});

describe('a project that says nowhere what it needs', () => {
  const unlisted = (installed?: string): unknown =>
    declarePythonDependencies({
      manager: { name: 'pip', root: '/project', hasInstalled: false },
      needed: [JWT],
      pins: [BELOW_2],
      entry: 'server.py',
      read: (path) => (path === 'server.py' ? 'import mcp\n' : undefined),
      versionOf: (name) => (name === 'pyjwt' ? installed : undefined),
    });

  it('is given no manifest, only told what is missing', () => {
    expect(unlisted()).toEqual({ edits: [], added: [], tooOld: [], unlisted: [JWT], manual: [] });
    expect(unlisted('2.12.0')).toMatchObject({ unlisted: [] });
  });
});
