import { closeSync, constants, fstatSync, openSync, readSync, type Stats } from 'node:fs';
import { open, stat, type FileHandle } from 'node:fs/promises';
import { inTime } from './in-time.ts';

/** A plain file may be on a disk that does not respond. */
const deadlineMs = 10_000;

export type UnusableFileCode = 'not_a_plain_file' | 'file_too_large';

/** Something other than the expected file is at its path. The message follows the path: "is a FIFO, …". */
export class UnusableFileError extends Error {
  override readonly name = 'UnusableFileError';
  readonly code: UnusableFileCode;

  constructor(code: UnusableFileCode, message: string) {
    super(message);
    this.code = code;
  }
}

export interface PlainFileOptions {
  /** A larger file is refused, not cut. */
  readonly maxBytes: number;
  /**
   * Whether the name may be a symbolic link, as operators make them; never `follow` where others can write. Default:
   * `refuse`.
   */
  readonly links?: 'follow' | 'refuse';
}

/**
 * The bytes of a plain file. Never waits for a writer, whatever is in the file's place.
 * @throws UnusableFileError, or the system's error
 */
export function readPlainFile(path: string, options: PlainFileOptions): Promise<Buffer> {
  return inTime(readAll(path, options), deadlineMs);
}

async function readAll(path: string, { maxBytes, links = 'refuse' }: PlainFileOptions): Promise<Buffer> {
  const noLink = links === 'refuse' ? constants.O_NOFOLLOW : 0;
  await using file = await openPlainFile(path, constants.O_RDONLY | noLink);
  const chunks: Uint8Array[] = [];
  // System files report a size of zero, and others may grow: only what was read counts.
  let room = maxBytes + 1;
  for (;;) {
    // oxlint-disable-next-line no-await-in-loop -- one part after another
    const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(Math.min(room, 65_536)) });
    if (bytesRead === 0) return Buffer.concat(chunks);
    chunks.push(buffer.subarray(0, bytesRead));
    room -= bytesRead;
    if (room <= 0) throw new UnusableFileError('file_too_large', `has more than the allowed ${maxBytes} bytes`);
  }
}

/**
 * As `readPlainFile`, but synchronous: for reads that hold up others, as within a database transaction.
 * @throws UnusableFileError, or the system's error
 */
export function readPlainFileSync(path: string, { maxBytes, links = 'refuse' }: PlainFileOptions): Buffer {
  const noLink = links === 'refuse' ? constants.O_NOFOLLOW : 0;
  const file = openNow(path, constants.O_RDONLY | constants.O_NONBLOCK | noLink);
  try {
    const status = fstatSync(file);
    if (!status.isFile()) throw new UnusableFileError('not_a_plain_file', `is ${kindOf(status)}, not a plain file`);
    const chunks: Uint8Array[] = [];
    for (let room = maxBytes + 1; room > 0;) {
      const chunk = Buffer.alloc(Math.min(room, 65_536));
      const length = readSync(file, chunk);
      if (length === 0) return Buffer.concat(chunks);
      chunks.push(chunk.subarray(0, length));
      room -= length;
    }
    throw new UnusableFileError('file_too_large', `has more than the allowed ${maxBytes} bytes`);
  } finally {
    closeSync(file);
  }
}

function openNow(path: string, flags: number): number {
  try {
    return openSync(path, flags);
  } catch (error) {
    throw unusable(error) ?? error;
  }
}

/**
 * Opens without waiting, unlike a plain open of a FIFO, and returns only plain files.
 * @param flags of `open(2)`; `O_NONBLOCK` is added
 * @throws UnusableFileError, or the system's error
 */
export async function openPlainFile(path: string, flags: number, mode = 0o600): Promise<FileHandle> {
  let handle: FileHandle;
  try {
    handle = await open(path, flags | constants.O_NONBLOCK, mode);
  } catch (error) {
    throw unusable(error) ?? error;
  }
  try {
    const status = await handle.stat();
    if (!status.isFile()) throw new UnusableFileError('not_a_plain_file', `is ${kindOf(status)}, not a plain file`);
    return handle;
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** Why a file could not be used, in a few words that fit into brackets. */
export function fileProblem(error: unknown): string {
  if (error instanceof UnusableFileError) return `it ${error.message}`;
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason';
}

/** What the system reports for things that it refuses to open. */
function unusable(error: unknown): UnusableFileError | undefined {
  const kinds: Readonly<Record<string, string>> = {
    ELOOP: 'a symbolic link',
    EISDIR: 'a folder',
    ENXIO: 'a socket, or a FIFO that nobody reads',
  };
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const kind = Object.hasOwn(kinds, code) ? kinds[code] : undefined;
  return kind === undefined ? undefined : new UnusableFileError('not_a_plain_file', `is ${kind}, not a plain file`);
}

/** Follows links. @throws the system's error */
export async function isPipe(path: string): Promise<boolean> {
  return (await stat(path)).isFIFO();
}

/** What is there, in words: "a FIFO". */
export function kindOf(status: Stats): string {
  if (status.isDirectory()) return 'a folder';
  if (status.isFIFO()) return 'a FIFO';
  if (status.isSocket()) return 'a socket';
  return 'a device';
}
