import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { main, reportInterrupted } from '../../../src/cli/main.ts';
import type { CommandResult } from '../../../src/commands/options.ts';
import { CliError } from '../../../src/errors.ts';

let outcome: () => CommandResult;
vi.mock('../../../src/commands/status.ts', () => ({ status: async () => outcome() }));

let stdout: string;
let stderr: string;
beforeEach(() => {
  [stdout, stderr] = ['', ''];
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => ((stdout += String(text)), true));
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => ((stderr += String(text)), true));
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

const fail = (error: unknown): void => {
  outcome = () => {
    throw error;
  };
};

describe('the document of a command', () => {
  it('starts with version, command and ok', async () => {
    outcome = () => ({ exit: 0, json: { configured: false } });
    expect(await main(['status', '--json'], '1.0.0')).toBe(0);
    expect(JSON.parse(stdout)).toEqual({ version: 1, command: 'status', ok: true, configured: false });
  });

  it('is not ok when the exit code is not 0', async () => {
    outcome = () => ({ exit: 1, json: {} });
    expect(await main(['status', '--json'], '1.0.0')).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ ok: false });
  });

  it('is not printed without --json', async () => {
    outcome = () => ({ exit: 0, json: { configured: false } });
    await main(['status'], '1.0.0');
    expect(stdout).toBe('');
  });
});

describe('an error for people', () => {
  it('is shown once, with what is known beside it and what is left to do', async () => {
    fail(
      new CliError('manual-step', 'One step is left.', 'Paste it.', {
        manual: [{ what: 'w', snippet: 's' }],
        detail: { project: 1 },
      }),
    );
    expect(await main(['status', '--json'], '1.0.0')).toBe(3);
    expect(JSON.parse(stdout)).toEqual({
      version: 1,
      command: 'status',
      ok: false,
      error: { code: 'manual-step', message: 'One step is left.', fix: 'Paste it.' },
      project: 1,
      manual: [{ what: 'w', snippet: 's' }],
    });
    expect(stderr).toContain('One step is left.');
  });
});

describe('a bug', () => {
  it('is an internal error with exit code 1, its stack kept for DEBUG', async () => {
    vi.stubEnv('DEBUG', '');
    fail(new TypeError('x is undefined'));
    expect(await main(['status', '--json'], '1.0.0')).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      error: { code: 'internal-error', fix: expect.stringContaining('DEBUG=1') as string },
    });
    expect(stderr).toContain('x is undefined');
    expect(stderr).not.toContain('    at ');
  });

  it('shows its stack under DEBUG', async () => {
    vi.stubEnv('DEBUG', '1');
    fail(new TypeError('x is undefined'));
    await main(['status'], '1.0.0');
    expect(stderr).toContain('main.test.ts');
  });

  it('may throw anything', async () => {
    fail('just text');
    expect(await main(['status'], '1.0.0')).toBe(1);
    expect(stderr).toContain('just text');
  });
});

it('an interruption ends with 130', () => {
  expect(reportInterrupted(['remove', '--json'])).toBe(130);
  expect(JSON.parse(stdout)).toMatchObject({ command: 'remove', error: { code: 'interrupted' } });
});
