import { defineConfig } from 'vitest/config';

/** What takes minutes: live servers of every host, every kill, every failing call, whole stories with a provider. */
export default defineConfig({
  test: {
    include: ['test/**/*.slow.test.ts'],
    exclude: ['**/node_modules/**', '**/.tmp/**', 'test/fixtures/**'],
    maxWorkers: '100%',
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
