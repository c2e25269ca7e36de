import { MessageChannel, receiveMessageOnPort, Worker } from 'node:worker_threads';
import type { SqlAnswer, SqlRequest } from './sql-worker.ts';

let worker: Worker | undefined;

/** As `runSql`, without letting anything else run meanwhile: as whoever changes the database beside a server. */
export function runSqlSync(url: string, text: string): Record<string, unknown>[] {
  worker ??= new Worker(new URL('./sql-worker.ts', import.meta.url));
  worker.unref();
  const done = new Int32Array(new SharedArrayBuffer(4));
  const { port1, port2 } = new MessageChannel();
  const request: SqlRequest = { url, text, done, answer: port2 };
  worker.postMessage(request, [port2]);
  Atomics.wait(done, 0, 0);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what the worker posts
  const answer = receiveMessageOnPort(port1)?.message as SqlAnswer;
  port1.close();
  if ('error' in answer) throw new Error(answer.error);
  return answer.rows;
}
