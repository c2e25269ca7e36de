import type { Readable } from 'node:stream';
import type { Masker } from '@kici-dev/secret-masker';
import type { Child } from '../process/child.ts';
import type { Pace } from './events.ts';

type Sink = (stream: 'stdout' | 'stderr', bytes: Uint8Array, pace: Pace) => void;

/** Smaller memory is left to the garbage collector, which is as fast with it. */
const minFreedBytes = 16_384;

/** Passes on what a process prints, masked with every secret known by then, and no faster than it is read. */
export function maskOutput(
  child: Pick<Child, 'stdout' | 'stderr' | 'ended' | 'waitFor'>,
  masker: Masker,
  sink: Sink,
): void {
  for (const name of ['stdout', 'stderr'] as const) {
    const stream = child[name];
    pass(stream, masker, holderOf(stream, child), (bytes, pace) => {
      sink(name, bytes, pace);
    });
  }
}

/** Only a running process is made to wait: an ended one has little output left, and its files must go. */
function holderOf(stream: Readable, child: Pick<Child, 'ended' | 'waitFor'>): Pace['behind'] {
  let hasEnded = false;
  void child.ended.finally(() => {
    hasEnded = true;
    stream.resume();
  });
  return (room) => {
    if (hasEnded) return;
    stream.pause();
    void child.waitFor(room).finally(() => {
      stream.resume();
    });
  };
}

function pass(
  stream: Readable,
  masker: Masker,
  behind: Pace['behind'],
  sink: (bytes: Uint8Array, pace: Pace) => void,
): void {
  const masked = masker.open();
  const give = (parts: readonly Uint8Array[], taken: Pace['taken']): void => {
    const [first, second] = parts;
    if (first === undefined) taken();
    else sink(second === undefined ? first : Buffer.concat(parts), { behind, taken });
  };
  stream.on('data', (chunk: Uint8Array) => {
    give(masked.write(chunk), () => {
      free(chunk);
    });
  });
  stream.once('close', () => {
    give(masked.end(), () => undefined);
  });
  // Whoever listened before may have stopped it.
  stream.resume();
}

/**
 * Node.js reads each piece of output into new memory, which the garbage collector would give back only after tens of
 * megabytes: the next piece would never find its memory in the processor's cache.
 */
function free({ buffer, byteLength }: Uint8Array): void {
  if (byteLength >= minFreedBytes && byteLength === buffer.byteLength && buffer instanceof ArrayBuffer)
    buffer.transfer(0);
}
