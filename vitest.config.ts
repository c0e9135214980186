import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts', 'templates/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/.tmp/**', 'test/fixtures/**'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
