import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { digest, loadEnvFile, setting, shared, writeLine } from '../../../templates/runtime.deno.ts';
import { digest as digestOfNode } from '../../../templates/runtime.ts';

vi.mock('node:fs', () => ({ readFileSync: vi.fn() }));
const file = vi.mocked(readFileSync);

beforeEach(() => void vi.stubEnv('FROM_BOTH', 'really set'));
afterEach(() => vi.unstubAllEnvs());

describe('settings on Deno', () => {
  it('come from .env, unless they are really set', () => {
    file.mockReturnValue('FROM_FILE=a\nFROM_BOTH="of the file"\n');
    loadEnvFile();
    expect([setting('FROM_FILE'), setting('FROM_BOTH'), setting('FROM_NONE')]).toEqual(['a', 'really set', undefined]);
  });

  it.each([
    ['is not there', Object.assign(new Error('no such file'), { code: 'ENOENT' })],
    ['may not be read', Object.assign(new Error('Requires read access'), { name: 'NotCapable' })],
  ])('do without a .env that %s', (_, error) => {
    file.mockImplementation(() => {
      throw error;
    });
    expect(loadEnvFile).not.toThrow();
    expect(setting('FROM_BOTH')).toBe('really set');
  });

  it('are not guessed where .env is broken', () => {
    file.mockImplementation(() => {
      throw Object.assign(new Error('is a directory'), { code: 'EISDIR' });
    });
    expect(loadEnvFile).toThrow('is a directory');
  });
});

it('has the digests of Node.js', async () => {
  expect(await digest('ö')).toBe(await digestOfNode('ö'));
});

it('shares what runs, and only that', async () => {
  const run = vi.fn(() => Promise.resolve('once'));
  const both = shared(run);
  expect(await Promise.all([both(), both()])).toEqual(['once', 'once']);
  await both();
  expect(run).toHaveBeenCalledTimes(2);
});

it('writes lines to stderr', () => {
  const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  writeLine('one');
  expect(write).toHaveBeenCalledWith('one\n');
  write.mockRestore();
});
