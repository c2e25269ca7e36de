import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import type { WorkerOptions } from 'node:worker_threads';

/** In a checkout its source, in a published package a bundle of its own. */
const preload = join(import.meta.dirname, import.meta.filename.endsWith('.ts') ? 'worker.ts' : 'step-host-worker.mjs');

/**
 * Has threads write their output themselves. Otherwise it travels through the event loops of both threads, and output
 * in transit is lost when the process ends. Output that an author has taken over is not touched.
 */
export function keepWorkerOutput(): void {
  const threads = process.getBuiltinModule('node:worker_threads');
  threads.Worker = class Worker extends threads.Worker {
    constructor(file: string | URL, options: WorkerOptions = {}) {
      const { stdout = false, stderr = false, execArgv = process.execArgv } = options;
      // Not `--import`, for which the code that follows does not always wait.
      super(file, stdout || stderr ? options : { ...options, execArgv: [...execArgv, '--require', preload] });
    }
  };
  syncBuiltinESMExports();
}
