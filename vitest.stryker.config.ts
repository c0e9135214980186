import { defineConfig } from 'vitest/config';

/** What mutants of the templates are tried on: their own specification, and nothing that would take longer. */
export default defineConfig({
  test: { include: ['test/unit/templates/**/*.test.ts'], testTimeout: 10_000 },
});
