import { randomBytes } from 'node:crypto';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createMasker } from '@kici-dev/secret-masker';
import { searchByHyperscan } from './masker/hyperscan.ts';
import { adversarialTexts, makeLog } from './masker/texts.ts';
import type { BenchRow } from './row.ts';

export const name = 'masker';

const chunkBytes = 65_536;
/** More than processors cache, as a log from a pipe is; a copy of it is what it is measured by. */
const textBytes = 64 * 1024 * 1024;
/** Fits into a processor's own cache: shows the search without memory, and copies faster than any log arrives. */
const cachedBytes = 1024 * 1024;
const measurements = 6;
const minMicroseconds = 10_000;
const largeValues = 16;

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

function compare(what: string, secrets: readonly string[], text: Buffer): BenchRow & { readonly ratio: number } {
  const chunks = cut(text);
  const value = maskingOf(secrets, chunks);
  return { what, value, unit: 'MB/s', baseline: 'memcpy of the same stream', ratio: value / memcpyOf(chunks) };
}

/** Goals as shares of a copy's speed and of a bare search's. */
interface Goals {
  readonly copy?: number;
  readonly search?: number;
}

function measureLog(what: string, secrets: readonly string[], goals: Goals): BenchRow[] {
  const log = makeLog(secrets, textBytes);
  const whole = compare(what, secrets, log);
  const rows = [withGoal(whole, goals.copy)];
  const search = searchByHyperscan(secrets, log);
  if (search !== undefined) {
    const beside = { ...whole, what: '  beside a bare search', baseline: 'Hyperscan', ratio: whole.value / search };
    rows.push(withGoal(beside, goals.search));
  }
  return [...rows, compare('  1 MiB of it again and again', secrets, log.subarray(0, cachedBytes))];
}

function withGoal(row: BenchRow, atLeast: number | undefined): BenchRow {
  return atLeast === undefined ? row : { ...row, goal: { atLeast } };
}

function measureLogs(): BenchRow[] {
  return [
    ...measureLog('mask with 1 secret', randomSecrets(1), { search: 1 }),
    ...measureLog('mask with 50 secrets', randomSecrets(50), { copy: 0.25, search: 1 }),
    ...measureLog('mask with 1,000 secrets', randomSecrets(1_000), { copy: 0.17, search: 1 }),
    ...measureLog('mask with 5,000 secrets', randomSecrets(5_000), { copy: 0.12, search: 1 }),
    ...measureLog('mask with 50 secrets, one of 4 bytes', ['q7#K', ...randomSecrets(49)], { copy: 0.08 }),
  ];
}

function measureAdversaries(): BenchRow[] {
  const secrets = randomSecrets(50);
  return Object.entries(adversarialTexts(secrets, textBytes)).map(([what, make]) =>
    withGoal(compare(what, secrets, make()), 0.004),
  );
}

/** Bytes in use after a garbage collection. */
function createMemoryGauge(): () => number {
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  const used = (): number => {
    if (typeof collect === 'function') collect();
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    return (heapUsed + arrayBuffers) / 1e6;
  };
  return () => {
    // A collection leaves what finalizers hold, and buffers that are freed beside it.
    let [before, after] = [Infinity, used()];
    while (after < before) [before, after] = [after, used()];
    return after;
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
  const taken = (memory() - before) / 1.048576;
  watch();
  masker.add(Buffer.from(randomBytes(20).toString('base64url')));
  stream.write(Buffer.from('an ordinary line of a log\n'));
  const once = watch();
  stream.end();
  return [
    { what: 'needles and tables of 5,000 secrets', value: built, unit: 'ms', goal: { atMost: 300 } },
    { what: 'memory that needles and tables take', value: taken, unit: 'MiB', goal: { atMost: 10 } },
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

interface LargeValues {
  readonly registered: number;
  readonly printed: number;
}

/** Reads values one after another with output in between; then their base64 is printed, which this masker never saw. */
function showLargeValues(values: readonly Buffer[], shown: Buffer): LargeValues {
  const masker = createMasker();
  const stream = masker.open();
  const line = Buffer.from('an ordinary line of a log\n');
  const watch = createStopwatch();
  for (const value of values) {
    masker.add(value);
    stream.write(line);
  }
  const registered = watch();
  for (let at = 0; at < shown.length; at += chunkBytes) stream.write(shown.subarray(at, at + chunkBytes));
  const printed = watch();
  stream.end();
  return { registered, printed };
}

/** Values of the largest size. */
function measureLargeValues(): BenchRow[] {
  const values = Array.from({ length: largeValues }, largeValue);
  const shown = Buffer.concat(values.map((value) => Buffer.from(value.toString('base64'))));
  const rounds = Array.from({ length: measurements }, () => showLargeValues(values, shown));
  // The first one has not yet run anything often enough to be compiled.
  const least = (of: keyof LargeValues): number => Math.min(...rounds.slice(1).map((round) => round[of]));
  return [
    { what: `${largeValues} values of 64 KiB, with output after each`, value: least('registered'), unit: 'ms' },
    {
      what: 'their base64 printed for the first time',
      value: shown.length / 1e3 / least('printed'),
      unit: 'MB/s',
      goal: { atLeast: 50 },
    },
    { what: '  by a masker in a new process', value: shown.length / 1e3 / (rounds[0]?.printed ?? 0), unit: 'MB/s' },
  ];
}

export async function run(): Promise<readonly BenchRow[]> {
  // First, so that nothing has been compiled for it.
  const large = measureLargeValues();
  return [...measureLogs(), ...measureAdversaries(), ...measureTables(), ...large];
}
