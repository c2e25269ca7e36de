import type { Readable, Writable } from 'node:stream';

/** For each log that is behind: resolves when it has caught up. */
const behind = new WeakMap<Writable, Promise<void>>();

/** Passes on what a command prints, and lets the command wait while the log is behind. */
export function showIn(log: Writable, bytes: Uint8Array, source: Readable): void {
  if (log.write(bytes)) return;
  source.pause();
  void caughtUp(log).then(() => source.resume());
}

async function caughtUp(log: Writable): Promise<void> {
  let waiting = behind.get(log);
  if (waiting === undefined) {
    waiting = new Promise((resolve) => {
      log.once('drain', () => {
        behind.delete(log);
        resolve();
      });
    });
    behind.set(log, waiting);
  }
  return waiting;
}
