import { describe, expect, it } from 'vitest';
import { ANONYMOUS, Sessions } from '../../../templates/sessions.ts';

describe('sessions', () => {
  it('admit the user they are bound to and nobody else', () => {
    const sessions = new Sessions();
    sessions.bind('s', 'alice');
    expect(sessions.admits('s', 'alice')).toBe(true);
    for (const other of ['bob', 'Alice', 'alice ', ANONYMOUS, '']) expect(sessions.admits('s', other)).toBe(false);
  });

  it('that were not given out admit nobody', () => {
    expect(new Sessions().admits('s', 'alice')).toBe(false);
    expect(new Sessions().admits('s', ANONYMOUS)).toBe(false);
  });

  it('do not change hands', () => {
    const sessions = new Sessions();
    sessions.bind('s', 'alice');
    sessions.bind('s', 'bob');
    sessions.bind('s', ANONYMOUS);
    expect(sessions.admits('s', 'alice')).toBe(true);
    expect(sessions.admits('s', 'bob')).toBe(false);
    expect(sessions.admits('s', ANONYMOUS)).toBe(false);
  });

  it('that were opened without a token belong to the first user who signs in', () => {
    const sessions = new Sessions();
    sessions.bind('s', ANONYMOUS);
    expect(sessions.admits('s', ANONYMOUS)).toBe(true);
    expect(sessions.admits('s', 'alice')).toBe(true);
    sessions.bind('s', 'alice');
    expect(sessions.admits('s', ANONYMOUS)).toBe(false);
    expect(sessions.admits('s', 'bob')).toBe(false);
    expect(sessions.admits('s', 'alice')).toBe(true);
  });

  it('end', () => {
    const sessions = new Sessions();
    sessions.bind('s', 'alice');
    sessions.release('s');
    expect(sessions.admits('s', 'alice')).toBe(false);
  });

  it('that have not been used for longest are forgotten first', () => {
    const sessions = new Sessions(2);
    sessions.bind('a', 'alice');
    sessions.bind('b', 'alice');
    sessions.bind('a', 'alice');
    sessions.bind('c', 'alice');
    expect(['a', 'b', 'c'].map((id) => sessions.admits(id, 'alice'))).toEqual([true, false, true]);
  });

  it('number 10,000 at most', () => {
    const sessions = new Sessions();
    for (let i = 0; i <= 10_000; i++) sessions.bind(String(i), 'alice');
    expect(sessions.admits('0', 'alice')).toBe(false);
    expect(sessions.admits('1', 'alice')).toBe(true);
  });
});
