import { describe, expect, it } from 'vitest';
import { BELOW_2, inFile, declare } from './support.ts';

const manager = { name: 'poetry' } as const;
const poetry = (text: string): string =>
  `[tool.poetry]\nname = "demo"\n\n[tool.poetry.dependencies]\n${text}\n[tool.poetry.group.dev.dependencies]\npytest = "^8"\n`;
const after = (text: string, pins = false): string =>
  inFile('pyproject.toml', poetry(text), pins ? { manager, needed: [], pins: [BELOW_2] } : { manager });

describe("Poetry's own table", () => {
  it.each([
    [
      'gets a line behind the last one',
      'python = "^3.11"\nuvicorn = "*"\nmcp = ">=1.9"\n',
      'python = "^3.11"\nuvicorn = "*"\nmcp = ">=1.9"\npyjwt = { version = ">=2.10", extras = ["crypto"] }\n',
    ],
    [
      'is kept sorted, Python first',
      'python = "^3.11"\nmcp = "^1.9"  # pinned\nuvicorn = "^0.30"\n',
      'python = "^3.11"\nmcp = "^1.9"  # pinned\npyjwt = { version = "^2.10", extras = ["crypto"] }\nuvicorn = "^0.30"\n',
    ],
    [
      'keeps its tight braces and single quotes',
      "python = '^3.11'\nmcp = {version = '>=1.9', extras = ['cli']}\n",
      "python = '^3.11'\nmcp = {version = '>=1.9', extras = ['cli']}\npyjwt = {version = '>=2.10', extras = ['crypto']}\n",
    ],
    [
      'gives a plain version the extra',
      'PyJWT = "^2.10" # tokens\n',
      'PyJWT = { version = "^2.10", extras = ["crypto"] } # tokens\n',
    ],
    ['raises a caret', 'pyjwt = "^2.4"\n', 'pyjwt = { version = "^2.10", extras = ["crypto"] }\n'],
    [
      'adds to the extras there are',
      'pyjwt = {extras = ["docs"], version = "^2.10"}\n',
      'pyjwt = {extras = ["docs", "crypto"], version = "^2.10"}\n',
    ],
    [
      'adds extras to a table',
      'pyjwt = { version = "^2.10" }\n',
      'pyjwt = { version = "^2.10", extras = ["crypto"] }\n',
    ],
    [
      'leaves a place of its own alone',
      'pyjwt = { git = "https://example.com/pyjwt" }\n',
      'pyjwt = { git = "https://example.com/pyjwt" }\n',
    ],
    [
      'leaves what will do alone',
      'pyjwt = { version = "^2.11", extras = ["crypto"] }\n',
      'pyjwt = { version = "^2.11", extras = ["crypto"] }\n',
    ],
  ])('%s', (_, before, expected) => {
    expect(after(before)).toBe(poetry(expected));
  });

  it.each([
    ['mcp = "*"\n', 'mcp = "<2"\n'],
    ['mcp = ">=1.2"\n', 'mcp = ">=1.2,<2"\n'],
    ['mcp = "^1.2"\n', 'mcp = "^1.2"\n'],
    ['mcp = "~1.2"\n', 'mcp = "~1.2"\n'],
    ['mcp = "1.9.4"\n', 'mcp = "1.9.4"\n'],
    ['mcp = {extras = ["cli"], version = ">=1.2"}\n', 'mcp = {extras = ["cli"], version = ">=1.2,<2"}\n'],
    ['mcp = { path = "../mcp" }\n', 'mcp = { path = "../mcp" }\n'],
  ])('bounds %j', (before, expected) => {
    expect(after(before, true)).toBe(poetry(expected));
  });

  it('tells a version that is too old', () => {
    expect(declare({ 'pyproject.toml': poetry('pyjwt = "~2.4"\n') }, { manager }).tooOld).toEqual([
      { name: 'pyjwt[crypto]', declared: '~2.4', wanted: '>=2.10' },
    ]);
  });

  it('gives way to the list of Poetry 2, which names the server', () => {
    const text =
      '[project]\ndependencies = ["mcp (>=1.2,<2)"]\n\n[tool.poetry.dependencies]\nprivate = { source = "ours" }\n';
    expect(inFile('pyproject.toml', text, { manager })).toBe(text.replace('<2)"]', '<2)", "pyjwt[crypto] (>=2.10)"]'));
  });

  it('is used in a group, when only that brings the server', () => {
    const text = '[tool.poetry.group.server.dependencies]\nmcp = "^1"\n';
    expect(inFile('pyproject.toml', text, { manager })).toBe(
      `${text}pyjwt = { version = "^2.10", extras = ["crypto"] }\n`,
    );
  });
});

describe('a Pipfile', () => {
  it('gets a line as pipenv writes it', () => {
    const text =
      '[packages]\nmcp = "*"\nuvicorn = {extras = ["standard"], version = "*"}\n\n[requires]\npython_version = "3.12"\n';
    expect(inFile('Pipfile', text, { pins: [BELOW_2], manager: { name: 'pipenv' } })).toBe(
      '[packages]\nmcp = "<2"\npyjwt = {extras = ["crypto"], version = ">=2.10"}\nuvicorn = {extras = ["standard"], version = "*"}\n\n[requires]\npython_version = "3.12"\n',
    );
  });
});
