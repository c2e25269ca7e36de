import { constants, write } from 'node:fs';
import { promisify } from 'node:util';
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

/** All of it, or nothing: half a line would spoil the next one too. */
async function append(file: FileHandle, lines: string): Promise<void> {
  const { size } = await file.stat();
  // A loss of power may have left half a line.
  const { buffer } = await file.read({ buffer: Buffer.alloc(1), position: Math.max(0, size - 1) });
  const isAtStart = size === 0 || buffer[0] === '\n'.charCodeAt(0);
  try {
    await file.appendFile(isAtStart ? lines : `\n${lines}`);
    await file.datasync();
  } catch (error) {
    await file.truncate(size).catch(() => undefined);
    throw error;
  }
}

const standardOutput = 1;
const writeSome = promisify(write);

/** Off the thread that serves: where standard output is a pipe that nobody reads, Node's own stream would block it. */
export const standardOutputSink: CheckpointSink = {
  async write(lines) {
    const bytes = Buffer.from(lines);
    for (let at = 0; at < bytes.length;) {
      // oxlint-disable-next-line no-await-in-loop -- one part after another
      at += (await writeSome(standardOutput, bytes, at)).bytesWritten;
    }
  },
};
