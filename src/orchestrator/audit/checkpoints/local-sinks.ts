import { constants } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { openPlainFile, UnusableFileError } from '../../../files/plain-file.ts';
import { CheckpointSinkError, type CheckpointSink } from './sink.ts';

/** Appends to a file, which is made with mode 0600 where there is none. */
export function fileSink(path: string): CheckpointSink {
  return {
    async write(lines) {
      try {
        await using file = await openPlainFile(path, constants.O_RDWR | constants.O_APPEND | constants.O_CREAT);
        await append(file, lines);
      } catch (error) {
        throw error instanceof UnusableFileError ? new CheckpointSinkError(`the file ${error.message}`) : error;
      }
    },
  };
}

/** What a write that fails has left stays: behind it there may be what another orchestrator was told is kept. */
async function append(file: FileHandle, lines: string): Promise<void> {
  const { size } = await file.stat();
  // A full disk or a loss of power may have left half a line.
  const { buffer } = await file.read({ buffer: Buffer.alloc(1), position: Math.max(0, size - 1) });
  const isAtStart = size === 0 || buffer[0] === '\n'.charCodeAt(0);
  await file.appendFile(isAtStart ? lines : `\n${lines}`);
  await file.datasync();
}

/** Node writes to a pipe without waiting for who reads it, so one that nobody reads holds up this sink alone. */
export const standardOutputSink: CheckpointSink = {
  async write(lines) {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    process.stdout.write(lines, (error) => {
      if (error === undefined || error === null) resolve();
      else reject(error);
    });
    await promise;
  },
};
