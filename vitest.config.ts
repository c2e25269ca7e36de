import { defineConfig } from 'vitest/config';
import { SlowFilesFirst } from './test/support/sequencer.ts';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts', 'backends/*/test/**/*.test.ts'],
    exclude: ['**/node_modules/**', 'test/fixtures/**', 'test/deep/**'],
    reporters: ['default', './test/support/count-reporter.ts'],
    // Most tests wait for servers and timers rather than for a core.
    maxWorkers: 4,
    // Tests that declare themselves concurrent only wait.
    maxConcurrency: 20,
    sequence: { sequencer: SlowFilesFirst },
    // Starting a program takes seconds on a busy machine, and some tests start several: only a hang takes this long.
    testTimeout: 180_000,
    hookTimeout: 180_000,
  },
});
