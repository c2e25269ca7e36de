import { writeSync } from 'node:fs';
import { Writable } from 'node:stream';
import { systemCode } from '../agent-error.ts';

/** Pause while a pipe is full, if a child has made the pipe non-blocking. */
const restMs = 2;
const bell = new Int32Array(new SharedArrayBuffer(4));

/**
 * Makes every write to standard output and error complete before it returns. Node.js queues what a pipe does not take
 * at once, and loses the queue when the process ends by `process.exit`, an exception or a signal.
 */
export function keepOutput(): void {
  for (const [name, fd] of [
    ['stdout', 1],
    ['stderr', 2],
  ] as const) {
    // Node.js's own stream is never opened: it would make the pipe non-blocking, for children too.
    let stream: Writable | undefined;
    Object.defineProperty(process, name, {
      configurable: true,
      enumerable: true,
      get: () => (stream ??= synchronousStream(fd)),
    });
  }
}

function synchronousStream(fd: number): Writable {
  const stream = new Writable({
    decodeStrings: true,
    write(chunk: Uint8Array, _encoding, done) {
      writeAll(fd, chunk);
      done();
    },
    // The descriptor stays open, as in Node.js: others may still write to it.
    destroy(_error, done) {
      done(null);
    },
  });
  // Child processes inherit the stream by this.
  return Object.assign(stream, { fd });
}

function writeAll(fd: number, bytes: Uint8Array): void {
  let written = 0;
  while (written < bytes.byteLength) {
    try {
      written += writeSync(fd, bytes, written);
    } catch (error) {
      const code = systemCode(error);
      if (code === 'EAGAIN') {
        Atomics.wait(bell, 0, 0, restMs);
      } else if (code === 'EPIPE') {
        // The agent, which reads to the end, is gone. Without it, nobody cleans up after this step.
        process.kill(0, 'SIGKILL');
      } else if (code !== 'EINTR') {
        throw error;
      }
    }
  }
}
