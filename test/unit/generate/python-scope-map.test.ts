import { describe, expect, it } from 'vitest';
import { readPythonScopeMap, updatePythonScopeMap } from '../../../src/generate/python.ts';

const EMPTY = { toolScopes: {}, publicTools: [], baseScopes: [] };
type Change = Parameters<typeof updatePythonScopeMap>[2];

/** A scopes file with this as tools and public tools. */
const file = (tools: string, open = '[]', base = '["read"]'): string =>
  `TOOL_SCOPES: dict[str, list[str]] = ${tools}\n\nPUBLIC_TOOLS: list[str] = ${open}\nBASE_SCOPES = ${base}\n`;
const update = (text: string, change: Partial<Change>): Promise<string> =>
  updatePythonScopeMap(text, EMPTY, { add: {}, set: {}, addPublic: [], ...change });

describe('reading a scope map of Python', () => {
  it('understands what people write', async () => {
    const text = `"""Ours. TOOL_SCOPES = {}"""
from __future__ import annotations

# PUBLIC_TOOLS = ["none"]
TOOL_SCOPES: dict[str, list[str]] = {
    "search": ["read"],  # why
    'two words': ("wr" "ite", r'read'),
    # "gone": [],
    "na\\u00efve\\n": [],
}
PUBLIC_TOOLS = (["status"])
BASE_SCOPES: list[str] = [
    "read",
]
`;
    expect(await readPythonScopeMap(text)).toEqual({
      toolScopes: { search: ['read'], 'two words': ['write', 'read'], 'naïve\n': [] },
      publicTools: ['status'],
      baseScopes: ['read'],
    });
  });

  const unknown = [
    file('{**more}'),
    file('{name: []}'),
    file('{"a": [scope]}'),
    file('{"a": ["x", *more]}'),
    file('{"a": "read"}'),
    file('{"a": [f"{x}"]}'),
    file('{b"a": []}'),
    file('{"\\N{DIGIT ONE}": []}'),
    file('make_map()'),
    file('{}', 'names'),
    `${file('{}')}TOOL_SCOPES["late"] = []\n`,
    `${file('{}')}TOOL_SCOPES = {}\n`,
    `if True:\n    ${file('{}').replaceAll('\n', '\n    ')}`,
    'TOOL_SCOPES = {}\n',
    'TOOL_SCOPES = {\n',
    '',
  ];
  it.each(unknown)('does not guess: %s', async (text) => {
    expect(await readPythonScopeMap(text)).toBeUndefined();
  });
});

describe('updating a scope map of Python', () => {
  it('without a change gives the same bytes', async () => {
    const text = `\uFEFF${file('{"a": ["x"]}')}`.replaceAll('\n', '\r\n');
    expect(await update(text, {})).toBe(text);
  });

  it('adds tools behind the last one and its comment', async () => {
    const text = file('{\n    "a": ["x"],  # first\n    # last word\n}');
    const expected = file('{\n    "a": ["x"],  # first\n    "b": ["y", "z"],\n    "c": [],\n    # last word\n}');
    expect(await update(text, { add: { b: ['y', 'z'], c: [] } })).toBe(expected);
  });

  it('adds the comma that the last one lacks', async () => {
    expect(await update(file('{\n  "a": ["x"]  # first\n}'), { add: { b: ['y'] } })).toBe(
      file('{\n  "a": ["x"],  # first\n  "b": ["y"],\n}'),
    );
  });

  it('adds to what is on one line, and to what is empty', async () => {
    const add = { b: ['y'] };
    expect(await update(file('{"a": ["x"]}'), { add })).toBe(file('{"a": ["x"], "b": ["y"]}'));
    expect(await update(file('{"a": ["x"],}'), { add })).toBe(file('{"a": ["x"], "b": ["y"],}'));
    expect(await update(file('{}'), { add })).toBe(file('{\n    "b": ["y"],\n}'));
    expect(await update(file('{\n    # none yet\n}'), { add })).toBe(file('{\n    # none yet\n    "b": ["y"],\n}'));
  });

  it('keeps the line ends and the byte order mark of the file', async () => {
    const text = `\uFEFF${file('{\n    "a": [],\n}')}`.replaceAll('\n', '\r\n');
    const expected = `\uFEFF${file('{\n    "a": [],\n    "b": [],\n}')}`.replaceAll('\n', '\r\n');
    expect(await update(text, { add: { b: [] } })).toBe(expected);
  });

  it('replaces the scopes of a tool, of the last entry where it is named twice', async () => {
    const text = file('{"a": ["x"], "a": ("y",), "b": []}');
    expect(await update(text, { set: { a: ['z'] } })).toBe(file('{"a": ["x"], "a": ["z"], "b": []}'));
  });

  it('makes tools public', async () => {
    expect(await update(file('{}'), { addPublic: ['a', 'say "hi"'] })).toBe(file('{}', `["a", 'say "hi"']`));
    expect(await update(file('{}', '["a"]'), { addPublic: ['b'] })).toBe(file('{}', '["a", "b"]'));
  });

  it('breaks a line that ruff would break', async () => {
    const scopes = ['read:a-rather-long-name-of-a-scope', 'write:a-rather-long-name-of-a-scope', 'x:y'];
    expect(await update(file('{\n    "a": [],\n}'), { add: { tool: scopes } })).toBe(
      file(`{\n    "a": [],\n    "tool": [\n${scopes.map((scope) => `        "${scope}",\n`).join('')}    ],\n}`),
    );
  });

  it('reads back what it wrote, whatever the names', async () => {
    const names = ['__proto__', 'quote"', "it's", '"\'', 'back\\slash', 'line\nbreak', '\u2028', '😀', '\ud800', '{x}'];
    const add = Object.fromEntries(names.map((name) => [name, [name]]));
    const text = await update(file('{}'), { add, addPublic: names });
    expect(await readPythonScopeMap(text)).toEqual({ toolScopes: add, publicTools: names, baseScopes: ['read'] });
  });

  it.each([file('{**more}'), file('make()')])('leaves what it does not understand to people: %s', async (text) => {
    const change = { set: { a: ['x'] } };
    await expect(update(text, change)).rejects.toMatchObject({ code: 'manual-step' });
  });

  it('shows the entries to make by hand', async () => {
    const scopes = { ...EMPTY, toolScopes: { a: ['x'] } };
    const failing = updatePythonScopeMap('', scopes, { add: { a: ['x'] }, set: {}, addPublic: [] });
    await expect(failing).rejects.toMatchObject({ manual: [{ snippet: '"a": ["x"],\n' }] });
  });
});
