import { describe, expect, it } from 'vitest';
import { readToml, setInTable } from '../../../src/edit/toml.ts';

const SERVER = ['auth', 'oauth_server'];

describe('setting keys of a table', () => {
  it('replaces values where they stand, and keeps comments and spacing', () => {
    const before =
      '# top\n[auth]\nenabled = true\n\n[auth.oauth_server]\n  enabled   =  false # off\n\n[api]\nport = 1\n';
    expect(setInTable(before, SERVER, { enabled: true })).toBe(before.replace('false # off', 'true # off'));
  });

  it('adds what is missing behind the last key, indented like it', () => {
    const before = '[auth.oauth_server]\n  enabled = true # on\n\n# about the api\n[api]\n';
    expect(setInTable(before, SERVER, { path: '/a"b', on: true })).toBe(
      '[auth.oauth_server]\n  enabled = true # on\n  path = "/a\\"b"\n  on = true\n\n# about the api\n[api]\n',
    );
  });

  it('adds to a table without keys', () => {
    expect(setInTable('[auth.oauth_server] # later\n[api]\n', SERVER, { enabled: true })).toBe(
      '[auth.oauth_server] # later\nenabled = true\n[api]\n',
    );
    expect(setInTable('[auth.oauth_server]', SERVER, { enabled: true })).toBe('[auth.oauth_server]\nenabled = true\n');
  });

  it('adds the table at the end, with the line ends of the file', () => {
    expect(setInTable('[api]\r\nport = 1\r\n', SERVER, { enabled: true })).toBe(
      '[api]\r\nport = 1\r\n\r\n[auth.oauth_server]\r\nenabled = true\r\n',
    );
    expect(setInTable('a = 1', SERVER, { enabled: true })).toBe('a = 1\n\n[auth.oauth_server]\nenabled = true\n');
  });

  it('finds the table however its name is written', () => {
    expect(setInTable('[ auth . "oauth_server" ]\n"enabled" = false\n', SERVER, { enabled: true })).toBe(
      '[ auth . "oauth_server" ]\n"enabled" = true\n',
    );
  });

  it('takes no table for another of the same end, and no commented one for real', () => {
    const before = '[other.oauth_server]\nenabled = false\n# [auth.oauth_server]\n# enabled = false\n';
    expect(setInTable(before, SERVER, { enabled: true })).toBe(`${before}\n[auth.oauth_server]\nenabled = true\n`);
  });

  it.each([
    ['an inline table', '[auth]\noauth_server = { enabled = false }\n'],
    ['dotted keys', '[auth]\noauth_server.enabled = false\n'],
    ['a list of tables', '[[auth.oauth_server]]\nenabled = false\n'],
    ['what is no TOML', '[auth\n'],
  ])('leaves %s to people', (_, text) => {
    expect(setInTable(text, SERVER, { enabled: true })).toBeUndefined();
  });
});

it('reads a document as data', () => {
  expect(readToml('[api]\nport = 54_321\n[auth.oauth_server]\nenabled = true\n')).toEqual({
    api: { port: 54321 },
    auth: { oauth_server: { enabled: true } },
  });
  expect(readToml('= 1')).toBeUndefined();
});
