import { randomBytes } from 'node:crypto';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createMasker } from '@kici-dev/secret-masker';
import { searchByHyperscan } from './masker/hyperscan.ts';
import { adversarialTexts } from './masker/texts.ts';
import type { BenchRow } from './row.ts';

export const name = 'masker';

const chunkBytes = 65_536;
const chunksPerPass = 16;
const measurements = 12;
const minMicroseconds = 10_000;
const largeValues = 16;

/** A CI log with one hit in a thousand lines, and the secrets that it contains. */
function makeLog(secrets: readonly string[]): Buffer {
  const lines: string[] = [];
  for (let line = 0, size = 0; size < chunkBytes * chunksPerPass; line += 1) {
    const hit =
      line % 1_000 === 500 ? (secrets[line % secrets.length] ?? '') : 'src/module/component.ts(12,34): checked';
    const text = `2026-01-02T03:04:${String(line % 60).padStart(2, '0')}Z [worker-${line % 7}] step ${line}: ${hit} in ${line % 977} ms\n`;
    lines.push(text);
    size += text.length;
  }
  return Buffer.from(lines.join(''));
}

function cut(text: Buffer): readonly Buffer[] {
  return Array.from({ length: Math.floor(text.length / chunkBytes) }, (_, index) =>
    text.subarray(index * chunkBytes, (index + 1) * chunkBytes),
  );
}

/** MB per second of this thread's own time, best of several measurements, since a shared machine also serves others. */
function throughput(chunks: readonly Buffer[], pass: (chunk: Buffer) => void): number {
  for (const chunk of chunks) pass(chunk);
  const bytes = chunks.length * chunkBytes;
  let best = 0;
  for (let round = 0; round < measurements; round += 1) {
    const start = process.threadCpuUsage();
    let [passes, used] = [0, 0];
    while (used < minMicroseconds) {
      for (const chunk of chunks) pass(chunk);
      passes += 1;
      const { user, system } = process.threadCpuUsage(start);
      used = user + system;
    }
    best = Math.max(best, (passes * bytes) / used);
  }
  return best;
}

/** Milliseconds of this thread's own time, from one call to the next. */
function createStopwatch(): () => number {
  let last = process.threadCpuUsage();
  return () => {
    const { user, system } = process.threadCpuUsage(last);
    last = process.threadCpuUsage();
    return (user + system) / 1_000;
  };
}

function memcpyOf(chunks: readonly Buffer[]): number {
  const copy = Buffer.alloc(chunkBytes);
  return throughput(chunks, (chunk) => {
    chunk.copy(copy);
  });
}

function maskingOf(secrets: readonly string[], chunks: readonly Buffer[]): number {
  const masker = createMasker();
  for (const secret of secrets) masker.add(Buffer.from(secret));
  const stream = masker.open();
  return throughput(chunks, (chunk) => {
    stream.write(chunk);
  });
}

function randomSecrets(count: number): string[] {
  return Array.from({ length: count }, (_, index) => randomBytes(15 + (index % 15)).toString('base64url'));
}

function measureLogs(): BenchRow[] {
  const goals = new Map([
    [50, 0.25],
    [1_000, 0.17],
    [5_000, 0.12],
  ]);
  const rows: BenchRow[] = [];
  const row = (what: string, secrets: readonly string[], atLeast: number | undefined): void => {
    const chunks = cut(makeLog(secrets));
    const value = maskingOf(secrets, chunks);
    rows.push({
      what,
      value,
      unit: 'MB/s',
      baseline: 'memcpy of the same chunks',
      ratio: value / memcpyOf(chunks),
      ...(atLeast === undefined ? {} : { goal: { atLeast } }),
    });
  };
  for (const count of [1, 50, 1_000, 5_000]) {
    const secrets = randomSecrets(count);
    row(`mask with ${count} ${count === 1 ? 'secret' : 'secrets'}`, secrets, goals.get(count));
    const search = searchByHyperscan(secrets, makeLog(secrets));
    const value = rows.at(-1)?.value ?? 0;
    const what = '  the same, beside a bare search';
    if (search !== undefined)
      rows.push({ what, value, unit: 'MB/s', baseline: 'Hyperscan', ratio: value / search, goal: { atLeast: 1 } });
  }
  row('mask with 50 secrets, one of 4 bytes', ['q7#K', ...randomSecrets(49)], 0.08);
  return rows;
}

