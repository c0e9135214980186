import { readFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { nextTurn, uninterrupted } from '../../../src/apply/interrupt.ts';

const own = vi.fn();
beforeEach(() => void process.on('SIGINT', own.mockReset()));
afterEach(() => void process.off('SIGINT', own));

/** What a busy type check does: a signal comes, and nothing is delivered until it is done. */
const interruptWhileBusy = (): void => void process.kill(process.pid, 'SIGINT');

describe('an action that must not be torn apart', () => {
  it.each([
    ['in a callback of a timer', () => new Promise((resolve) => setTimeout(resolve, 1))],
    ['in a callback of input and output', () => readFile(import.meta.filename)],
  ])('hears of a signal that came just before it, %s', async (_, getThere) => {
    await getThere();
    interruptWhileBusy();
    await uninterrupted(async ({ check }) => {
      await nextTurn();
      expect(check).toThrow('Interrupted');
    });
    expect(own).not.toHaveBeenCalled();
  });

  it('hears of a signal that came while it was busy', async () => {
    await readFile(import.meta.filename);
    await uninterrupted(async ({ check }) => {
      await readFile(import.meta.filename);
      interruptWhileBusy();
      await nextTurn();
      expect(check).toThrow('Interrupted');
    });
  });

  it('leaves a signal at its very end to those who listened before', async () => {
    await uninterrupted(async () => {
      await readFile(import.meta.filename);
      interruptWhileBusy();
    });
    await nextTurn();
    expect(own).toHaveBeenCalledOnce();
  });
});
