import { describe, expect, it } from 'vitest';
import { BELOW_2, declare, declared, inFile, JWT, type Options } from './support.ts';

const pyproject = (text: string, options: Options = {}): string => inFile('pyproject.toml', text, options);
const list = (inside: string): string =>
  `[project]\nname = "demo"\ndependencies = ${inside}\n\n[tool.ruff]\nline-length = 100\n`;

describe('a dependency in the list of a pyproject.toml', () => {
  it.each([
    ['stands on the line of the others', '["mcp>=1.2"]', '["mcp>=1.2", "pyjwt[crypto]>=2.10"]'],
    ['ends in a comma where the others do', '["mcp>=1.2",]', '["mcp>=1.2", "pyjwt[crypto]>=2.10",]'],
    ['is the first', '[]', '["pyjwt[crypto]>=2.10"]'],
    ['is the first on a line of its own', '[\n]', '[\n    "pyjwt[crypto]>=2.10",\n]'],
    ['is in the quotes of the others', "['mcp']", "['mcp', 'pyjwt[crypto]>=2.10']"],
    [
      'stands on a line of its own, indented like the others',
      '[\n  "uvicorn",\n  "mcp",\n]',
      '[\n  "uvicorn",\n  "mcp",\n  "pyjwt[crypto]>=2.10",\n]',
    ],
    [
      'leaves the comment of the last one with it, and gives it the comma it lacks',
      '[\n\t"uvicorn", # serves\n\t"mcp" # speaks\n\t# more to come\n]',
      '[\n\t"uvicorn", # serves\n\t"mcp", # speaks\n\t"pyjwt[crypto]>=2.10"\n\t# more to come\n]',
    ],
    [
      'goes where it belongs among sorted ones',
      '[\n    "httpx", # http\n    # the protocol\n    "mcp",\n    # for the web\n    "uvicorn",\n]',
      '[\n    "httpx", # http\n    # the protocol\n    "mcp",\n    "pyjwt[crypto]>=2.10",\n    # for the web\n    "uvicorn",\n]',
    ],
    [
      'goes before all others where it belongs there',
      '[\n    "uvicorn",\n    "zstd",\n]',
      '[\n    "pyjwt[crypto]>=2.10",\n    "uvicorn",\n    "zstd",\n]',
    ],
    ['goes before others on one line', '["uvicorn", "zstd"]', '["pyjwt[crypto]>=2.10", "uvicorn", "zstd"]'],
    [
      'sorts whatever the case and dashes',
      '["FastMCP_slim", "Uvicorn"]',
      '["FastMCP_slim", "pyjwt[crypto]>=2.10", "Uvicorn"]',
    ],
    [
      'shares the last line where the bracket does',
      '["mcp",\n  "uvicorn",\n  "a"]',
      '["mcp",\n  "uvicorn",\n  "a",\n  "pyjwt[crypto]>=2.10"]',
    ],
    ['is spaced like the others', '["uvicorn", "mcp >= 1.2"]', '["uvicorn", "mcp >= 1.2", "pyjwt[crypto] >= 2.10"]'],
    [
      'is in parentheses like the others of Poetry 2',
      '["uvicorn (>=0.3)", "mcp (>=1.2)"]',
      '["uvicorn (>=0.3)", "mcp (>=1.2)", "pyjwt[crypto] (>=2.10)"]',
    ],
  ])('%s', (_, before, after) => {
    expect(pyproject(list(before))).toBe(list(after));
  });

  it('keeps the line ends, the byte order mark and the missing last line end of the file', () => {
    expect(pyproject('\uFEFF[project]\r\ndependencies = [\r\n  "mcp"\r\n]')).toBe(
      '\uFEFF[project]\r\ndependencies = [\r\n  "mcp",\r\n  "pyjwt[crypto]>=2.10"\r\n]',
    );
  });

  it('gets a list where the project has none yet', () => {
    expect(pyproject('[project]\nname = "demo"\n\n[build-system]\nrequires = []\n')).toBe(
      '[project]\nname = "demo"\ndependencies = [\n    "pyjwt[crypto]>=2.10",\n]\n\n[build-system]\nrequires = []\n',
    );
  });

  it('goes to the optional dependencies that bring the server, when only they do', () => {
    const before =
      '[project]\ndependencies = ["httpx"]\n[project.optional-dependencies]\nserver = ["mcp"]\ndocs = ["sphinx"]\n';
    expect(pyproject(before)).toBe(before.replace('["mcp"]', '["mcp", "pyjwt[crypto]>=2.10"]'));
  });

  it('does not count what is declared for development only', () => {
    const before =
      '[project]\ndependencies = ["mcp"]\n\n[dependency-groups]\ndev = ["pyjwt", {include-group = "x"}]\nx = []\n';
    expect(pyproject(before)).toBe(before.replace('["mcp"]', '["mcp", "pyjwt[crypto]>=2.10"]'));
  });

  it('goes to the requirements file that setuptools reads the list from', () => {
    const before = {
      'pyproject.toml':
        '[project]\ndynamic = ["dependencies"]\n[tool.setuptools.dynamic]\ndependencies = { file = ["requirements.txt"] }\n',
      'requirements.txt': 'mcp\n',
    };
    expect(declared(before)).toEqual({ ...before, 'requirements.txt': 'mcp\npyjwt[crypto]>=2.10\n' });
  });

  it('goes to requirements.txt as well, where that names the server again', () => {
    const before = { 'pyproject.toml': list('["mcp"]'), 'requirements.txt': 'mcp\nuvicorn\n' };
    expect(declared(before)['requirements.txt']).toBe('mcp\npyjwt[crypto]>=2.10\nuvicorn\n');
    const other = { 'pyproject.toml': list('["mcp"]'), 'requirements.txt': 'sphinx\n' };
    expect(declared(other)['requirements.txt']).toBe('sphinx\n');
  });

  it('is left to a person where a program makes the list', () => {
    const text = '[project]\ndynamic = ["version", "dependencies"]\n';
    expect(declare({ 'pyproject.toml': text })).toMatchObject({
      edits: [],
      manual: [{ what: expect.stringContaining('pyproject.toml'), snippet: '"pyjwt[crypto]>=2.10",' }],
    });
  });

  it('is no reason to touch a file that is not TOML', () => {
    expect(() => declare({ 'pyproject.toml': '[project\n' })).toThrow(
      expect.objectContaining({ code: 'unparsable-source', message: 'pyproject.toml:2 is not valid TOML.' }),
    );
  });
});

