import { PassThrough, Readable } from 'node:stream';
import { createMasker } from '@kici-dev/secret-masker';
import { expect, it } from 'vitest';
import { maskOutput } from '../../src/agent/run/masked-output.ts';

const secret = 'a-value-that-nobody-may-see';
const chunkBytes = 65_536;
/** The secret lies across the ends of chunks, and within one. */
const text = `${'x'.repeat(chunkBytes - 9)}${secret}${'y'.repeat(chunkBytes)} ${secret} ${'z'.repeat(chunkBytes)}${secret.slice(0, 12)}`;

/** As Node.js reads them: each in memory of its own. */
function chunksOf(whole: string): readonly Buffer<ArrayBuffer>[] {
  const bytes = Buffer.from(whole);
  const count = Math.ceil(bytes.byteLength / chunkBytes);
  return Array.from({ length: count }, (_, index) =>
    Buffer.from(new Uint8Array(bytes.subarray(index * chunkBytes, (index + 1) * chunkBytes)).buffer),
  );
}

/** @param isTaken whether the reader needs no bytes once it was given them */
async function pass(chunks: readonly Buffer[], isTaken: boolean): Promise<string> {
  const masker = createMasker();
  masker.add(Buffer.from(secret));
  const stdout = Readable.from(chunks, { objectMode: false });
  const kept: Uint8Array[] = [];
  const ended = new Promise((resolve) => {
    stdout.once('close', resolve);
  });
  const never = new Promise<never>(() => undefined);
  const child = { stdout, stderr: new PassThrough(), ended: never, waitFor: async () => never };
  maskOutput(child, masker, (_, bytes, pace) => {
    kept.push(isTaken ? Buffer.from(bytes) : bytes);
    if (isTaken) pace.taken();
  });
  await ended;
  return Buffer.concat(kept).toString();
}

const masked = text.replaceAll(secret, '***');

it('the memory of what was taken is given back, and what the masker holds of it goes out unchanged', async () => {
  const chunks = chunksOf(text);
  expect((await pass(chunks, true)) === masked).toBe(true);
  // The last one is small.
  expect(chunks.map(({ buffer }) => buffer.detached)).toEqual([true, true, true, false]);
});

it('the memory of what was not taken stays as it is', async () => {
  const chunks = chunksOf(text);
  expect((await pass(chunks, false)) === masked).toBe(true);
  expect(Buffer.concat(chunks).toString() === text).toBe(true);
});
