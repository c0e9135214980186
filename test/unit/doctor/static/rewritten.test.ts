import { readdirSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { examine, rewrittenFixture, trouble } from './support/examine.ts';

const FIXTURES = readdirSync(path.resolve(import.meta.dirname, '../../../fixtures'));

it.each(FIXTURES)('%s, as add-auth rewrote it, has nothing to complain about', async (name) => {
  const diagnosis = await examine(rewrittenFixture(name));
  expect(trouble(diagnosis)).toEqual([]);
  expect(diagnosis.checks.find(({ id }) => id === 'src.verifier-claims')?.status).toBe('pass');
});
