import { writeSync } from 'node:fs';
import { Writable } from 'node:stream';
import { systemCode } from '../agent-error.ts';

/** How long to wait while a pipe is full, where a child has made it one that does not wait by itself. */
const restMs = 2;
const bell = new Int32Array(new SharedArrayBuffer(4));

/**
 * Makes every write to standard output and error one that has left the process when it returns. Node.js queues what a
 * pipe does not take at once and throws the queue away where the process ends: by `process.exit`, an exception, a
 * signal.
 */
export function keepOutput(): void {
  for (const [name, fd] of [
    ['stdout', 1],
    ['stderr', 2],
  ] as const) {
    // Never asked for Node.js's own stream: that one makes the pipe refuse what it cannot take at once, for children
    // too.
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
    // The descriptor stays open, as Node.js keeps it: more may be written to it than through here.
    destroy(_error, done) {
      done(null);
    },
  });
  // By which child processes are given it.
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
        // The agent, which reads to the end, is gone. Without it nobody cleans up after this step.
        process.kill(0, 'SIGKILL');
      } else if (code !== 'EINTR') {
        throw error;
      }
    }
  }
}
