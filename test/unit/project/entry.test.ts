import { describe, expect, it } from 'vitest';
import { entryIn } from '../../../src/project/entry.ts';

describe('the entry', () => {
  const member = { root: '/repo/api', subdir: 'api' };

  it.each([
    ['/repo/api/src/server.py', 'src/server.py'],
    ['api/src/server.py', 'src/server.py'],
    ['./src/server.py', 'src/server.py'],
    ['src\\server.py', 'src/server.py'],
    ['../api/src/server.py', '../api/src/server.py'],
    ['other.py', 'other.py'],
  ])('%s is %s of the project', (entry, expected) => {
    expect(entryIn(member, entry, (path) => path === 'src/server.py')).toBe(expected);
  });

  it('keeps a path that is there, although it begins like the member', () => {
    expect(entryIn(member, 'api/server.py', (path) => path === 'api/server.py')).toBe('api/server.py');
    expect(entryIn({ root: '/repo' }, 'api/server.py', () => true)).toBe('api/server.py');
  });
});
