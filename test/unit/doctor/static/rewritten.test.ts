import { expect, it } from 'vitest';
import { examine, rewrittenFixture, trouble } from './support/examine.ts';

/** One of each way in which a gate is hung in, in TypeScript, ESM and CommonJS. */
const FIXTURES = ['express5-sessions', 'fastify-ts', 'hono-sessions', 'hono-mcp-js', 'next-ts', 'node-http-cjs'];

it.each(FIXTURES)('%s, as add-auth rewrote it, has nothing to complain about', async (name) => {
  const diagnosis = await examine(rewrittenFixture(name));
  expect(trouble(diagnosis)).toEqual([]);
  expect(diagnosis.checks.find(({ id }) => id === 'src.verifier-claims')?.status).toBe('pass');
});
