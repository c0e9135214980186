import { defineConfig } from 'vitest/config';

/** Files named `*.slow.test.ts` run with vitest.slow.config.ts. */
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts', 'templates/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/.tmp/**', 'test/fixtures/**', 'test/**/*.slow.test.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
