import { describe, expect, it } from 'vitest';
import { leavesOutNodeTypes } from '../../../../src/languages/node/dependencies.ts';

function leavesOut(compilerOptions: Record<string, unknown> | undefined, typescript?: string): boolean {
  return leavesOutNodeTypes({
    ...(compilerOptions ? { tsconfig: { path: 'tsconfig.json', compilerOptions } } : {}),
    versionOf: (name) => (name === 'typescript' ? typescript : undefined),
  });
}

describe('the types of Node.js are left out', () => {
  it.each([
    ['by an empty list', { types: [] }, '5.9.2'],
    ['by a list of others', { types: ['vitest/globals'] }, '5.9.2'],
    ['by TypeScript 6, which loads none by itself', {}, '6.0.1'],
  ])('%s', (_, options, typescript) => {
    expect(leavesOut(options, typescript)).toBe(true);
  });

  it.each([
    ['TypeScript 5 finds them by itself', {}, '5.9.2'],
    ['no TypeScript is installed', {}, undefined],
    ['they are listed', { types: ['node'] }, '6.0.1'],
    ['everything is listed', { types: ['*'] }, '6.0.1'],
    ['those of bun bring them along', { types: ['bun'] }, '5.9.2'],
    ['there are no settings', undefined, '6.0.1'],
  ])('not when %s', (_, options, typescript) => {
    expect(leavesOut(options, typescript)).toBe(false);
  });
});
