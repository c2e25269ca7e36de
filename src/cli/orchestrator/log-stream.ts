import type { Writable } from 'node:stream';
import type { DestinationStream } from 'pino';

/** How much of the log waits for a reader, in the units of `writableLength`. */
const mostWaiting = 1_048_576;

/**
 * A log that holds up nobody: where its reader stands still, lines wait for as long as there is room, and are dropped
 * then. A line that the stream takes at once is out when `write` returns, whatever becomes of this process.
 * @param dropped is told how many were dropped since, once there is room again
 */
export function logStream(stream: Writable, dropped: (lines: number) => void): DestinationStream {
  let lost = 0;
  const goOn = (): void => {
    if (lost === 0) return;
    const lines = lost;
    lost = 0;
    dropped(lines);
  };
  stream.on('drain', goOn);
  // A reader that has gone, or a full disk, loses lines; what is logged later may find another.
  stream.on('error', goOn);
  return {
    write(line) {
      if (lost > 0 || stream.writableLength > mostWaiting) lost += 1;
      else stream.write(line);
    },
  };
}
