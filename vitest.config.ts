import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts', 'backends/*/test/**/*.test.ts'],
    exclude: ['**/node_modules/**', 'test/fixtures/**', 'test/deep/**'],
    reporters: ['default', './test/support/count-reporter.ts'],
    testTimeout: 20_000,
    hookTimeout: 60_000,
  },
});
