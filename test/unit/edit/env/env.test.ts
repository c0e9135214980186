import { describe, expect, it } from 'vitest';
import { envNames, envValue, removeEnv, setEnv } from '../../../../src/edit/env.ts';

const url = { name: 'MCP_RESOURCE_URL', value: 'http://localhost:3000/mcp' };
const issuer = { name: 'MCP_AUTH_ISSUER', value: 'http://localhost:9400', comment: 'who signs the tokens' };

/** A file in which every line is odd in its own way. */
const odd = [
  '# comment with "quote',
  '',
  '   export   SPACED = value with blanks   # why',
  "SINGLE='it is # not a comment'",
  'MULTI="first',
  'MCP_RESOURCE_URL=inside a value',
  'last"',
  'this is no pair',
  '=no name',
  '1BAD=x',
  'EMPTY=',
  'DOTTED.name-x=1',
].join('\n');

describe('reading', () => {
  it('sees names and values as a server would', () => {
    expect(envNames(odd)).toEqual(['SPACED', 'SINGLE', 'MULTI', 'EMPTY', 'DOTTED.name-x']);
    expect(envValue(odd, 'SPACED')).toBe('value with blanks');
    expect(envValue(odd, 'SINGLE')).toBe('it is # not a comment');
    expect(envValue(odd, 'MULTI')).toBe('first\nMCP_RESOURCE_URL=inside a value\nlast');
    expect(envValue(odd, 'EMPTY')).toBe('');
    expect(envValue(odd, 'MISSING')).toBeUndefined();
  });

  it('takes the last of two and knows escapes', () => {
    expect(envValue('A=1\nA=2\n', 'A')).toBe('2');
    expect(envValue('A="one\\ntwo"\n', 'A')).toBe('one\ntwo');
    expect(envValue('A="say \\"hi\\""\n', 'A')).toBe('say \\"hi\\"');
    expect(envValue('\uFEFFA=1\r\nB=2\r\n', 'A')).toBe('1');
  });
});

describe('adding keys', () => {
  it('makes a file with a heading and the comments', () => {
    const { text, added } = setEnv(undefined, [url, issuer]);
    expect(text).toBe(
      '# MCP server login (add-auth)\nMCP_RESOURCE_URL=http://localhost:3000/mcp\n' +
        '# who signs the tokens\nMCP_AUTH_ISSUER=http://localhost:9400\n',
    );
    expect(added).toEqual(['MCP_RESOURCE_URL', 'MCP_AUTH_ISSUER']);
  });

  it('keeps every byte of a file full of odd lines', () => {
    const { text } = setEnv(odd, [url]);
    expect(text.startsWith(`${odd}\n\n# MCP server login`)).toBe(true);
    expect(envValue(text, 'MCP_RESOURCE_URL')).toBe(url.value);
  });

  it('ends lines the way the file does', () => {
    expect(setEnv('\uFEFFA=1\r\n', [url]).text).toBe(
      '\uFEFFA=1\r\n\r\n# MCP server login (add-auth)\r\nMCP_RESOURCE_URL=http://localhost:3000/mcp\r\n',
    );
  });

  it('does not put a second empty line', () => {
    expect(setEnv('A=1\n\n', [url]).text).toBe(
      'A=1\n\n# MCP server login (add-auth)\nMCP_RESOURCE_URL=http://localhost:3000/mcp\n',
    );
  });

  it('puts a later key beside the earlier ones', () => {
    const first = `${setEnv('A=1\n', [url]).text}B=2\n`;
    const { text } = setEnv(first, [url, { name: 'NEW', value: 'x' }], { owned: [url.name] });
    expect(text).toBe(first.replace('/mcp\n', '/mcp\nNEW=x\n'));
  });

  it('changes nothing when all is there', () => {
    const { text } = setEnv('A=1', [url, issuer]);
    expect(setEnv(text, [url, issuer])).toEqual({ text, added: [], changed: [], conflicts: [] });
  });

  it.each([
    ['plain', 'https://a.example:8443/x?y=1'],
    ['blanks', 'two words'],
    ['hash', 'a#b'],
    ['dollar', 'pa$word'],
    ['double quote', 'say "hi"'],
    ['single quote', "it's"],
    ['newline', 'one\ntwo'],
    ['backslash', 'a\\b'],
    ['shell characters', 'a;b&c'],
    ['empty', ''],
  ])('writes a value with %s so that it is read back', (_, value) => {
    const { text } = setEnv('Z=1\n', [{ name: 'V', value }]);
    expect(envValue(text, 'V')).toBe(value);
    expect(envValue(text, 'Z')).toBe('1');
  });

  it('quotes only when it must', () => {
    expect(setEnv(undefined, [{ name: 'V', value: 'a b' }]).text).toContain('V="a b"\n');
    expect(setEnv(undefined, [{ name: 'V', value: 'abc' }]).text).toContain('V=abc\n');
  });
});

describe('keys that are there already', () => {
  it('keep the value of the user and are reported', () => {
    const text = 'MCP_RESOURCE_URL=https://mine.example/mcp\n';
    expect(setEnv(text, [url])).toEqual({ text, added: [], changed: [], conflicts: ['MCP_RESOURCE_URL'] });
  });

  it('get the new value in place when they are ours', () => {
    const text = `A=1\n  export MCP_RESOURCE_URL = "http://old/mcp"  # mine\nB=2`;
    const result = setEnv(text, [url], { owned: ['MCP_RESOURCE_URL'] });
    expect(result.text).toBe('A=1\n  export MCP_RESOURCE_URL = http://localhost:3000/mcp  # mine\nB=2');
    expect(result.changed).toEqual(['MCP_RESOURCE_URL']);
  });

  it('get the new value when the user wants it', () => {
    const result = setEnv('MCP_RESOURCE_URL=\r\nB=2\r\n', [url], { onConflict: 'replace' });
    expect(result.text).toBe('MCP_RESOURCE_URL=http://localhost:3000/mcp\r\nB=2\r\n');
  });
});

describe('a quote that never ends', () => {
  it('does not matter as long as it swallows nothing of ours', () => {
    expect(setEnv('A="open\n', [url]).added).toEqual(['MCP_RESOURCE_URL']);
  });

  it.each([
    ['at our own key', 'MCP_RESOURCE_URL="open\n', url],
    ['before a value that would close it', 'A="open\n', { name: 'V', value: 'a b' }],
  ])('is refused %s', (_, text, wanted) => {
    expect(() => setEnv(text, [wanted])).toThrow(expect.objectContaining({ code: 'unparsable-env' }));
  });
});

describe('taking keys out', () => {
  const ours = setEnv('A=1\n', [url, issuer]).text;
  const comments = ['# MCP server login (add-auth)', '# who signs the tokens'];

  it('is the reverse of adding them', () => {
    expect(removeEnv(ours, [url.name, issuer.name], comments)).toBe('A=1\n');
  });

  it('leaves what others wrote before, between and after', () => {
    const edited = ours.replace('# who', 'MINE="two\nlines"\n# who').concat('LAST=1');
    expect(removeEnv(edited, [url.name, issuer.name], comments)).toBe('A=1\n\nMINE="two\nlines"\nLAST=1');
  });

  it('takes a value of several lines as a whole', () => {
    expect(removeEnv('A="x\ny"\nB=1\n', ['A'])).toBe('B=1\n');
  });

  it('does nothing when they are not there', () => {
    expect(removeEnv(odd, [url.name])).toBe(odd);
  });
});
