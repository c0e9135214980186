import { describe, expect, it } from 'vitest';
import * as python from './projects/python.ts';
import * as typescript from './projects/typescript.ts';
import { examineFiles, trouble } from './support/examine.ts';

describe.each([
  ['TypeScript', typescript],
  ['Python', python],
])('%s servers that others protected', (_, projects) => {
  it.each(Object.entries(projects))('%s: nothing to complain about', async (name, files) => {
    const diagnosis = await examineFiles(files);
    expect(trouble(diagnosis)).toEqual([]);
    const seen = diagnosis.checks.filter(({ id, status }) => id.startsWith('src.') && status === 'pass');
    expect(seen.length, name).toBeGreaterThan(2);
    expect(seen.every(({ detail }) => detail !== '')).toBe(true);
  });
});
