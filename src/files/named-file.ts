import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { isPipe, readPlainFile, UnusableFileError } from './plain-file.ts';

/** A pipe's writer may first have to ask somebody for a password, */
const patienceMs = 60_000;
/** but opens the pipe soon. */
const arrivalMs = 2_000;
const restMs = 10;

/**
 * The bytes of a file that a person named: a plain file, also through a link, or a pipe, such as a shell's `<(…)`.
 * @throws UnusableFileError, or the system's error
 */
export async function readNamedFile(path: string, maxBytes: number): Promise<Buffer> {
  if (!(await isPipe(path))) return readPlainFile(path, { maxBytes, links: 'follow' });
  await using pipe = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  return await readPipe(pipe, maxBytes);
}

async function readPipe(pipe: FileHandle, maxBytes: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  const began = performance.now();
  let length = 0;
  let patience = arrivalMs;
  for (;;) {
    // oxlint-disable-next-line no-await-in-loop -- one part after another
    const chunk = await nextOf(pipe);
    if (chunk === 'nothing yet') patience = patienceMs;
    else if (chunk.byteLength > 0) {
      chunks.push(chunk);
      length += chunk.byteLength;
      if (length > maxBytes)
        throw new UnusableFileError('file_too_large', `gives more than the allowed ${maxBytes} bytes`);
      continue;
    } else if (length > 0) return Buffer.concat(chunks);
    if (performance.now() - began > patience)
      throw new UnusableFileError('not_a_plain_file', 'is a FIFO that nobody writes to');
    // oxlint-disable-next-line no-await-in-loop -- nothing signals when there is more
    await pause(restMs);
  }
}

/** Empty: no writer has it open any more, or yet. */
async function nextOf(pipe: FileHandle): Promise<Uint8Array | 'nothing yet'> {
  try {
    const { buffer, bytesRead } = await pipe.read({ buffer: Buffer.alloc(65_536), position: null });
    return buffer.subarray(0, bytesRead);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EAGAIN') return 'nothing yet';
    throw error;
  }
}
