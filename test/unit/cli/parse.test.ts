import { NO_WISHES } from '../../../src/providers/types.ts';
import { describe, expect, it } from 'vitest';
import { parseArguments, type Invocation } from '../../../src/cli/parse.ts';
import { CliError } from '../../../src/errors.ts';

function parse(...argv: string[]): Invocation {
  const parsed = parseArguments(argv, '1.2.3');
  if ('text' in parsed) throw new Error('help was printed');
  return parsed;
}

function errorOf(...argv: string[]): CliError {
  try {
    parse(...argv);
  } catch (error) {
    if (error instanceof CliError) return error;
    throw error;
  }
  throw new Error('no error');
}

describe('add-auth [dir]', () => {
  it('is the default, in the working directory, with everything switched on and nothing skipped', () => {
    expect(parse()).toMatchObject({ command: 'add' });
    expect(parse().options).toEqual({
      dir: '.',
      toolScopes: {},
      publicTools: [],
      wishes: NO_WISHES,
      addHttp: false,
      dryRun: false,
      yes: false,
      provision: true,
      install: true,
      verify: true,
      force: false,
      json: false,
    });
  });

  it('takes every option of the contract', () => {
    const values = {
      provider: 'p',
      resource: 'r',
      issuer: 'i',
      domain: 'localhost:8443',
      project: 'j',
      tenant: 't',
      region: 'g',
    };
    const more = { 'user-pool': 'u', realm: 'm', audience: 'a', entry: 'e' };
    const flags = Object.entries({ ...values, ...more }).flatMap(([name, value]) => [`--${name}`, value]);
    const off = ['--no-provision', '--no-install', '--no-verify'];
    const { options } = parse('srv', ...flags, ...off, '--add-http', '--dry-run', '--yes', '--force', '--json');
    expect(options).toEqual({
      ...values,
      ...{ userPool: 'u', realm: 'm', audience: 'a', entry: 'e' },
      ...{ dir: 'srv', toolScopes: {}, publicTools: [], wishes: NO_WISHES },
      ...{
        addHttp: true,
        dryRun: true,
        yes: true,
        force: true,
        json: true,
        provision: false,
        install: false,
        verify: false,
      },
    });
  });

  it('collects what is wanted at the provider', () => {
    const lists = ['--connection', 'a', '--connection', 'b', '--callback', 'https://a.example/cb'];
    expect(parse(...lists, '--rbac', '--no-test-client', '--rotate-keys', '--create-realm').options).toMatchObject({
      wishes: {
        connections: ['a', 'b'],
        callbacks: ['https://a.example/cb'],
        rbac: true,
        testClient: false,
        rotateKeys: true,
        createRealm: true,
      },
    });
  });

  it('may be called by the name its JSON documents use', () => {
    expect(parse('add', 'srv', '--yes').options).toMatchObject({ dir: 'srv', yes: true });
  });

  it('collects --tool-scope and --public', () => {
    const { options } = parse(
      '--tool-scope',
      'a=x,y',
      '--tool-scope',
      'b=z',
      '--tool-scope',
      'a=z',
      '--public',
      'c',
      '--public',
      'd',
    );
    expect(options).toMatchObject({ toolScopes: { a: ['x', 'y', 'z'], b: ['z'] }, publicTools: ['c', 'd'] });
  });

  it('keeps a scope that holds an equals sign and a tool that is called __proto__', () => {
    const { options } = parse('--tool-scope', 'a=x=y', '--tool-scope', '__proto__=p');
    expect(Object.entries((options as unknown as { toolScopes: object }).toolScopes)).toEqual([
      ['a', ['x=y']],
      ['__proto__', ['p']],
    ]);
  });

  it.each([
    ['--tool-scope', 'a'],
    ['--tool-scope', '=x'],
    ['--tool-scope', 'a='],
    ['--tool-scope', 'a= , '],
    ['--tool-scope', 'a=x y'],
    ['--tool-scope', 'a="x"'],
    ['--public', ''],
    ['--provider', ' '],
  ])('refuses %s %j', (option, value) => {
    expect(errorOf(option, value)).toMatchObject({ code: 'invalid-option', exit: 2 });
  });

  it('refuses a tool that would be both public and behind scopes', () => {
    const error = errorOf('--public', 'a', '--tool-scope', 'a=x');
    expect(error.code).toBe('invalid-option');
    expect(error.message).toContain('a is named by --public and by --tool-scope');
  });
});

describe('the other commands', () => {
  it.each(['token', 'dev', 'status', 'remove'])('%s [dir] --json', (command) => {
    expect(parse(command)).toMatchObject({ command, options: { dir: '.', json: false } });
    expect(parse(command, 'x', '--json')).toMatchObject({ command, options: { dir: 'x', json: true } });
    expect(parse('--json', command)).toMatchObject({ command, options: { json: true } });
  });

  it('dev keeps what stands after -- as it is', () => {
    const words = ['npm', 'start', '--json', '--', '--port', '1'];
    expect(parse('dev', '--', ...words).options).toEqual({ dir: '.', json: false, command: words });
    expect(parse('dev', 'srv', '--', ...words).options).toMatchObject({ dir: 'srv', json: false, command: words });
  });

  it('remove knows --remote', () => {
    expect(parse('remove', '--remote', '--yes').options).toMatchObject({ remote: true, yes: true, force: false });
  });
});

describe('wrong usage', () => {
  it.each([
    [['--providr', 'x'], 'Did you mean --provider?'],
    [['--provider'], 'See add-auth --help.'],
    [['a', 'b'], 'See add-auth --help.'],
    [['dev', 'npm', 'start'], 'See add-auth --help.'],
    [['status', '--force'], 'See add-auth --help.'],
  ])('%j ends with exit code 2', (argv, fix) => {
    expect(errorOf(...argv)).toMatchObject({ code: 'usage', exit: 2, fix });
  });
});

describe('--help and --version', () => {
  it('print and do nothing else', () => {
    expect(parseArguments(['--version'], '1.2.3')).toEqual({ text: '1.2.3' });
    expect(parseArguments(['remove', '--help'], '1.2.3')).toMatchObject({
      text: expect.stringContaining('--remote') as string,
    });
  });

  it('help shows commands, examples and exit codes', () => {
    const help = parseArguments(['--help'], '1.2.3') as { text: string };
    for (const part of ['token', 'dev', 'status', 'remove', 'Examples:', 'Exit codes:', '130'])
      expect(help.text).toContain(part);
  });
});
