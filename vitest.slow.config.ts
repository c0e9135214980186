import { defineConfig } from 'vitest/config';

/** What takes minutes: every kill, every project's type settings, every failing call, whole stories with a provider. */
export default defineConfig({
  test: {
    include: ['test/**/*.slow.test.ts'],
    exclude: ['**/node_modules/**', '**/.tmp/**', 'test/fixtures/**'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
