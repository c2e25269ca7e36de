import { parentPort, type MessagePort } from 'node:worker_threads';
import { runSql } from './postgres.ts';

/** Runs statements for a thread that sleeps meanwhile. */
export interface SqlRequest {
  readonly url: string;
  readonly text: string;
  readonly done: Int32Array<SharedArrayBuffer>;
  readonly answer: MessagePort;
}

export type SqlAnswer = { readonly rows: Record<string, unknown>[] } | { readonly error: string };

parentPort?.on('message', (request: SqlRequest) => {
  void answer(request);
});

async function answer({ url, text, done, answer: port }: SqlRequest): Promise<void> {
  let result: SqlAnswer;
  try {
    result = { rows: [...(await runSql<Record<string, unknown>>(url, text))] };
  } catch (error) {
    result = { error: error instanceof Error ? error.message : 'unknown reason' };
  }
  port.postMessage(result);
  Atomics.store(done, 0, 1);
  Atomics.notify(done, 0);
}
