import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts', 'backends/*/test/**/*.test.ts'],
    exclude: ['**/node_modules/**', 'test/fixtures/**', 'test/deep/**'],
    reporters: ['default', './test/support/count-reporter.ts'],
    // Most tests wait for servers and timers rather than for a core.
    maxWorkers: 4,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
