import { defineConfig } from 'vitest/config';

/** Files named `*.slow.test.ts` run with vitest.slow.config.ts. */
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts', 'templates/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/.tmp/**', 'test/fixtures/**', 'test/**/*.slow.test.ts'],
    // Much of it waits for processes and sockets: every core is worth a worker.
    maxWorkers: '100%',
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
