import { describe, expect, it } from 'vitest';
import { removeJsonProperty, setJsonProperty } from '../../../../src/edit/json.ts';

const tabs = '{\r\n\t"a": [1,   2],\r\n\t"b": {"x":1}\r\n}';

describe('setting a property', () => {
  it('keeps every other byte and writes in the style of the file', () => {
    expect(setJsonProperty(tabs, 'auth', { n: 1 })).toBe(
      '{\r\n\t"a": [1,   2],\r\n\t"b": {"x":1},\r\n\t"auth": {\r\n\t\t"n": 1\r\n\t}\r\n}',
    );
  });

  it('replaces an old value where it stands', () => {
    const text = '{\n    "auth": { "n": 1 },\n    "z": 1\n}\n';
    expect(setJsonProperty(text, 'auth', { n: 2 })).toBe('{\n    "auth": {\n        "n": 2\n    },\n    "z": 1\n}\n');
  });

  it('keeps a BOM', () => {
    expect(setJsonProperty('\uFEFF{}\n', 'a', 1)).toBe('\uFEFF{\n  "a": 1\n}\n');
  });
});

describe('taking a property out', () => {
  it('is the reverse of setting it', () => {
    expect(removeJsonProperty(setJsonProperty(tabs, 'auth', { n: 1 }), 'auth')).toBe(tabs);
  });

  it('leaves a text without it alone', () => {
    expect(removeJsonProperty(tabs, 'auth')).toBe(tabs);
  });

  it('refuses what is not an object', () => {
    expect(removeJsonProperty('[1]', 'auth')).toBeUndefined();
    expect(removeJsonProperty('oops', 'auth')).toBeUndefined();
  });
});
