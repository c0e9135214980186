import { describe, expect, it } from 'vitest';
import { addDependencies, lowestMajor, removeDependencies } from '../../../../src/edit/manifest.ts';

const jose = { name: 'jose', range: '^6' };
const text = '{\n\t"name": "x",\n\t"dependencies": {\n\t\t"express": "^5",\n\t\t"zod": "^4"\n\t}\n}';

describe('declaring a dependency', () => {
  it('sorts it into place in the style of the file', () => {
    expect(addDependencies(text, [jose]).text).toBe(text.replace('\t\t"zod"', '\t\t"jose": "^6",\n\t\t"zod"'));
  });

  it('puts it last when it is the last', () => {
    const ajv = { name: 'zzz', range: '1' };
    expect(addDependencies(text, [ajv]).text).toBe(text.replace('"zod": "^4"', '"zod": "^4",\n\t\t"zzz": "1"'));
  });

  it('keeps line endings, BOM and a trailing comma', () => {
    const before = '\uFEFF{\r\n  "dependencies": {\r\n    "a": "1",\r\n  },\r\n}\r\n';
    expect(addDependencies(before, [jose]).text).toBe(before.replace('"a": "1"', '"a": "1",\r\n    "jose": "^6"'));
  });

  it('makes the section when there is none', () => {
    expect(addDependencies('{\n    "name": "x"\n}\n', [jose]).text).toBe(
      '{\n    "name": "x",\n    "dependencies": {\n        "jose": "^6"\n    }\n}\n',
    );
    expect(addDependencies('{"name":"x"}', [jose]).text).toBe('{"name":"x","dependencies": {"jose":"^6"}}');
    expect(addDependencies('{\n  "dependencies": {}\n}\n', [jose]).text).toBe(
      '{\n  "dependencies": {\n    "jose": "^6"\n  }\n}\n',
    );
  });

  it('puts development dependencies where they belong', () => {
    const types = { name: '@types/node', range: '^20', dev: true };
    const result = JSON.parse(addDependencies(text, [types]).text) as Record<string, unknown>;
    expect(result['devDependencies']).toEqual({ '@types/node': '^20' });
  });

  it.each(['^6.1.0', '>=5', '5.x', '~5.9', '*', 'latest', 'workspace:^', 'catalog:', 'npm:jose@^5', 'file:../jose'])(
    'keeps a version %s that is there',
    (range) => {
      const manifest = `{ "dependencies": { "jose": "${range}" } }`;
      expect(addDependencies(manifest, [jose])).toEqual({ text: manifest, added: [], kept: ['jose'], tooOld: [] });
    },
  );

  it.each(['^4.15.0', '4', '^4 || ^5', 'npm:jose@4.1'])('reports a version %s that is too old', (range) => {
    const manifest = `{ "dependencies": { "jose": "${range}" } }`;
    const { text: after, tooOld } = addDependencies(manifest, [jose]);
    expect(after).toBe(manifest);
    expect(tooOld).toEqual([{ name: 'jose', declared: range, wanted: '^6' }]);
  });

  it('does not count what is declared for development only', () => {
    const manifest = '{ "devDependencies": { "jose": "^6" } }';
    expect(addDependencies(manifest, [jose]).added).toEqual([jose]);
  });

  it('refuses a manifest that is no object', () => {
    expect(() => addDependencies('[]', [jose])).toThrow(expect.objectContaining({ code: 'no-project' }));
  });
});

describe('taking a dependency out of a manifest that was edited since', () => {
  const after = addDependencies(text, [jose]).text;

  it('leaves the edits', () => {
    const current = after.replace('"zod": "^4"', '"zod": "^5"').replace('"x"', '"y"');
    const expected = text.replace('"zod": "^4"', '"zod": "^5"').replace('"x"', '"y"');
    expect(removeDependencies({ before: text, after, current })).toBe(expected);
  });

  it('leaves a version that somebody has raised', () => {
    const current = after.replace('^6', '^7');
    expect(removeDependencies({ before: text, after, current })).toBe(current);
  });

  it('takes away the section that it had made', () => {
    const before = '{\n  "name": "x"\n}\n';
    const made = addDependencies(before, [jose]).text;
    const current = made.replace('"x"', '"y"');
    expect(removeDependencies({ before, after: made, current })).toBe('{\n  "name": "y"\n}\n');
  });
});

it.each([
  ['^6.1', 6],
  ['>=18 <20', 18],
  ['^4 || ^5', 4],
  ['*', undefined],
  ['https://x.example/jose-1.tgz', undefined],
])('the lowest major of %s is %s', (range, major) => {
  expect(lowestMajor(range)).toBe(major);
});