function measureAdversaries(): BenchRow[] {
  const secrets = randomSecrets(50);
  return Object.entries(adversarialTexts(secrets, chunkBytes * 4)).map(([what, text]) => {
    const chunks = cut(text);
    const value = maskingOf(secrets, chunks);
    return {
      what,
      value,
      unit: 'MB/s',
      baseline: 'memcpy of the same chunks',
      ratio: value / memcpyOf(chunks),
      goal: { atLeast: 0.004 },
    };
  });
}

/** Bytes in use after a garbage collection. */
function createMemoryGauge(): () => number {
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  return () => {
    // The first collection leaves what finalizers hold.
    for (let round = 0; round < 2; round += 1) if (typeof collect === 'function') collect();
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    return (heapUsed + arrayBuffers) / 1e6;
  };
}

function measureTables(): BenchRow[] {
  const memory = createMemoryGauge();
  const secrets = randomSecrets(5_000).map((secret) => Buffer.from(secret));
  const before = memory();
  const masker = createMasker();
  const watch = createStopwatch();
  for (const secret of secrets) masker.add(secret);
  const stream = masker.open();
  stream.write(Buffer.from('an ordinary line of a log\n'));
  const built = watch();
  const taken = memory() - before;
  watch();
  masker.add(Buffer.from(randomBytes(20).toString('base64url')));
  stream.write(Buffer.from('an ordinary line of a log\n'));
  const once = watch();
  stream.end();
  return [
    { what: 'needles and tables of 5,000 secrets', value: built, unit: 'ms', goal: { atMost: 300 } },
    { what: 'memory that needles and tables take', value: taken, unit: 'MB', goal: { atMost: 10 } },
    { what: 'one more secret, until the next line is out', value: once, unit: 'ms' },
  ];
}

/** Lines of base64, with blanks around the whole, so that every encoding occurs twice. */
function largeValue(): Buffer {
  const lines = Array.from(
    { length: 64 },
    (_, index) => `  field-${index}: "${randomBytes(753).toString('base64')}"\n`,
  );
  return Buffer.from(lines.join('')).subarray(0, 65_536);
}

/** Values of the largest size, read one after another with output in between; then one of them is printed. */
function measureLargeValues(): BenchRow[] {
  const values = Array.from({ length: largeValues }, largeValue);
  const memory = createMemoryGauge();
  const before = memory();
  const masker = createMasker();
  const stream = masker.open();
  const line = Buffer.from('an ordinary line of a log\n');
  const watch = createStopwatch();
  for (const value of values) {
    masker.add(value);
    stream.write(line);
  }
  const size = values.reduce((sum, value) => sum + value.byteLength, 0) / 1e6;
  const registered = watch();
  const taken = memory() - before;
  const shown = Buffer.concat(values.map((value) => Buffer.from(value.toString('base64'))));
  watch();
  for (let at = 0; at < shown.length; at += chunkBytes) stream.write(shown.subarray(at, at + chunkBytes));
  const printed = watch();
  stream.end();
  const afterwards = memory() - before;
  return [
    { what: `${largeValues} values of 64 KiB, with output after each`, value: registered, unit: 'ms' },
    { what: 'memory that they take', value: taken, unit: 'MB', baseline: 'their size', ratio: taken / size },
    {
      what: 'their base64 printed for the first time',
      value: shown.length / 1e3 / printed,
      unit: 'MB/s',
      goal: { atLeast: 50 },
    },
    { what: 'memory after that', value: afterwards, unit: 'MB', baseline: 'their size', ratio: afterwards / size },
  ];
}

export async function run(): Promise<readonly BenchRow[]> {
  return [...measureLogs(), ...measureAdversaries(), ...measureTables(), ...measureLargeValues()];
}
