import { describe, expect, it } from 'vitest';
import { isAttended, type ModeInput } from '../../../src/mode.ts';

const nothing: ModeInput = { env: {}, stdinIsTTY: false, stdoutIsTTY: false, stderrIsTTY: false, agent: false };

describe('somebody can log in with a browser', () => {
  it.each<[string, ModeInput, boolean]>([
    ['at a terminal', { stdinIsTTY: true, stdoutIsTTY: true, stderrIsTTY: true }, true],
    ['when only stdout is taken, as in $(add-auth token)', { stdinIsTTY: true, stderrIsTTY: true }, true],
    ['when only stderr is a terminal', { stderrIsTTY: true }, true],
    ['when the caller names a browser', { env: { BROWSER: 'firefox' } }, true],
    ['not without a terminal', {}, false],
    ['not when only stdout is one: the address would not be seen', { stdoutIsTTY: true }, false],
    ['not in CI', { env: { CI: 'true', BROWSER: 'firefox' }, stderrIsTTY: true }, false],
    ['not under a coding agent', { agent: true, stderrIsTTY: true, env: { BROWSER: 'firefox' } }, false],
  ])('%s', (_, input, expected) => {
    expect(isAttended({ ...nothing, ...input })).toBe(expected);
  });
});
