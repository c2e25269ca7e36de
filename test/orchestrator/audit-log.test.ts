import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { allMigrations, type AllTables } from '../../src/composition/all-tables.ts';
import { migrate } from '../../src/database/migrate.ts';
import { commitsOf } from '../../src/database/open.ts';
import { createFileAnchor, type AuditAnchor, type AuditHead } from '../../src/orchestrator/audit/anchor.ts';
import { createAuditLog } from '../../src/orchestrator/audit/audit-log.ts';
import { databaseFor } from '../support/engine.ts';

const row = { organization: 'default', phase: 'read', operation: 'jobs.read', actor: 'job:1', subject: {} } as const;

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'kici-audit-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}

async function openLog(anchor: AuditAnchor, folder?: string) {
  const database = await (await databaseFor(folder ?? (await newFolder()))).open<AllTables>();
  onTestFinished(() => database.destroy());
  await migrate(database, allMigrations);
  const failures: unknown[] = [];
  return {
    database,
    failures,
    log: createAuditLog({
      database,
      signer: async (organization) => {
        if (organization === 'lost') throw new Error('its key is lost');
        return (bytes) => createHash('sha256').update(bytes).digest('hex');
      },
      anchor,
      isShared: false,
      durable: () => commitsOf(database).durable(),
      now: () => 1,
      listener: {
        failed: (error) => {
          failures.push(error);
        },
        broken: (_, sequence, found) => {
          throw new Error(`unexpected break in row ${sequence}: ${found.kind}`);
        },
      },
    }),
  };
}

/** An in-memory anchor. */
function memoryAnchor(hear: (heads: readonly AuditHead[]) => void): AuditAnchor {
  const heads = new Map<string, AuditHead>();
  return {
    read: async () => ({ state: 'readable', heads }),
    async write(written) {
      hear([...written.values()]);
      for (const [organization, head] of written) heads.set(organization, head);
      return true;
    },
    isUntouched: () => true,
    adopt: () => undefined,
    sweep: async () => undefined,
  };
}

it('rows that arrive together share a commit, and each resolves once it is durable', async () => {
  const heads: AuditHead[] = [];
  const { database, log } = await openLog(
    memoryAnchor((written) => {
      heads.push(...written);
    }),
  );
  const sequences = await Promise.all(
    Array.from({ length: 100 }, async () => {
      const sequence = await log.append(row);
      expect(
        await database.selectFrom('audit_rows').select('sequence').where('sequence', '=', sequence).executeTakeFirst(),
      ).toBeDefined();
      return sequence;
    }),
  );
  expect(sequences.toSorted((left, right) => left - right)).toEqual(
    Array.from({ length: 100 }, (_, index) => index + 1),
  );
  await log.settle();
  expect([heads[0]?.sequence, heads.at(-1)?.sequence]).toEqual([0, 100]);
  expect(heads.length).toBeLessThan(10);
});

it('the anchor has every row once it has settled, although another organization has lost its key meanwhile', async () => {
  const heads: AuditHead[] = [];
  const { log } = await openLog(
    memoryAnchor((written) => {
      heads.push(...written);
    }),
  );
  await log.append(row, 'committed');
  const lost = log.append({ ...row, organization: 'lost' });
  await Promise.all([expect(lost).rejects.toThrow('cannot be signed'), log.settle()]);
  expect(heads.at(-1)?.sequence).toBe(1);
});

it('no row waits for all that follow it, turn for turn', async () => {
  const { log } = await openLog(memoryAnchor(() => undefined));
  await log.append(row);
  const written: number[] = [];
  const first = log.append(row);
  void first.then((sequence) => written.push(sequence));
  const all = [first];
  // Each turn works for a while, and brings another one; a commit takes 128 at most.
  while (written.length === 0 && all.length < 120) {
    const end = performance.now() + 3;
    while (performance.now() < end);
    all.push(log.append(row));
    await new Promise(setImmediate);
  }
  expect(written).toHaveLength(1);
  await Promise.all(all);
});

it('orchestrators that share an anchor never move its head back', async () => {
  const folder = await newFolder();
  const seen: number[] = [];
  const logs = await Promise.all(
    [1, 2].map(async () => {
      const anchor = createFileAnchor(join(folder, 'anchor.json'));
      return openLog(
        {
          ...anchor,
          async write(heads) {
            const isWritten = await anchor.write(heads);
            const known = await anchor.read();
            if (known.state === 'readable') seen.push(known.heads.get('default')?.sequence ?? -1);
            return isWritten;
          },
        },
        folder,
      );
    }),
  );
  await Promise.all(
    logs.map(async ({ log }) => {
      for (let count = 0; count < 100; count += 1) {
        await log.append(row);
        if (count % 10 === 0) await log.settle();
      }
    }),
  );
  for (const { log } of logs) await log.settle();
  expect(seen).toEqual(seen.toSorted((left, right) => left - right));
  expect(seen.at(-1)).toBe(200);
});

it('while the anchor cannot be written no row is acknowledged, and the next one that can be goes on', async () => {
  let isFull = true;
  const { log, failures } = await openLog(
    memoryAnchor(([head]) => {
      if (isFull && head?.sequence !== 0) throw new Error('the disk is full');
    }),
  );
  expect(await log.append(row)).toBe(1);
  await log.settle();
  expect(failures).toHaveLength(1);
  const outcomes = await Promise.allSettled([log.append(row, 'committed'), log.append(row), log.append(row)]);
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
  expect(failures).toHaveLength(2);
  await expect(log.probe()).rejects.toThrow('the disk is full');
  isFull = false;
  await log.probe();
  expect(await log.append(row)).toBe(5);
});

it('whether rows can be written is not asked for an organization whose key is lost, and costs no row', async () => {
  const { log } = await openLog(memoryAnchor(() => undefined));
  const lost = log.append({ ...row, organization: 'lost' });
  const outcomes = await Promise.allSettled([lost, log.probe(), log.probe()]);
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled']);
  await log.probe();
  expect(await log.append(row)).toBe(1);
});
