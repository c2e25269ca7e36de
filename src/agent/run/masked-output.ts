import type { Readable } from 'node:stream';
import type { Masker } from '@kici-dev/secret-masker';
import type { Child } from '../process/child.ts';

/** @param behind see `Emit` */
type Sink = (stream: 'stdout' | 'stderr', bytes: Uint8Array, behind: (room: Promise<void>) => void) => void;

/** Passes on what a process prints, masked with every secret known by then, and no faster than it is read. */
export function maskOutput(child: Child, masker: Masker, sink: Sink): void {
  for (const name of ['stdout', 'stderr'] as const) {
    const stream = child[name];
    const hold = holderOf(stream, child.ended);
    pass(stream, masker, (bytes) => {
      sink(name, bytes, hold);
    });
  }
}

/** Only a running process is made to wait: an ended one has little output left, and its files must go. */
function holderOf(stream: Readable, ended: Promise<unknown>): (room: Promise<void>) => void {
  let hasEnded = false;
  void ended.finally(() => {
    hasEnded = true;
    stream.resume();
  });
  return (room) => {
    if (hasEnded) return;
    stream.pause();
    void room.finally(() => {
      stream.resume();
    });
  };
}

function pass(stream: Readable, masker: Masker, sink: (bytes: Uint8Array) => void): void {
  const masked = masker.open();
  const give = (parts: readonly Uint8Array[]): void => {
    const [first, second] = parts;
    if (first !== undefined) sink(second === undefined ? first : Buffer.concat(parts));
  };
  stream.on('data', (chunk: Uint8Array) => {
    give(masked.write(chunk));
  });
  stream.once('close', () => {
    give(masked.end());
  });
  // Whoever listened before may have stopped it.
  stream.resume();
}
