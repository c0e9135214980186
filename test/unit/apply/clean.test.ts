import { expect, it } from 'vitest';
import { assertClean } from '../../../src/apply/index.ts';

const git = { inside: true, isDirty: (path: string): boolean => path.startsWith('dirty') };
const input = { paths: ['clean.ts', 'dirty.ts'], git, force: false, isOurs: () => false };

it('refuses files with uncommitted changes, by name', () => {
  expect(() => assertClean(input)).toThrow(expect.objectContaining({ code: 'uncommitted-changes' }));
  expect(() => assertClean(input)).toThrow('dirty.ts');
});

it.each([
  ['they are forced', { force: true }],
  ['there is no git', { git: { ...git, inside: false } }],
  ['other files are dirty', { paths: ['clean.ts'] }],
  ['the changes are those of an earlier run', { isOurs: (path: string) => path === 'dirty.ts' }],
])('lets them pass when %s', (_, change) => {
  expect(() => assertClean({ ...input, ...change })).not.toThrow();
});
