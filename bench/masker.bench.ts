import { randomBytes } from 'node:crypto';
import { createMasker } from '@kici-dev/secret-masker';
import type { BenchRow } from './row.ts';

export const name = 'masker';

const chunkBytes = 65_536;
const totalBytes = 64 * 1024 * 1024;

/** A CI log with one hit in a thousand lines, and the secrets that it hits. */
function makeLog(secrets: readonly string[]): Buffer {
  const lines: string[] = [];
  for (let line = 0, size = 0; size < chunkBytes * 16; line += 1) {
    const hit = line % 1_000 === 500 ? secrets[line % secrets.length] ?? '' : 'src/module/component.ts(12,34): checked';
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

export async function run(): Promise<readonly BenchRow[]> {
  const rows: BenchRow[] = [];
  for (const count of [1, 50, 1_000, 5_000]) {
    const secrets = Array.from({ length: count }, (_, index) => randomBytes(15 + (index % 15)).toString('base64url'));
    const log = makeLog(secrets);
    const chunks = Array.from({ length: Math.floor(log.length / chunkBytes) }, (_, index) => log.subarray(index * chunkBytes, (index + 1) * chunkBytes));
    const copy = Buffer.alloc(chunkBytes);
    const memcpy = throughput(chunks, (chunk) => { chunk.copy(copy); });
    const masker = createMasker();
    for (const secret of secrets) masker.add(Buffer.from(secret));
    const built = performance.now();
    const stream = masker.open();
    rows.push({ what: `tables for ${count} secrets, built in`, value: performance.now() - built, unit: 'ms' });
    const value = throughput(chunks, (chunk) => { stream.write(chunk); });
    rows.push({ what: `mask with ${count} secrets`, value, unit: 'MB/s', baseline: 'memcpy of the same chunks', ratio: value / memcpy });
  }
  return rows;
}
