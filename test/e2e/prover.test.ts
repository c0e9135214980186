import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createProver, type Prover } from '../../src/apply/prover.ts';
import { ROOT } from '../support/built.ts';
import { makeProject } from '../unit/apply/project.ts';

const BUILT = pathToFileURL(path.join(ROOT, 'dist', 'prove-worker.js'));
const FILES = ['a.ts'];

let project: string;
let prover: Prover;
beforeEach(() => {
  project = makeProject({ 'tsconfig.json': '{}', 'a.ts': 'export const a: number = "1";\n' });
  prover = createProver(project, BUILT);
});
afterEach(() => prover.end());

describe('a type check in a thread of its own', () => {
  it('finds what a check in this thread finds, again and again', async () => {
    const here = await createProver(project, new URL('file:///nowhere.js')).diagnose(FILES);
    expect(here.files.get('a.ts')).toHaveLength(1);
    expect(await prover.diagnose(FILES)).toEqual(here);
    expect(await prover.diagnose(FILES)).toEqual(here);
  });

  it('is ended while it is busy', async () => {
    const interruption = new AbortController();
    const answer = prover.diagnose(FILES, interruption.signal);
    setTimeout(() => interruption.abort(), 100);
    await expect(answer).rejects.toThrow('The type check was ended.');
  });

  it('does not begin for a run that is interrupted already', async () => {
    await expect(prover.diagnose(FILES, AbortSignal.abort())).rejects.toThrow('The type check was ended.');
  });
});
