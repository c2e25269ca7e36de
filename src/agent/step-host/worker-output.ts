import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import type { WorkerOptions } from 'node:worker_threads';

/** Its source in a checkout, a bundle of its own in a published package. */
const preload = join(import.meta.dirname, import.meta.filename.endsWith('.ts') ? 'worker.ts' : 'step-host-worker.mjs');

/**
 * Makes threads write their output themselves. Otherwise it travels through both threads' event loops and is lost if
 * the process ends meanwhile. Output that an author has taken over is left alone.
 */
export function keepWorkerOutput(): void {
  const threads = process.getBuiltinModule('node:worker_threads');
  threads.Worker = class Worker extends threads.Worker {
    constructor(file: string | URL, options: WorkerOptions = {}) {
      const { stdout = false, stderr = false, execArgv = process.execArgv } = options;
      // Not `--import`, which the following code does not always wait for.
      super(file, stdout || stderr ? options : { ...options, execArgv: [...execArgv, '--require', preload] });
    }
  };
  syncBuiltinESMExports();
}
