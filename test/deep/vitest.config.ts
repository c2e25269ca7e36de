import { defineConfig } from 'vitest/config';

/**
 * Long forms of tests whose short form runs with the others: `npx vitest run --config test/deep/vitest.config.ts NAME`.
 */
export default defineConfig({
  test: {
    root: '.',
    include: ['test/deep/**/*.test.ts'],
    setupFiles: ['./test/support/end-processes.ts'],
    maxWorkers: 1,
    testTimeout: 180_000,
    expect: { poll: { timeout: 60_000 } },
  },
});
