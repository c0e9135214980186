import { expect, it } from 'vitest';
import { normaliseEnv } from '../../../src/edit/env-normalise.ts';

const NAMES = ['A', 'B'];

it.each([
  ['line ends of Windows', 'A=x\r\n# note\r\nB=y\r\n', 'A=x\n# note\nB=y\n'],
  ['blanks at the end', 'A=x  \nB=y\t', 'A=x\nB=y'],
  ['quotes inside quotes', `A="'x'"\n`, 'A=x\n'],
  ['a quote that never ends', 'A="x\nB=y\n', 'A=x\nB=y\n'],
])('%s', (_, before, after) => {
  expect(normaliseEnv(before, NAMES)).toBe(after);
});

it.each(['A=x\n', 'A=x # why\nB=y', '# A=x  \n', '\n\nC=" z "  \n'])('leaves %j alone', (text) => {
  expect(normaliseEnv(text, NAMES)).toBe(text);
});
