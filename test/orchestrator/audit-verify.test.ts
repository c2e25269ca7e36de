import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Kysely } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Progress } from '../../src/api/answer-lines.ts';
import { allMigrations, type AllTables } from '../../src/composition/all-tables.ts';
import { migrate } from '../../src/database/migrate.ts';
import { createFileAnchor, type AuditAnchor } from '../../src/orchestrator/audit/anchor.ts';
import { chainStart, signedBytes } from '../../src/orchestrator/audit/chain.ts';
import { verifyAudit, type AuditVerification } from '../../src/orchestrator/audit/verify.ts';
import type { Waiter } from '../../src/orchestrator/caller.ts';
import { databaseFor } from '../support/engine.ts';

const rows = 1_100;
const sign = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const read = {
  organization: 'default',
  at: 1,
  phase: 'read',
  operation: 'jobs.read',
  actor: 'job:1',
  subject: '{}',
  result: null,
  intent: null,
};
let folder: string;
let verify: (waiter: Waiter) => Promise<AuditVerification>;
let database: Kysely<AllTables>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kici-audit-'));
  database = await (await databaseFor(folder)).open<AllTables>();
  await migrate(database, allMigrations);
  let mac = chainStart;
  const all = Array.from({ length: rows }, (_, index) => {
    const row = { ...read, sequence: index + 1 };
    mac = sign(signedBytes(row, mac));
    return { ...row, mac };
  });
  await database.insertInto('audit_rows').values(all).execute();
  const anchor = createFileAnchor(join(folder, 'anchor.json'));
  verify = (waiter) => verifyAudit(database, async () => sign, anchor, 'default', { waiter, isShared: true });
});
afterAll(async () => {
  await database.destroy();
  await rm(folder, { recursive: true });
});

const patient: Waiter = { isGone: () => false, tell: () => undefined };

describe('a walk over a log', () => {
  it('tells how far it is, up to the end', async () => {
    const told: Progress[] = [];
    const waiter: Waiter = { ...patient, tell: (progress) => void told.push(progress) };
    expect(await verify(waiter)).toMatchObject({ intact: true, rows });
    expect(told.length).toBeGreaterThan(3);
    expect(told.map(({ done }) => done)).toEqual(told.map(({ done }) => done).toSorted((a, b) => a - b));
    expect(told.at(-1)).toEqual({ done: rows, of: rows });
  });

  it('lets others have their turn between its parts', async () => {
    let [turns, isOver] = [0, false];
    const count = (): void => {
      turns += 1;
      if (!isOver) setImmediate(count);
    };
    setImmediate(count);
    await verify(patient);
    isOver = true;
    expect(turns).toBeGreaterThanOrEqual(rows / 250);
  });

  it('of which all rows behind a cut go away meanwhile is never told to be less than nothing', async () => {
    const subject = JSON.stringify({ before: '', through: 1, mac: '', rows: 1, problems: 0, openIntents: 0 });
    const cut = { ...read, organization: 'gone', phase: 'cut', subject, sequence: 2 };
    const mac = sign(signedBytes(cut, chainStart));
    await database
      .insertInto('audit_rows')
      .values({ ...cut, mac })
      .execute();
    await database
      .insertInto('audit_heads')
      .values({ organization: 'gone', sequence: 2, mac, cut: 2, removed: 1 })
      .execute();
    const anchor: Pick<AuditAnchor, 'read'> = {
      async read() {
        await database.deleteFrom('audit_rows').where('organization', '=', 'gone').execute();
        return { state: 'missing' };
      },
    };
    const told: Progress[] = [];
    const waiter: Waiter = { ...patient, tell: (progress) => void told.push(progress) };
    await verifyAudit(database, async () => sign, anchor, 'gone', { waiter });
    expect(told).toEqual([
      { done: 0, of: 0 },
      { done: 0, of: 0 },
    ]);
  });

  it('goes on behind rows that are missing, however many they are', async () => {
    const gap = await database
      .deleteFrom('audit_rows')
      .where('organization', '=', 'default')
      .where('sequence', '>', 10)
      .where('sequence', '<=', 1_000)
      .returningAll()
      .execute();
    const found = await verify(patient);
    await database.insertInto('audit_rows').values(gap).execute();
    expect(found).toMatchObject({
      rows: rows - gap.length,
      problems: [
        { sequence: 11, problem: 'rows 11 to 1000 are missing' },
        { sequence: 1_001, problem: 'the row or the one before it was changed' },
      ],
    });
    expect(await verify(patient)).toMatchObject({ intact: true, rows });
  });

  it('ends when nobody waits for it any more', async () => {
    let parts = 0;
    const waiter: Waiter = { isGone: () => parts > 0, tell: () => void (parts += 1) };
    await expect(verify(waiter)).rejects.toMatchObject({ code: 'invalid_request', message: 'the client has left' });
    expect(parts).toBe(1);
  });
});