describe('a dependency that is declared already', () => {
  it.each([
    ['in a good version', 'pyjwt[crypto]>=2.10.1', 'pyjwt[crypto]>=2.10.1'],
    ['under another spelling', 'PyJWT[Crypto]==2.12.0', 'PyJWT[Crypto]==2.12.0'],
    ['without the extra', 'PyJWT~=2.10', 'PyJWT[crypto]~=2.10'],
    ['with another extra', 'pyjwt[docs, tests]==2.11', 'pyjwt[docs, tests, crypto]==2.11'],
    ['with no extra in its brackets', 'pyjwt[] >=2.10', 'pyjwt[crypto] >=2.10'],
    ['without a range', 'pyjwt', 'pyjwt[crypto]>=2.10'],
    ['from a lower version on', 'pyjwt[crypto] (>=2.4,<3)', 'pyjwt[crypto] (>=2.10,<3)'],
    ['up to a version only', 'pyjwt[crypto]<3', 'pyjwt[crypto]>=2.10,<3'],
    ['for some systems', 'pyjwt >= 2.10; python_version < "4"', 'pyjwt[crypto] >= 2.10; python_version < "4"'],
    ['from a place of its own', 'pyjwt @ git+https://example.com/pyjwt', 'pyjwt @ git+https://example.com/pyjwt'],
  ])('%s', (_, before, after) => {
    const quoted = (text: string): string => list(`[\n    'mcp',\n    '${text}', # tokens\n]`);
    expect(pyproject(quoted(before))).toBe(quoted(after));
  });

  it.each(['pyjwt<2', 'pyjwt==1.7.1', 'pyjwt[crypto]~=2.4.0', 'PyJWT==2.8.*'])('in a version too old: %s', (text) => {
    const { edits, added, tooOld } = declare({ 'pyproject.toml': list(`["mcp", "${text}"]`) });
    expect({ edits, added }).toEqual({ edits: [], added: [] });
    expect(tooOld).toEqual([{ name: JWT.name, declared: text.replace(/^\w+(\[\w+\])?/i, ''), wanted: '>=2.10' }]);
  });

  it('counts as added when it had to be changed', () => {
    expect(declare({ 'pyproject.toml': list('["pyjwt>=2.10"]') }).added).toEqual([JWT]);
    expect(declare({ 'pyproject.toml': list('["pyjwt[crypto]>=2.10"]') }).added).toEqual([]);
  });

  it('is bounded above where the code needs that', () => {
    const needed = [{ name: 'fastmcp', range: '>=2.13,<3' }];
    expect(pyproject(list('["fastapps", "fastmcp"]'), { needed })).toBe(list('["fastapps", "fastmcp>=2.13,<3"]'));
    expect(pyproject(list('["fastapps"]'), { needed })).toBe(list('["fastapps", "fastmcp>=2.13,<3"]'));
  });
});

describe('a bound for what is declared', () => {
  const pins = [BELOW_2];

  it.each([
    ['mcp', 'mcp<2'],
    ['mcp[cli]', 'mcp[cli]<2'],
    ['mcp>=1.2', 'mcp>=1.2,<2'],
    ['MCP [cli] >= 1.2', 'MCP [cli] >= 1.2,< 2'],
    ['mcp>=1.2, !=1.5', 'mcp>=1.2, !=1.5, <2'],
    ['mcp (>=1.2)', 'mcp (>=1.2,<2)'],
    ['mcp; sys_platform == "linux"', 'mcp<2; sys_platform == "linux"'],
    ['mcp==1.9.4', 'mcp==1.9.4'],
    ['mcp~=1.9', 'mcp~=1.9'],
    ['mcp<1.30', 'mcp<1.30'],
    ['mcp>=2', 'mcp>=2'],
    ['mcp @ file:///sdk', 'mcp @ file:///sdk'],
  ])('%s -> %s', (before, after) => {
    expect(pyproject(list(`['${before}']`), { needed: [], pins })).toBe(list(`['${after}']`));
  });

  it('is set in every list that names it, and nowhere else', () => {
    const before =
      '[project]\ndependencies = ["mcp"]\n[project.optional-dependencies]\ncli = ["mcp[cli]", "mcpx"]\n[dependency-groups]\ndev = ["httpx"]\n';
    expect(pyproject(before, { needed: [], pins })).toBe(
      before.replace('"mcp"', '"mcp<2"').replace('[cli]"', '[cli]<2"'),
    );
  });

  it('is not a reason to declare what only others bring', () => {
    expect(pyproject(list('["fastmcp"]'), { needed: [], pins })).toBe(list('["fastmcp"]'));
  });
});
