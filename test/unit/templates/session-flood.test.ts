import { describe, expect, it } from 'vitest';
import { ANONYMOUS, Sessions } from '../../../templates/sessions.ts';

/** What is left of these sessions, for whoever opened them. */
const left = (sessions: Sessions, owners: [id: string, user: string][]): string[] =>
  owners.filter(([id, user]) => sessions.admits(id, user)).map(([id]) => id);

describe('when there are too many sessions', () => {
  it('forgets those of nobody first, the oldest of them before the others', () => {
    const sessions = new Sessions(3);
    const opened: [string, string][] = [
      ['alice', 'alice'],
      ['first', ANONYMOUS],
      ['second', ANONYMOUS],
      ['third', ANONYMOUS],
    ];
    for (const [id, user] of opened) sessions.bind(id, user);
    expect(left(sessions, opened)).toEqual(['alice', 'second', 'third']);
  });

  it('keeps the sessions of users through a flood of anonymous ones', () => {
    const sessions = new Sessions(3);
    sessions.bind('alice', 'alice');
    sessions.bind('adopted', ANONYMOUS);
    sessions.bind('adopted', 'bob');
    for (let i = 0; i < 100; i += 1) sessions.bind(`flood-${i}`, ANONYMOUS);
    expect(sessions.admits('alice', 'alice')).toBe(true);
    expect(sessions.admits('adopted', 'bob')).toBe(true);
    expect(sessions.admits('flood-99', ANONYMOUS)).toBe(true);
  });

  it('lets a newcomer in even when all are of users', () => {
    const sessions = new Sessions(2);
    for (const name of ['alice', 'bob']) sessions.bind(name, name);
    sessions.bind('new', ANONYMOUS);
    expect([sessions.admits('alice', 'alice'), sessions.admits('bob', 'bob')]).toEqual([false, true]);
    expect(sessions.admits('new', ANONYMOUS)).toBe(true);
  });
});
