import { describe, expect, it } from 'vitest';
import { decideMode, type ModeInput } from '../../../src/mode.ts';

const TERMINAL: ModeInput = { env: {}, stdinIsTTY: true, stdoutIsTTY: true, stderrIsTTY: true, agent: false };

describe('interactive', () => {
  it('when stdin and stdout are terminals and nothing speaks against it', () => {
    expect(decideMode(TERMINAL).interactive).toBe(true);
  });

  it.each([
    ['stdin is no terminal', { stdinIsTTY: false }],
    ['stdout is no terminal', { stdoutIsTTY: false }],
    ['CI is set', { env: { CI: '1' } }],
    ['a coding agent drives', { agent: true }],
    ['--yes', { yes: true }],
    ['--json', { json: true }],
  ])('not when %s', (_, change) => {
    expect(decideMode({ ...TERMINAL, ...change }).interactive).toBe(false);
  });

  it('does not depend on stderr', () => {
    expect(decideMode({ ...TERMINAL, stderrIsTTY: false }).interactive).toBe(true);
  });
});

describe('colour', () => {
  it('is decided for each stream', () => {
    expect(decideMode({ ...TERMINAL, stdoutIsTTY: false })).toMatchObject({ color: true, colorOut: false });
    expect(decideMode({ ...TERMINAL, stderrIsTTY: false })).toMatchObject({ color: false, colorOut: true });
  });

  it.each([
    ['NO_COLOR wins over everything', { NO_COLOR: '1', FORCE_COLOR: '1' }, true, false],
    ['FORCE_COLOR works in a pipe', { FORCE_COLOR: '1' }, false, true],
    ['FORCE_COLOR=0 asks for nothing', { FORCE_COLOR: '0' }, false, false],
    ['a dumb terminal has none', { TERM: 'dumb' }, true, false],
  ])('%s', (_, env, isTTY, expected) => {
    expect(decideMode({ ...TERMINAL, env, stderrIsTTY: isTTY }).color).toBe(expected);
  });
});
