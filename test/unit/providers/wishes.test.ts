import { describe, expect, it } from 'vitest';
import { NO_WISHES } from '../../../src/providers/types.ts';
import { mergeWishes, toRemember } from '../../../src/providers/wishes.ts';

describe('what is wanted at the provider', () => {
  it('holds for later runs that do not say it again', () => {
    const said = {
      ...NO_WISHES,
      rbac: true,
      testClient: false,
      callbacks: ['https://a.example/cb'],
      connections: ['db'],
    };
    expect(mergeWishes(NO_WISHES, toRemember(said))).toEqual(said);
  });

  it('adds to what was wanted before', () => {
    const wishes = mergeWishes(
      { ...NO_WISHES, callbacks: ['https://b.example/'] },
      { callbacks: ['https://a.example/'] },
    );
    expect(wishes.callbacks).toEqual(['https://a.example/', 'https://b.example/']);
  });

  it('names other connections instead of those named before', () => {
    expect(mergeWishes({ ...NO_WISHES, connections: ['b'] }, { connections: ['a'] }).connections).toEqual(['b']);
  });

  it('is not worth remembering when it is nothing special', () => {
    expect(toRemember(NO_WISHES)).toBeUndefined();
  });

  it('does not remember a consent to change keys', () => {
    expect(toRemember({ ...NO_WISHES, rotateKeys: true })).toBeUndefined();
    expect(toRemember({ ...NO_WISHES, createRealm: true })).toBeUndefined();
  });
});
