import { describe, expect, it } from 'vitest';
import { parseArguments } from '../../../src/cli/parse.ts';
import { CliError } from '../../../src/errors.ts';

const options = (...argv: string[]): object => {
  const parsed = parseArguments(['token', ...argv], '1.2.3');
  if ('text' in parsed) throw new Error(parsed.text);
  return parsed.options;
};
const errorOf = (...argv: string[]): unknown => {
  try {
    return options(...argv);
  } catch (error) {
    return error;
  }
};

describe('add-auth token', () => {
  it('asks for all scopes, in a browser, by default', () => {
    expect(options()).toEqual({ dir: '.', device: false, copy: false, decode: false, json: false });
  });

  it('knows its options', () => {
    expect(options('x', '--client-id', 'abc', '--port', '8976', '--device', '--copy', '--decode', '--json')).toEqual({
      dir: 'x',
      clientId: 'abc',
      port: 8976,
      device: true,
      copy: true,
      decode: true,
      json: true,
    });
  });

  it.each([
    [['--scope', 'a b']],
    [['--scope', 'a,b']],
    [['--scope', 'a', '--scope', 'b', '--scope', 'a']],
    [['--scope', ' a , b ']],
  ])('%j: two scopes', (argv) => {
    expect(options(...argv)).toMatchObject({ scopes: ['a', 'b'] });
  });

  it.each([
    ['--scope', ''],
    ['--scope', ','],
    ['--scope', 'a"b'],
    ['--client-id', ' '],
    ['--port', '0'],
    ['--port', '65536'],
    ['--port', '1e3'],
    ['--port', '-1'],
  ])('refuses %s %j', (option, value) => {
    const error = errorOf(option, value);
    expect(error).toBeInstanceOf(CliError);
    expect(error).toMatchObject({ code: 'invalid-option', exit: 2 });
  });

  it('takes no secret: those come from the environment', () => {
    expect(errorOf('--client-secret', 'x')).toMatchObject({ code: 'usage', exit: 2 });
    expect(parseArguments(['token', '--help'], '1.2.3')).toMatchObject({
      text: expect.stringContaining('ADD_AUTH_CLIENT_SECRET') as string,
    });
  });
});
