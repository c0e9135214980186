import { expect, it } from 'vitest';
import { closest } from '../../../src/closest.ts';

it.each([
  ['statsu', 'status'],
  ['remve', 'remove'],
  ['tokens', 'token'],
  ['server', undefined],
  ['de', 'dev'],
  ['x', undefined],
])('%s -> %s', (word, expected) => {
  expect(closest(word, ['token', 'dev', 'status', 'remove'])).toBe(expected);
});
