import { defineConfig } from 'vitest/config';

/** What mutants of the templates are tried on: the specification of each part. The hosts as a whole take longer. */
export default defineConfig({
  test: {
    include: ['test/unit/templates/**/*.test.ts'],
    exclude: ['test/unit/templates/hosts.test.ts'],
    testTimeout: 10_000,
  },
});
