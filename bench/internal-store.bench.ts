import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import {
  parseScopePath,
  SecretValue,
  type CallContext,
  type SecretBackend,
  type SecretRef,
} from '@kici-dev/secret-backend';
import { testHost } from '@kici-dev/secret-backend-conformance/testing';
import { internalDefinition, internalMigrations, type InternalTables } from '@kici-dev/secret-backend-internal';
import { inTransaction } from '../src/database/in-transaction.ts';
import { migrate } from '../src/database/migrate.ts';
import { openDatabase } from '../src/database/open.ts';
import { keyFromText } from '../src/keyring/key-encryption-key.ts';
import { openKeyring } from '../src/keyring/keyring.ts';
import { keyringMigrations, type KeyringTables } from '../src/keyring/tables.ts';
import type { BenchRow } from './row.ts';

export const name = 'internal-store';

const secrets = 1_000;
const batch = 50;
const rounds = 5;
const roundMs = 400;
const value = 'x'.repeat(40);
const context: CallContext = { signal: new AbortController().signal, deadline: Number.MAX_SAFE_INTEGER };

/**
 * Sealed reads and writes of the store, each beside a bare statement on the same SQLite with the same pragmas, in
 * turns.
 */
export async function run(): Promise<readonly BenchRow[]> {
  const folder = await mkdtemp(join(tmpdir(), 'kici-bench-'));
  const database = openDatabase<InternalTables & KeyringTables>(join(folder, 'sealed.db'));
  const bare = bareStore(join(folder, 'bare.db'));
  try {
    const backend = await openStore(database);
    const refs = await fill(backend, bare);
    let next = 0;
    const some = (count: number): readonly SecretRef[] =>
      Array.from({ length: count }, () => refs[(next += 7) % secrets] ?? { scope: scope('apps/shop'), key: '' });
    return [
      ...rows(
        'read of one',
        'secrets/s',
        1,
        await inTurns(
          () => bare.read(some(1)),
          () => readAll(backend, some(1)),
        ),
      ),
      ...rows(
        `read of ${batch}`,
        'secrets/s',
        batch,
        await inTurns(
          () => bare.read(some(batch)),
          () => readAll(backend, some(batch)),
        ),
      ),
      ...rows(
        'write, one commit each',
        'writes/s',
        1,
        await inTurns(
          () => bare.write(some(1)),
          () => writeAll(backend, some(1)),
        ),
      ),
    ];
  } finally {
    bare.close();
    await database.destroy();
    await rm(folder, { recursive: true });
  }
}

async function openStore(
  database: ReturnType<typeof openDatabase<InternalTables & KeyringTables>>,
): Promise<SecretBackend> {
  await migrate(database, [keyringMigrations, internalMigrations]);
  const keyring = await openKeyring(database, keyFromText('ab'.repeat(32), 'the bench'), () => Date.now());
  return internalDefinition(database, keyring, 0, inTransaction).create({}, testHost({ name: 'internal' }));
}

async function fill(backend: SecretBackend, bare: BareStore): Promise<readonly SecretRef[]> {
  const refs = Array.from({ length: secrets }, (_, index) => ({
    scope: scope(`apps/s${index % 20}`),
    key: `KEY_${index}`,
  }));
  await writeAll(backend, refs);
  bare.write(refs);
  return refs;
}

async function readAll(backend: SecretBackend, refs: readonly SecretRef[]): Promise<void> {
  const outcomes = await backend.read(refs, context);
  if (outcomes.some(({ status }) => status !== 'found')) throw new Error('a secret was not found');
}

async function writeAll(backend: SecretBackend, refs: readonly SecretRef[]): Promise<void> {
  for (const ref of refs) await backend.write?.({ ...ref, value: SecretValue.fromText(value) }, context);
}

interface BareStore {
  read(refs: readonly SecretRef[]): void;
  write(refs: readonly SecretRef[]): void;
  close(): void;
}

/** The store without sealing, versions, types and promises. */
function bareStore(file: string): BareStore {
  const database = new DatabaseSync(file);
  database.exec(
    'pragma journal_mode = wal; pragma synchronous = full; pragma secure_delete = on; create table secrets (scope text, key text, value blob, primary key (scope, key))',
  );
  const select = database.prepare('select value from secrets where scope = ? and key = ?');
  // SQLite writes nothing if nothing changes.
  let written = 0;
  const upsert = database.prepare(
    'insert into secrets values (?, ?, ?) on conflict do update set value = excluded.value',
  );
  return {
    read(refs) {
      for (const { scope: where, key } of refs)
        if (select.get(where, key) === undefined) throw new Error('a secret was not found');
    },
    write(refs) {
      for (const { scope: where, key } of refs) upsert.run(where, key, Buffer.from(`${value} ${(written += 1)}`));
    },
    close: () => database.close(),
  };
}

interface Rates {
  readonly bare: number;
  readonly sealed: number;
}

/** Calls per second of both, measured in turns so that a busy moment of the machine affects both; medians. */
async function inTurns(bare: () => unknown, sealed: () => unknown): Promise<Rates> {
  const rates = new Array<Rates>();
  // The first round warms up.
  for (let round = 0; round <= rounds; round += 1)
    rates.push({ bare: await rateOf(bare), sealed: await rateOf(sealed) });
  const measured = rates.slice(1);
  return { bare: median(measured.map((rate) => rate.bare)), sealed: median(measured.map((rate) => rate.sealed)) };
}

async function rateOf(call: () => unknown): Promise<number> {
  const start = performance.now();
  let done = 0;
  for (; performance.now() - start < roundMs; done += 1) await call();
  return (done / (performance.now() - start)) * 1000;
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((left, right) => left - right)[Math.floor(numbers.length / 2)] ?? 0;
}

function rows(what: string, unit: string, perCall: number, { bare, sealed }: Rates): readonly BenchRow[] {
  return [
    { what: `bare ${what}`, value: bare * perCall, unit },
    { what: `sealed ${what}`, value: sealed * perCall, unit, baseline: 'bare SQLite', ratio: sealed / bare },
  ];
}

function scope(text: string): SecretRef['scope'] {
  const parsed = parseScopePath(text);
  if (!parsed.ok) throw new Error(parsed.reason);
  return parsed.value;
}
