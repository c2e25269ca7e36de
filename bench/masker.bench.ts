import { randomBytes } from 'node:crypto';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createMasker } from '@kici-dev/secret-masker';
import type { BenchRow } from './row.ts';

export const name = 'masker';

const chunkBytes = 65_536;
const totalBytes = 64 * 1024 * 1024;

/** A CI log with one hit in a thousand lines, and the secrets that it hits. */
function makeLog(secrets: readonly string[]): Buffer {
  const lines: string[] = [];
  for (let line = 0, size = 0; size < chunkBytes * 16; line += 1) {
    const hit =
      line % 1_000 === 500 ? (secrets[line % secrets.length] ?? '') : 'src/module/component.ts(12,34): checked';
    const text = `2026-01-02T03:04:${String(line % 60).padStart(2, '0')}Z [worker-${line % 7}] step ${line}: ${hit} in ${line % 977} ms\n`;
    lines.push(text);
    size += text.length;
  }
  return Buffer.from(lines.join(''));
}

function throughput(chunks: readonly Buffer[], pass: (chunk: Buffer) => void): number {
  const rounds = Math.ceil(totalBytes / (chunks.length * chunkBytes));
  for (const chunk of chunks) pass(chunk);
  const start = performance.now();
  for (let round = 0; round < rounds; round += 1) for (const chunk of chunks) pass(chunk);
  return (rounds * chunks.length * chunkBytes) / 1e6 / ((performance.now() - start) / 1_000);
}

const largeValues = 16;

/** Lines of text with base64 in them, and blanks around it all: every encoding is there twice. */
function largeValue(): Buffer {
  const lines = Array.from(
    { length: 64 },
    (_, index) => `  field-${index}: "${randomBytes(753).toString('base64')}"\n`,
  );
  return Buffer.from(lines.join('')).subarray(0, 65_536);
}

/** Values as large as they may be, read one after another with output in between; then one of them is printed. */
function measureLargeValues(): BenchRow[] {
  const values = Array.from({ length: largeValues }, largeValue);
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  const memory = (): number => {
    if (typeof collect === 'function') collect();
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    return (heapUsed + arrayBuffers) / 1e6;
  };
  const before = memory();
  const masker = createMasker();
  const stream = masker.open();
  const line = Buffer.from('an ordinary line of a log\n');
  let start = performance.now();
  for (const value of values) {
    masker.add(value);
    stream.write(line);
  }
  const size = values.reduce((sum, value) => sum + value.byteLength, 0) / 1e6;
  const registered = performance.now() - start;
  const taken = memory() - before;
  const shown = Buffer.concat(values.map((value) => Buffer.from(value.toString('base64'))));
  start = performance.now();
  for (let at = 0; at < shown.length; at += chunkBytes) stream.write(shown.subarray(at, at + chunkBytes));
  const printed = performance.now() - start;
  stream.end();
  const afterwards = memory() - before;
  return [
    { what: `${largeValues} values of 64 KiB, with output after each`, value: registered, unit: 'ms' },
    { what: 'memory that they take', value: taken, unit: 'MB', baseline: 'their size', ratio: taken / size },
    { what: 'their base64 printed for the first time', value: shown.length / 1e3 / printed, unit: 'MB/s' },
    { what: 'memory after that', value: afterwards, unit: 'MB', baseline: 'their size', ratio: afterwards / size },
  ];
}

export async function run(): Promise<readonly BenchRow[]> {
  const rows: BenchRow[] = [];
  for (const count of [1, 50, 1_000, 5_000]) {
    const secrets = Array.from({ length: count }, (_, index) => randomBytes(15 + (index % 15)).toString('base64url'));
    const log = makeLog(secrets);
    const chunks = Array.from({ length: Math.floor(log.length / chunkBytes) }, (_, index) =>
      log.subarray(index * chunkBytes, (index + 1) * chunkBytes),
    );
    const copy = Buffer.alloc(chunkBytes);
    const memcpy = throughput(chunks, (chunk) => {
      chunk.copy(copy);
    });
    const masker = createMasker();
    for (const secret of secrets) masker.add(Buffer.from(secret));
    const built = performance.now();
    const stream = masker.open();
    rows.push({ what: `tables for ${count} secrets, built in`, value: performance.now() - built, unit: 'ms' });
    const value = throughput(chunks, (chunk) => {
      stream.write(chunk);
    });
    rows.push({
      what: `mask with ${count} secrets`,
      value,
      unit: 'MB/s',
      baseline: 'memcpy of the same chunks',
      ratio: value / memcpy,
    });
  }
  rows.push(...measureLargeValues());
  return rows;
}
