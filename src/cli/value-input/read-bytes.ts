import { open } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { CommandError, UsageError } from '../terminal/command-error.ts';
import type { Io } from '../terminal/io.ts';
import type { InputMode } from './mode.ts';
import { promptValue } from './prompt.ts';

export const maxValueBytes = 65_536;
/** A value at the limit may still end in a line end that is trimmed. */
const maxReadBytes = maxValueBytes + 2;

/** The bytes as the source supplies them. @throws CommandError, UsageError */
export async function readBytes(mode: InputMode, label: string, io: Io): Promise<Uint8Array> {
  switch (mode.kind) {
    case 'prompt':
      return undamaged(await promptValue(label, io), 'the prompt');
    case 'stdin':
      return collect(io.stdin);
    case 'file':
      return readFile(mode.path);
    case 'environment':
      return fromEnvironment(mode.name, io);
    case 'argument':
      return undamaged(mode.value, '--value');
  }
}

/** Terminals, environments and argument lists carry text; Node replaces invalid bytes with U+FFFD. */
function undamaged(text: string, source: string): Uint8Array {
  if (text.includes('\uFFFD'))
    throw new CommandError(
      'damaged_value',
      `the value from ${source} is not UTF-8 text, so some of its bytes were lost`,
      'use --from-file or --from-stdin, which take any bytes',
    );
  return Buffer.from(text);
}

/** @throws CommandError */
export async function readFile(path: string, maxBytes = maxReadBytes): Promise<Uint8Array> {
  try {
    await using handle = await open(path, 'r');
    return await collect(handle.createReadStream({ autoClose: false }), maxBytes);
  } catch (error) {
    if (error instanceof CommandError) throw error;
    const reason = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    throw new CommandError(
      'cannot_read',
      `cannot read ${JSON.stringify(path)} (${reason})`,
      'check the path and its permissions',
    );
  }
}

function fromEnvironment(name: string, io: Io): Uint8Array {
  if (name.includes('='))
    throw new UsageError(
      '--from-env takes only the name of a variable',
      'write --from-env <name>, and the variable before the command',
    );
  const value = io.environment[name];
  if (value === undefined)
    throw new CommandError(
      'not_set',
      `the environment variable ${name} is not set`,
      'set and export it, or choose another way to give the value',
    );
  return undamaged(value, name);
}

/** @throws CommandError */
export async function collect(stream: Readable, maxBytes = maxReadBytes): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of stream) {
    const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
    length += bytes.byteLength;
    if (length > maxBytes) throw tooLarge(maxBytes === maxReadBytes ? maxValueBytes : maxBytes);
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}

export function tooLarge(bytes = maxValueBytes): CommandError {
  return new CommandError(
    'too_large',
    `${bytes === maxValueBytes ? 'the value' : 'what was given'} is larger than ${bytes} bytes`,
    'keep large files elsewhere and store the key that opens them',
  );
}
