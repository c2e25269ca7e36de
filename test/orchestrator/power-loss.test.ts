import { createHash } from 'node:crypto';
import { copyFileSync, fdatasync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { promisify } from 'node:util';
import { sql, type Kysely } from 'kysely';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { allMigrations, type AllTables } from '../../src/composition/all-tables.ts';
import type { SyncFile } from '../../src/database/commits.ts';
import { migrate } from '../../src/database/migrate.ts';
import { commitsOf, openDatabase } from '../../src/database/open.ts';
import { createFileAnchor } from '../../src/orchestrator/audit/anchor.ts';
import { createAuditLog } from '../../src/orchestrator/audit/audit-log.ts';
import { verifyAudit } from '../../src/orchestrator/audit/verify.ts';
import { randomFrom } from './support/random.ts';

const signer = async () => (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const row = {
  organization: 'default',
  phase: 'read',
  operation: 'jobs.read',
  actor: 'job:1',
  subject: { pad: 'x'.repeat(900) },
} as const;
const pageBytes = 4_096;

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'kici-power-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true, maxRetries: 3 }));
  return folder;
}

async function open(folder: string, sync?: SyncFile) {
  const database = openDatabase<AllTables>(join(folder, 'kici.db'), sync);
  onTestFinished(() => database.destroy());
  await migrate(database, allMigrations);
  const commits = commitsOf(database);
  const anchor = createFileAnchor(join(folder, 'anchor.json'));
  const failures: unknown[] = [];
  const breaks: string[] = [];
  const log = createAuditLog({
    database,
    signer,
    anchor,
    isShared: false,
    durable: () => commits.durable(),
    now: () => 1,
    listener: {
      failed: (error) => failures.push(error),
      leftOut: (organization) => failures.push(organization),
      broken: (_, sequence, { kind }) => breaks.push(`${kind} at ${sequence}`),
    },
  });
  return { database, commits, log, anchor, failures, breaks };
}

/** SQLite syncs this much of a log that starts over before anything follows it. */
const headerBytes = 32;

/** The log as the disk has it: of what was written since the last sync, some pages and not others. */
function torn(synced: Buffer, now: Buffer, random: () => number): Buffer {
  const disk = Buffer.alloc(now.length);
  synced.copy(disk);
  now.copy(disk, 0, 0, headerBytes);
  for (let at = 0; at < now.length; at += pageBytes) if (random() < 0.5) now.copy(disk, at, at, at + pageBytes);
  return disk;
}

/** The files as a loss of power at this moment leaves them. In one turn, so that nothing happens meanwhile. */
function loseThePower(folder: string, synced: Buffer, random: () => number): string {
  const left = mkdtempSync(join(folder, 'left-'));
  copyFileSync(join(folder, 'kici.db'), join(left, 'kici.db'));
  copyFileSync(join(folder, 'anchor.json'), join(left, 'anchor.json'));
  writeFileSync(join(left, 'kici.db-wal'), torn(synced, readFileSync(join(folder, 'kici.db-wal')), random));
  return left;
}

/** An effect in the log's own database, for which the intent need only be committed. */
async function writeAsHandlersDo({ log, database }: Awaited<ReturnType<typeof open>>): Promise<void> {
  const intent = await log.append({ ...row, phase: 'intent' }, 'committed');
  await sql`insert into effects values (${intent})`.execute(database);
}

/** Each effect, with the phase of the row that should be its intent. */
async function effectsOf(database: Kysely<AllTables>): Promise<readonly { readonly phase: string | null }[]> {
  const found = await sql<{ phase: string | null }>`
    select phase from effects left join audit_rows on sequence = effects.intent`.execute(database);
  return found.rows;
}

describe('after a loss of power', () => {
  it('every acknowledged row is there, no effect without its intent, and the anchor is not ahead', async () => {
    const folder = await newFolder();
    const log = join(folder, 'kici.db-wal');
    const random = randomFrom(11);
    let synced = Buffer.alloc(0);
    const server = await open(folder, async (descriptor) => {
      const before = readFileSync(log);
      await promisify(fdatasync)(descriptor);
      synced = before;
    });
    await server.log.examine();
    await server.commits.group();
    synced = readFileSync(log);
    // So that the log starts over several times.
    await sql`pragma wal_autocheckpoint = 60`.execute(server.database);
    await sql`create table effects (intent integer)`.execute(server.database);
    const beginnings = new Set<string>();
    const progress = { acknowledged: 0, effects: 0, isOver: false };
    const writers = Array.from({ length: 8 }, async (_, index) => {
      while (!progress.isOver) {
        if (index % 2 === 0) await writeAsHandlersDo(server);
        const sequence = await server.log.append(row);
        progress.acknowledged = Math.max(progress.acknowledged, sequence);
        if (index % 2 === 0) progress.effects += 1;
      }
    });
    for (let loss = 0; loss < 10; loss += 1) {
      const goal = progress.acknowledged + 1 + Math.floor(random() * 40);
      while (progress.acknowledged < goal) await nextTurn();
      const [promised, made] = [progress.acknowledged, progress.effects];
      const left = await open(loseThePower(folder, synced, random));
      beginnings.add(readFileSync(log).subarray(0, headerBytes).toString('hex'));
      const { problems, rows } = await verifyAudit(left.database, signer, left.anchor, 'default');
      expect(problems).toEqual([]);
      expect(rows).toBeGreaterThanOrEqual(promised);
      const effects = await effectsOf(left.database);
      expect(effects.filter(({ phase }) => phase !== 'intent')).toEqual([]);
      expect(effects.length).toBeGreaterThanOrEqual(made);
      await left.log.examine();
      expect(left.breaks).toEqual([]);
      expect(await left.log.append(row)).toBe(rows + 1);
      await left.log.settle();
      await left.database.destroy();
    }
    progress.isOver = true;
    await Promise.all(writers);
    await server.log.settle();
    await server.commits.close();
    expect(beginnings.size).toBeGreaterThan(2);
  });

  it('the test above sees a server that answers before the disk has it', async () => {
    const folder = await newFolder();
    const log = join(folder, 'kici.db-wal');
    const server = await open(folder, async () => undefined);
    await server.log.examine();
    await server.commits.group();
    const synced = readFileSync(log);
    const promised = await server.log.append(row);
    await server.log.settle();
    const left = await open(loseThePower(folder, synced, () => 1));
    const { problems, rows } = await verifyAudit(left.database, signer, left.anchor, 'default');
    expect(rows).toBeLessThan(promised);
    expect(problems).toMatchObject([{ problem: expect.stringContaining('the log ends at row') }]);
    await server.commits.close();
  });
});

describe('a disk', () => {
  it('that stalls keeps answers back, takes all that wait at once, and then goes on', async () => {
    const disk = { syncs: 0 };
    let release = Promise.withResolvers<void>();
    const server = await open(await newFolder(), async () => {
      disk.syncs += 1;
      await release.promise;
    });
    await server.log.examine();
    await server.commits.group();
    const answered: number[] = [];
    const append = async (): Promise<void> => {
      answered.push(await server.log.append(row));
    };
    const first = append();
    while (disk.syncs === 0) await nextTurn();
    const others = Array.from({ length: 50 }, append);
    for (let turn = 0; turn < 50; turn += 1) await nextTurn();
    expect([answered, disk.syncs]).toEqual([[], 1]);
    release.resolve();
    release = Promise.withResolvers();
    release.resolve();
    await Promise.all([first, ...others]);
    expect([answered.length, disk.syncs]).toEqual([51, 2]);
    await server.commits.close();
  });

  it('is not waited for by an intent whose effect is in the same log, and has it with the next sync', async () => {
    const disk = { syncs: 0 };
    const folder = await newFolder();
    const server = await open(folder, async () => {
      disk.syncs += 1;
    });
    await server.log.examine();
    await server.commits.group();
    await server.log.append(row);
    await server.log.settle();
    const before = disk.syncs;
    expect(await server.log.append(row, 'committed')).toBe(2);
    expect(disk.syncs).toBe(before);
    await server.log.settle();
    expect(disk.syncs).toBe(before + 1);
    expect(await server.anchor.read()).toMatchObject({ heads: new Map([['default', { sequence: 2 }]]) });
    await server.commits.close();
  });

  it('that stalls for too long fails what waits by a deadline, with a name', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => {
      vi.useRealTimers();
    });
    const stalled = Promise.withResolvers<void>();
    const asked = Promise.withResolvers<void>();
    const server = await open(await newFolder(), () => {
      asked.resolve();
      return stalled.promise;
    });
    await server.log.examine();
    await server.commits.group();
    const failed = server.log.append(row).catch((error: unknown) => error);
    await asked.promise;
    vi.advanceTimersByTime(10_000);
    expect(await failed).toMatchObject({ name: 'NotDurableError', code: 'ETIMEDOUT' });
    stalled.resolve();
    expect(await server.log.append(row)).toBe(2);
    await server.commits.close();
  });

  it('that failed is not trusted again: a later sync may vouch for what the system has forgotten', async () => {
    let isBroken = true;
    const server = await open(await newFolder(), async () => {
      if (isBroken) throw Object.assign(new Error('disk'), { code: 'EIO' });
    });
    await server.log.examine();
    await server.commits.group();
    await expect(server.log.append(row)).rejects.toMatchObject({ name: 'NotDurableError', code: 'EIO' });
    isBroken = false;
    for (const until of ['durable', 'committed'] as const)
      await expect(server.log.append(row, until)).rejects.toMatchObject({ name: 'NotDurableError', code: 'EIO' });
    await server.commits.close();
  });
});
