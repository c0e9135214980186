import { describe, expect, it } from 'vitest';
import { readScopeMap } from '../../../src/generate/read-scope-map.ts';
import { updateScopeMap } from '../../../src/generate/update-scope-map.ts';

const EMPTY = { toolScopes: {}, publicTools: [], baseScopes: [] };
type Change = Parameters<typeof updateScopeMap>[2];
const nothing: Change = { add: {}, set: {}, addPublic: [] };

/** A scopes file with this as tools and public tools. */
const file = (tools: string, open = '[]', base = "['read']"): string =>
  `export const TOOL_SCOPES = ${tools};\nexport const PUBLIC_TOOLS = ${open};\nexport const BASE_SCOPES = ${base};\n`;
const update = (
  text: string,
  change: Partial<typeof nothing & { add: object; set: object; addPublic: string[] }>,
): string => updateScopeMap(text, EMPTY, { ...nothing, ...change });

describe('reading a scope map', () => {
  it('understands what people write', () => {
    const text = `// mine
export const TOOL_SCOPES: Record<string, string[]> = {
  search: ['read'], // why
  "two words": [\`write\`, "read"],
  ['computed']: [],
} as const satisfies object;
export const PUBLIC_TOOLS = (['status'] as const);
export const BASE_SCOPES = ['read',];
`;
    expect(readScopeMap(text)).toEqual({
      toolScopes: { search: ['read'], 'two words': ['write', 'read'], computed: [] },
      publicTools: ['status'],
      baseScopes: ['read'],
    });
  });

  it('reads CommonJS', () => {
    expect(
      readScopeMap(
        "const TOOL_SCOPES = { a: ['x'] };\nconst PUBLIC_TOOLS = [];\nconst BASE_SCOPES = [];\nmodule.exports = { TOOL_SCOPES };\n",
      ),
    ).toMatchObject({ toolScopes: { a: ['x'] } });
  });

  const unknown = [
    file('{ ...more }'),
    file('{ [name]: [] }'),
    file('{ a: [scope] }'),
    file("{ a: ['x', ...more] }"),
    file('{ a }'),
    file('makeMap()'),
    file('{}', 'list'),
    file('{}', '[]', '[`${x}`]'),
    'export const TOOL_SCOPES = {};\n',
    '',
  ];
  it.each(unknown)('does not guess: %s', (text) => {
    expect(readScopeMap(text)).toBeUndefined();
  });
});

describe('updating a scope map', () => {
  it('without a change gives the same bytes', () => {
    const text = '\ufeff' + file("{ a: ['x'] }").replaceAll('\n', '\r\n');
    expect(update(text, {})).toBe(text);
  });

  const additions: [string, string, string][] = [
    ['after a trailing comma', "{\n  a: ['x'],\n}", "{\n  a: ['x'],\n  'b-c': ['y', 'z'],\n  d: [],\n}"],
    ['without a trailing comma', "{\n  a: ['x']\n}", "{\n  a: ['x'],\n  'b-c': ['y', 'z'],\n  d: [],\n}"],
    [
      'behind comments',
      "{\n  a: ['x'], // why\n  // more to come\n}",
      "{\n  a: ['x'], // why\n  'b-c': ['y', 'z'],\n  d: [],\n  // more to come\n}",
    ],
    [
      'behind a comment without comma',
      "{\n  a: ['x'] // why\n}",
      "{\n  a: ['x'], // why\n  'b-c': ['y', 'z'],\n  d: [],\n}",
    ],
    ['on one line', "{ a: ['x'] }", "{ a: ['x'], 'b-c': ['y', 'z'], d: [] }"],
    ['on one line with a comma', "{ a: ['x'], }", "{ a: ['x'], 'b-c': ['y', 'z'], d: [], }"],
    ['into nothing', '{}', "{\n  'b-c': ['y', 'z'],\n  d: [],\n}"],
    ['into nothing but a comment', '{\n  // none yet\n}', "{\n  // none yet\n  'b-c': ['y', 'z'],\n  d: [],\n}"],
  ];
  it.each(additions)('adds tools %s', (_name, before, after) => {
    expect(update(file(before), { add: { 'b-c': ['y', 'z'], d: [] } })).toBe(file(after));
  });

  it('follows the style of the file', () => {
    const before = '\ufeffexport const TOOL_SCOPES = {\r\n\t"a": ["x"],\r\n}\r\nexport const PUBLIC_TOOLS = ["s"]\r\n';
    expect(update(before, { add: { 'b-c': ["it's"] }, addPublic: ['t'] })).toBe(
      '\ufeffexport const TOOL_SCOPES = {\r\n\t"a": ["x"],\r\n\t"b-c": ["it\'s"],\r\n}\r\nexport const PUBLIC_TOOLS = ["s", "t"]\r\n',
    );
  });

  it('sets scopes and leaves the rest of the line', () => {
    const before = file("{\n  a: ['x'], // mine\n  'b': [ 'old' ],\n}");
    expect(update(before, { set: { b: ['new'], a: [] } })).toBe(file("{\n  a: [], // mine\n  'b': ['new'],\n}"));
  });

  it('sets, of two entries of one name, the one that counts', () => {
    expect(update(file("{ a: ['x'], a: ['y'] }"), { set: { a: ['z'] } })).toBe(file("{ a: ['x'], a: ['z'] }"));
  });

  const lists: [string, string, string][] = [
    ['an empty list', '[]', "['s', 't']"],
    ['a list', "['a']", "['a', 's', 't']"],
    ['a list on lines', "[\n  'a',\n]", "[\n  'a',\n  's',\n  't',\n]"],
    ['a list with a comment', '[\n  // none\n]', "[\n  // none\n  's',\n  't',\n]"],
  ];
  it.each(lists)('adds public tools to %s', (_name, before, after) => {
    expect(update(file('{}', before), { addPublic: ['s', 't'] })).toBe(file('{}', after));
  });

  it('leaves what it does not understand to people', () => {
    const scopes = { ...EMPTY, toolScopes: { b: ['y'] } };
    const change = { ...nothing, add: { b: ['y'] } };
    expect(() => updateScopeMap(file('makeMap()'), scopes, change)).toThrow(
      expect.objectContaining({ code: 'manual-step', manual: [{ what: expect.any(String), snippet: "b: ['y'],\n" }] }),
    );
    expect(() => update(file('{}', 'makeList()'), { addPublic: ['s'] })).toThrow('PUBLIC_TOOLS');
    expect(() => update(file('{ ...more }'), { set: { a: [] } })).toThrow('TOOL_SCOPES');
  });
});
