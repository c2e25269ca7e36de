import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { SlowFilesFirst } from './test/support/sequencer.ts';

const exclude = ['**/node_modules/**', 'test/fixtures/**', 'test/deep/**'];
const everyTest = {
  extends: true,
  test: { name: 'all', include: ['test/**/*.test.ts', 'backends/*/test/**/*.test.ts'], exclude },
} as const;

/** What speaks SQL, once more on the other engine. */
const onPostgres = {
  extends: true,
  test: {
    name: 'on PostgreSQL',
    include: [
      'test/{orchestrator,keyring,internal-backend}/**/*.test.ts',
      'test/composition/wiring.test.ts',
      'test/faults/every-reason.test.ts',
      'test/e2e/deleted-paths.test.ts',
      'test/telemetry/{canary,every-metric,metrics}.test.ts',
    ],
    // What tests rights, programs and HTTP knows no SQL; the plan is SQLite's.
    exclude: [
      ...exclude,
      'test/internal-backend/list-plan.test.ts',
      'test/orchestrator/http/**',
      'test/orchestrator/{access-matrix,every-answer,operators-page,program,kills,kill-points,stated-keys}.test.ts',
    ],
    env: { KICI_TEST_ENGINE: 'postgres' },
    globalSetup: './test/support/postgres-template.ts',
  },
} as const;

/** What may differ where each transaction has another session: transactions that meet, and locks. */
const throughPooler = {
  ...onPostgres,
  test: {
    ...onPostgres.test,
    name: 'through pgbouncer',
    include: [
      'test/internal-backend/{scope-races,reads-now}.test.ts',
      'test/keyring/rotate-key.test.ts',
      'test/orchestrator/{audit-writers,recent-writes}.test.ts',
    ],
    env: { KICI_TEST_ENGINE: 'postgres', KICI_TEST_WAY: 'pgbouncer' },
  },
} as const;

const isThere = (variable: string): boolean => (process.env[variable] ?? '') !== '';

// Most of what a worker loads, every other one loads too.
process.env['NODE_COMPILE_CACHE'] ??= join(import.meta.dirname, 'node_modules/.cache/kici-tests');

export default defineConfig({
  test: {
    // Without a server, the lanes say that it is missing: `test/database/postgres`.
    projects: [
      everyTest,
      ...(isThere('KICI_TEST_POSTGRES_URL') ? [onPostgres] : []),
      ...(isThere('KICI_TEST_PGBOUNCER_URL') ? [throughPooler] : []),
    ],
    setupFiles: ['./test/support/end-processes.ts'],
    reporters: ['default', './test/support/count-reporter.ts', './test/support/stuck-reporter.ts'],
    // Many tests wait for servers and timers rather than for a core.
    maxWorkers: Math.max(4, 2 * availableParallelism()),
    // Tests that declare themselves concurrent only wait.
    maxConcurrency: 20,
    sequence: { sequencer: SlowFilesFirst },
    // Starting a program takes seconds on a busy machine, and some tests start several: only a hang takes this long.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    // The same is true of what a test waits for; the default is a second.
    expect: { poll: { timeout: 60_000 } },
  },
});
